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

/** What Estate gives. */
export type EstateData = { readonly overview: { readonly hosts: number; readonly agents: number; readonly hostsLearning: number; readonly standIns: number; readonly openAlerts: number; readonly raisedInWeek: number; readonly windowsInDay: number; readonly strangestInDay: number | null; readonly latest: string | null; }; readonly settings: { readonly alertsPerDay: number; }; };

/** What Estate takes. */
export type EstateVariables = Record<string, never>;

/** The query Estate. */
export const Estate: Operation<EstateData, EstateVariables> = {
  name: "Estate",
  text: "query Estate{overview{hosts agents hostsLearning standIns openAlerts raisedInWeek windowsInDay strangestInDay latest}settings{alertsPerDay}}",
};

/** What OneAlert gives. */
export type OneAlertData = { readonly alert: TodayAlert | null; };

/** What OneAlert takes. */
export type OneAlertVariables = { readonly id: string; };

/** The query OneAlert. */
export const OneAlert: Operation<OneAlertData, OneAlertVariables> = {
  name: "OneAlert",
  text: "query OneAlert($id:ID!){alert(id:$id){...TodayAlert}}fragment TodayAlert on Alert{id state label note p raisedAt start sentence assignee host{id name}user{id pseudonym entityClass}}",
};

/** What AlertReasons gives. */
export type AlertReasonsData = { readonly alert: { readonly score: { readonly id: string; readonly confidence: number; readonly contributions: readonly ({ readonly share: number; readonly value: number; readonly usualLow: number; readonly usualHigh: number; readonly feature: { readonly name: string; readonly phrase: string; readonly unit: string; readonly techniques: readonly (string)[]; }; })[]; } | null; } | null; };

/** What AlertReasons takes. */
export type AlertReasonsVariables = { readonly id: string; };

/** The query AlertReasons. */
export const AlertReasons: Operation<AlertReasonsData, AlertReasonsVariables> = {
  name: "AlertReasons",
  text: "query AlertReasons($id:ID!){alert(id:$id){score{id confidence contributions{share value usualLow usualHigh feature{name phrase unit techniques}}}}}",
};

/** What LabelPreview gives. */
export type LabelPreviewData = { readonly labelPreview: { readonly days: number; readonly alerts: number; readonly hidden: number; readonly hiddenTruePositives: number; readonly features: readonly ({ readonly phrase: string; })[]; } | null; };

/** What LabelPreview takes. */
export type LabelPreviewVariables = { readonly id: string; };

/** The query LabelPreview. */
export const LabelPreview: Operation<LabelPreviewData, LabelPreviewVariables> = {
  name: "LabelPreview",
  text: "query LabelPreview($id:ID!){labelPreview(alertId:$id){days alerts hidden hiddenTruePositives features{phrase}}}",
};

/** What LabelAlert gives. */
export type LabelAlertData = { readonly labelAlert: { readonly userErrors: readonly ({ readonly message: string; })[]; }; };

/** What LabelAlert takes. */
export type LabelAlertVariables = { readonly alertId: string; readonly label: "benignExpected" | "falsePositive" | "truePositive"; readonly note?: string | null; readonly suppressDays?: number | null; };

/** The mutation LabelAlert. */
export const LabelAlert: Operation<LabelAlertData, LabelAlertVariables> = {
  name: "LabelAlert",
  text: "mutation LabelAlert($alertId:ID!$label:AlertLabel!$note:String$suppressDays:Int){labelAlert(alertId:$alertId label:$label note:$note suppressDays:$suppressDays){userErrors{message}}}",
};

/** What SetAlertState gives. */
export type SetAlertStateData = { readonly setAlertState: { readonly userErrors: readonly ({ readonly message: string; })[]; }; };

/** What SetAlertState takes. */
export type SetAlertStateVariables = { readonly alertId: string; readonly state: "closed" | "open" | "suppressed"; };

/** The mutation SetAlertState. */
export const SetAlertState: Operation<SetAlertStateData, SetAlertStateVariables> = {
  name: "SetAlertState",
  text: "mutation SetAlertState($alertId:ID!$state:AlertState!){setAlertState(alertId:$alertId state:$state){userErrors{message}}}",
};

/** What AssignAlert gives. */
export type AssignAlertData = { readonly assignAlert: { readonly userErrors: readonly ({ readonly message: string; })[]; }; };

/** What AssignAlert takes. */
export type AssignAlertVariables = { readonly alertId: string; readonly accountId?: string | null; };

/** The mutation AssignAlert. */
export const AssignAlert: Operation<AssignAlertData, AssignAlertVariables> = {
  name: "AssignAlert",
  text: "mutation AssignAlert($alertId:ID!$accountId:ID){assignAlert(alertId:$alertId accountId:$accountId){userErrors{message}}}",
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
