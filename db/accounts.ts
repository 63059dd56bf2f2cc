/**
 * The hosts and users that batches name. What a process has written already it does not write
 * again: with 61 accounts a host, one upsert an account and flush cost three times the rows' COPY.
 * @module
 */
import { type Batch, uuidText, type WireRow } from "@/features/wire.ts";
import type { Sql } from "./open.ts";

/** Rows of a host that a transaction adds. */
export interface Taken {
  readonly hostId: string;
  readonly rows: readonly WireRow[];
  /** Number of the first. */
  readonly firstSeq: number;
}

/** A host as it stands. */
export interface HostRow {
  readonly agentId: string | null;
  readonly offsetMinutes: number;
  readonly lastSeenMs: number;
}

/** A host as it shall be. */
export interface HostSent {
  readonly batch: Batch;
  readonly agentId?: string;
}

/** A host's last_seen is moved when it is this old. */
const SEEN_MS = 60_000;
/** What is known of users is forgotten after this long, as somebody may have erased one. */
const FORGET_MS = 6 * 3_600_000;
/** Users remembered at most, about 200 bytes each. */
const MOST_USERS = 200_000;

/** The hosts that exist. */
export async function readHosts(sql: Sql, ids: readonly string[]): Promise<Map<string, HostRow>> {
  const rows = await sql<(HostRow & { hostId: string })[]>`
    select host_id as "hostId", agent_id as "agentId", offset_minutes as "offsetMinutes",
      (extract(epoch from last_seen) * 1000)::float8 as "lastSeenMs"
    from hosts
    where host_id = any(${ids as string[]}::uuid[])`;
  return new Map(rows.map((row) => [row.hostId, row]));
}

/** Whether a host's row says something else than what was sent, or was last moved a while ago. */
export function isStale(known: HostRow, { batch, agentId }: HostSent, nowMs: number): boolean {
  const offset = batch.rows.at(-1)?.offsetMinutes ?? known.offsetMinutes;
  return known.offsetMinutes !== offset || nowMs - known.lastSeenMs >= SEEN_MS ||
    (known.agentId === null && agentId !== undefined);
}

/** Makes or touches hosts; gives the agent that owns each. Locks their rows in one order. */
export async function upsertHosts(
  sql: Sql,
  hosts: ReadonlyMap<string, HostSent>,
  nowMs: number,
): Promise<Map<string, string | null>> {
  if (hosts.size === 0) return new Map();
  const ids = [...hosts.keys()].sort();
  const names = ids.map((id) => hosts.get(id)!.batch.host);
  const agents = ids.map((id) => hosts.get(id)!.agentId ?? null);
  const offsets = ids.map((id) => hosts.get(id)!.batch.rows.at(-1)?.offsetMinutes ?? 0);
  const now = new Date(nowMs).toISOString();
  const rows = await sql<{ host_id: string; agent_id: string | null }[]>`
    insert into hosts as h (host_id, name, agent_id, offset_minutes, first_seen, last_seen)
    select id, name, agent, shift, ${now}::timestamptz, ${now}::timestamptz
    from unnest(${ids}::uuid[], ${names}::text[], ${agents}::uuid[], ${offsets}::smallint[])
      as sent(id, name, agent, shift)
    on conflict (host_id) do update
      set last_seen = greatest(h.last_seen, excluded.last_seen),
        offset_minutes = excluded.offset_minutes,
        agent_id = coalesce(h.agent_id, excluded.agent_id)
    returning host_id, agent_id`;
  return new Map(rows.map(({ host_id, agent_id }) => [host_id, agent_id]));
}

interface User {
  readonly hostId: string;
  readonly userId: string;
  row: WireRow;
  fromMs: number;
  toMs: number;
}

/** The users that a process has written, so that only new and changed ones are. */
export class KnownUsers {
  readonly #written = new Map<string, string>();
  #sinceMs = -Infinity;

  /**
   * Writes those of `taken` that are new here, have another class or have a name at last (a name is
   * sealed anew each time, so that names cannot be compared); gives what to call once that is
   * committed. `last_seen` of the others is moved by the score job.
   */
  async write(sql: Sql, taken: readonly Taken[], nowMs: number): Promise<() => void> {
    if (nowMs - this.#sinceMs > FORGET_MS || this.#written.size > MOST_USERS) {
      this.#written.clear();
      this.#sinceMs = nowMs;
    }
    const fresh = [...usersOf(taken)].filter(([key, { row }]) => {
      const known = this.#written.get(key);
      return known === undefined || !known.startsWith(stateOf(row));
    });
    if (fresh.length > 0) await upsertUsers(sql, fresh.map(([, user]) => user));
    return () => {
      for (const [key, { row }] of fresh) this.#written.set(key, stateOf(row));
    };
  }
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex");
}

function stateOf(row: WireRow): string {
  return `${row.entityClass}${row.sealedName.length > 0 ? " named" : ""}`;
}

/** Users of the rows, by host and user. */
function usersOf(taken: readonly Taken[]): Map<string, User> {
  const users = new Map<string, User>();
  for (const { hostId, rows } of taken) {
    const byBytes = new Map<Uint8Array, User>(); // a batch's rows share their user's bytes
    for (const row of rows) {
      let user = byBytes.get(row.user);
      if (!user) {
        const userId = uuidText(row.user);
        const key = `${hostId} ${userId}`;
        user = users.get(key);
        if (!user) {
          user = { hostId, userId, row, fromMs: row.startMs, toMs: row.startMs };
          users.set(key, user);
        }
        byBytes.set(row.user, user);
      }
      if (row.sealedName.length > 0) user.row = row;
      if (row.startMs < user.fromMs) user.fromMs = row.startMs;
      if (row.startMs > user.toMs) user.toMs = row.startMs;
    }
  }
  return users;
}

async function upsertUsers(sql: Sql, unsorted: readonly User[]): Promise<void> {
  const keyOf = ({ hostId, userId }: User) => hostId + userId;
  const all = unsorted.toSorted((a, b) => keyOf(a) < keyOf(b) ? -1 : 1);
  const at = (ms: number) => new Date(ms).toISOString();
  await sql`
    insert into users as u (host_id, user_id, entity_class, sealed_name, first_seen, last_seen)
    select * from unnest(
      ${all.map(({ hostId }) => hostId)}::uuid[],
      ${all.map(({ userId }) => userId)}::uuid[],
      ${all.map(({ row }) => row.entityClass)}::text[],
      ${all.map(({ row }) => `\\x${hex(row.sealedName)}`)}::text[]::bytea[],
      ${all.map(({ fromMs }) => at(fromMs))}::text[]::timestamptz[],
      ${all.map(({ toMs }) => at(toMs))}::text[]::timestamptz[])
    on conflict (host_id, user_id) do update
      set entity_class = excluded.entity_class,
        sealed_name = case when length(excluded.sealed_name) > 0
          then excluded.sealed_name else u.sealed_name end,
        first_seen = least(u.first_seen, excluded.first_seen),
        last_seen = greatest(u.last_seen, excluded.last_seen)`;
}
