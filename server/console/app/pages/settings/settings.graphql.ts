/**
 * Types and hashes of server/console/app/pages/settings/settings.graphql; written by `deno task build:console`.
 * @module
 */

import type { Operation } from "../../operation.ts";

/** Fragment SuppressionListed. */
export type SuppressionListed = { readonly id: string; readonly reason: string; readonly createdBy: string; readonly createdAt: string; readonly expiresAt: string; readonly entityClass: "admin" | "human" | "machine" | "service" | null; readonly features: readonly ({ readonly phrase: string; })[]; readonly host: { readonly id: string; readonly name: string; } | null; readonly user: { readonly id: string; readonly pseudonym: string; } | null; };

/** Fragment EnrolmentTokenListed. */
export type EnrolmentTokenListed = { readonly id: string; readonly note: string; readonly uses: number; readonly collector: boolean; readonly createdBy: string; readonly createdAt: string; readonly expiresAt: string; readonly revokedAt: string | null; };

/** Fragment ApiTokenListed. */
export type ApiTokenListed = { readonly id: string; readonly name: string; readonly account: string; readonly permissions: readonly ("accounts" | "audit" | "configure" | "erase" | "read" | "triage" | "unmask")[]; readonly createdAt: string; readonly expiresAt: string; readonly revokedAt: string | null; };

/** Fragment AccountListed. */
export type AccountListed = { readonly id: string; readonly name: string; readonly roles: readonly ("administrator" | "analyst" | "privacyOfficer" | "viewer")[]; readonly local: boolean; readonly createdAt: string; readonly disabledAt: string | null; };

/** Fragment UnmaskListed. */
export type UnmaskListed = { readonly id: string; readonly reason: string; readonly requestedBy: string; readonly requestedAt: string; readonly approvedBy: string | null; readonly expiresAt: string; readonly user: { readonly id: string; readonly pseudonym: string; } | null; };

/** What BudgetPreview gives. */
export type BudgetPreviewData = { readonly alertBudgetPreview: { readonly limitP: number; readonly complete: boolean; readonly days: readonly ({ readonly day: string; readonly alerts: number; })[]; }; };

/** What BudgetPreview takes. */
export type BudgetPreviewVariables = { readonly perDay?: number | null; };

/** The query BudgetPreview. */
export const BudgetPreview: Operation<BudgetPreviewData, BudgetPreviewVariables> = {
  name: "BudgetPreview",
  hash: "18137508f6eb08831d99dfecf255a9553333d4d6097bdead7676cc0a6f3898d8",
};

/** What SetRetention gives. */
export type SetRetentionData = { readonly setRetention: { readonly userErrors: readonly ({ readonly message: string; })[]; }; };

/** What SetRetention takes. */
export type SetRetentionVariables = { readonly kind: "alerts" | "audit" | "jobs" | "models" | "reports" | "scores" | "users" | "vectors"; readonly days: number; };

/** The mutation SetRetention. */
export const SetRetention: Operation<SetRetentionData, SetRetentionVariables> = {
  name: "SetRetention",
  hash: "d3175924dac2688d7f74cdf714f3fa18db94a860ffedd419e6d177bd9eda4bca",
};

/** What SettingsNow gives. */
export type SettingsNowData = { readonly settings: { readonly alertsPerDay: number; readonly unmaskNeedsTwo: boolean; readonly retention: readonly ({ readonly kind: "alerts" | "audit" | "jobs" | "models" | "reports" | "scores" | "users" | "vectors"; readonly days: number; readonly least: number; })[]; }; readonly overview: { readonly raisedInWeek: number; readonly openAlerts: number; }; };

/** What SettingsNow takes. */
export type SettingsNowVariables = Record<string, never>;

/** The query SettingsNow. */
export const SettingsNow: Operation<SettingsNowData, SettingsNowVariables> = {
  name: "SettingsNow",
  hash: "176c907a02e1ed601c00863efbe8311d2040ad5a30114f17d047ae8e9d39719c",
};

/** What SetBudget gives. */
export type SetBudgetData = { readonly setAlertBudget: { readonly userErrors: readonly ({ readonly message: string; })[]; }; };

