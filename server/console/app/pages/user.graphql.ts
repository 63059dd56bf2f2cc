/**
 * Types and texts of server/console/app/pages/user.graphql; written by `deno task build:console`.
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
  text: "query UserPage($id:ID!){user(id:$id){id pseudonym entityClass risk hostCount lastSeen riskReasons{day surprise share p windowStart host{id name}}hosts{firstSeen lastSeen host{id name}}hoursOfWeek riskierPeers peers(first:6){sharedHosts user{id pseudonym risk}}changes{before now t feature{name phrase unit techniques}}}peerGroups{entityClass users medianRisk}overview{latest}}",
};

/** What UserTimeline gives. */
export type UserTimelineData = { readonly timeline: { readonly hours: readonly (number)[]; readonly strangeness: readonly (number)[]; readonly scored: number; }; readonly alerts: { readonly edges: readonly ({ readonly node: { readonly start: string; }; })[]; }; };

/** What UserTimeline takes. */
export type UserTimelineVariables = { readonly userId?: string | null; readonly hostId?: string | null; };

/** The query UserTimeline. */
export const UserTimeline: Operation<UserTimelineData, UserTimelineVariables> = {
  name: "UserTimeline",
  text: "query UserTimeline($userId:ID$hostId:ID){timeline(userId:$userId hostId:$hostId points:100000){hours strangeness scored}alerts(userId:$userId hostId:$hostId first:500){edges{node{start}}}}",
};

/** What HourOpened gives. */
export type HourOpenedData = { readonly scores: { readonly edges: readonly ({ readonly node: OpenedScore; })[]; }; };

/** What HourOpened takes. */
export type HourOpenedVariables = { readonly userId?: string | null; readonly hostId?: string | null; readonly from: string; readonly to: string; };

/** The query HourOpened. */
export const HourOpened: Operation<HourOpenedData, HourOpenedVariables> = {
  name: "HourOpened",
  text: "query HourOpened($userId:ID$hostId:ID$from:DateTime!$to:DateTime!){scores(userId:$userId hostId:$hostId from:$from to:$to orderBy:STRANGEST first:5){edges{node{...OpenedScore}}}}fragment OpenedScore on Score{id p confidence start host{id name}user{id pseudonym entityClass}alert{id state}contributions{share value usualLow usualHigh feature{name phrase unit techniques}}}",
};

/** What HourFeatures gives. */
export type HourFeaturesData = { readonly score: { readonly window: { readonly events: number; readonly features: readonly ({ readonly value: number; readonly feature: { readonly name: string; readonly phrase: string; readonly unit: string; readonly techniques: readonly (string)[]; }; readonly baseline: { readonly median: number; readonly p95: number; readonly activeShare: number; } | null; })[]; } | null; } | null; };

/** What HourFeatures takes. */
export type HourFeaturesVariables = { readonly id: string; };

/** The query HourFeatures. */
export const HourFeatures: Operation<HourFeaturesData, HourFeaturesVariables> = {
  name: "HourFeatures",
  text: "query HourFeatures($id:ID!){score(id:$id){window{events features{value feature{name phrase unit techniques}baseline{median p95 activeShare}}}}}",
};

/** What ShowName gives. */
export type ShowNameData = { readonly unmaskUser: { readonly request: { readonly name: string | null; } | null; readonly userErrors: readonly ({ readonly message: string; })[]; }; };

/** What ShowName takes. */
export type ShowNameVariables = { readonly userId: string; readonly reason: string; };

/** The mutation ShowName. */
export const ShowName: Operation<ShowNameData, ShowNameVariables> = {
  name: "ShowName",
  text: "mutation ShowName($userId:ID!$reason:String!){unmaskUser(userId:$userId reason:$reason){request{name}userErrors{message}}}",
};
