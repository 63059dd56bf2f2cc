/**
 * Types and hashes of server/console/app/pages/reports.graphql; written by `deno task build:console`.
 * @module
 */

import type { Operation } from "../operation.ts";

/** Fragment ReportListed. */
export type ReportListed = { readonly id: string; readonly kind: "estate" | "host" | "user"; readonly from: string; readonly to: string; readonly ready: boolean; readonly htmlPath: string; readonly createdAt: string; readonly createdBy: string; readonly host: { readonly id: string; readonly name: string; } | null; readonly user: { readonly id: string; readonly pseudonym: string; } | null; };

/** What Reports gives. */
export type ReportsData = { readonly reports: { readonly edges: readonly ({ readonly node: ReportListed; })[]; readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null; }; }; };

/** What Reports takes. */
export type ReportsVariables = { readonly after?: string | null; readonly first?: number | null; readonly kind?: "estate" | "host" | "user" | null; };

/** The query Reports. */
export const Reports: Operation<ReportsData, ReportsVariables> = {
  name: "Reports",
  hash: "56a1cf1cec308375aac5ac71357e9fbc9464af6ff838c74a14013c4ae1765111",
};

/** What ReportSubject gives. */
export type ReportSubjectData = { readonly host: { readonly id: string; readonly name: string; } | null; readonly user: { readonly id: string; readonly pseudonym: string; } | null; };

/** What ReportSubject takes. */
export type ReportSubjectVariables = { readonly hostId: string; readonly userId: string; readonly ofHost: boolean; readonly ofUser: boolean; };

/** The query ReportSubject. */
export const ReportSubject: Operation<ReportSubjectData, ReportSubjectVariables> = {
  name: "ReportSubject",
  hash: "52e2abaf070b8d47f338efa0a8dfd3066ea9d48945905952b59b6a56507fe53c",
};

/** What ReportNow gives. */
export type ReportNowData = { readonly reportNow: { readonly userErrors: readonly ({ readonly message: string; })[]; }; };

/** What ReportNow takes. */
export type ReportNowVariables = { readonly hostId?: string | null; readonly userId?: string | null; readonly days?: number | null; };

/** The mutation ReportNow. */
export const ReportNow: Operation<ReportNowData, ReportNowVariables> = {
  name: "ReportNow",
  hash: "66385da1126b98bcf772c74d370cc9bfe618b1b8473ff3e047bf53376cd05057",
};
