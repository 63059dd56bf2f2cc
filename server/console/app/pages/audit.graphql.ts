/**
 * Types and hashes of server/console/app/pages/audit.graphql; written by `deno task build:console`.
 * @module
 */

import type { Operation } from "../operation.ts";

/** What Audit gives. */
export type AuditData = { readonly audit: { readonly edges: readonly ({ readonly node: { readonly id: string; readonly at: string; readonly actor: string; readonly action: string; readonly subject: string; readonly details: unknown; }; })[]; readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null; }; }; };

/** What Audit takes. */
export type AuditVariables = { readonly after?: string | null; readonly first?: number | null; readonly action?: string | null; };

/** The query Audit. */
export const Audit: Operation<AuditData, AuditVariables> = {
  name: "Audit",
  hash: "8d532036e30b268916f36c3abe426a7935ce711b1fa017085f0832f8447f782e",
};
