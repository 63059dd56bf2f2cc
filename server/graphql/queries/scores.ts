/**
 * Scored windows and their vectors from the database. The statements stand whole; the pool plans
 * each with its values (plan_cache_mode), so that an absent filter costs nothing. A page is taken
 * from its own table first, and its names looked up row by row: Postgres takes (host, user) for
 * independent, expects that few rows of a join survive, and would sort all scores (500 ms of 100,000
 * rows, now 2 ms); and a join of the page alone costs 0.4 ms more to plan than these look-ups.
 * @module
 */
import type { Sql } from "@/db/open.ts";
import type { Order, Page } from "../keyset.ts";
import type { BaselineRow, ExplainedScoreRow, ScoreRow, WindowKey, WindowRow } from "../rows.ts";

/** What a list of scores or windows may be narrowed to. */
export interface WindowFilter {
  /** The host's id. */
  readonly hostId: string | null;
  /** The user's pseudonym as a UUID. */
  readonly userId: string | null;
  /** Kind of account. */
  readonly entityClass: string | null;
  /** Users of that kind, where they are few; see {@link membersOf}. */
  readonly members: readonly string[] | null;
  /** Not before. */
  readonly from: Date | null;
  /** Before. */
  readonly to: Date | null;
  /** At most this p-value. */
  readonly maxP: number | null;
}

/** More members than this are no news to the planner: a page is soon full of them. */
const FEW = 1_000;

/**
 * The users of a kind of account, null where they are many. The planner has statistics of users, so
 * that it goes by a rare kind's users rather than through all scores: no page of 10^7 scores over
 * 50 ms, where a kind that nobody is of took more than the 15 s that a statement may.
 */
export async function membersOf(sql: Sql, entityClass: string | null): Promise<string[] | null> {
  if (entityClass === null) return null;
  const rows = await sql<{ id: string }[]>`
    select distinct user_id as id from users where entity_class = ${entityClass} limit ${FEW + 1}`;
  return rows.length > FEW ? null : rows.map(({ id }) => id);
}

/** Orders of a list of scores. */
export const SCORE_ORDERS = {
  STRANGEST: {
    name: "score-strangest",
    parts: ["number", "real", "uuid", "moment", "uuid"],
    keyOf: ({ p, score, hostId, windowStart, userId }: ScoreRow) => //
    [String(p), String(-score), hostId, windowStart.toISOString(), userId],
  },
  NEWEST: {
    name: "score-newest",
    parts: ["moment", "uuid", "uuid"],
    keyOf: (
      { hostId, windowStart, userId }: ScoreRow,
    ) => [windowStart.toISOString(), hostId, userId],
  },
} as const satisfies Record<string, Order>;

/** Scores with the smallest p-value first; ties by the higher raw score. */
export function scoresByStrangeness(
  sql: Sql,
  filter: WindowFilter,
  page: Page,
): Promise<ScoreRow[]> {
  const { hostId, userId, entityClass, from, to, maxP } = filter;
  const members = filter.members as string[] | null;
  const [p, score, host, start, user] = page.after;
  return sql<ScoreRow[]>`
    select s.host_id as "hostId", s.window_start as "windowStart", s.user_id as "userId",
      (select name from hosts h where h.host_id = s.host_id) as "hostName",
      (select entity_class from users u
        where u.host_id = s.host_id and u.user_id = s.user_id) as "entityClass",
      s.score, s.p, s.confidence
    from (
      select * from scores s
      where (${hostId}::uuid is null or s.host_id = ${hostId})
        and (${userId}::uuid is null or s.user_id = ${userId})
        and (${members}::uuid[] is null or s.user_id = any(${members}))
        and (${entityClass}::text is null or (
            select entity_class from users
            where users.host_id = s.host_id and users.user_id = s.user_id) = ${entityClass})
        and (${from}::timestamptz is null or s.window_start >= ${from})
        and (${to}::timestamptz is null or s.window_start < ${to})
        and (${maxP}::float8 is null or s.p <= ${maxP})
        and (${host}::uuid is null or (s.p, -s.score, s.host_id, s.window_start, s.user_id) >
          (${p}::text::float8, ${score}::text::real, ${host}, ${start}::text::timestamptz, ${user}))
      order by s.p, -s.score, s.host_id, s.window_start, s.user_id
      limit ${page.limit}
    ) s`;
}

