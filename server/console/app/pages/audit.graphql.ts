/**
 * Types and texts of server/console/app/pages/audit.graphql; written by `deno task build:console`.
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
  text: "query Audit($after:String$first:Int$action:String){audit(after:$after first:$first action:$action){edges{node{id at actor action subject details}}pageInfo{hasNextPage endCursor}}}",
};
