/**
 * Types and texts of server/console/app/pages/settings/settings.graphql; written by `deno task build:console`.
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
  text: "query BudgetPreview($perDay:Float){alertBudgetPreview(perDay:$perDay days:30){limitP complete days{day alerts}}}",
};

/** What SetRetention gives. */
export type SetRetentionData = { readonly setRetention: { readonly userErrors: readonly ({ readonly message: string; })[]; }; };

/** What SetRetention takes. */
export type SetRetentionVariables = { readonly kind: "alerts" | "audit" | "jobs" | "models" | "reports" | "scores" | "users" | "vectors"; readonly days: number; };

/** The mutation SetRetention. */
export const SetRetention: Operation<SetRetentionData, SetRetentionVariables> = {
  name: "SetRetention",
  text: "mutation SetRetention($kind:RetentionKind!$days:Int!){setRetention(kind:$kind days:$days){userErrors{message}}}",
};

/** What SettingsNow gives. */
export type SettingsNowData = { readonly settings: { readonly alertsPerDay: number; readonly unmaskNeedsTwo: boolean; readonly retention: readonly ({ readonly kind: "alerts" | "audit" | "jobs" | "models" | "reports" | "scores" | "users" | "vectors"; readonly days: number; readonly least: number; })[]; }; readonly overview: { readonly raisedInWeek: number; readonly openAlerts: number; }; };

/** What SettingsNow takes. */
export type SettingsNowVariables = Record<string, never>;

/** The query SettingsNow. */
export const SettingsNow: Operation<SettingsNowData, SettingsNowVariables> = {
  name: "SettingsNow",
  text: "query SettingsNow{settings{alertsPerDay unmaskNeedsTwo retention{kind days least}}overview{raisedInWeek openAlerts}}",
};

/** What SetBudget gives. */
export type SetBudgetData = { readonly setAlertBudget: { readonly userErrors: readonly ({ readonly message: string; })[]; }; };

/** What SetBudget takes. */
export type SetBudgetVariables = { readonly perDay: number; };

/** The mutation SetBudget. */
export const SetBudget: Operation<SetBudgetData, SetBudgetVariables> = {
  name: "SetBudget",
  text: "mutation SetBudget($perDay:Float!){setAlertBudget(perDay:$perDay){userErrors{message}}}",
};

/** What SetUnmaskNeedsTwo gives. */
export type SetUnmaskNeedsTwoData = { readonly setUnmaskNeedsTwo: { readonly userErrors: readonly ({ readonly message: string; })[]; }; };

/** What SetUnmaskNeedsTwo takes. */
export type SetUnmaskNeedsTwoVariables = { readonly twoPersons: boolean; };

/** The mutation SetUnmaskNeedsTwo. */
export const SetUnmaskNeedsTwo: Operation<SetUnmaskNeedsTwoData, SetUnmaskNeedsTwoVariables> = {
  name: "SetUnmaskNeedsTwo",
  text: "mutation SetUnmaskNeedsTwo($twoPersons:Boolean!){setUnmaskNeedsTwo(twoPersons:$twoPersons){userErrors{message}}}",
};

/** What Suppressions gives. */
export type SuppressionsData = { readonly suppressions: { readonly edges: readonly ({ readonly node: SuppressionListed; })[]; readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null; }; }; };

/** What Suppressions takes. */
export type SuppressionsVariables = { readonly after?: string | null; readonly first?: number | null; };

/** The query Suppressions. */
export const Suppressions: Operation<SuppressionsData, SuppressionsVariables> = {
  name: "Suppressions",
  text: "query Suppressions($after:String$first:Int){suppressions(after:$after first:$first inForce:true){edges{node{...SuppressionListed}}pageInfo{hasNextPage endCursor}}}fragment SuppressionListed on Suppression{id reason createdBy createdAt expiresAt entityClass features{phrase}host{id name}user{id pseudonym}}",
};

/** What EndSuppression gives. */
export type EndSuppressionData = { readonly endSuppression: { readonly userErrors: readonly ({ readonly message: string; })[]; }; };

/** What EndSuppression takes. */
export type EndSuppressionVariables = { readonly suppressionId: string; };

/** The mutation EndSuppression. */
export const EndSuppression: Operation<EndSuppressionData, EndSuppressionVariables> = {
  name: "EndSuppression",
  text: "mutation EndSuppression($suppressionId:ID!){endSuppression(suppressionId:$suppressionId){userErrors{message}}}",
};

/** What EnrolmentTokens gives. */
export type EnrolmentTokensData = { readonly enrolmentTokens: { readonly edges: readonly ({ readonly node: EnrolmentTokenListed; })[]; readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null; }; }; };

/** What EnrolmentTokens takes. */
export type EnrolmentTokensVariables = { readonly after?: string | null; readonly first?: number | null; };

/** The query EnrolmentTokens. */
export const EnrolmentTokens: Operation<EnrolmentTokensData, EnrolmentTokensVariables> = {
  name: "EnrolmentTokens",
  text: "query EnrolmentTokens($after:String$first:Int){enrolmentTokens(after:$after first:$first){edges{node{...EnrolmentTokenListed}}pageInfo{hasNextPage endCursor}}}fragment EnrolmentTokenListed on EnrolmentToken{id note uses collector createdBy createdAt expiresAt revokedAt}",
};

