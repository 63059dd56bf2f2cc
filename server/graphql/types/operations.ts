/**
 * Models and agents: the state of the machinery.
 * @module
 */
import { builder, local, localParts, needs, uuidOf } from "../builder.ts";
import { connectionOf, readPage } from "../keyset.ts";
import { connectionType, pageArgs } from "../list.ts";
import { AGENT_ORDER, agents, MODEL_ORDER, models } from "../queries/operations.ts";
import type { AgentRow, ModelRow } from "../rows.ts";
import { Host } from "./host.ts";

/** A host's model. */
export const Model = builder.objectRef<ModelRow>("Model");

builder.node(Model, {
  description: "A host's trained detectors with their calibration.",
  id: {
    resolve: local("Model", ({ hostId, modelId }) => `${hostId}/${modelId}`),
    description: "Global id.",
  },
  loadOne(id, { loaders }) {
    const [hostId, modelId] = localParts("Model", id, 2) as [string, string];
    return loaders.model.load({ hostId, modelId });
  },
  fields: (t) => ({
    host: t.field({
      type: Host,
      nullable: true,
      description: "Whose normal it knows.",
      resolve: ({ hostId }, _, { loaders }) => loaders.host.load(hostId),
    }),
    active: t.exposeBoolean("active", { description: "Whether it scores the host's windows now." }),
    pooled: t.exposeBoolean("pooled", {
      description: "True where the host has too little history and the fleet's model stands in.",
    }),
    windows: t.exposeInt("windows", { description: "Windows it was trained on." }),
    size: t.exposeInt("size", { description: "Bytes of the checkpoint." }),
    figures: t.expose("figures", {
      type: "JSON",
      description: "Losses, duel, drift and calibration, as the train job reports them.",
    }),
    trainedFrom: t.expose("trainedFrom", { type: "DateTime", description: "First window." }),
    trainedTo: t.expose("trainedTo", { type: "DateTime", description: "Last window." }),
    createdAt: t.expose("createdAt", { type: "DateTime", description: "When it was trained." }),
  }),
});

const ModelConnection = connectionType("Model", Model);

builder.objectField(Host, "model", (t) =>
  t.field({
    type: Model,
    nullable: true,
    description: "The model that scores its windows now.",
    resolve: ({ hostId }, _, { loaders }) => loaders.activeModel.load(hostId),
  }));

builder.queryField("models", (t) =>
  t.field({
    type: ModelConnection,
    description: "Models, trained last first.",
    extensions: needs.read,
    args: {
      ...pageArgs(t.arg),
      hostId: t.arg.id({ description: "Only of this host." }),
      active: t.arg.boolean({
        description: "Only those that score now, or only those that do not.",
      }),
      pooled: t.arg.boolean({ description: "Only stand-ins, or only hosts' own." }),
    },
    async resolve(_, args, { sql }) {
      const page = readPage(args, MODEL_ORDER);
      const hostId = uuidOf("Host", args.hostId);
      const filter = { hostId, active: args.active ?? null, pooled: args.pooled ?? null };
      return connectionOf(await models(sql, filter, page), page);
    },
  }));

/** An agent. */
export const Agent = builder.objectRef<AgentRow>("Agent");

builder.node(Agent, {
  description: "An enrolled agent.",
  id: { resolve: local("Agent", ({ agentId }) => agentId), description: "Global id." },
  loadOne: (id, { loaders }) => loaders.agent.load(localParts("Agent", id, 1)[0]!),
  fields: (t) => ({
    hostName: t.exposeString("host", { description: "Name of the host that it enrolled from." }),
    host: t.field({
      type: Host,
      nullable: true,
      description: "The one host that it may write; null for a collector.",
      resolve: ({ hostId }, _, { loaders }) => hostId === null ? null : loaders.host.load(hostId),
    }),
    collector: t.boolean({
      description: "Whether it may write several hosts' vectors.",
      resolve: ({ hostId }) => hostId === null,
    }),
    version: t.exposeString("version", { description: "Version that it reported." }),
    enrolledAt: t.expose("enrolledAt", { type: "DateTime", description: "Enrolment." }),
    lastSeen: t.expose("lastSeen", {
      type: "DateTime",
      nullable: true,
      description: "Latest accepted request, to the minute.",
    }),
    revokedAt: t.expose("revokedAt", {
      type: "DateTime",
      nullable: true,
      description: "Since when its key is refused.",
    }),
  }),
});

const AgentConnection = connectionType("Agent", Agent);

builder.queryField("agents", (t) =>
  t.field({
    type: AgentConnection,
    description: "Agents, enrolled last first.",
    extensions: needs.read,
    args: {
      ...pageArgs(t.arg),
      revoked: t.arg.boolean({ description: "Only revoked ones, or only those in force." }),
    },
    async resolve(_, args, { sql }) {
      const page = readPage(args, AGENT_ORDER);
      return connectionOf(await agents(sql, { revoked: args.revoked ?? null }, page), page);
    },
  }));
