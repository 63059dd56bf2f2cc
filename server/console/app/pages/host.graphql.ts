/**
 * Types and texts of server/console/app/pages/host.graphql; written by `deno task build:console`.
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
  text: "query HostPage($id:ID!){host(id:$id){id name risk criticality offsetMinutes firstSeen lastSeen riskReasons{day surprise p windowStart user{id pseudonym}}history{windows needed since}channels{name audited columns}calibration(days:90){p share}week:calibration(days:7){p share}model{pooled windows trainedFrom trainedTo createdAt figures}}users(hostId:$id first:50){edges{node{id pseudonym entityClass risk}}}}",
};

/** What RetrainHost gives. */
export type RetrainHostData = { readonly retrainHosts: { readonly jobs: number | null; readonly userErrors: readonly ({ readonly message: string; })[]; }; };

/** What RetrainHost takes. */
export type RetrainHostVariables = { readonly hostIds: readonly (string)[]; };

/** The mutation RetrainHost. */
export const RetrainHost: Operation<RetrainHostData, RetrainHostVariables> = {
  name: "RetrainHost",
  text: "mutation RetrainHost($hostIds:[ID!]!){retrainHosts(hostIds:$hostIds){jobs userErrors{message}}}",
};

/** What SetCriticality gives. */
export type SetCriticalityData = { readonly setHostCriticality: { readonly userErrors: readonly ({ readonly message: string; })[]; }; };

/** What SetCriticality takes. */
export type SetCriticalityVariables = { readonly hostId: string; readonly criticality: number; };

/** The mutation SetCriticality. */
export const SetCriticality: Operation<SetCriticalityData, SetCriticalityVariables> = {
  name: "SetCriticality",
  text: "mutation SetCriticality($hostId:ID!$criticality:Float!){setHostCriticality(hostId:$hostId criticality:$criticality){userErrors{message}}}",
};
