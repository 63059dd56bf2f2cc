/**
 * A host's windows from the database as detectors take them, by COPY.
 * @module
 */
import { copyOut, type CopyRow, timestampMs } from "@/db/copy.ts";
import type { Sql } from "@/db/open.ts";
import { DIMENSIONS, ENTITY_CLASSES } from "@/features/vector.ts";
import { uuidText } from "@/features/wire.ts";
import type { HostRows } from "@/models/detection.ts";

/** A host's rows, and the user ids that `users` counts. */
export interface LoadedRows extends HostRows {
  readonly userIds: readonly string[];
  /** By row, the user's place in {@link userIds}. */
  readonly userAt: Uint32Array;
}

const VALUE_BYTES = 4 * DIMENSIONS;
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
  const users = new UserIndex();
  const rows = new RowBuffer();
  await copyOut(
    sql,
    `copy (
      select v.window_start, v.user_id, v.channels, v.values
      from vectors v
      where v.host_id = '${hostId}' ${conditions(hostId, filter)}
      order by v.window_start, v.user_id
    ) to stdout (format binary)`,
    4,
    (row) => rows.add(row, users.of(row, 1), row.view.getUint32(row.at[1])),
  );
  return { ...rows.finish(await classes(sql, hostId, users.ids)), userIds: users.ids };
}

/** History that models learn from: three months hold a quarter's end, and bound the memory. */
const TRAINING_DAYS = 92;

/** Windows that hosts are trained on, by host in order of id; those without any are left out. */
export async function loadTrainingRows(
  sql: Sql,
  hostIds: readonly string[],
): Promise<Map<string, LoadedRows>> {
  const rows = new Map<string, LoadedRows>();
  for (const hostId of hostIds.toSorted()) {
    const loaded = await loadRows(sql, hostId, { days: TRAINING_DAYS });
    if (loaded.n > 0) rows.set(hostId, loaded);
  }
  return rows;
}

/** Class of each user, as its index; one who was erased meanwhile counts as human. */
async function classes(sql: Sql, hostId: string, userIds: readonly string[]) {
  const rows = await sql<{ id: string; name: string }[]>`
    select user_id as id, entity_class as name from users where host_id = ${hostId}`;
  const known = new Map(rows.map(({ id, name }) => [id, name]));
  return userIds.map((id) =>
    Math.max(0, ENTITY_CLASSES.findIndex((name) => name === known.get(id)))
  );
}

/** Numbers users by their bytes: making a text of each row's would cost more than its COPY. */
class UserIndex {
  readonly ids: string[] = [];
  readonly #words: number[] = [];
  readonly #byWord = new Map<number, number>();

  of({ bytes, view, at }: CopyRow, field: number): number {
    const from = at[field];
    const [a, b] = [view.getUint32(from), view.getUint32(from + 4)];
    const [c, d] = [view.getUint32(from + 8), view.getUint32(from + 12)];
    const words = this.#words;
    const same = (i: number) =>
      words[i] === a && words[i + 1] === b && words[i + 2] === c && words[i + 3] === d;
    const likely = this.#byWord.get(a);
    if (likely !== undefined && same(4 * likely)) return likely;
    let user = 0;
    while (user < this.ids.length && !same(4 * user)) user++;
    if (user === this.ids.length) {
      this.ids.push(uuidText(bytes.subarray(from, from + 16)));
      words.push(a, b, c, d);
    }
    this.#byWord.set(a, user);
    return user;
  }
}

/** Rows as columns, in room that doubles as it fills. */
class RowBuffer {
  #n = 0;
  #bytes = new Uint8Array(64 * VALUE_BYTES);
  readonly #channels: number[] = [];
  readonly #startMs: number[] = [];
  readonly #users: number[] = [];
  readonly #userAt: number[] = [];

  add(row: CopyRow, user: number, account: number): void {
    const end = (this.#n + 1) * VALUE_BYTES;
    if (end > this.#bytes.length) {
      const grown = new Uint8Array(2 * this.#bytes.length);
      grown.set(this.#bytes);
      this.#bytes = grown;
    }
    this.#bytes.set(row.bytes.subarray(row.at[3], row.at[3] + VALUE_BYTES), end - VALUE_BYTES);
    this.#startMs.push(timestampMs(row, 0));
    this.#userAt.push(user);
    this.#users.push(account);
    this.#channels.push(row.view.getInt32(row.at[2]));
    this.#n++;
  }

  finish(classes: readonly number[]): Omit<LoadedRows, "userIds"> {
    return {
      n: this.#n,
      values: new Float32Array(this.#bytes.buffer, 0, this.#n * DIMENSIONS),
      channels: Uint16Array.from(this.#channels),
      startMs: Float64Array.from(this.#startMs),
      users: Uint32Array.from(this.#users),
      userAt: Uint32Array.from(this.#userAt),
      classes: Uint8Array.from(this.#userAt, (user) => classes[user]),
    };
  }
}
