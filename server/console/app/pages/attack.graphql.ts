/**
 * Types and texts of server/console/app/pages/attack.graphql; written by `deno task build:console`.
 * @module
 */

import type { Operation } from "../operation.ts";

/** What Attack gives. */
export type AttackData = { readonly techniques: readonly ({ readonly id: string; readonly alerts: number; readonly latest: string | null; readonly columns: readonly ({ readonly name: string; readonly phrase: string; })[]; })[]; };

/** What Attack takes. */
export type AttackVariables = Record<string, never>;

/** The query Attack. */
export const Attack: Operation<AttackData, AttackVariables> = {
  name: "Attack",
  text: "query Attack{techniques{id alerts latest columns{name phrase}}}",
};
