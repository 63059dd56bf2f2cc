/**
 * Types and texts of server/console/app/pages/states.graphql; written by `deno task build:console`.
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
  text: "query LearningHosts($first:Int){hosts(first:$first orderBy:LAST_SEEN){edges{node{id name firstSeen lastSeen history{windows needed since}model{pooled}}}}}",
};

/** What FirstEnrolment gives. */
export type FirstEnrolmentData = { readonly createEnrolmentToken: { readonly secret: string | null; readonly userErrors: readonly ({ readonly message: string; })[]; }; };

/** What FirstEnrolment takes. */
export type FirstEnrolmentVariables = { readonly note: string; readonly uses?: number | null; };

/** The mutation FirstEnrolment. */
export const FirstEnrolment: Operation<FirstEnrolmentData, FirstEnrolmentVariables> = {
  name: "FirstEnrolment",
  text: "mutation FirstEnrolment($note:String!$uses:Int){createEnrolmentToken(note:$note uses:$uses){secret userErrors{message}}}",
};