/** What SetBudget takes. */
export type SetBudgetVariables = { readonly perDay: number; };

/** The mutation SetBudget. */
export const SetBudget: Operation<SetBudgetData, SetBudgetVariables> = {
  name: "SetBudget",
  hash: "7158b0eaf02843622b7bd092e49b25ba2d72058625ff70bdda0e603deb90f391",
};

/** What SetUnmaskNeedsTwo gives. */
export type SetUnmaskNeedsTwoData = { readonly setUnmaskNeedsTwo: { readonly userErrors: readonly ({ readonly message: string; })[]; }; };

/** What SetUnmaskNeedsTwo takes. */
export type SetUnmaskNeedsTwoVariables = { readonly twoPersons: boolean; };

/** The mutation SetUnmaskNeedsTwo. */
export const SetUnmaskNeedsTwo: Operation<SetUnmaskNeedsTwoData, SetUnmaskNeedsTwoVariables> = {
  name: "SetUnmaskNeedsTwo",
  hash: "f3a7d68b6c4d2a70fa3e9654334d86ba1cadd3d6d7cd21bc1cde3d6493731159",
};

/** What Suppressions gives. */
export type SuppressionsData = { readonly suppressions: { readonly edges: readonly ({ readonly node: SuppressionListed; })[]; readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null; }; }; };

/** What Suppressions takes. */
export type SuppressionsVariables = { readonly after?: string | null; readonly first?: number | null; };

/** The query Suppressions. */
export const Suppressions: Operation<SuppressionsData, SuppressionsVariables> = {
  name: "Suppressions",
  hash: "a6f248303768d84fe36177157fafedf4e8ad8f4f890c10bb51c41353f1b1defb",
};

/** What EndSuppression gives. */
export type EndSuppressionData = { readonly endSuppression: { readonly userErrors: readonly ({ readonly message: string; })[]; }; };

/** What EndSuppression takes. */
export type EndSuppressionVariables = { readonly suppressionId: string; };

/** The mutation EndSuppression. */
export const EndSuppression: Operation<EndSuppressionData, EndSuppressionVariables> = {
  name: "EndSuppression",
  hash: "ceb952a178639639f1478a55e73a0a46f7ce908771a70b0a3b0d40a738316855",
};

/** What EnrolmentTokens gives. */
export type EnrolmentTokensData = { readonly enrolmentTokens: { readonly edges: readonly ({ readonly node: EnrolmentTokenListed; })[]; readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null; }; }; };

/** What EnrolmentTokens takes. */
export type EnrolmentTokensVariables = { readonly after?: string | null; readonly first?: number | null; };

/** The query EnrolmentTokens. */
export const EnrolmentTokens: Operation<EnrolmentTokensData, EnrolmentTokensVariables> = {
  name: "EnrolmentTokens",
  hash: "7c08d95d6a0e868988b7d8b0ad16b07eddd92479bdb4d7a7e4b0ead48b03dec7",
};

/** What MakeEnrolmentToken gives. */
export type MakeEnrolmentTokenData = { readonly createEnrolmentToken: { readonly secret: string | null; readonly userErrors: readonly ({ readonly message: string; })[]; }; };

/** What MakeEnrolmentToken takes. */
export type MakeEnrolmentTokenVariables = { readonly note: string; readonly uses?: number | null; readonly days?: number | null; readonly collector?: boolean | null; };

/** The mutation MakeEnrolmentToken. */
export const MakeEnrolmentToken: Operation<MakeEnrolmentTokenData, MakeEnrolmentTokenVariables> = {
  name: "MakeEnrolmentToken",
  hash: "bd4295fa0c9b0f4bb74f1469a3ba26c8f9df47dc9bb3e90ada2ff440904d8e4a",
};

/** What RevokeEnrolmentToken gives. */
export type RevokeEnrolmentTokenData = { readonly revokeEnrolmentToken: { readonly userErrors: readonly ({ readonly message: string; })[]; }; };

