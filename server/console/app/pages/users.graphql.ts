/**
 * Types and texts of server/console/app/pages/users.graphql; written by `deno task build:console`.
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
  text: "query Users($after:String$first:Int$orderBy:UserOrder$entityClass:EntityClass){users(after:$after first:$first orderBy:$orderBy entityClass:$entityClass){edges{node{...UserListed}}pageInfo{hasNextPage endCursor}}overview{latest}}fragment UserListed on User{id pseudonym entityClass risk hostCount lastSeen riskReasons{day surprise}}",
};
