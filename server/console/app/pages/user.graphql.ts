/**
 * Types and hashes of server/console/app/pages/user.graphql; written by `deno task build:console`.
 * @module
 */

import type { Operation } from "../operation.ts";

/** Fragment OpenedScore. */
export type OpenedScore = { readonly id: string; readonly p: number; readonly confidence: number; readonly start: string; readonly host: { readonly id: string; readonly name: string; } | null; readonly user: { readonly id: string; readonly pseudonym: string; readonly entityClass: "admin" | "human" | "machine" | "service"; } | null; readonly alert: { readonly id: string; readonly state: "closed" | "open" | "suppressed"; } | null; readonly contributions: readonly ({ readonly share: number; readonly value: number; readonly usualLow: number; readonly usualHigh: number; readonly feature: { readonly name: string; readonly phrase: string; readonly unit: string; readonly techniques: readonly (string)[]; }; })[]; };

/** What UserPage gives. */
export type UserPageData = { readonly user: { readonly id: string; readonly pseudonym: string; readonly entityClass: "admin" | "human" | "machine" | "service"; readonly risk: number; readonly hostCount: number; readonly lastSeen: string; readonly riskReasons: readonly ({ readonly day: string; readonly surprise: number; readonly share: number; readonly p: number; readonly windowStart: string; readonly host: { readonly id: string; readonly name: string; } | null; })[]; readonly hosts: readonly ({ readonly firstSeen: string; readonly lastSeen: string; readonly host: { readonly id: string; readonly name: string; } | null; })[]; readonly hoursOfWeek: readonly (number)[]; readonly riskierPeers: number; readonly peers: readonly ({ readonly sharedHosts: number; readonly user: { readonly id: string; readonly pseudonym: string; readonly risk: number; } | null; })[]; readonly changes: readonly ({ readonly before: number; readonly now: number; readonly t: number; readonly feature: { readonly name: string; readonly phrase: string; readonly unit: string; readonly techniques: readonly (string)[]; }; })[]; } | null; readonly peerGroups: readonly ({ readonly entityClass: "admin" | "human" | "machine" | "service"; readonly users: number; readonly medianRisk: number; })[]; readonly overview: { readonly latest: string | null; }; };

/** What UserPage takes. */
export type UserPageVariables = { readonly id: string; };

/** The query UserPage. */
export const UserPage: Operation<UserPageData, UserPageVariables> = {
  name: "UserPage",
  hash: "fc77284c2b6b7a6b31467107e2dcb66967f329600ee8c6b0334d5d4f5b48df60",
};

/** What UserTimeline gives. */
export type UserTimelineData = { readonly timeline: { readonly hours: readonly (number)[]; readonly strangeness: readonly (number)[]; readonly scored: number; }; readonly alerts: { readonly edges: readonly ({ readonly node: { readonly start: string; }; })[]; }; };

/** What UserTimeline takes. */
export type UserTimelineVariables = { readonly userId?: string | null; readonly hostId?: string | null; };

/** The query UserTimeline. */
export const UserTimeline: Operation<UserTimelineData, UserTimelineVariables> = {
  name: "UserTimeline",
  hash: "61472094df7d528837c22f19ea7edb21732d374b491aa03dbecf04f000fb2c33",
};

/** What HourOpened gives. */
export type HourOpenedData = { readonly scores: { readonly edges: readonly ({ readonly node: OpenedScore; })[]; }; };

/** What HourOpened takes. */
export type HourOpenedVariables = { readonly userId?: string | null; readonly hostId?: string | null; readonly from: string; readonly to: string; };

/** The query HourOpened. */
export const HourOpened: Operation<HourOpenedData, HourOpenedVariables> = {
  name: "HourOpened",
  hash: "b7600b7c0ccfbd1c94aed87dc061b09071345277125e142c9fd3a334b7876235",
};

/** What HourFeatures gives. */
export type HourFeaturesData = { readonly score: { readonly window: { readonly events: number; readonly features: readonly ({ readonly value: number; readonly feature: { readonly name: string; readonly phrase: string; readonly unit: string; readonly techniques: readonly (string)[]; }; readonly baseline: { readonly median: number; readonly p95: number; readonly activeShare: number; } | null; })[]; } | null; } | null; };

/** What HourFeatures takes. */
export type HourFeaturesVariables = { readonly id: string; };

/** The query HourFeatures. */
export const HourFeatures: Operation<HourFeaturesData, HourFeaturesVariables> = {
  name: "HourFeatures",
  hash: "9a1ba341e45294c7df6975abca22a589df75601533f52743f59a6221a6d71bf7",
};

/** What ShowName gives. */
export type ShowNameData = { readonly unmaskUser: { readonly request: { readonly name: string | null; } | null; readonly userErrors: readonly ({ readonly message: string; })[]; }; };

/** What ShowName takes. */
export type ShowNameVariables = { readonly userId: string; readonly reason: string; };

/** The mutation ShowName. */
export const ShowName: Operation<ShowNameData, ShowNameVariables> = {
  name: "ShowName",
  hash: "5ecbcf14ee84a15e6d79999be688b6e536db17838ed0cadb9cde487305a02ee4",
};
