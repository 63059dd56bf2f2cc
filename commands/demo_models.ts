/**
 * Hosts on which the pooled model of all hosts stands in, and why.
 * @module
 */
import { ask } from "./demo_anomalies.ts";

/** One such host. */
export interface StandIn {
  readonly host: string;
  /** For instance `not enough history: 3 of 48 windows`. */
  readonly reason: string;
}

interface Answer {
  readonly models: {
    readonly edges: readonly {
      readonly node: {
        readonly host: { readonly name: string } | null;
        readonly figures: { readonly standIn?: string };
      };
    }[];
  };
}

const MODELS = `{
  models(first: 100, active: true, pooled: true) {
    edges { node { host { name } figures } }
  }
}`;

/** Hosts without a model of their own, by name; at most 100. */
export async function listStandIns(url: string, token: string): Promise<StandIn[]> {
  const { models } = await ask<Answer>(url, token, MODELS, {});
  return models.edges.map(({ node: { host, figures } }) => ({
    host: host?.name ?? "",
    reason: figures.standIn ?? "no model of its own",
  })).sort((a, b) => a.host < b.host ? -1 : 1);
}
