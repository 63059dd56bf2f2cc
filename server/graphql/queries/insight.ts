/**
 * What the console shows beside lists: a score over time, hours of the week, peers, what changed,
 * what a host does not audit, and how well its p-values hold.
 * @module
 */
import type { Sql } from "@/db/open.ts";

/** Strangeness over time: two arrays of one length, oldest first. */
export interface Timeline {
  /** Hours since 1970 UTC. */
  readonly hours: number[];
  /** -log10 of the hour's smallest p-value. */
  readonly strangeness: number[];
  /** Scored hours in the range; more than the arrays hold where they were thinned. */
  readonly scored: number;
}

/** Whose timeline, over which time, and how many points at most. */
export interface TimelineFilter {
  /** The user's pseudonym as a UUID. */
  readonly userId: string | null;
  /** The host's id. */
  readonly hostId: string | null;
  /** Not before. */
  readonly from: Date | null;
  /** Before. */
  readonly to: Date | null;
  /** Points at most; of neighbours the strangest stays. */
  readonly points: number;
}

/** The strangest p-value of each hour of a user, a host, or a user on a host. */
export async function timeline(sql: Sql, filter: TimelineFilter): Promise<Timeline> {
  const { userId, hostId, from, to, points } = filter;
  const [row] = await sql<{ hours: number[]; p: number[] }[]>`
    with hourly as (
      select window_start, min(p) as p
      from scores
      where (${userId}::uuid is null or user_id = ${userId})
        and (${hostId}::uuid is null or host_id = ${hostId})
        and (${from}::timestamptz is null or window_start >= ${from})
        and (${to}::timestamptz is null or window_start < ${to})
      group by window_start
    )
    select coalesce(array_agg((extract(epoch from window_start) / 3600)::int order by window_start),
        '{}') as hours,
      coalesce(array_agg(p order by window_start), '{}') as p
    from hourly`;
  const { hours, p } = row!;
  const kept = strangestOfNeighbours(p, points);
  return {
    hours: kept.map((i) => hours[i]!),
    strangeness: kept.map((i) => Math.round(-1000 * Math.log10(Math.max(p[i]!, 1e-12))) / 1000),
    scored: hours.length,
  };
}

/** Places of at most `most` values: of each run of neighbours the smallest value's. */
function strangestOfNeighbours(p: readonly number[], most: number): number[] {
  const kept: number[] = [];
  const share = most / Math.max(p.length, most);
  p.forEach((value, i) => {
    const bucket = Math.floor(i * share);
    if (kept[bucket] === undefined || value < p[kept[bucket]]!) kept[bucket] = i;
  });
  return kept;
}

/** Windows by hour of the week in the hosts' own time, Monday 0:00 first: 168 counts. */
export async function hoursOfWeek(sql: Sql, userId: string): Promise<number[]> {
  const rows = await sql<{ hour: number; windows: number }[]>`
    select h.hour::int, sum(h.windows)::int as windows
    from sketches, unnest(hours) with ordinality as h(windows, hour)
    where host_id in (select host_id from users where user_id = ${userId}) and user_id = ${userId}
    group by h.hour`;
  const hours = new Array<number>(168).fill(0);
  for (const { hour, windows } of rows) hours[hour - 1] = windows;
  return hours;
}

/** A user that works on the same hosts. */
export interface PeerRow {
  /** The peer's pseudonym as a UUID. */
  readonly userId: string;
  /** Hosts that both were seen on. */
  readonly sharedHosts: number;
}

/** Users of the same kind that share most hosts, then of the nearest risk. */
export function peers(sql: Sql, userId: string, first: number): Promise<PeerRow[]> {
  return sql<PeerRow[]>`
    select other.user_id as "userId", count(*)::int as "sharedHosts"
    from (select * from users where user_id = ${userId} order by last_seen desc limit 20) as own
    join users other on other.host_id = own.host_id and other.entity_class = own.entity_class
      and other.user_id <> own.user_id
    join risks r on r.user_id = other.user_id
    group by other.user_id, r.risk
    order by count(*) desc, r.risk desc, other.user_id
    limit ${first}`;
}

/** How many users of the same kind have more risk. */
export async function riskierPeers(sql: Sql, kind: string, risk: number): Promise<number> {
  const [row] = await sql<{ users: number }[]>`
    select count(*)::int as users from risks
    where entity_class = ${kind} and risk > ${risk}::float8::real`;
  return row!.users;
}

/** A window's values for {@link changes}. */
export interface RecentRow {
  /** Whether it lies in the latest week. */
  readonly late: boolean;
  /** Audited channels. */
  readonly channels: number;
  /** Float32[128] in wire units. */
  readonly values: Uint8Array;
}

/** A user's windows of the latest `days` days and three times as many before, over hosts. */
export function recentWindows(
  sql: Sql,
  userId: string,
  asOf: Date,
  days: number,
): Promise<RecentRow[]> {
  const at = (back: number) => new Date(asOf.getTime() - back * 86_400_000);
  return sql<RecentRow[]>`
    select window_start > ${at(days)} as late, channels, values
    from (select host_id from users where user_id = ${userId} order by last_seen desc limit 20) h
    join vectors v using (host_id)
    where v.user_id = ${userId} and v.window_start > ${at(4 * days)}
      and v.window_start <= ${asOf}`;
}

