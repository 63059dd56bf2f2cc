/**
 * Types and hashes of server/console/app/pages/attack.graphql; written by `deno task build:console`.
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
  hash: "f0785619ae22152f8ca60ac60dbfccb3e485ad9774c1828d125b9a279f7f47a1",
};