/** What RevokeEnrolmentToken takes. */
export type RevokeEnrolmentTokenVariables = { readonly tokenId: string; };

/** The mutation RevokeEnrolmentToken. */
export const RevokeEnrolmentToken: Operation<RevokeEnrolmentTokenData, RevokeEnrolmentTokenVariables> = {
  name: "RevokeEnrolmentToken",
  hash: "8ce7aa85bfc36391916bf43738f5be70a2f663be0e49c9dd0df23d4aa9a6a558",
};

/** What ApiTokens gives. */
export type ApiTokensData = { readonly apiTokens: { readonly edges: readonly ({ readonly node: ApiTokenListed; })[]; readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null; }; }; };

/** What ApiTokens takes. */
export type ApiTokensVariables = { readonly after?: string | null; readonly first?: number | null; };

/** The query ApiTokens. */
export const ApiTokens: Operation<ApiTokensData, ApiTokensVariables> = {
  name: "ApiTokens",
  hash: "fcf31fd241496feb807abe685ff9637c2cbac0c2cfb7557ada4f5dca223a5971",
};

/** What MakeApiToken gives. */
export type MakeApiTokenData = { readonly createApiToken: { readonly secret: string | null; readonly userErrors: readonly ({ readonly message: string; })[]; }; };

/** What MakeApiToken takes. */
export type MakeApiTokenVariables = { readonly name: string; readonly days: number; readonly permissions: readonly ("accounts" | "audit" | "configure" | "erase" | "read" | "triage" | "unmask")[]; };

/** The mutation MakeApiToken. */
export const MakeApiToken: Operation<MakeApiTokenData, MakeApiTokenVariables> = {
  name: "MakeApiToken",
  hash: "34bbe36109342e6a91a372a56145dfe5e8a7ae843368b63eb8978df69a68d9c8",
};

/** What RevokeApiToken gives. */
export type RevokeApiTokenData = { readonly revokeApiToken: { readonly userErrors: readonly ({ readonly message: string; })[]; }; };

/** What RevokeApiToken takes. */
export type RevokeApiTokenVariables = { readonly tokenId: string; };

/** The mutation RevokeApiToken. */
export const RevokeApiToken: Operation<RevokeApiTokenData, RevokeApiTokenVariables> = {
  name: "RevokeApiToken",
  hash: "792a5527ae71088d48f51362bd734932db33ac98b93f0d46070de37721b2e56a",
};

/** What Accounts gives. */
export type AccountsData = { readonly accounts: { readonly edges: readonly ({ readonly node: AccountListed; })[]; readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null; }; }; };

/** What Accounts takes. */
export type AccountsVariables = { readonly after?: string | null; readonly first?: number | null; };

/** The query Accounts. */
export const Accounts: Operation<AccountsData, AccountsVariables> = {
  name: "Accounts",
  hash: "768f46ec530a6e3fb3ccbeefb378482fd78d47b6104ae69cdbb0779773ad2b1e",
};

/** What MakeAccount gives. */
export type MakeAccountData = { readonly createAccount: { readonly userErrors: readonly ({ readonly message: string; })[]; }; };

/** What MakeAccount takes. */
export type MakeAccountVariables = { readonly name: string; readonly password: string; readonly roles: readonly ("administrator" | "analyst" | "privacyOfficer" | "viewer")[]; };

/** The mutation MakeAccount. */
export const MakeAccount: Operation<MakeAccountData, MakeAccountVariables> = {
  name: "MakeAccount",
  hash: "c81f264b185562038a4a64c1655b3df82873c4fa34aecc491f9497214aee885b",
};

/** What ChangeAccount gives. */
export type ChangeAccountData = { readonly changeAccount: { readonly userErrors: readonly ({ readonly message: string; })[]; }; };

/** What ChangeAccount takes. */
export type ChangeAccountVariables = { readonly accountId: string; readonly roles?: readonly ("administrator" | "analyst" | "privacyOfficer" | "viewer")[] | null; readonly disabled?: boolean | null; };