/** The channels that a host audited in its latest week: bit i is channel i; null without windows. */
export async function auditedChannels(sql: Sql, hostId: string): Promise<number | null> {
  const [row] = await sql<{ channels: number | null }[]>`
    select bit_or(channels) as channels from vectors
    where host_id = ${hostId} and window_start > (
      select max(window_start) - interval '7 days' from vectors where host_id = ${hostId})`;
  return row!.channels;
}

/** Smallest p-values that a calibration plot asks for, from 1 in 1,000 on; see {@link calibration}. */
export const CALIBRATION_P = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1] as const;

/** Windows by {@link CALIBRATION_P} of a host's latest days; the last counts all. */
export async function calibration(sql: Sql, hostId: string, days: number): Promise<number[]> {
  // One pass, ten counters: by rows of bounds it would be ten passes, by groups a sort.
  const [row] = await sql<{ counts: number[] }[]>`
    select array[count(*) filter (where p <= 0.001), count(*) filter (where p <= 0.002),
      count(*) filter (where p <= 0.005), count(*) filter (where p <= 0.01),
      count(*) filter (where p <= 0.02), count(*) filter (where p <= 0.05),
      count(*) filter (where p <= 0.1), count(*) filter (where p <= 0.2),
      count(*) filter (where p <= 0.5), count(*)]::int[] as counts
    from scores
    where host_id = ${hostId} and window_start > (
      select max(window_start) - ${days}::int * interval '1 day' from scores where host_id = ${hostId})`;
  return row!.counts;
}

/** How much history a host has. */
export interface HistoryRow {
  /** The host's id. */
  readonly hostId: string;
  /** Windows ever taken in. */
  readonly windows: number;
  /** The first window of any user. */
  readonly since: Date | null;
}

/** History of hosts, in any order. */
export function histories(sql: Sql, hostIds: readonly string[]): Promise<HistoryRow[]> {
  return sql<HistoryRow[]>`
    select h.host_id as "hostId", coalesce(l.stored, 0)::int as windows,
      (select min(window_start) from vectors v where v.host_id = h.host_id) as since
    from unnest(${hostIds as string[]}::uuid[]) as h(host_id)
    left join ledger l using (host_id)`;
}

/** What arrived of a host's latest week. */
export interface RecentHoursRow {
  /** The host's id. */
  readonly hostId: string;
  /** Hours with at least one window. */
  readonly hours: number;
  /** Hours from the first of them to the last. */
  readonly span: number;
  /** Start of the latest window. */
  readonly latest: Date | null;
}

/** Hours of hosts' latest seven days, in any order. */
export function recentHours(sql: Sql, hostIds: readonly string[]): Promise<RecentHoursRow[]> {
  return sql<RecentHoursRow[]>`
    select h.host_id as "hostId", week.hours, week.latest,
      coalesce(extract(epoch from week.latest - week.earliest) / 3600 + 1, 0)::int as span
    from unnest(${hostIds as string[]}::uuid[]) as h(host_id),
    lateral (select max(window_start) as at from vectors v where v.host_id = h.host_id) as last,
    lateral (
      select count(distinct window_start)::int as hours, min(window_start) as earliest,
        max(window_start) as latest
      from vectors v
      where v.host_id = h.host_id and v.window_start > last.at - interval '7 days') as week`;
}

/** Alerts by the column that contributed, of the latest 90 days that had any. */
export interface AlertedColumnRow {
  /** Place in the vector. */
  readonly column: number;
  /** Alerts where it is among the three that contribute most. */
  readonly alerts: number;
  /** Start of the latest such window. */
  readonly latest: Date;
}

/** Columns behind alerts. */
export function alertedColumns(sql: Sql): Promise<AlertedColumnRow[]> {
  return sql<AlertedColumnRow[]>`
    select top.column, count(*)::int as alerts, max(s.window_start) as latest
    from alerts a
    join scores s using (host_id, window_start, user_id),
    unnest(s.top_columns[1:3]) as top("column")
    where a.raised_at > (select max(raised_at) - interval '90 days' from alerts)
    group by top.column`;
}

/** The estate in numbers. */
export interface OverviewRow {
  readonly hosts: number;
  readonly users: number;
  readonly agents: number;
  readonly hostsLearning: number;
  readonly standIns: number;
  readonly openAlerts: number;
  readonly raisedInWeek: number;
  readonly windowsInDay: number;
  readonly strangestInDay: number | null;
  readonly latest: Date | null;
}

/** Counts hosts, models, alerts and what was judged in the estate's latest day. */
export async function overview(sql: Sql): Promise<OverviewRow> {
  const [latest] = await sql<{ at: Date | null }[]>`select max(window_start) as at from scores`;
  const at = latest!.at; // a value, not a subquery: else the plan expects a third of all scores
  const [row] = await sql<OverviewRow[]>`
    select (select count(*)::int from hosts) as hosts,
      (select count(*)::int from risks) as users,
      (select count(*)::int from agents where revoked_at is null) as agents,
      (select count(*)::int from hosts h where not exists (
        select from models m where m.host_id = h.host_id and m.active)) as "hostsLearning",
      (select count(*)::int from models where active and pooled) as "standIns",
      (select count(*)::int from alert_cases where state = 'open') as "openAlerts",
      (select count(*)::int from alerts where raised_at > (select max(raised_at) from alerts)
        - interval '7 days') as "raisedInWeek",
      day.windows as "windowsInDay", day.strangest as "strangestInDay", ${at}::timestamptz as latest
    from (
      select count(*)::int as windows, min(p) as strangest
      from scores where window_start > ${at}::timestamptz - interval '24 hours') as day`;
  return row!;
}
