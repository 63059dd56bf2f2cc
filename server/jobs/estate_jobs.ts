/**
 * Work for the whole estate, by schedule. These statements mean to ask every node.
 * @module
 */
import type { Database } from "@/db/open.ts";
import { forget } from "@/server/privacy/retention.ts";
import type { Jobs } from "./jobs.ts";
import { windowsPerDay } from "./score.ts";

const DAY_MS = 86_400_000;
/** Weeks whose partitions stand ready, so that ingest seldom makes one. */
const WEEKS_AHEAD = 4;
/** Days that are searched every day for windows without a score. */
const LOOK_BACK_DAYS = 8;

/** Counts the estate's windows a day anew: the alert budget is divided by it. */
export async function calibrateJob({ sql }: Database): Promise<string> {
  const perDay = await windowsPerDay(sql);
  await sql`
    insert into settings (name, value)
    values ('windowRate', jsonb_build_object('perDay', ${perDay}::float8))
    on conflict (name) do update set value = excluded.value`;
  return `${Math.round(perDay)} windows a day`;
}

/**
 * Enqueues the baselines of every host, and another look at its last days for windows without a
 * score: a server of an older version, or a restored backup, may have left some unmarked.
 */
export async function recountJob(
  { sql }: Database,
  jobs: Jobs,
  full: boolean,
  nowMs: number,
): Promise<string> {
  const from = new Date(nowMs - LOOK_BACK_DAYS * DAY_MS).toISOString();
  await sql`update ledger set unscored_from = least(unscored_from, ${from}::text::timestamptz)`;
  const hosts = await sql<{ hostId: string }[]>`select host_id as "hostId" from hosts order by 1`;
  const ids = hosts.map(({ hostId }) => hostId);
  await jobs.insert(sql, "baseline", ids, { full });
  await jobs.insert(sql, "score", ids);
  return `${hosts.length} hosts`;
}

/** Makes the partitions of the coming weeks, forgets what is older than its retention. */
export async function retainJob({ sql }: Database, nowMs: number): Promise<string> {
  for (let week = 0; week <= WEEKS_AHEAD; week++) {
    const day = new Date(nowMs + week * 7 * DAY_MS).toISOString();
    await sql`select make_vector_partition(${day}::text::timestamptz)`;
  }
  const gone = Object.entries(await forget(sql, nowMs)).filter(([, count]) => count > 0);
  return gone.map(([kind, count]) => `${kind}: ${count}`).join(", ") || "nothing was too old";
}
