/**
 * Writes batches: the ledger says which rows follow on, COPY writes them, all in one transaction.
 * @module
 */
import { createHash } from "node:crypto";
import { DIMENSIONS } from "@/features/vector.ts";
import { type Batch, uuidText, type WireRow } from "@/features/wire.ts";
import { copyIn, CopyWriter } from "./copy.ts";
import type { Sql } from "./open.ts";

/** A batch and who sent it. */
export interface Incoming {
  readonly batch: Batch;
  /** Undefined where any agent may write the host. */
  readonly agentId?: string;
}

/** What became of a batch. */
export interface Stored {
  readonly hostId: string;
  /** Stored now or before; not the next one; or the host is another agent's. */
  readonly outcome: "stored" | "duplicate" | "gap" | "other-agent";
  /** Number of the last row of the host that is stored. */
  readonly lastSeq: number;
  /** Rows that this transaction added. */
  readonly added: number;
}

interface Place {
  epoch: string;
  lastSeq: number;
  /** Rows of an earlier epoch may be there: conflicts must be looked for. */
  renewed: boolean;
}

/** What became of the batches, and the weeks whose partitions the transaction made. */
interface Outcome {
  readonly stored: Stored[];
  readonly made: readonly number[];
}

const UNIQUE_VIOLATION = "23505";
const DAY_MS = 86_400_000;
const WEEK_MS = 7 * DAY_MS;
/** How far back weeks have partitions of their own. */
const PAST_MS = 3 * 365 * DAY_MS;
/** Bytes of a row of `vectors` in a COPY. */
const ROW_BYTES = 602;
/** Weeks whose partitions a pool has seen committed; a week that retention drops stays dropped. */
const madeWeeks = new WeakMap<Sql, Set<number>>();
const floats = new Float32Array(DIMENSIONS);
const floatBytes = new Uint8Array(floats.buffer);
const COLUMNS = "host_id, window_start, user_id, seq, offset_minutes, events, channels, values";

/** The id of a host: a UUID of its name, so that agent and server need not agree on numbers. */
export function hostIdOf(name: string): string {
  return uuidText(hostBytes(name));
}

function hostBytes(name: string): Uint8Array {
  return createHash("sha256").update(`habit/host/${name.toLowerCase()}`).digest().subarray(0, 16);
}

/**
 * Stores batches in their order and tells what became of each. `due` runs inside the transaction,
 * after the rows. Throws what Postgres throws; then nothing was stored.
 */
export async function storeBatches(
  sql: Sql,
  incoming: readonly Incoming[],
  nowMs: number,
  due?: (sql: Sql, stored: readonly Stored[]) => Promise<void>,
): Promise<Stored[]> {
  const weeks = madeWeeks.get(sql) ?? new Set();
  madeWeeks.set(sql, weeks);
  const run = async (staged: boolean) => {
    const { stored, made } = await sql.begin(async (transaction) => {
      const inside = transaction as unknown as Sql;
      const done = await store(inside, incoming, nowMs, staged, weeks);
      await due?.(inside, done.stored.filter(({ added }) => added > 0));
      return done;
    }) as Outcome;
    for (const week of made) weeks.add(week);
    return stored;
  };
  try {
    return await run(false);
  } catch (error) {
    // Windows that an earlier spool of the host has sent: look at each row, and keep the first.
    if ((error as { code?: string }).code !== UNIQUE_VIOLATION) throw error;
    return await run(true);
  }
}

async function store(
  sql: Sql,
  incoming: readonly Incoming[],
  nowMs: number,
  staged: boolean,
  weeks: ReadonlySet<number>,
): Promise<Outcome> {
  const hosts = new Map(incoming.map((one) => [hostIdOf(one.batch.host), one]));
  const owners = await upsertHosts(sql, hosts, nowMs);
  const places = await lockLedger(sql, [...hosts.keys()]);
  const copy = new CopyWriter(
    ROW_BYTES * incoming.reduce((n, one) => n + one.batch.rows.length, 0),
  );
  const taken: { hostId: string; rows: readonly WireRow[] }[] = [];
  let rows = 0;
  const stored = incoming.map(({ batch, agentId }): Stored => {
    const hostId = hostIdOf(batch.host);
    const place = places.get(hostId) ?? { epoch: batch.epoch, lastSeq: -1, renewed: false };
    const owner = owners.get(hostId);
    if (agentId && owner && owner !== agentId) {
      return { hostId, outcome: "other-agent", lastSeq: -1, added: 0 };
    }
    if (place.epoch !== batch.epoch && batch.firstSeq === 0) {
      Object.assign(place, { epoch: batch.epoch, lastSeq: -1, renewed: true });
    }
    const last = batch.firstSeq + batch.rows.length - 1;
    if (place.epoch !== batch.epoch || batch.firstSeq > place.lastSeq + 1) {
      const lastSeq = place.epoch === batch.epoch ? place.lastSeq : -1;
      return { hostId, outcome: "gap", lastSeq, added: 0 };
    }
    if (last <= place.lastSeq) {
      return { hostId, outcome: "duplicate", lastSeq: place.lastSeq, added: 0 };
    }
    const fresh = batch.rows.slice(place.lastSeq + 1 - batch.firstSeq);
    const id = hostBytes(batch.host);
    fresh.forEach((row, i) => writeRow(copy, id, row, place.lastSeq + 1 + i));
    rows += fresh.length;
    taken.push({ hostId, rows: fresh });
    place.lastSeq = last;
    places.set(hostId, place);
    return { hostId, outcome: "stored", lastSeq: last, added: fresh.length };
  });
  if (rows === 0) return { stored, made: [] };
  const made = await makePartitions(sql, taken.flatMap(({ rows }) => rows), nowMs, weeks);
  const renewed = [...places.values()].some((place) => place.renewed);
  await copyRows(sql, copy.finish(), staged || renewed);
  await Promise.all([upsertUsers(sql, taken), advanceLedger(sql, places)]); // one round trip
  return { stored, made };
}

