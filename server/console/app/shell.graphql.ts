/**
 * Types and texts of server/console/app/shell.graphql; written by `deno task build:console`.
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
  text: "query Viewer{viewer{accountId name permissions}}",
};
