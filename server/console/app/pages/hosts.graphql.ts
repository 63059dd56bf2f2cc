/**
 * Types and hashes of server/console/app/pages/hosts.graphql; written by `deno task build:console`.
 * @module
 */

import type { Operation } from "../operation.ts";

/** Fragment HostListed. */
export type HostListed = { readonly id: string; readonly name: string; readonly risk: number; readonly criticality: number; readonly lastSeen: string; readonly riskReasons: readonly ({ readonly day: string; readonly surprise: number; })[]; readonly history: { readonly windows: number; readonly needed: number; } | null; readonly model: { readonly pooled: boolean; readonly windows: number; readonly createdAt: string; } | null; };

/** What Hosts gives. */
export type HostsData = { readonly hosts: { readonly edges: readonly ({ readonly node: HostListed; })[]; readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null; }; }; readonly overview: { readonly latest: string | null; }; };

/** What Hosts takes. */
export type HostsVariables = { readonly after?: string | null; readonly first?: number | null; readonly orderBy?: "LAST_SEEN" | "NAME" | "RISK" | null; readonly nameContains?: string | null; };

/** The query Hosts. */
export const Hosts: Operation<HostsData, HostsVariables> = {
  name: "Hosts",
  hash: "1c6f0d4d9c36900f98435db70f1b84aeeecdc12f5622ae755c5120a4154d425a",
};