/** Scores of the latest windows first. */
export function scoresByTime(sql: Sql, filter: WindowFilter, page: Page): Promise<ScoreRow[]> {
  const { hostId, userId, entityClass, from, to, maxP } = filter;
  const members = filter.members as string[] | null;
  const [start, host, user] = page.after;
  return sql<ScoreRow[]>`
    select s.host_id as "hostId", s.window_start as "windowStart", s.user_id as "userId",
      (select name from hosts h where h.host_id = s.host_id) as "hostName",
      (select entity_class from users u
        where u.host_id = s.host_id and u.user_id = s.user_id) as "entityClass",
      s.score, s.p, s.confidence
    from (
      select * from scores s
      where (${hostId}::uuid is null or s.host_id = ${hostId})
        and (${userId}::uuid is null or s.user_id = ${userId})
        and (${members}::uuid[] is null or s.user_id = any(${members}))
        and (${entityClass}::text is null or (
            select entity_class from users
            where users.host_id = s.host_id and users.user_id = s.user_id) = ${entityClass})
        and (${from}::timestamptz is null or s.window_start >= ${from})
        and (${to}::timestamptz is null or s.window_start < ${to})
        and (${maxP}::float8 is null or s.p <= ${maxP})
        and (${host}::uuid is null or (s.window_start, s.host_id, s.user_id) <
          (${start}::text::timestamptz, ${host}, ${user}))
      order by s.window_start desc, s.host_id desc, s.user_id desc
      limit ${page.limit}
    ) s`;
}

/** Scores by key with their columns, in any order. Arrays are dear to parse: lists go without. */
export function scoresByKey(sql: Sql, keys: readonly WindowKey[]): Promise<ExplainedScoreRow[]> {
  return sql<ExplainedScoreRow[]>`
    select s.host_id as "hostId", s.window_start as "windowStart", s.user_id as "userId",
      h.name as "hostName", u.entity_class as "entityClass", s.score, s.p, s.confidence,
      s.top_columns as "topColumns", s.top_shares as "topShares",
      s.top_low as "topLow", s.top_high as "topHigh"
    from unnest(${keys.map((key) => key.hostId)}::uuid[],
      ${keys.map((key) => key.windowStart.toISOString())}::timestamptz[],
      ${keys.map((key) => key.userId)}::uuid[]) as k(host_id, window_start, user_id)
    join scores s using (host_id, window_start, user_id)
    join hosts h using (host_id)
    join users u using (host_id, user_id)`;
}

/** Order of a host's windows. */
export const WINDOW_ORDER: Order = { name: "window-newest", parts: ["moment", "uuid"] };

/** A host's windows with their vectors, latest first. */
export function windowsOfHost(
  sql: Sql,
  hostId: string,
  filter: Pick<WindowFilter, "userId" | "from" | "to">,
  page: Page,
): Promise<WindowRow[]> {
  const { userId, from, to } = filter;
  const [start, user] = page.after;
  return sql<WindowRow[]>`
    select host_id as "hostId", window_start as "windowStart", user_id as "userId",
      offset_minutes as "offsetMinutes", events, channels, values,
      array[window_start::text, user_id::text] as key
    from vectors
    where host_id = ${hostId}
      and (${userId}::uuid is null or user_id = ${userId})
      and (${from}::timestamptz is null or window_start >= ${from})
      and (${to}::timestamptz is null or window_start < ${to})
      and (${user}::uuid is null or
        (window_start, user_id) < (${start}::text::timestamptz, ${user}))
    order by window_start desc, user_id desc
    limit ${page.limit}`;
}

/** Vectors by key, in any order. */
export function windowsByKey(sql: Sql, keys: readonly WindowKey[]): Promise<WindowRow[]> {
  return sql<WindowRow[]>`
    select host_id as "hostId", window_start as "windowStart", user_id as "userId",
      offset_minutes as "offsetMinutes", events, channels, values, '{}'::text[] as key
    from unnest(${keys.map((key) => key.hostId)}::uuid[],
      ${keys.map((key) => key.windowStart.toISOString())}::timestamptz[],
      ${keys.map((key) => key.userId)}::uuid[]) as k(host_id, window_start, user_id)
    join vectors using (host_id, window_start, user_id)`;
}

/** Baselines of users on hosts; `user_id` null-uuid is the host as a whole. */
export function baselinesOf(
  sql: Sql,
  keys: readonly { hostId: string; userId: string }[],
): Promise<BaselineRow[]> {
  return sql<BaselineRow[]>`
    select host_id as "hostId", user_id as "userId", feature, windows,
      active_share as "activeShare", median, iqr, p95, p99, trained_from as "trainedFrom",
      trained_to as "trainedTo"
    from unnest(${keys.map((key) => key.hostId)}::uuid[], ${keys.map((key) => key.userId)}::uuid[])
      as k(host_id, user_id)
    join baselines using (host_id, user_id)
    order by feature`;
}