/** What MakeEnrolmentToken gives. */
export type MakeEnrolmentTokenData = { readonly createEnrolmentToken: { readonly secret: string | null; readonly userErrors: readonly ({ readonly message: string; })[]; }; };

/** What MakeEnrolmentToken takes. */
export type MakeEnrolmentTokenVariables = { readonly note: string; readonly uses?: number | null; readonly days?: number | null; readonly collector?: boolean | null; };

/** The mutation MakeEnrolmentToken. */
export const MakeEnrolmentToken: Operation<MakeEnrolmentTokenData, MakeEnrolmentTokenVariables> = {
  name: "MakeEnrolmentToken",
  text: "mutation MakeEnrolmentToken($note:String!$uses:Int$days:Int$collector:Boolean){createEnrolmentToken(note:$note uses:$uses days:$days collector:$collector){secret userErrors{message}}}",
};

/** What RevokeEnrolmentToken gives. */
export type RevokeEnrolmentTokenData = { readonly revokeEnrolmentToken: { readonly userErrors: readonly ({ readonly message: string; })[]; }; };

/** What RevokeEnrolmentToken takes. */
export type RevokeEnrolmentTokenVariables = { readonly tokenId: string; };

/** The mutation RevokeEnrolmentToken. */
export const RevokeEnrolmentToken: Operation<RevokeEnrolmentTokenData, RevokeEnrolmentTokenVariables> = {
  name: "RevokeEnrolmentToken",
  text: "mutation RevokeEnrolmentToken($tokenId:ID!){revokeEnrolmentToken(tokenId:$tokenId){userErrors{message}}}",
};

/** What ApiTokens gives. */
export type ApiTokensData = { readonly apiTokens: { readonly edges: readonly ({ readonly node: ApiTokenListed; })[]; readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null; }; }; };

/** What ApiTokens takes. */
export type ApiTokensVariables = { readonly after?: string | null; readonly first?: number | null; };

/** The query ApiTokens. */
export const ApiTokens: Operation<ApiTokensData, ApiTokensVariables> = {
  name: "ApiTokens",
  text: "query ApiTokens($after:String$first:Int){apiTokens(after:$after first:$first){edges{node{...ApiTokenListed}}pageInfo{hasNextPage endCursor}}}fragment ApiTokenListed on ApiToken{id name account permissions createdAt expiresAt revokedAt}",
};

/** What MakeApiToken gives. */
export type MakeApiTokenData = { readonly createApiToken: { readonly secret: string | null; readonly userErrors: readonly ({ readonly message: string; })[]; }; };

/** What MakeApiToken takes. */
export type MakeApiTokenVariables = { readonly name: string; readonly days: number; readonly permissions: readonly ("accounts" | "audit" | "configure" | "erase" | "read" | "triage" | "unmask")[]; };

/** The mutation MakeApiToken. */
export const MakeApiToken: Operation<MakeApiTokenData, MakeApiTokenVariables> = {
  name: "MakeApiToken",
  text: "mutation MakeApiToken($name:String!$days:Int!$permissions:[Permission!]!){createApiToken(name:$name days:$days permissions:$permissions){secret userErrors{message}}}",
};

/** What RevokeApiToken gives. */
export type RevokeApiTokenData = { readonly revokeApiToken: { readonly userErrors: readonly ({ readonly message: string; })[]; }; };

/** What RevokeApiToken takes. */
export type RevokeApiTokenVariables = { readonly tokenId: string; };

/** The mutation RevokeApiToken. */
export const RevokeApiToken: Operation<RevokeApiTokenData, RevokeApiTokenVariables> = {
  name: "RevokeApiToken",
  text: "mutation RevokeApiToken($tokenId:ID!){revokeApiToken(tokenId:$tokenId){userErrors{message}}}",
};

/** What Accounts gives. */
export type AccountsData = { readonly accounts: { readonly edges: readonly ({ readonly node: AccountListed; })[]; readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null; }; }; };

/** What Accounts takes. */
export type AccountsVariables = { readonly after?: string | null; readonly first?: number | null; };

/** The query Accounts. */
export const Accounts: Operation<AccountsData, AccountsVariables> = {
  name: "Accounts",
  text: "query Accounts($after:String$first:Int){accounts(after:$after first:$first){edges{node{...AccountListed}}pageInfo{hasNextPage endCursor}}}fragment AccountListed on Account{id name roles local createdAt disabledAt}",
};

/** What MakeAccount gives. */
export type MakeAccountData = { readonly createAccount: { readonly userErrors: readonly ({ readonly message: string; })[]; }; };

/** What MakeAccount takes. */
export type MakeAccountVariables = { readonly name: string; readonly password: string; readonly roles: readonly ("administrator" | "analyst" | "privacyOfficer" | "viewer")[]; };

/** The mutation MakeAccount. */
export const MakeAccount: Operation<MakeAccountData, MakeAccountVariables> = {
  name: "MakeAccount",
  text: "mutation MakeAccount($name:String!$password:String!$roles:[Role!]!){createAccount(name:$name password:$password roles:$roles){userErrors{message}}}",
};

