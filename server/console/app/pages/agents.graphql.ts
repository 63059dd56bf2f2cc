/**
 * Types and texts of server/console/app/pages/agents.graphql; written by `deno task build:console`.
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
  text: "query Agents($after:String$first:Int){agents(after:$after first:$first revoked:false){edges{node{...AgentListed}}pageInfo{hasNextPage endCursor}}}fragment AgentListed on Agent{id hostName version collector enrolledAt lastSeen host{id name recent{hours span latest}}}",
};

/** What RevokeAgent gives. */
export type RevokeAgentData = { readonly revokeAgent: { readonly userErrors: readonly ({ readonly message: string; })[]; }; };

/** What RevokeAgent takes. */
export type RevokeAgentVariables = { readonly agentId: string; readonly reason: string; };

/** The mutation RevokeAgent. */
export const RevokeAgent: Operation<RevokeAgentData, RevokeAgentVariables> = {
  name: "RevokeAgent",
  text: "mutation RevokeAgent($agentId:ID!$reason:String!){revokeAgent(agentId:$agentId reason:$reason){userErrors{message}}}",
};

/** What AgentChanged gives. */
export type AgentChangedData = { readonly agentChanged: { readonly id: string; } | null; };

/** What AgentChanged takes. */
export type AgentChangedVariables = Record<string, never>;

/** The subscription AgentChanged. */
export const AgentChanged: Operation<AgentChangedData, AgentChangedVariables> = {
  name: "AgentChanged",
  text: "subscription AgentChanged{agentChanged{id}}",
};
