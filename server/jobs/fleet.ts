/**
 * Keeps the fleet's model: learned daily, before the first training, and while the estate grows, from
 * a sample of hosts that bounds time and memory whatever the estate's size.
 * @module
 */
import { getLogger } from "@logtape/logtape";
import type { Database, Sql } from "@/db/open.ts";
import {
  type FleetModel,
  openFleet,
  type TrainedHost,
  trainFleet,
  type TrainHostsOptions,
} from "@/models/detection.ts";
import { uuidv7 } from "@/server/ids.ts";
import type { Jobs } from "./jobs.ts";
import { loadTrainingRows } from "./rows.ts";

const log = getLogger(["habit", "server", "fleet"]);

/** Hosts of a sample: a minute or two of training on two cores. */
const MOST_HOSTS = 128;
/** Windows of a sample: 100 MB of vectors. */
const MOST_WINDOWS = 200_000;
/** Hosts that are looked at to fill it. */
const CANDIDATES = 1_000;
/** The estate has grown by this share since: a young fleet's model ages quickly. */
const GROWTH = 0.25;
/** Advisory lock under which one worker at a time learns the fleet. */
const FLEET_LOCK = 7_261_003;

/** The fleet's model in force. */
export interface StoredFleet {
  readonly fleetId: string;
  readonly fleet: FleetModel;
  /** Models that its training gave as well: those of its sample. */
  readonly hosts: ReadonlyMap<string, TrainedHost>;
}

/** Learns the fleet anew; gives a sentence. */
export async function fleetJob(
  database: Database,
  jobs: Pick<Jobs, "insert">,
  options: TrainHostsOptions,
  nowMs: () => number,
): Promise<string> {
  const learned = await alone(database.sql, () => learn(database, jobs, [], options, nowMs));
  return learned ? `learned from ${learned.hosts.size} hosts` : "no host has any window yet";
}

/**
 * The fleet's model to train `hostIds` with: the one in force, or a new one where there is none, it
 * cannot be read, or the estate has grown by a quarter since. Undefined while no host has a window.
 */
export async function fleetForTraining(
  database: Database,
  jobs: Pick<Jobs, "insert">,
  hostIds: readonly string[],
  options: TrainHostsOptions,
  nowMs: () => number,
): Promise<StoredFleet | undefined> {
  return await inForce(database.sql) ?? await alone(database.sql, async () =>
    // Another worker may have learned it while this one waited.
    await inForce(database.sql) ?? await learn(database, jobs, hostIds, options, nowMs));
}

/** Runs one at a time over all workers; the lock goes with the connection if this one is killed. */
async function alone<Outcome>(sql: Sql, run: () => Promise<Outcome>): Promise<Outcome> {
  const held = await sql.reserve();
  try {
    await held`select pg_advisory_lock(${FLEET_LOCK})`;
    try {
      return await run();
    } finally {
      await held`select pg_advisory_unlock(${FLEET_LOCK})`;
    }
  } finally {
    held.release();
  }
}

async function storedInAll(sql: Sql): Promise<number> {
  const [{ stored }] = await sql<{ stored: number }[]>`
    select coalesce(sum(stored), 0)::float8 as stored from ledger`;
  return stored;
}

async function inForce(sql: Sql): Promise<StoredFleet | undefined> {
  const [row] = await sql<{ fleetId: string; stored: number; bytes: Uint8Array }[]>`
    select fleet_id as "fleetId", stored::float8 as stored, bytes from fleet_models where active`;
  if (!row || await storedInAll(sql) >= (1 + GROWTH) * row.stored) return undefined;
  try {
    return { fleetId: row.fleetId, fleet: openFleet(row.bytes), hosts: new Map() };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    log.warn("The fleet's model cannot be read; it is learned anew.", { reason: error.message });
    return undefined;
  }
}

/**
 * Hosts of the sample: by a hash of their id, so that it is the same every day, as many as fit into
 * its bounds, and one at least.
 */
async function sampledHosts(sql: Sql): Promise<string[]> {
  const hosts = await sql<{ hostId: string; windows: number }[]>`
    select l.host_id as "hostId",
      coalesce(m.windows + l.stored - m.stored, l.stored)::float8 as windows
    from ledger l
    left join models m on m.host_id = l.host_id and m.active
    where l.stored > 0
    order by md5(l.host_id::text)
    limit ${CANDIDATES}`;
  const chosen: string[] = [];
  let left = MOST_WINDOWS;
  for (const { hostId, windows } of hosts) {
    if (chosen.length === MOST_HOSTS) break;
    if (windows > left && chosen.length > 0) continue;
    left -= windows;
    chosen.push(hostId);
  }
  return chosen;
}

/**
 * Hosts whose model comes of a fleet not half as large: the first ones of an estate would else be
 * judged by what the first hour of it knew.
 */
async function outgrown(sql: Sql, windows: number): Promise<string[]> {
  const hosts = await sql<{ hostId: string }[]>`
    select m.host_id as "hostId"
    from models m
    join fleet_models f using (fleet_id)
    where m.active and 2 * f.windows <= ${windows}
    order by m.host_id`;
  return hosts.map(({ hostId }) => hostId);
}

/** Learns from a sample and stores it; others than `training` whose model it outgrew become due. */
async function learn(
  database: Database,
  jobs: Pick<Jobs, "insert">,
  training: readonly string[],
  options: TrainHostsOptions,
  nowMs: () => number,
): Promise<StoredFleet | undefined> {
  const { sql } = database;
  // Before the rows are read: what comes in meanwhile counts as growth.
  const stored = await storedInAll(sql);
  const rows = await loadTrainingRows(database.read, await sampledHosts(sql));
  const trained = await trainFleet(rows, options);
  if (!trained) return undefined;
  const { bytes, windows, figures, hosts } = trained;
  const fleetId = uuidv7(nowMs());
  const ends = [...rows.values()].map(({ startMs, n }) => [startMs[0], startMs[n - 1]]);
  const from = new Date(Math.min(...ends.map(([first]) => first))).toISOString();
  const to = new Date(Math.max(...ends.map(([, last]) => last))).toISOString();
  const now = new Date(nowMs()).toISOString();
  await sql.begin(async (transaction) => {
    const inside = transaction as unknown as Sql;
    await inside`update fleet_models set active = false where active`;
    await inside`
      insert into fleet_models
        (fleet_id, hosts, windows, stored, bytes, figures, trained_from, trained_to, created_at,
          active)
      values (${fleetId}, ${hosts.size}, ${windows}, ${stored}, ${bytes},
        ${JSON.stringify(figures)}::text::jsonb, ${from}, ${to}, ${now}, true)`;
    const due = (await outgrown(inside, windows)).filter((hostId) => !training.includes(hostId));
    await jobs.insert(inside, "train", due);
  });
  log.info("The fleet's model is learned.", { hosts: hosts.size, windows });
  return { fleetId, fleet: openFleet(bytes), hosts };
}
