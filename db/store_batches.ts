/**
 * Writes batches: the ledger says which rows follow on, COPY writes them, all in one transaction.
 * @module
 */
import { createHash } from "node:crypto";
import { DIMENSIONS } from "@/features/vector.ts";
import { type Batch, uuidBytes, uuidText, type WireRow } from "@/features/wire.ts";
import { isStale, KnownUsers, readHosts, type Taken, upsertHosts } from "./accounts.ts";
import { copyIn, copyPieces, type CopyWriter } from "./copy.ts";
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

/** A host's place in its stream. */
interface Place {
  epoch: string;
  lastSeq: number;
  stored: number;
  /** Earliest window that this transaction adds. */
  fromMs: number;
  /** Rows of an earlier epoch may be there: conflicts must be looked for. */
  renewed: boolean;
}

const UNIQUE_VIOLATION = "23505";
const DAY_MS = 86_400_000;
const WEEK_MS = 7 * DAY_MS;
/** How far back weeks have partitions of their own. */
const PAST_MS = 3 * 365 * DAY_MS;
/** A host that has sent nothing yet is in no epoch. */
const NO_EPOCH = "00000000-0000-0000-0000-000000000000";
const floats = new Float32Array(DIMENSIONS);
const floatBytes = new Uint8Array(floats.buffer);
const COLUMNS = "host_id, window_start, user_id, seq, offset_minutes, events, channels, values";

/** The id of a host: a UUID of its name, so that agent and server need not agree on numbers. */
export function hostIdOf(name: string): string {
  const digest = createHash("sha256").update(`habit/host/${name.toLowerCase()}`).digest();
  return uuidText(digest.subarray(0, 16));
}

/** Stores batches, remembering what need not be written twice. */
export class BatchStore {
  readonly #sql: Sql;
  readonly #users = new KnownUsers();
  /** Weeks that have their partition; a week that retention drops stays dropped. */
  readonly #weeks = new Set<number>();