/** What ChangeAccount gives. */
export type ChangeAccountData = { readonly changeAccount: { readonly userErrors: readonly ({ readonly message: string; })[]; }; };

/** What ChangeAccount takes. */
export type ChangeAccountVariables = { readonly accountId: string; readonly roles?: readonly ("administrator" | "analyst" | "privacyOfficer" | "viewer")[] | null; readonly disabled?: boolean | null; };

/** The mutation ChangeAccount. */
export const ChangeAccount: Operation<ChangeAccountData, ChangeAccountVariables> = {
  name: "ChangeAccount",
  text: "mutation ChangeAccount($accountId:ID!$roles:[Role!]$disabled:Boolean){changeAccount(accountId:$accountId roles:$roles disabled:$disabled){userErrors{message}}}",
};

/** What UnmaskRequests gives. */
export type UnmaskRequestsData = { readonly unmaskRequests: { readonly edges: readonly ({ readonly node: UnmaskListed; })[]; readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null; }; }; };

/** What UnmaskRequests takes. */
export type UnmaskRequestsVariables = { readonly after?: string | null; readonly first?: number | null; };

/** The query UnmaskRequests. */
export const UnmaskRequests: Operation<UnmaskRequestsData, UnmaskRequestsVariables> = {
  name: "UnmaskRequests",
  text: "query UnmaskRequests($after:String$first:Int){unmaskRequests(after:$after first:$first){edges{node{...UnmaskListed}}pageInfo{hasNextPage endCursor}}}fragment UnmaskListed on UnmaskRequest{id reason requestedBy requestedAt approvedBy expiresAt user{id pseudonym}}",
};

/** What ApproveUnmask gives. */
export type ApproveUnmaskData = { readonly approveUnmask: { readonly userErrors: readonly ({ readonly message: string; })[]; }; };

/** What ApproveUnmask takes. */
export type ApproveUnmaskVariables = { readonly requestId: string; };

/** The mutation ApproveUnmask. */
export const ApproveUnmask: Operation<ApproveUnmaskData, ApproveUnmaskVariables> = {
  name: "ApproveUnmask",
  text: "mutation ApproveUnmask($requestId:ID!){approveUnmask(requestId:$requestId){userErrors{message}}}",
};

/** What OpenUnmask gives. */
export type OpenUnmaskData = { readonly openUnmask: { readonly request: { readonly name: string | null; } | null; readonly userErrors: readonly ({ readonly message: string; })[]; }; };

/** What OpenUnmask takes. */
export type OpenUnmaskVariables = { readonly requestId: string; };

/** The mutation OpenUnmask. */
export const OpenUnmask: Operation<OpenUnmaskData, OpenUnmaskVariables> = {
  name: "OpenUnmask",
  text: "mutation OpenUnmask($requestId:ID!){openUnmask(requestId:$requestId){request{name}userErrors{message}}}",
};

/** What ExportTargets gives. */
export type ExportTargetsData = { readonly exportTargets: readonly ({ readonly id: string; readonly name: string; readonly kind: "cef" | "ocsf" | "webhook"; readonly url: string; readonly signed: boolean; readonly delivered: number; readonly waiting: number; readonly lastError: string | null; readonly createdBy: string; readonly createdAt: string; })[]; };

/** What ExportTargets takes. */
export type ExportTargetsVariables = Record<string, never>;

/** The query ExportTargets. */
export const ExportTargets: Operation<ExportTargetsData, ExportTargetsVariables> = {
  name: "ExportTargets",
  text: "query ExportTargets{exportTargets{id name kind url signed delivered waiting lastError createdBy createdAt}}",
};

/** What MakeExportTarget gives. */
export type MakeExportTargetData = { readonly createExportTarget: { readonly userErrors: readonly ({ readonly message: string; })[]; }; };

/** What MakeExportTarget takes. */
export type MakeExportTargetVariables = { readonly name: string; readonly kind: "cef" | "ocsf" | "webhook"; readonly url: string; readonly secret?: string | null; };

/** The mutation MakeExportTarget. */
export const MakeExportTarget: Operation<MakeExportTargetData, MakeExportTargetVariables> = {
  name: "MakeExportTarget",
  text: "mutation MakeExportTarget($name:String!$kind:ExportKind!$url:String!$secret:String){createExportTarget(name:$name kind:$kind url:$url secret:$secret){userErrors{message}}}",
};

/** What RemoveExportTarget gives. */
export type RemoveExportTargetData = { readonly removeExportTarget: { readonly userErrors: readonly ({ readonly message: string; })[]; }; };

/** What RemoveExportTarget takes. */
export type RemoveExportTargetVariables = { readonly targetId: string; };

/** The mutation RemoveExportTarget. */
export const RemoveExportTarget: Operation<RemoveExportTargetData, RemoveExportTargetVariables> = {
  name: "RemoveExportTarget",
  text: "mutation RemoveExportTarget($targetId:ID!){removeExportTarget(targetId:$targetId){userErrors{message}}}",
};
