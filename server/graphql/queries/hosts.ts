/**
 * Hosts from the database.
 * @module
 */
import type { Sql } from "@/db/open.ts";
import type { Order, Page } from "../keyset.ts";
import type { HostRow } from "../rows.ts";

/** What a list of hosts may be narrowed to. */
export interface HostFilter {
  /** Part of the name. */
  readonly nameContains?: string | null;
  /** Not heard of since. */
  readonly silentSince?: Date | null;
}

/** Orders of a list of hosts. */
export const HOST_ORDERS = {
  NAME: { name: "host-name", parts: ["text", "uuid"] },
  RISK: { name: "host-risk", parts: ["real", "uuid"] },
  LAST_SEEN: { name: "host-last-seen", parts: ["moment", "uuid"] },
} as const satisfies Record<string, Order>;

/** Hosts by name. */
export function hostsByName(sql: Sql, filter: HostFilter, page: Page): Promise<HostRow[]> {
  const { nameContains = null, silentSince = null } = filter;
  const [name, id] = page.after as [string | null, string | null];
  return sql<HostRow[]>`
    select host_id as "hostId", name, criticality, offset_minutes as "offsetMinutes",
      first_seen as "firstSeen", last_seen as "lastSeen", array[name, host_id::text] as key
    from hosts
    where (${nameContains}::text is null or position(lower(${nameContains}) in lower(name)) > 0)
      and (${silentSince}::timestamptz is null or last_seen < ${silentSince})
      and (${id}::uuid is null or (name, host_id) > (${name}, ${id}))
    order by name, host_id
    limit ${page.limit}`;
}

/** Hosts that were heard of last, first. */
export function hostsByLastSeen(sql: Sql, filter: HostFilter, page: Page): Promise<HostRow[]> {
  const { nameContains = null, silentSince = null } = filter;
  const [seen, id] = page.after as [string | null, string | null];
  return sql<HostRow[]>`
    select host_id as "hostId", name, criticality, offset_minutes as "offsetMinutes",
      first_seen as "firstSeen", last_seen as "lastSeen",
      array[last_seen::text, host_id::text] as key
    from hosts
    where (${nameContains}::text is null or position(lower(${nameContains}) in lower(name)) > 0)
      and (${silentSince}::timestamptz is null or last_seen < ${silentSince})
      and (${id}::uuid is null or (last_seen, host_id) < (${seen}::text::timestamptz, ${id}))
    order by last_seen desc, host_id desc
    limit ${page.limit}`;
}

/** Hosts of highest risk first. Sorted whole: hosts are few beside users and windows. */
export function hostsByRisk(sql: Sql, filter: HostFilter, page: Page): Promise<HostRow[]> {
  const { nameContains = null, silentSince = null } = filter;
  const [risk, id] = page.after as [string | null, string | null];
  return sql<HostRow[]>`
    select host_id as "hostId", name, criticality, offset_minutes as "offsetMinutes",
      first_seen as "firstSeen", last_seen as "lastSeen",
      array[coalesce(risk, 0)::text, host_id::text] as key
    from hosts
    left join host_risks using (host_id)
    where (${nameContains}::text is null or position(lower(${nameContains}) in lower(name)) > 0)
      and (${silentSince}::timestamptz is null or last_seen < ${silentSince})
      and (${id}::uuid is null or (coalesce(risk, 0), host_id) < (${risk}::text::real, ${id}))
    order by coalesce(risk, 0) desc, host_id desc
    limit ${page.limit}`;
}

/** What the risk of a host is made of. */
export interface HostRiskRow {
  /** The host's id. */
  readonly hostId: string;
  /** 0 to 100. */
  readonly risk: number;
  /** The strangest user of each day, as server/risk.ts writes it. */
  readonly reasons: unknown;
}

/** Risks of hosts, in any order. */
export function hostRisks(sql: Sql, ids: readonly string[]): Promise<HostRiskRow[]> {
  return sql<HostRiskRow[]>`
    select host_id as "hostId", risk, reasons from host_risks
    where host_id = any(${ids as string[]}::uuid[])`;
}

/** Hosts by id, in any order. */
export function hostsById(sql: Sql, ids: readonly string[]): Promise<HostRow[]> {
  return sql<HostRow[]>`
    select host_id as "hostId", name, criticality, offset_minutes as "offsetMinutes",
      first_seen as "firstSeen", last_seen as "lastSeen", '{}'::text[] as key
    from hosts
    where host_id = any(${ids as string[]}::uuid[])`;
}
