/**
 * Types and hashes of server/console/app/pages/states.graphql; written by `deno task build:console`.
 * @module
 */

import type { Operation } from "../operation.ts";

/** What LearningHosts gives. */
export type LearningHostsData = { readonly hosts: { readonly edges: readonly ({ readonly node: { readonly id: string; readonly name: string; readonly firstSeen: string; readonly lastSeen: string; readonly history: { readonly windows: number; readonly needed: number; readonly since: string | null; } | null; readonly model: { readonly pooled: boolean; } | null; }; })[]; }; };

/** What LearningHosts takes. */
export type LearningHostsVariables = { readonly first?: number | null; };

/** The query LearningHosts. */
export const LearningHosts: Operation<LearningHostsData, LearningHostsVariables> = {
  name: "LearningHosts",
  hash: "ff9236647ed9c93a94a28a0c92a81ffd4a8e9936b2144bb3db267ad5d39f949a",
};

/** What FirstEnrolment gives. */
export type FirstEnrolmentData = { readonly createEnrolmentToken: { readonly secret: string | null; readonly userErrors: readonly ({ readonly message: string; })[]; }; };

/** What FirstEnrolment takes. */
export type FirstEnrolmentVariables = { readonly note: string; readonly uses?: number | null; };

/** The mutation FirstEnrolment. */
export const FirstEnrolment: Operation<FirstEnrolmentData, FirstEnrolmentVariables> = {
  name: "FirstEnrolment",
  hash: "be12a53bd1246b0bf29e6d926cd6ccc570dbffc4eedf1b2c1ddc02e7bdbebd90",
};
