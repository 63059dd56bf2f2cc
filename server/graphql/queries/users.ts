/**
 * Users across hosts from the database. Names are not here: they open only by unmask.
 * @module
 */
import type { Sql } from "@/db/open.ts";
import type { Order, Page } from "../keyset.ts";
import type { UserRow } from "../rows.ts";

/** What a list of users may be narrowed to. */
export interface UserFilter {
  /** The host's id. */
  readonly hostId: string | null;
  /** Kind of account. */
  readonly entityClass: string | null;
  /** At least this risk. */
  readonly minRisk: number | null;
}

/** Orders of a list of users. */
export const USER_ORDERS = {
  RISK: { name: "user-risk", parts: ["real", "uuid"] },
  LAST_SEEN: { name: "user-last-seen", parts: ["moment", "uuid"] },
} as const satisfies Record<string, Order>;

/** Users of highest risk first. */
export function usersByRisk(sql: Sql, filter: UserFilter, page: Page): Promise<UserRow[]> {
  const { hostId, entityClass, minRisk } = filter;
  const [risk, id] = page.after as [string | null, string | null];
  return sql<UserRow[]>`
    select user_id as "userId", entity_class as "entityClass", risk, hosts,
      last_seen as "lastSeen", reasons, array[risk::text, user_id::text] as key
    from risks
    where (${entityClass}::text is null or entity_class = ${entityClass})
      and (${minRisk}::float8 is null or risk >= ${minRisk}::float8)
      and (${hostId}::uuid is null or exists (
        select from users where host_id = ${hostId} and users.user_id = risks.user_id))
      and (${id}::uuid is null or (risk, user_id) < (${risk}::text::real, ${id}))
    order by risk desc, user_id desc
    limit ${page.limit}`;
}

/** Users that were active last, first. */
export function usersByLastSeen(sql: Sql, filter: UserFilter, page: Page): Promise<UserRow[]> {
  const { hostId, entityClass, minRisk } = filter;
  const [seen, id] = page.after as [string | null, string | null];
  return sql<UserRow[]>`
    select user_id as "userId", entity_class as "entityClass", risk, hosts,
      last_seen as "lastSeen", reasons, array[last_seen::text, user_id::text] as key
    from risks
    where (${entityClass}::text is null or entity_class = ${entityClass})
      and (${minRisk}::float8 is null or risk >= ${minRisk}::float8)
      and (${hostId}::uuid is null or exists (
        select from users where host_id = ${hostId} and users.user_id = risks.user_id))
      and (${id}::uuid is null or (last_seen, user_id) < (${seen}::text::timestamptz, ${id}))
    order by last_seen desc, user_id desc
    limit ${page.limit}`;
}

/** Users by id, in any order. */
export function usersById(sql: Sql, ids: readonly string[]): Promise<UserRow[]> {
  return sql<UserRow[]>`
    select user_id as "userId", entity_class as "entityClass", risk, hosts,
      last_seen as "lastSeen", reasons, '{}'::text[] as key
    from risks
    where user_id = any(${ids as string[]}::uuid[])`;
}

/** A user on one host. */
export interface PresenceRow {
  /** The host's id. */
  readonly hostId: string;
  /** The user's pseudonym as a UUID. */
  readonly userId: string;
  /** Kind of account. */
  readonly entityClass: string;
  /** First window. */
  readonly firstSeen: Date;
  /** Latest sign of life. */
  readonly lastSeen: Date;
}

/** The hosts that a user was seen on, latest first, at most 500. */
export function presences(sql: Sql, userId: string): Promise<PresenceRow[]> {
  return sql<PresenceRow[]>`
    select host_id as "hostId", user_id as "userId", entity_class as "entityClass",
      first_seen as "firstSeen", last_seen as "lastSeen"
    from users
    where user_id = ${userId}
    order by last_seen desc, host_id
    limit 500`;
}