/** One row of `vectors`, its columns in the order of the table. */
export function writeRow(copy: CopyWriter, hostId: Uint8Array, row: WireRow, seq: number): void {
  copy.row(8);
  copy.bytes(hostId);
  copy.timestamp(row.startMs);
  copy.bytes(row.user);
  copy.int8(seq);
  copy.int2(row.offsetMinutes);
  copy.int4(Math.min(row.events, 0x7fffffff));
  copy.int4(row.channels);
  floats.set(row.values);
  copy.bytes(floatBytes);
}

/** Makes or touches the hosts' rows; gives the agent that owns each. */
async function upsertHosts(
  sql: Sql,
  hosts: ReadonlyMap<string, Incoming>,
  nowMs: number,
): Promise<Map<string, string | null>> {
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

/** The hosts' places in their streams, locked in one order until the transaction ends. */
async function lockLedger(sql: Sql, hostIds: readonly string[]): Promise<Map<string, Place>> {
  const rows = await sql<{ host_id: string; epoch: string; last_seq: string }[]>`
    select host_id, epoch, last_seq
    from ledger
    where host_id = any(${[...hostIds]}::uuid[])
    order by host_id
    for update`;
  return new Map(rows.map(({ host_id, epoch, last_seq }) => [
    host_id,
    { epoch, lastSeq: Number(last_seq), renewed: false },
  ]));
}

async function advanceLedger(sql: Sql, places: ReadonlyMap<string, Place>): Promise<void> {
  const ids = [...places.keys()].sort();
  await sql`
    insert into ledger (host_id, epoch, last_seq)
    select * from unnest(
      ${ids}::uuid[],
      ${ids.map((id) => places.get(id)!.epoch)}::uuid[],
      ${ids.map((id) => places.get(id)!.lastSeq)}::bigint[])
    on conflict (host_id) do update
      set epoch = excluded.epoch, last_seq = excluded.last_seq`;
}

/** Makes the partitions of recent weeks; what is years away lies in the default one. */
async function makePartitions(
  sql: Sql,
  rows: readonly WireRow[],
  nowMs: number,
  known: ReadonlySet<number>,
): Promise<number[]> {
  const weeks = new Set<number>();
  for (const { startMs } of rows) {
    if (startMs <= nowMs - PAST_MS || startMs >= nowMs + WEEK_MS) continue;
    const week = Math.floor((startMs + 3 * DAY_MS) / WEEK_MS); // weeks begin on Monday
    if (!known.has(week)) weeks.add(week);
  }
  if (weeks.size === 0) return [];
  const days = [...weeks].sort((a, b) => a - b)
    .map((week) => new Date(week * WEEK_MS - 2 * DAY_MS).toISOString());
  await sql`select make_vector_partition(day) from unnest(${days}::text[]::timestamptz[]) as day`;
  return [...weeks];
}

async function copyRows(sql: Sql, stream: Uint8Array, staged: boolean): Promise<void> {
  if (!staged) {
    return await copyIn(sql, `copy vectors (${COLUMNS}) from stdin (format binary)`, stream);
  }
  await sql`create temp table incoming (like vectors) on commit drop`;
  await copyIn(sql, `copy incoming (${COLUMNS}) from stdin (format binary)`, stream);
  await sql.unsafe(`
    insert into vectors (${COLUMNS})
    select ${COLUMNS} from incoming
    on conflict (host_id, window_start, user_id) do nothing`);
}

async function upsertUsers(
  sql: Sql,
  taken: readonly { hostId: string; rows: readonly WireRow[] }[],
): Promise<void> {
  const users = new Map<
    string,
    { hostId: string; userId: string; row: WireRow; from: number; to: number }
  >();
  for (const { hostId, rows } of taken) {
    const texts = new Map<Uint8Array, string>(); // a batch's rows share their user's bytes
    for (const row of rows) {
      let userId = texts.get(row.user);
      if (userId === undefined) texts.set(row.user, userId = uuidText(row.user));
      const key = `${hostId} ${userId}`;
      const known = users.get(key);
      if (!known) users.set(key, { hostId, userId, row, from: row.startMs, to: row.startMs });
      else {
        if (row.sealedName.length > 0) known.row = row;
        known.from = Math.min(known.from, row.startMs);
        known.to = Math.max(known.to, row.startMs);
      }
    }
  }
  const all = [...users.keys()].sort().map((key) => users.get(key)!);
  const hex = (bytes: Uint8Array) => `\\x${Buffer.from(bytes).toString("hex")}`;
  await sql`
    insert into users as u (host_id, user_id, entity_class, sealed_name, first_seen, last_seen)
    select * from unnest(
      ${all.map(({ hostId }) => hostId)}::uuid[],
      ${all.map(({ userId }) => userId)}::uuid[],
      ${all.map(({ row }) => row.entityClass)}::text[],
      ${all.map(({ row }) => hex(row.sealedName))}::text[]::bytea[],
      ${all.map(({ from }) => new Date(from).toISOString())}::text[]::timestamptz[],
      ${all.map(({ to }) => new Date(to).toISOString())}::text[]::timestamptz[])
    on conflict (host_id, user_id) do update
      set entity_class = excluded.entity_class,
        sealed_name = case when length(excluded.sealed_name) > 0
          then excluded.sealed_name else u.sealed_name end,
        first_seen = least(u.first_seen, excluded.first_seen),
        last_seen = greatest(u.last_seen, excluded.last_seen)`;
}
