/**
 * What a report asks the database. Statements of an estate ask every host; reports are made by
 * jobs.
 * @module
 */
import type { Sql } from "@/db/open.ts";

/** Whose rows, of which time. */
export interface Range {
  /** Null for all hosts. */
  readonly hostId: string | null;
  /** Null for all users. */
  readonly userId: string | null;
  readonly from: Date;
  readonly to: Date;
}

/** Windows, users and hosts by class of account. */
export interface ClassRow {
  readonly entityClass: string;
  readonly users: number;
  readonly windows: number;
  readonly events: number;
}

/** Counts what was taken in, by class of account. */
export function classes(sql: Sql, { hostId, userId, from, to }: Range): Promise<ClassRow[]> {
  return sql<ClassRow[]>`
    select u.entity_class as "entityClass", count(distinct v.user_id)::int as users,
      count(*)::int as windows, sum(v.events)::float8 as events
    from vectors v
    join users u on u.host_id = v.host_id and u.user_id = v.user_id
    where (${hostId}::uuid is null or v.host_id = ${hostId})
      and (${userId}::uuid is null or v.user_id = ${userId})
      and v.window_start >= ${iso(from)}::text::timestamptz and v.window_start < ${
    iso(to)
  }::text::timestamptz
    group by 1
    order by 3 desc`;
}

/** Windows and users of a time, for comparison. */
export async function totals(sql: Sql, { hostId, userId, from, to }: Range) {
  const [row] = await sql<{ windows: number; users: number; alerts: number }[]>`
    select count(*)::int as windows, count(distinct user_id)::int as users,
      (select count(*)::int from alerts a
        where (${hostId}::uuid is null or a.host_id = ${hostId})
          and (${userId}::uuid is null or a.user_id = ${userId})
          and a.window_start >= ${iso(from)}::text::timestamptz
          and a.window_start < ${iso(to)}::text::timestamptz) as alerts
    from vectors
    where (${hostId}::uuid is null or host_id = ${hostId})
      and (${userId}::uuid is null or user_id = ${userId})
      and window_start >= ${iso(from)}::text::timestamptz
      and window_start < ${iso(to)}::text::timestamptz`;
  return row!;
}

/** A host with what its latest windows say. */
export interface HostLine {
  readonly hostId: string;
  readonly name: string;
  readonly stored: number;
  /** Bit i: channel i was audited in the time. */
  readonly channels: number | null;
  /** Start of its latest window of the time. */
  readonly latestMs: number | null;
}

/** Hosts of the scope. */
export function hosts(sql: Sql, { hostId, userId, from, to }: Range): Promise<HostLine[]> {
  return sql<HostLine[]>`
    select h.host_id as "hostId", h.name, coalesce(l.stored, 0)::int as stored, v.channels,
      v.latest as "latestMs"
    from hosts h
    left join ledger l using (host_id)
    left join lateral (
      select bit_or(channels) as channels,
        (extract(epoch from max(window_start)) * 1000)::float8 as latest
      from vectors v
      where v.host_id = h.host_id and v.window_start >= ${iso(from)}::text::timestamptz
        and v.window_start < ${iso(to)}::text::timestamptz
    ) v on true
    where (${hostId}::uuid is null or h.host_id = ${hostId})
      and (${userId}::uuid is null or h.host_id in (
        select host_id from users where user_id = ${userId}))
    order by h.name, h.host_id`;
}

/** A host's active model. */
export interface ModelRow {
  readonly hostId: string;
  readonly pooled: boolean;
  readonly windows: number;
  readonly figures: unknown;
  readonly fromMs: number;
  readonly toMs: number;
}

/** Active models of hosts. */
export function models(sql: Sql, hostIds: readonly string[]): Promise<ModelRow[]> {
  return sql<ModelRow[]>`
    select host_id as "hostId", pooled, windows, figures,
      (extract(epoch from trained_from) * 1000)::float8 as "fromMs",
      (extract(epoch from trained_to) * 1000)::float8 as "toMs"
    from models
    where host_id = any(${hostIds as string[]}::uuid[]) and active`;
}

