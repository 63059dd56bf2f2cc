/**
 * Types and hashes of server/console/app/shell.graphql; written by `deno task build:console`.
 * @module
 */

import type { Operation } from "./operation.ts";

/** What Viewer gives. */
export type ViewerData = { readonly viewer: { readonly accountId: string | null; readonly name: string; readonly permissions: readonly ("accounts" | "audit" | "configure" | "erase" | "read" | "triage" | "unmask")[]; }; };

/** What Viewer takes. */
export type ViewerVariables = Record<string, never>;

/** The query Viewer. */
export const Viewer: Operation<ViewerData, ViewerVariables> = {
  name: "Viewer",
  hash: "ee2e5074be7bb6db0dd9b80122c8382719154eafcf67d0410c075565d2b63d6b",
};
