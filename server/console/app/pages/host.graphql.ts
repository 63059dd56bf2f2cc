/**
 * Types and hashes of server/console/app/pages/host.graphql; written by `deno task build:console`.
 * @module
 */

import type { Operation } from "../operation.ts";

/** What HostPage gives. */
export type HostPageData = { readonly host: { readonly id: string; readonly name: string; readonly risk: number; readonly criticality: number; readonly offsetMinutes: number; readonly firstSeen: string; readonly lastSeen: string; readonly riskReasons: readonly ({ readonly day: string; readonly surprise: number; readonly p: number; readonly windowStart: string; readonly user: { readonly id: string; readonly pseudonym: string; } | null; })[]; readonly history: { readonly windows: number; readonly needed: number; readonly since: string | null; } | null; readonly channels: readonly ({ readonly name: string; readonly audited: boolean; readonly columns: number; })[]; readonly calibration: readonly ({ readonly p: number; readonly share: number; })[]; readonly week: readonly ({ readonly p: number; readonly share: number; })[]; readonly model: { readonly pooled: boolean; readonly windows: number; readonly trainedFrom: string; readonly trainedTo: string; readonly createdAt: string; readonly figures: unknown; } | null; } | null; readonly users: { readonly edges: readonly ({ readonly node: { readonly id: string; readonly pseudonym: string; readonly entityClass: "admin" | "human" | "machine" | "service"; readonly risk: number; }; })[]; }; };

/** What HostPage takes. */
export type HostPageVariables = { readonly id: string; };

/** The query HostPage. */
export const HostPage: Operation<HostPageData, HostPageVariables> = {
  name: "HostPage",
  hash: "521f5d6e1104653b5cd4aa1918e1ba1706fd2c7b3ff4a5b08b93e31d9dbfc56d",
};

/** What RetrainHost gives. */
export type RetrainHostData = { readonly retrainHosts: { readonly jobs: number | null; readonly userErrors: readonly ({ readonly message: string; })[]; }; };

/** What RetrainHost takes. */
export type RetrainHostVariables = { readonly hostIds: readonly (string)[]; };

/** The mutation RetrainHost. */
export const RetrainHost: Operation<RetrainHostData, RetrainHostVariables> = {
  name: "RetrainHost",
  hash: "4e8deca087eb184d7147080c36f7b7ec82d5eb32d8459f7a7e03c1f4221f7ee2",
};

/** What SetCriticality gives. */
export type SetCriticalityData = { readonly setHostCriticality: { readonly userErrors: readonly ({ readonly message: string; })[]; }; };

/** What SetCriticality takes. */
export type SetCriticalityVariables = { readonly hostId: string; readonly criticality: number; };

/** The mutation SetCriticality. */
export const SetCriticality: Operation<SetCriticalityData, SetCriticalityVariables> = {
  name: "SetCriticality",
  hash: "6b4611ed30afa75e26584f1ff8848e1a932f5c2ae07165d07e12b7db7c511daa",
};
