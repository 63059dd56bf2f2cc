/**
 * Alerts with the state of their cases from the database.
 * @module
 */
import type { Sql } from "@/db/open.ts";
import type { Order, Page } from "../keyset.ts";
import type { AlertRow, WindowKey } from "../rows.ts";

/** What a list of alerts may be narrowed to. */
export interface AlertFilter {
  /** The host's id. */
  readonly hostId: string | null;
  /** The user's pseudonym as a UUID. */
  readonly userId: string | null;
  /** open, suppressed or closed. */
  readonly state: string | null;
  /** What a person found, or null. */
  readonly label: string | null;
  /** Account that it is assigned to, or null. */
  readonly assignee: string | null;
  /** Not before. */
  readonly from: Date | null;
  /** Before. */
  readonly to: Date | null;
}

/** Orders of a list of alerts. */
export const ALERT_ORDERS = {
  NEWEST: { name: "alert-newest", parts: ["moment", "uuid"] },
  STRANGEST: { name: "alert-strangest", parts: ["number", "uuid"] },
} as const satisfies Record<string, Order>;

/** Alerts raised last, first. */
export function alertsByTime(sql: Sql, filter: AlertFilter, page: Page): Promise<AlertRow[]> {
  const { hostId, userId, state, label, assignee, from, to } = filter;
  const [raised, id] = page.after;
  return sql<AlertRow[]>`
    select a.host_id as "hostId", a.alert_id as "alertId", a.user_id as "userId",
      a.window_start as "windowStart", a.p, a.score, a.raised_at as "raisedAt", c.state, c.label,
      c.note, c.assignee, c.updated_at as "updatedAt",
      array[c.raised_at::text, c.alert_id::text] as key
    from (
      select * from alert_cases c
      where (${hostId}::uuid is null or c.host_id = ${hostId})
        and (${userId}::uuid is null or c.user_id = ${userId})
        and (${state}::text is null or c.state = ${state})
        and (${label}::text is null or c.label = ${label})
        and (${assignee}::uuid is null or c.assignee = ${assignee})
        and (${from}::timestamptz is null or c.raised_at >= ${from})
        and (${to}::timestamptz is null or c.raised_at < ${to})
        and (${id}::uuid is null or
          (c.raised_at, c.alert_id) < (${raised}::text::timestamptz, ${id}))
      order by c.raised_at desc, c.alert_id desc
      limit ${page.limit}
    ) c
    join alerts a on a.host_id = c.host_id and a.alert_id = c.alert_id
    order by c.raised_at desc, c.alert_id desc`;
}

/** Alerts with the smallest p-value first. */
export function alertsByStrangeness(
  sql: Sql,
  filter: AlertFilter,
  page: Page,
): Promise<AlertRow[]> {
  const { hostId, userId, state, label, assignee, from, to } = filter;
  const [p, id] = page.after;
  return sql<AlertRow[]>`
    select a.host_id as "hostId", a.alert_id as "alertId", a.user_id as "userId",
      a.window_start as "windowStart", a.p, a.score, a.raised_at as "raisedAt", c.state, c.label,
      c.note, c.assignee, c.updated_at as "updatedAt",
      array[c.p::text, c.alert_id::text] as key
    from (
      select * from alert_cases c
      where (${hostId}::uuid is null or c.host_id = ${hostId})
        and (${userId}::uuid is null or c.user_id = ${userId})
        and (${state}::text is null or c.state = ${state})
        and (${label}::text is null or c.label = ${label})
        and (${assignee}::uuid is null or c.assignee = ${assignee})
        and (${from}::timestamptz is null or c.raised_at >= ${from})
        and (${to}::timestamptz is null or c.raised_at < ${to})
        and (${id}::uuid is null or (c.p, c.alert_id) > (${p}::text::float8, ${id}))
      order by c.p, c.alert_id
      limit ${page.limit}
    ) c
    join alerts a on a.host_id = c.host_id and a.alert_id = c.alert_id
    order by c.p, c.alert_id`;
}

/** Alerts by id, in any order. */
export function alertsById(sql: Sql, ids: readonly string[]): Promise<AlertRow[]> {
  return sql<AlertRow[]>`
    select a.host_id as "hostId", a.alert_id as "alertId", a.user_id as "userId",
      a.window_start as "windowStart", a.p, a.score, a.raised_at as "raisedAt", c.state, c.label,
      c.note, c.assignee, c.updated_at as "updatedAt", '{}'::text[] as key
    from alert_cases c
    join alerts a on a.host_id = c.host_id and a.alert_id = c.alert_id
    where c.alert_id = any(${ids as string[]}::uuid[])`;
}

/** The alerts of windows, for those that have one. */
export function alertsOfWindows(sql: Sql, keys: readonly WindowKey[]): Promise<AlertRow[]> {
  return sql<AlertRow[]>`
    select a.host_id as "hostId", a.alert_id as "alertId", a.user_id as "userId",
      a.window_start as "windowStart", a.p, a.score, a.raised_at as "raisedAt", c.state, c.label,
      c.note, c.assignee, c.updated_at as "updatedAt", '{}'::text[] as key
    from unnest(${keys.map((key) => key.hostId)}::uuid[],
      ${keys.map((key) => key.windowStart.toISOString())}::timestamptz[],
      ${keys.map((key) => key.userId)}::uuid[]) as k(host_id, window_start, user_id)
    join alerts a using (host_id, window_start, user_id)
    join alert_cases c on c.host_id = a.host_id and c.alert_id = a.alert_id`;
}
