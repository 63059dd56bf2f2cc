/**
 * Types and hashes of server/console/app/pages/today.graphql; written by `deno task build:console`.
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
  hash: "477f22481c47d01c23899b708b5e175daeb586d866827d64c13225e9e210236d",
};

/** What Estate gives. */
export type EstateData = { readonly overview: { readonly hosts: number; readonly agents: number; readonly hostsLearning: number; readonly standIns: number; readonly openAlerts: number; readonly raisedInWeek: number; readonly windowsInDay: number; readonly strangestInDay: number | null; readonly latest: string | null; }; readonly settings: { readonly alertsPerDay: number; }; };

/** What Estate takes. */
export type EstateVariables = Record<string, never>;

/** The query Estate. */
export const Estate: Operation<EstateData, EstateVariables> = {
  name: "Estate",
  hash: "5131cd1ab0fad1b5a55fec45e9def8aeed67b05d4be207f743134af27b7ba953",
};

/** What OneAlert gives. */
export type OneAlertData = { readonly alert: TodayAlert | null; };

/** What OneAlert takes. */
export type OneAlertVariables = { readonly id: string; };

/** The query OneAlert. */
export const OneAlert: Operation<OneAlertData, OneAlertVariables> = {
  name: "OneAlert",
  hash: "a628f490b7fa2234099bd781a20f7d37d331df6b8c78ac39220154789580ae93",
};

/** What AlertReasons gives. */
export type AlertReasonsData = { readonly alert: { readonly score: { readonly id: string; readonly confidence: number; readonly contributions: readonly ({ readonly share: number; readonly value: number; readonly usualLow: number; readonly usualHigh: number; readonly feature: { readonly name: string; readonly phrase: string; readonly unit: string; readonly techniques: readonly (string)[]; }; })[]; } | null; } | null; };

/** What AlertReasons takes. */
export type AlertReasonsVariables = { readonly id: string; };

/** The query AlertReasons. */
export const AlertReasons: Operation<AlertReasonsData, AlertReasonsVariables> = {
  name: "AlertReasons",
  hash: "5c5f883ef0361e2db63010acc11414ef868b4fdee1f7e97660353ad06fa05e0c",
};

/** What LabelPreview gives. */
export type LabelPreviewData = { readonly labelPreview: { readonly days: number; readonly alerts: number; readonly hidden: number; readonly hiddenTruePositives: number; readonly features: readonly ({ readonly phrase: string; })[]; } | null; };

/** What LabelPreview takes. */
export type LabelPreviewVariables = { readonly id: string; };

/** The query LabelPreview. */
export const LabelPreview: Operation<LabelPreviewData, LabelPreviewVariables> = {
  name: "LabelPreview",
  hash: "60821d6bfe5c186bfaf00df1c0ecb7ea4f333fb0250fa614047c82cc5e4cc488",
};

/** What LabelAlert gives. */
export type LabelAlertData = { readonly labelAlert: { readonly userErrors: readonly ({ readonly message: string; })[]; }; };

/** What LabelAlert takes. */
export type LabelAlertVariables = { readonly alertId: string; readonly label: "benignExpected" | "falsePositive" | "truePositive"; readonly note?: string | null; readonly suppressDays?: number | null; };

/** The mutation LabelAlert. */
export const LabelAlert: Operation<LabelAlertData, LabelAlertVariables> = {
  name: "LabelAlert",
  hash: "924874757493a2b39401b28405ccc5b0d6a507e093a3e41b00dcebd822a95795",
};

/** What SetAlertState gives. */
export type SetAlertStateData = { readonly setAlertState: { readonly userErrors: readonly ({ readonly message: string; })[]; }; };

/** What SetAlertState takes. */
export type SetAlertStateVariables = { readonly alertId: string; readonly state: "closed" | "open" | "suppressed"; };

/** The mutation SetAlertState. */
export const SetAlertState: Operation<SetAlertStateData, SetAlertStateVariables> = {
  name: "SetAlertState",
  hash: "2f5b8e7321bfdd6ee1f4e8ad06e55c15ed7f83e32dd281a68a32b469228bffb6",
};

/** What AssignAlert gives. */
export type AssignAlertData = { readonly assignAlert: { readonly userErrors: readonly ({ readonly message: string; })[]; }; };

/** What AssignAlert takes. */
export type AssignAlertVariables = { readonly alertId: string; readonly accountId?: string | null; };

/** The mutation AssignAlert. */
export const AssignAlert: Operation<AssignAlertData, AssignAlertVariables> = {
  name: "AssignAlert",
  hash: "45354ca5c5f4411b9a64e52b09207310ba067b54831c9bb8d8e54acd9ff89595",
};

/** What AlertRaised gives. */
export type AlertRaisedData = { readonly alertRaised: { readonly id: string; } | null; };

/** What AlertRaised takes. */
export type AlertRaisedVariables = Record<string, never>;

/** The subscription AlertRaised. */
export const AlertRaised: Operation<AlertRaisedData, AlertRaisedVariables> = {
  name: "AlertRaised",
  hash: "c5072684f9c6f52de1c99039a25efb72c76f09e3887ef4b6ba51c97a4304c865",
};