/** The mutation ChangeAccount. */
export const ChangeAccount: Operation<ChangeAccountData, ChangeAccountVariables> = {
  name: "ChangeAccount",
  hash: "77590bd90464cb9feefd1ac4c75b1258a83e549c8cc03f86974826ddc906cf9d",
};

/** What UnmaskRequests gives. */
export type UnmaskRequestsData = { readonly unmaskRequests: { readonly edges: readonly ({ readonly node: UnmaskListed; })[]; readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null; }; }; };

/** What UnmaskRequests takes. */
export type UnmaskRequestsVariables = { readonly after?: string | null; readonly first?: number | null; };

/** The query UnmaskRequests. */
export const UnmaskRequests: Operation<UnmaskRequestsData, UnmaskRequestsVariables> = {
  name: "UnmaskRequests",
  hash: "0b4d89d050922d89211aeaa933786eca3e32420746395c54036c0bcd21223690",
};

/** What ApproveUnmask gives. */
export type ApproveUnmaskData = { readonly approveUnmask: { readonly userErrors: readonly ({ readonly message: string; })[]; }; };

/** What ApproveUnmask takes. */
export type ApproveUnmaskVariables = { readonly requestId: string; };

/** The mutation ApproveUnmask. */
export const ApproveUnmask: Operation<ApproveUnmaskData, ApproveUnmaskVariables> = {
  name: "ApproveUnmask",
  hash: "6687f467413a1a9a0f3e71f9684bc11c6933b1b7fca73af6163136534b557fb7",
};

/** What OpenUnmask gives. */
export type OpenUnmaskData = { readonly openUnmask: { readonly request: { readonly name: string | null; } | null; readonly userErrors: readonly ({ readonly message: string; })[]; }; };

/** What OpenUnmask takes. */
export type OpenUnmaskVariables = { readonly requestId: string; };

/** The mutation OpenUnmask. */
export const OpenUnmask: Operation<OpenUnmaskData, OpenUnmaskVariables> = {
  name: "OpenUnmask",
  hash: "26d56c9a39f46c500d34bf37f8b75f54717c8e5139ad53c78b0007658529b89f",
};

/** What ExportTargets gives. */
export type ExportTargetsData = { readonly exportTargets: readonly ({ readonly id: string; readonly name: string; readonly kind: "cef" | "ocsf" | "webhook"; readonly url: string; readonly signed: boolean; readonly delivered: number; readonly waiting: number; readonly lastError: string | null; readonly createdBy: string; readonly createdAt: string; })[]; };

/** What ExportTargets takes. */
export type ExportTargetsVariables = Record<string, never>;

/** The query ExportTargets. */
export const ExportTargets: Operation<ExportTargetsData, ExportTargetsVariables> = {
  name: "ExportTargets",
  hash: "eff3fb2737fd9bd7340185cf34e3f3e144ef892b0877ae4b14bb58a2accea6da",
};

/** What MakeExportTarget gives. */
export type MakeExportTargetData = { readonly createExportTarget: { readonly userErrors: readonly ({ readonly message: string; })[]; }; };

/** What MakeExportTarget takes. */
export type MakeExportTargetVariables = { readonly name: string; readonly kind: "cef" | "ocsf" | "webhook"; readonly url: string; readonly secret?: string | null; };

/** The mutation MakeExportTarget. */
export const MakeExportTarget: Operation<MakeExportTargetData, MakeExportTargetVariables> = {
  name: "MakeExportTarget",
  hash: "4beece101d93a5314ff3c5723e57597aec11947c2e8e85e0d8eb40db235c03e5",
};

/** What RemoveExportTarget gives. */
export type RemoveExportTargetData = { readonly removeExportTarget: { readonly userErrors: readonly ({ readonly message: string; })[]; }; };

/** What RemoveExportTarget takes. */
export type RemoveExportTargetVariables = { readonly targetId: string; };

/** The mutation RemoveExportTarget. */
export const RemoveExportTarget: Operation<RemoveExportTargetData, RemoveExportTargetVariables> = {
  name: "RemoveExportTarget",
  hash: "2691c877077db09aa53765fe693c2e837b759e6f41f69a6150a2ee981fb65e2c",
};
