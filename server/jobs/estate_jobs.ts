/**
 * Work for the whole estate, by schedule. These statements mean to ask every node.
 * @module
 */
import type { Database } from "@/db/open.ts";
import type { Jobs } from "./jobs.ts";
import { windowsPerDay } from "./score.ts";

const DAY_MS = 86_400_000;
/** Weeks whose partitions stand ready, so that ingest seldom makes one. */
const WEEKS_AHEAD = 4;
/** Windows, scores and alerts are kept this long where nobody has set `retentionDays`. */
const RETENTION_DAYS = 400;
/** Days that are searched every day for windows without a score. */
const LOOK_BACK_DAYS = 8;
/** Checkpoints that are no longer active are kept this long, to look back at what scored. */
const OLD_MODEL_DAYS = 92;

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

/** Makes the partitions of the coming weeks, drops what is older than retention says. */
export async function retainJob({ sql }: Database, nowMs: number): Promise<string> {
  const [setting] = await sql<{ days: number }[]>`
    select (value ->> 'days')::float8 as days from settings where name = 'retentionDays'`;
  const days = setting?.days ?? RETENTION_DAYS;
  const before = new Date(nowMs - days * DAY_MS).toISOString();
  for (let week = 0; week <= WEEKS_AHEAD; week++) {
    const day = new Date(nowMs + week * 7 * DAY_MS).toISOString();
    await sql`select make_vector_partition(${day}::text::timestamptz)`;
  }
  const [{ dropped }] = await sql<{ dropped: number }[]>`
    select drop_vector_partitions(${before}::text::timestamptz) as dropped`;
  await sql`delete from scores where window_start < ${before}::text::timestamptz`;
  await sql`
    delete from alert_cases c using alerts a
    where a.host_id = c.host_id and a.alert_id = c.alert_id
      and a.window_start < ${before}::text::timestamptz`;
  await sql`delete from alerts where window_start < ${before}::text::timestamptz`;
  const oldModel = new Date(nowMs - OLD_MODEL_DAYS * DAY_MS).toISOString();
  await sql`delete from models where not active and created_at < ${oldModel}::text::timestamptz`;
  await sql`delete from job_progress where ended_at < ${oldModel}::text::timestamptz`;
  return `${dropped} weeks dropped`;
}
