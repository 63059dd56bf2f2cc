/**
 * Types and hashes of server/console/app/pages/users.graphql; written by `deno task build:console`.
 * @module
 */

import type { Operation } from "../operation.ts";

/** Fragment UserListed. */
export type UserListed = { readonly id: string; readonly pseudonym: string; readonly entityClass: "admin" | "human" | "machine" | "service"; readonly risk: number; readonly hostCount: number; readonly lastSeen: string; readonly riskReasons: readonly ({ readonly day: string; readonly surprise: number; })[]; };

/** What Users gives. */
export type UsersData = { readonly users: { readonly edges: readonly ({ readonly node: UserListed; })[]; readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null; }; }; readonly overview: { readonly latest: string | null; }; };

/** What Users takes. */
export type UsersVariables = { readonly after?: string | null; readonly first?: number | null; readonly orderBy?: "LAST_SEEN" | "RISK" | null; readonly entityClass?: "admin" | "human" | "machine" | "service" | null; };

/** The query Users. */
export const Users: Operation<UsersData, UsersVariables> = {
  name: "Users",
  hash: "989fd6b3084847c3e51bb128d11559c12c79e07dc1f958df07c87c6c8614bd8e",
};
