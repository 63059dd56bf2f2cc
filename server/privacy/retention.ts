/**
 * How long what is kept: days for each kind of data, set by people, applied by the retain job.
 * @module
 */
import type { Sql } from "@/db/open.ts";

const DAY_MS = 86_400_000;

/**
 * Kinds of data: the days that they are kept where nobody has set them, the fewest that may be set,
 * and what they are.
 */
export const RETENTION = {
  vectors: {
    days: 400,
    least: 35,
    about: "Vectors, by the start of their window, in whole weeks.",
  },
  scores: { days: 400, least: 35, about: "Scores, by the start of their window." },
  alerts: { days: 400, least: 35, about: "Alerts, labels, notes, deliveries, past suppressions." },
  users: {
    days: 400,
    least: 35,
    about: "Users not seen since: sealed name, baselines, risk, requests to unmask.",
  },
  models: { days: 92, least: 7, about: "Models that are no longer in force." },
  jobs: { days: 92, least: 1, about: "Jobs that ended." },
  reports: { days: 400, least: 1, about: "Reports." },
  audit: { days: 1_096, least: 365, about: "The audit log." },
} as const;

/** One of {@link RETENTION}. */
export type RetentionKind = keyof typeof RETENTION;

/** Days that each kind is kept. */
export async function retention(sql: Sql): Promise<Record<RetentionKind, number>> {
  const [row] = await sql<{ value: Partial<Record<RetentionKind, number>> }[]>`
    select value from settings where name = 'retention'`;
  const kinds = Object.entries(RETENTION) as [RetentionKind, { days: number }][];
  return Object.fromEntries(
    kinds.map(([kind, { days }]) => [kind, row?.value[kind] ?? days]),
  ) as Record<RetentionKind, number>;
}

/** Deletes whatever is older than its kind is kept; gives how many rows (weeks of vectors) went. */
export async function forget(sql: Sql, nowMs: number): Promise<Record<RetentionKind, number>> {
  const days = await retention(sql);
  const before = (kind: RetentionKind) => new Date(nowMs - days[kind] * DAY_MS).toISOString();
  const [vectors] = await sql<{ count: number }[]>`
    select drop_vector_partitions(${before("vectors")}::text::timestamptz) as count`;
  const scores = await sql`
    delete from scores where window_start < ${before("scores")}::text::timestamptz`;
  const alerts = await forgetAlerts(sql, before("alerts"));
  const users = await forgetUsers(sql, before("users"));
  const models = await sql`
    delete from models
    where not active and created_at < ${before("models")}::text::timestamptz`;
  const fleets = await sql`
    delete from fleet_models
    where not active and created_at < ${before("models")}::text::timestamptz`;
  const jobs = await sql`
    delete from job_progress where ended_at < ${before("jobs")}::text::timestamptz`;
  const reports = await sql`
    delete from reports where created_at < ${before("reports")}::text::timestamptz`;
  const audit = await sql`delete from audit where at < ${before("audit")}::text::timestamptz`;
  const now = new Date(nowMs).toISOString();
  await sql`delete from sessions where expires_at < ${now}::text::timestamptz`;
  await sql`delete from one_time_codes where expires_at < ${now}::text::timestamptz`;
  await sql`
    delete from suppressions
    where coalesce(ended_at, expires_at) < ${before("alerts")}::text::timestamptz`;
  return {
    vectors: vectors!.count,
    scores: scores.count,
    alerts,
    users,
    models: models.count + fleets.count,
    jobs: jobs.count,
    reports: reports.count,
    audit: audit.count,
  };
}

/** Alerts by their window's start, with all that hangs on them. */
async function forgetAlerts(sql: Sql, before: string): Promise<number> {
  const gone = await sql<{ count: number }[]>`
    with gone as (
      delete from alerts where window_start < ${before}::text::timestamptz
      returning host_id, alert_id
    ), cases as (
      delete from alert_cases c using gone g
      where c.host_id = g.host_id and c.alert_id = g.alert_id
    ), notes as (
      delete from labels l using gone g where l.alert_id = g.alert_id
    ), sent as (
      delete from deliveries d using gone g where d.alert_id = g.alert_id
    )
    select count(*)::int as count from gone`;
  return gone[0]!.count;
}

/** Users that no host has seen for so long: nothing of them stays but the audit log. */
async function forgetUsers(sql: Sql, before: string): Promise<number> {
  const gone = await sql<{ count: number }[]>`
    with seen as (
      delete from users where last_seen < ${before}::text::timestamptz
      returning host_id, user_id
    ), usual as (
      delete from baselines b using seen s where b.host_id = s.host_id and b.user_id = s.user_id
    ), sketched as (
      delete from sketches k using seen s where k.host_id = s.host_id and k.user_id = s.user_id
    ), nowhere as (
      select distinct user_id from seen s
      where not exists (
        select from users u
        where u.user_id = s.user_id and u.last_seen >= ${before}::text::timestamptz)
    ), risk as (
      delete from risks r using nowhere n where r.user_id = n.user_id
    ), asked as (
      delete from unmask_requests q using nowhere n where q.user_id = n.user_id
    )
    select count(*)::int as count from seen`;
  return gone[0]!.count;
}
