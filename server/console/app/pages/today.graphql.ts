/**
 * Types and texts of server/console/app/pages/today.graphql; written by `deno task build:console`.
 * @module
 */

import type { Operation } from "../operation.ts";

/** Fragment TodayAlert. */
export type TodayAlert = { readonly id: string; readonly state: "closed" | "open" | "suppressed"; readonly label: "benignExpected" | "falsePositive" | "truePositive" | null; readonly note: string; readonly p: number; readonly raisedAt: string; readonly start: string; readonly sentence: string; readonly assignee: string | null; readonly host: { readonly id: string; readonly name: string; } | null; readonly user: { readonly id: string; readonly pseudonym: string; readonly entityClass: "admin" | "human" | "machine" | "service"; } | null; };

/** What Today gives. */
export type TodayData = { readonly alerts: { readonly edges: readonly ({ readonly node: TodayAlert; })[]; readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null; }; }; };

/** What Today takes. */
export type TodayVariables = { readonly after?: string | null; readonly first?: number | null; readonly state?: "closed" | "open" | "suppressed" | null; };

/** The query Today. */
export const Today: Operation<TodayData, TodayVariables> = {
  name: "Today",
  text: "query Today($after:String$first:Int$state:AlertState){alerts(after:$after first:$first state:$state){edges{node{...TodayAlert}}pageInfo{hasNextPage endCursor}}}fragment TodayAlert on Alert{id state label note p raisedAt start sentence assignee host{id name}user{id pseudonym entityClass}}",
};

/** What AlertRaised gives. */
export type AlertRaisedData = { readonly alertRaised: { readonly id: string; } | null; };

/** What AlertRaised takes. */
export type AlertRaisedVariables = Record<string, never>;

/** The subscription AlertRaised. */
export const AlertRaised: Operation<AlertRaisedData, AlertRaisedVariables> = {
  name: "AlertRaised",
  text: "subscription AlertRaised{alertRaised{id}}",
};
