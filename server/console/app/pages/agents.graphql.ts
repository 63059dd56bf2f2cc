/**
 * Types and hashes of server/console/app/pages/agents.graphql; written by `deno task build:console`.
 * @module
 */

import type { Operation } from "../operation.ts";

/** Fragment AgentListed. */
export type AgentListed = { readonly id: string; readonly hostName: string; readonly version: string; readonly collector: boolean; readonly enrolledAt: string; readonly lastSeen: string | null; readonly host: { readonly id: string; readonly name: string; readonly recent: { readonly hours: number; readonly span: number; readonly latest: string | null; } | null; } | null; };

/** What Agents gives. */
export type AgentsData = { readonly agents: { readonly edges: readonly ({ readonly node: AgentListed; })[]; readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null; }; }; };

/** What Agents takes. */
export type AgentsVariables = { readonly after?: string | null; readonly first?: number | null; };

/** The query Agents. */
export const Agents: Operation<AgentsData, AgentsVariables> = {
  name: "Agents",
  hash: "0562b4f8cd5c20074c22b6a64803d6d7f0cdf2da3ac6c5fdea673469d52bd187",
};

/** What RevokeAgent gives. */
export type RevokeAgentData = { readonly revokeAgent: { readonly userErrors: readonly ({ readonly message: string; })[]; }; };

/** What RevokeAgent takes. */
export type RevokeAgentVariables = { readonly agentId: string; readonly reason: string; };

/** The mutation RevokeAgent. */
export const RevokeAgent: Operation<RevokeAgentData, RevokeAgentVariables> = {
  name: "RevokeAgent",
  hash: "6032d25c2df45f99976c9795cb147d30bba521bcf002b04da60a4e5df7e9c4ca",
};

/** What AgentChanged gives. */
export type AgentChangedData = { readonly agentChanged: { readonly id: string; } | null; };

/** What AgentChanged takes. */
export type AgentChangedVariables = Record<string, never>;

/** The subscription AgentChanged. */
export const AgentChanged: Operation<AgentChangedData, AgentChangedVariables> = {
  name: "AgentChanged",
  hash: "7545864dfd2e1f0c5a372aa4e2845b55c454d26ec284b46eb77ccafc5fb3b5da",
};