/** Windows by hour of the week: 168. */
export async function hoursOfWeek(sql: Sql, { hostId, userId }: Range): Promise<number[]> {
  const rows = await sql<{ hour: number; windows: number }[]>`
    select h.hour::int, sum(h.windows)::float8 as windows
    from sketches, unnest(hours) with ordinality as h(windows, hour)
    where (${hostId}::uuid is null or host_id = ${hostId})
      and (${userId}::uuid is null or user_id = ${userId})
    group by h.hour`;
  const hours = new Array<number>(168).fill(0);
  for (const { hour, windows } of rows) hours[hour - 1] = windows;
  return hours;
}

/** One column's baseline in wire units. */
export interface BaselineLine {
  readonly feature: number;
  readonly windows: number;
  readonly activeShare: number;
  readonly median: number;
  readonly p95: number;
  readonly p99: number;
}

/** Whose baseline stands for a scope: the account with most windows, a host's own row first. */
export async function baselineOf(sql: Sql, { hostId, userId }: Range) {
  const [row] = await sql<{ hostId: string; userId: string }[]>`
    select s.host_id as "hostId", s.user_id as "userId"
    from sketches s
    join users u using (host_id, user_id)
    where (${hostId}::uuid is null or s.host_id = ${hostId})
      and (${userId}::uuid is null or s.user_id = ${userId})
    order by (u.entity_class = 'machine' and octet_length(u.sealed_name) = 0) desc, s.windows desc,
      s.host_id
    limit 1`;
  return row;
}

/** Baselines of a user on a host. */
export function baselines(sql: Sql, hostId: string, userId: string): Promise<BaselineLine[]> {
  return sql<BaselineLine[]>`
    select feature::int, windows, active_share as "activeShare", median, p95, p99
    from baselines
    where host_id = ${hostId} and user_id = ${userId}
    order by feature`;
}

/** A user's presence on a host. */
export interface PresenceLine {
  readonly hostId: string;
  readonly host: string;
  readonly userId: string;
  readonly entityClass: string;
  readonly windows: number;
  readonly firstMs: number;
  readonly lastMs: number;
}

/** Users on hosts, most windows first. */
export function presence(sql: Sql, { hostId, userId }: Range, limit: number) {
  return sql<PresenceLine[]>`
    select u.host_id as "hostId", h.name as host, u.user_id as "userId",
      u.entity_class as "entityClass", coalesce(s.windows, 0) as windows,
      (extract(epoch from u.first_seen) * 1000)::float8 as "firstMs",
      (extract(epoch from u.last_seen) * 1000)::float8 as "lastMs"
    from users u
    join hosts h using (host_id)
    left join sketches s using (host_id, user_id)
    where (${hostId}::uuid is null or u.host_id = ${hostId})
      and (${userId}::uuid is null or u.user_id = ${userId})
    order by windows desc, h.name, u.user_id
    limit ${limit}`;
}

/** A user's risk. */
export interface RiskLine {
  readonly userId: string;
  readonly entityClass: string;
  readonly risk: number;
  readonly days: number;
}

/** Users by risk. */
export function risks(sql: Sql, { hostId, userId }: Range, limit: number): Promise<RiskLine[]> {
  return sql<RiskLine[]>`
    select r.user_id as "userId", r.entity_class as "entityClass", r.risk,
      jsonb_array_length(r.reasons) as days
    from risks r
    where (${userId}::uuid is null or r.user_id = ${userId})
      and (${hostId}::uuid is null or exists (
        select from users u where u.host_id = ${hostId} and u.user_id = r.user_id))
    order by r.risk desc, r.user_id
    limit ${limit}`;
}

