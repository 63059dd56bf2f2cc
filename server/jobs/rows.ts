/**
 * A host's windows from the database as detectors take them, by COPY.
 * @module
 */
import { copyOut, timestampMs } from "@/db/copy.ts";
import type { Sql } from "@/db/open.ts";
import { DIMENSIONS, ENTITY_CLASSES } from "@/features/vector.ts";
import { uuidText } from "@/features/wire.ts";
import type { HostRows } from "@/models/detection.ts";

/** A host's rows, and the user ids that `users` counts. */
export interface LoadedRows extends HostRows {
  readonly userIds: readonly string[];
}

const UUID = /^[0-9a-f-]{36}$/;

/** Which of a host's windows to load. */
export interface RowFilter {
  /** Those that this model has not scored. */
  readonly unscoredBy?: string;
  /** Those of the last days before the host's newest window. */
  readonly days?: number;
  /** Those that begin at this moment or later. */
  readonly fromMs?: number;
}

function conditions(hostId: string, { unscoredBy, days, fromMs }: RowFilter): string {
  let text = "";
  if (unscoredBy !== undefined) {
    text += `and not exists (
        select from scores s
        where s.host_id = v.host_id and s.window_start = v.window_start and s.user_id = v.user_id
          and s.model_id = '${unscoredBy}')`;
  }
  if (days !== undefined) {
    text += `and v.window_start > (
        select max(n.window_start) from vectors n where n.host_id = '${hostId}'
      ) - interval '${days} days'`;
  }
  if (fromMs !== undefined) text += `and v.window_start >= '${new Date(fromMs).toISOString()}'`;
  return text;
}

/** Windows of a host in order of time. */
export async function loadRows(
  sql: Sql,
  hostId: string,
  filter: RowFilter = {},
): Promise<LoadedRows> {
  if (!UUID.test(hostId) || !UUID.test(filter.unscoredBy ?? hostId)) {
    throw new RangeError(`Cannot load rows: "${hostId}" or "${filter.unscoredBy}" is no UUID`);
  }
  const values: Float32Array[] = [];
  const channels: number[] = [];
  const startMs: number[] = [];
  const users: number[] = [];
  const classes: number[] = [];
  const userIndex = new Map<string, number>();
  const decoder = new TextDecoder();
  await copyOut(
    sql,
    `copy (
      select v.window_start, v.user_id, v.channels, v.values, coalesce(u.entity_class, 'human')
      from vectors v
      left join users u on u.host_id = v.host_id and u.user_id = v.user_id
      where v.host_id = '${hostId}' ${conditions(hostId, filter)}
      order by v.window_start, v.user_id
    ) to stdout (format binary)`,
    5,
    ({ bytes, view, at, size }) => {
      startMs.push(timestampMs({ bytes, view, at, size }, 0));
      const user = uuidText(bytes.subarray(at[1], at[1] + 16));
      if (!userIndex.has(user)) userIndex.set(user, userIndex.size);
      users.push(userIndex.get(user)!);
      channels.push(view.getInt32(at[2]));
      values.push(
        new Float32Array(new Uint8Array(bytes.subarray(at[3], at[3] + 4 * DIMENSIONS)).buffer),
      );
      const name = decoder.decode(bytes.subarray(at[4], at[4] + size[4]));
      classes.push(ENTITY_CLASSES.findIndex((each) => each === name));
    },
  );
  const all = new Float32Array(values.length * DIMENSIONS);
  values.forEach((row, i) => all.set(row, i * DIMENSIONS));
  return {
    n: values.length,
    values: all,
    channels: Uint16Array.from(channels),
    startMs: Float64Array.from(startMs),
    users: Uint32Array.from(users),
    classes: Uint8Array.from(classes),
    userIds: [...userIndex.keys()],
  };
}