  /** A store on a pool. */
  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /**
   * Stores batches in their order and tells what became of each. `due` runs inside the transaction,
   * after the rows. Throws what Postgres throws; then nothing was stored.
   */
  async store(
    incoming: readonly Incoming[],
    nowMs: number,
    due?: (sql: Sql, stored: readonly Stored[]) => Promise<void>,
  ): Promise<Stored[]> {
    const run = async (staged: boolean) => {
      const committed: (() => void)[] = [];
      const stored = await this.#sql.begin(async (transaction) => {
        const inside = transaction as unknown as Sql;
        const flush = await placeAll(inside, incoming, nowMs);
        if (flush.rows > 0) {
          committed.push(await this.#makePartitions(inside, flush.taken, nowMs));
          await copyRows(inside, flush.taken, staged || flush.renewed);
          const [known] = await Promise.all([ // one round trip
            this.#users.write(inside, flush.taken, nowMs),
            advanceLedger(inside, flush.places),
            upsertHosts(inside, flush.stale, nowMs),
          ]);
          committed.push(known);
        }
        await due?.(inside, flush.stored.filter(({ added }) => added > 0));
        return flush.stored;
      }) as Stored[];
      for (const remember of committed) remember();
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

  /** Makes the partitions of recent weeks; what is years away lies in the default one. */
  async #makePartitions(sql: Sql, taken: readonly Taken[], nowMs: number): Promise<() => void> {
    const weeks = new Set<number>();
    for (const { rows } of taken) {
      for (const { startMs } of rows) {
        if (startMs <= nowMs - PAST_MS || startMs >= nowMs + WEEK_MS) continue;
        const week = Math.floor((startMs + 3 * DAY_MS) / WEEK_MS); // weeks begin on Monday
        if (!this.#weeks.has(week)) weeks.add(week);
      }
    }
    const days = [...weeks].sort((a, b) => a - b)
      .map((week) => new Date(week * WEEK_MS - 2 * DAY_MS).toISOString());
    if (days.length > 0) {
      await sql`
        select make_vector_partition(day) from unnest(${days}::text[]::timestamptz[]) as day`;
    }
    return () => weeks.forEach((week) => this.#weeks.add(week));
  }
}

/** What a transaction is about to write. */
interface Flush {
  readonly stored: Stored[];
  readonly taken: Taken[];
  readonly rows: number;
  readonly places: ReadonlyMap<string, Place>;
  readonly renewed: boolean;
  /** Hosts whose row is to be touched. */
  readonly stale: ReadonlyMap<string, Incoming>;
}

/** Locks the hosts' places, decides on each batch, and lays out the rows that follow on. */
async function placeAll(sql: Sql, incoming: readonly Incoming[], nowMs: number): Promise<Flush> {
  const hostIds = incoming.map(({ batch }) => hostIdOf(batch.host));
  const { places, owners, stale } = await lockHosts(
    sql,
    new Map(incoming.map((one, i) => [hostIds[i], one])),
    nowMs,
  );
  const taken: Taken[] = [];
  const stored = incoming.map(({ batch, agentId }, i): Stored => {
    const hostId = hostIds[i];
    const owner = owners.get(hostId);
    if (agentId && owner && owner !== agentId) {
      return { hostId, outcome: "other-agent", lastSeq: -1, added: 0 };
    }
    const place = places.get(hostId)!;
    const { fresh, ...outcome } = advance(place, batch);
    if (fresh.length > 0) {
      taken.push({ hostId, rows: fresh, firstSeq: outcome.lastSeq - fresh.length + 1 });
    }
    return { hostId, ...outcome, added: fresh.length };
  });
  return {
    stored,
    taken,
    rows: taken.reduce((n, { rows }) => n + rows.length, 0),
    places: new Map([...places].filter(([, place]) => place.fromMs < Infinity)),
    renewed: [...places.values()].some(({ renewed }) => renewed),
    stale,
  };
}

/** Moves a place by what of a batch follows on, and gives those rows. */
function advance(place: Place, { epoch, firstSeq, rows }: Batch) {
  const none: readonly WireRow[] = [];
  if (place.epoch !== epoch && firstSeq === 0) {
    Object.assign(place, { epoch, lastSeq: -1, renewed: place.stored > 0 });
  }
  if (place.epoch !== epoch) return { outcome: "gap", lastSeq: -1, fresh: none } as const;
  const { lastSeq } = place;
  const last = firstSeq + rows.length - 1;
  if (firstSeq > lastSeq + 1) return { outcome: "gap", lastSeq, fresh: none } as const;
  if (last <= lastSeq) return { outcome: "duplicate", lastSeq, fresh: none } as const;
  const fresh = rows.slice(lastSeq + 1 - firstSeq);
  place.lastSeq = last;
  place.stored += fresh.length;
  for (const { startMs } of fresh) place.fromMs = Math.min(place.fromMs, startMs);
  return { outcome: "stored", lastSeq: last, fresh } as const;
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

/**
 * The hosts' places in their streams, locked in one order until the transaction ends, and who owns
 * the hosts. A new host's row and place are made first, so that there is something to lock.
 */
async function lockHosts(sql: Sql, hosts: ReadonlyMap<string, Incoming>, nowMs: number) {
  const ids = [...hosts.keys()].sort();
  const [known, places] = await Promise.all([readHosts(sql, ids), lockLedger(sql, ids)]);
  const owners = new Map([...known].map(([id, { agentId }]) => [id, agentId]));
  const fresh = new Map([...hosts].filter(([id]) => !known.has(id) || !places.has(id)));
  if (fresh.size > 0) {
    const made = [...fresh.keys()].sort();
    for (const [id, owner] of await upsertHosts(sql, fresh, nowMs)) owners.set(id, owner);
    await sql`
      insert into ledger (host_id, epoch, last_seq)
      select id, ${NO_EPOCH}::uuid, -1 from unnest(${made}::uuid[]) as id
      on conflict (host_id) do nothing`;
    for (const [id, place] of await lockLedger(sql, made)) places.set(id, place);
  }
  const stale = new Map(
    [...hosts].filter(([id, one]) => {
      const host = known.get(id);
      return host && !fresh.has(id) && isStale(host, one, nowMs);
    }),
  );
  return { places, owners, stale };
}

async function lockLedger(sql: Sql, hostIds: readonly string[]): Promise<Map<string, Place>> {
  const rows = await sql<{ host_id: string; epoch: string; last_seq: string; stored: string }[]>`
    select host_id, epoch, last_seq, stored
    from ledger
    where host_id = any(${[...hostIds]}::uuid[])
    order by host_id
    for update`;
  return new Map(rows.map(({ host_id, epoch, last_seq, stored }) => [
    host_id,
    {
      epoch,
      lastSeq: Number(last_seq),
      stored: Number(stored),
      fromMs: Infinity,
      renewed: false,
    },
  ]));
}

async function advanceLedger(sql: Sql, places: ReadonlyMap<string, Place>): Promise<void> {
  const all = [...places].sort(([a], [b]) => a < b ? -1 : 1);
  const from = all.map(([, { fromMs }]) => new Date(fromMs).toISOString());
  await sql`
    insert into ledger as l (host_id, epoch, last_seq, stored, unscored_from)
    select * from unnest(
      ${all.map(([id]) => id)}::uuid[],
      ${all.map(([, { epoch }]) => epoch)}::uuid[],
      ${all.map(([, { lastSeq }]) => lastSeq)}::bigint[],
      ${all.map(([, { stored }]) => stored)}::bigint[],
      ${from}::text[]::timestamptz[])
    on conflict (host_id) do update
      set epoch = excluded.epoch, last_seq = excluded.last_seq, stored = excluded.stored,
        unscored_from = least(l.unscored_from, excluded.unscored_from)`;
}

async function copyRows(sql: Sql, taken: readonly Taken[], staged: boolean): Promise<void> {
  function* rows() {
    for (const { hostId, firstSeq, rows } of taken) {
      const id = uuidBytes(hostId);
      for (const [i, row] of rows.entries()) yield [id, row, firstSeq + i] as const;
    }
  }
  const pieces = copyPieces(rows(), (copy, [id, row, seq]) => writeRow(copy, id, row, seq));
  const into = (table: string) => `copy ${table} (${COLUMNS}) from stdin (format binary)`;
  if (!staged) return await copyIn(sql, into("vectors"), pieces);
  await sql`create temp table incoming (like vectors) on commit drop`;
  await copyIn(sql, into("incoming"), pieces);
  await sql.unsafe(`
    insert into vectors (${COLUMNS})
    select ${COLUMNS} from incoming
    on conflict (host_id, window_start, user_id) do nothing`);
}
