/**
 * News over SSE: the database tells, nobody polls.
 * @module
 */
import type { Context } from "../context.ts";
import type { Channel } from "../news.ts";
import { builder, needs } from "../builder.ts";
import { Alert } from "./alert.ts";
import { Job } from "./jobs.ts";
import { Agent } from "./operations.ts";

builder.subscriptionType({ description: "News, by server-sent events." });

const SLOWEST_MS = 200; // a job that reports 1,000 times a second is told of 5 times

/** Ids of a channel; those that come faster than one can look are told once. */
async function* ids({ news }: Context, channel: Channel, slowest: boolean): AsyncIterable<string> {
  const toldAt = new Map<string, number>();
  for await (const id of news.subscribe(channel)) {
    const at = performance.now();
    if (slowest && at - (toldAt.get(id) ?? -Infinity) < SLOWEST_MS) continue;
    if (toldAt.size > 1_000) toldAt.clear();
    toldAt.set(id, at);
    yield id;
  }
}

builder.subscriptionField("alertRaised", (t) =>
  t.field({
    type: Alert,
    nullable: true,
    description: "Alerts as they are raised.",
    extensions: needs.read,
    subscribe: (_, _args, context) => context.news.subscribe("habit_alerts"),
    resolve: (id, _, { loaders }) => loaders.alert.load(id as string),
  }));

builder.subscriptionField("jobProgressed", (t) =>
  t.field({
    type: Job,
    nullable: true,
    description: "Jobs as they go on, each at most five times a second.",
    extensions: needs.read,
    subscribe: (_, _args, context) => ids(context, "habit_jobs", true),
    resolve: (id, _, { loaders }) => loaders.job.clear(id as string).load(id as string),
  }));

builder.subscriptionField("agentChanged", (t) =>
  t.field({
    type: Agent,
    nullable: true,
    description: "Agents as they enrol, report or are revoked.",
    extensions: needs.read,
    subscribe: (_, _args, context) => context.news.subscribe("habit_agents"),
    resolve: (id, _, { loaders }) => loaders.agent.clear(id as string).load(id as string),
  }));