/** Risk and class of users, by id. */
export function risksOf(sql: Sql, userIds: readonly string[]): Promise<RiskLine[]> {
  return sql<RiskLine[]>`
    select user_id as "userId", entity_class as "entityClass", risk,
      jsonb_array_length(reasons) as days
    from risks
    where user_id = any(${userIds as string[]}::uuid[])`;
}

/** A scored window with what contributed to it. */
export interface StrangeLine {
  readonly startMs: number;
  readonly hostId: string;
  readonly host: string;
  readonly userId: string;
  readonly entityClass: string;
  readonly p: number;
  readonly confidence: number;
  readonly columns: readonly number[];
  readonly low: readonly number[];
  readonly high: readonly number[];
  /** Float32[128] in wire units; null once retention has dropped it. */
  readonly values: Uint8Array | null;
}

/** The strangest windows of a time. */
export function strangest(sql: Sql, { hostId, userId, from, to }: Range, limit: number) {
  return sql<StrangeLine[]>`
    select (extract(epoch from s.window_start) * 1000)::float8 as "startMs",
      s.host_id as "hostId", h.name as host, s.user_id as "userId",
      u.entity_class as "entityClass", s.p, s.confidence, s.top_columns::int[] as columns,
      s.top_low as low, s.top_high as high, v.values
    from (
      select * from scores
      where (${hostId}::uuid is null or host_id = ${hostId})
        and (${userId}::uuid is null or user_id = ${userId})
        and window_start >= ${iso(from)}::text::timestamptz
        and window_start < ${iso(to)}::text::timestamptz
      order by p, -score, host_id, window_start, user_id
      limit ${limit}
    ) s
    join hosts h using (host_id)
    join users u on u.host_id = s.host_id and u.user_id = s.user_id
    left join vectors v on v.host_id = s.host_id and v.window_start = s.window_start
      and v.user_id = s.user_id
    order by s.p, -s.score, s.host_id, s.window_start, s.user_id`;
}

/** Windows whose p-value is at most each bound, of a time. */
export async function shares(
  sql: Sql,
  { hostId, userId, from, to }: Range,
  bounds: readonly number[],
): Promise<number[]> {
  const rows = await sql<{ place: number; n: number }[]>`
    select width_bucket(p, ${bounds as number[]}::float8[]) as place, count(*)::int as n
    from scores
    where (${hostId}::uuid is null or host_id = ${hostId})
      and (${userId}::uuid is null or user_id = ${userId})
      and window_start >= ${iso(from)}::text::timestamptz
      and window_start < ${iso(to)}::text::timestamptz
    group by 1`;
  const counts = new Array<number>(bounds.length + 1).fill(0);
  for (const { place, n } of rows) counts[place] = n;
  return counts;
}

/** Cases of alerts by state and label. */
export function cases(sql: Sql, { hostId, userId, from, to }: Range) {
  return sql<{ state: string; label: string | null; count: number }[]>`
    select c.state, c.label, count(*)::int as count
    from alerts a
    join alert_cases c on c.host_id = a.host_id and c.alert_id = a.alert_id
    where (${hostId}::uuid is null or a.host_id = ${hostId})
      and (${userId}::uuid is null or a.user_id = ${userId})
      and a.window_start >= ${iso(from)}::text::timestamptz
      and a.window_start < ${iso(to)}::text::timestamptz
    group by 1, 2
    order by 3 desc, 1, 2`;
}

/** Alerts a day that are asked for, rules that hold alerts back, and the estate's newest window. */
export async function estateState(sql: Sql, now: Date) {
  const [row] = await sql<
    { budget: number | null; suppressions: number; latestMs: number | null }[]
  >`
    select (select (value ->> 'perDay')::float8 from settings where name = 'alertBudget') as budget,
      (select count(*)::int from suppressions
        where ended_at is null and expires_at > ${iso(now)}::text::timestamptz) as suppressions,
      (select (extract(epoch from max(window_start)) * 1000)::float8 from scores) as "latestMs"`;
  return row!;
}

function iso(date: Date): string {
  return date.toISOString();
}
