/**
 * Work for the whole estate, by schedule. These statements mean to ask every node.
 * @module
 */
import { getLogger } from "@logtape/logtape";
import type { Database } from "@/db/open.ts";
import { forget } from "@/server/privacy/retention.ts";
import type { Jobs } from "./jobs.ts";
import { windowsPerDay } from "./score.ts";

const log = getLogger(["habit", "server", "jobs"]);

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

/** A model is trained again at this age, whatever has come in. */
const OLD_DAYS = 30;
/** Scores of so many days show drift; a younger model's have not been looked at yet. */
const DRIFT_DAYS = 7;
const DRIFT_WINDOWS = 50;
/** A normal window's p-value is this or less in as large a share of windows. */
const DRIFT_P = 0.05;
/** So many times the share, and 3.1 standard errors of it beyond: once in a thousand by chance. */
const DRIFT_TIMES = 3;
const DRIFT_ERRORS = 3.1;

/** Trains hosts anew whose model is old, or whose scores of late are not what it was calibrated to. */
export async function renewJob({ sql }: Database, jobs: Jobs, nowMs: number): Promise<string> {
  const at = (days: number) => new Date(nowMs - days * DAY_MS).toISOString();
  const hosts = await sql<{ hostId: string; drifts: boolean }[]>`
    select m.host_id as "hostId", s.low > ${DRIFT_TIMES} * ${DRIFT_P}::float8 * s.windows as drifts
    from models m
    join ledger l on l.host_id = m.host_id
    left join lateral (
      select count(*)::float8 as windows,
        (count(*) filter (where p <= ${DRIFT_P}))::float8 as low
      from scores
      where host_id = m.host_id and model_id = m.model_id and window_start > (
        select max(window_start) from scores where host_id = m.host_id
      ) - make_interval(days => ${DRIFT_DAYS})
    ) s on s.windows >= ${DRIFT_WINDOWS} and s.low > ${DRIFT_TIMES} * ${DRIFT_P}::float8 * s.windows
      and s.low > ${DRIFT_P}::float8 * s.windows
        + ${DRIFT_ERRORS}::float8 * sqrt(${DRIFT_P * (1 - DRIFT_P)}::float8 * s.windows)
    where m.active and (m.created_at < ${at(OLD_DAYS)}::text::timestamptz
      or m.created_at < ${at(DRIFT_DAYS)}::text::timestamptz and s.windows is not null)
    order by m.host_id`;
  await jobs.insert(sql, "train", hosts.map(({ hostId }) => hostId));
  const drifting = hosts.filter(({ drifts }) => drifts);
  if (drifting.length > 0) {
    log.info("Scores drift; models are trained anew.", {
      hosts: drifting.map(({ hostId }) => hostId).slice(0, 20),
      of: drifting.length,
    });
  }
  return `${drifting.length} models drift, ${hosts.length - drifting.length} are old`;
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
