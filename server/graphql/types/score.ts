/**
 * Scores: how strange each window is, and why.
 * @module
 */
import { FEATURES } from "@/features/schema.ts";
import { WINDOW_MS } from "@/features/vector.ts";
import { sentence } from "@/models/explain.ts";
import { builder, idParts, local, localParts, needs, uuidOf } from "../builder.ts";
import type { Context } from "../context.ts";
import { connectionOf, readPage } from "../keyset.ts";
import { connectionType, pageArgs } from "../list.ts";
import { windowId } from "../loaders.ts";
import { membersOf, SCORE_ORDERS, scoresByStrangeness, scoresByTime } from "../queries/scores.ts";
import type { ScoreRow } from "../rows.ts";
import { Host } from "./host.ts";
import { EntityClass, User } from "./user.ts";
import { Feature, Window, windowKey, wireValues } from "./window.ts";

interface ContributionRow {
  readonly index: number;
  readonly share: number;
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

const Contribution = builder.objectRef<ContributionRow>("Contribution").implement({
  description: "A column's part in a score.",
  fields: (t) => ({
    feature: t.field({
      type: Feature,
      description: "The column.",
      resolve: ({ index }) => ({ index }),
    }),
    share: t.exposeFloat("share", { description: "Share of the score, 0 to 1." }),
    value: t.exposeFloat("value", { description: "Value in the window." }),
    usualLow: t.exposeFloat("low", { description: "Lower end of what is usual." }),
    usualHigh: t.exposeFloat("high", { description: "Upper end of what is usual." }),
    sentence: t.string({
      description: "The same for people.",
      resolve: ({ index, value, low, high }) => sentence(index, value, low, high),
    }),
  }),
});

/** The columns that contribute most, in the columns' own units. */
export async function contributions(
  row: ScoreRow,
  { loaders }: Context,
): Promise<ContributionRow[]> {
  const [score, window] = await Promise.all([loaders.score.load(row), loaders.window.load(row)]);
  if (!score) return []; // retention dropped it since
  const wire = window ? wireValues(window.values) : undefined;
  return score.topColumns.map((index, i) => {
    const scale = FEATURES[index]!.wireScale;
    return {
      index,
      share: score.topShares[i] ?? 0,
      value: (wire?.[index] ?? 0) / scale,
      low: (score.topLow[i] ?? 0) / scale,
      high: (score.topHigh[i] ?? 0) / scale,
    };
  });
}

/** Why a window is strange, as one line for people. */
export async function explanation(row: ScoreRow, context: Context): Promise<string> {
  const parts = await contributions(row, context);
  const unusual = parts.filter(({ value, low, high }) => value < low || value > high);
  return (unusual.length > 0 ? unusual : parts).slice(0, 3).map(({ index, value, low, high }) =>
    sentence(index, value, low, high)
  )
    .join("; ");
}

/** How strange a window is. */
export const Score = builder.objectRef<ScoreRow>("Score");

builder.node(Score, {
  description: "How strange one user's hour on one host is, and why.",
  id: { resolve: local("Score", windowId), description: "Global id." },
  loadOne: (id, { loaders }) => loaders.score.load(windowKey(localParts("Score", id, 3))),
  fields: (t) => ({
    start: t.expose("windowStart", { type: "DateTime", description: "Start of the hour." }),
    end: t.field({
      type: "DateTime",
      description: "End of the hour, exclusive.",
      resolve: ({ windowStart }) => new Date(windowStart.getTime() + WINDOW_MS),
    }),
    score: t.exposeFloat("score", {
      description: "Raw score of the host's detectors; higher is stranger. Compare p across hosts.",
    }),
    p: t.exposeFloat("p", {
      description: "Share of usual windows that are at least as strange: 0.001 is one in 1,000.",
    }),
    confidence: t.exposeFloat("confidence", {
      description: "0 to 1: how much history of the host stands behind the score.",
    }),
    entityClass: t.expose("entityClass", { type: EntityClass, description: "Kind of account." }),
    hostName: t.exposeString("hostName", { description: "Name of the host." }),
    host: t.field({
      type: Host,
      nullable: true,
      description: "Where.",
      resolve: ({ hostId }, _, { loaders }) => loaders.host.load(hostId),
    }),
    pseudonym: t.exposeString("userId", { description: "Pseudonym of the user." }),
    user: t.field({
      type: User,
      nullable: true,
      description: "Who.",
      resolve: ({ userId }, _, { loaders }) => loaders.user.load(userId),
    }),
    window: t.field({
      type: Window,
      nullable: true,
      description: "All that the window holds; null once retention has dropped it.",
      resolve: (row, _, { loaders }) => loaders.window.load(row),
    }),
    contributions: t.field({
      type: [Contribution],
      description: "The columns that contribute most, largest share first.",
      extensions: { cost: 5 },
      resolve: (row, _, context) => contributions(row, context),
    }),
    explanation: t.string({
      description: "Why, as one line for people.",
      resolve: (row, _, context) => explanation(row, context),
    }),
  }),
});

/** A page of scores. */
export const ScoreConnection = connectionType("Score", Score);

const ScoreOrder = builder.enumType("ScoreOrder", {
  description: "Orders of a list of scores.",
  values: {
    STRANGEST: { description: "Smallest p-value first; ties by the higher raw score." },
    NEWEST: { description: "Latest window first." },
  },
});

for (
  const [name, usual, description] of [
    ["anomalies", "STRANGEST", "The strangest windows of the estate."],
    ["scores", "NEWEST", "Scored windows, for instance of a user in a time range."],
  ] as const
) {
  builder.queryField(name, (t) =>
    t.field({
      type: ScoreConnection,
      description,
      extensions: needs.read,
      args: {
        ...pageArgs(t.arg),
        hostId: t.arg.id({ description: "Only this host." }),
        userId: t.arg.id({ description: "Only this user." }),
        entityClass: t.arg({ type: EntityClass, description: "Only this kind of account." }),
        from: t.arg({ type: "DateTime", description: "First start." }),
        to: t.arg({ type: "DateTime", description: "Starts before this." }),
        maxP: t.arg.float({ description: "Only windows of at most this p-value." }),
        orderBy: t.arg({ type: ScoreOrder, defaultValue: usual, description: "The order." }),
      },
      async resolve(_, args, { sql }) {
        const order = args.orderBy ?? usual;
        const page = readPage(args, SCORE_ORDERS[order]);
        const entityClass = args.entityClass ?? null;
        const filter = {
          hostId: uuidOf("Host", args.hostId),
          userId: uuidOf("User", args.userId),
          entityClass,
          members: await membersOf(sql, entityClass),
          from: args.from ?? null,
          to: args.to ?? null,
          maxP: args.maxP ?? null,
        };
        const list = order === "STRANGEST" ? scoresByStrangeness : scoresByTime;
        return connectionOf(await list(sql, filter, page), page);
      },
    }));
}

builder.queryField("score", (t) =>
  t.field({
    type: Score,
    nullable: true,
    description: "One score by global id.",
    extensions: needs.read,
    args: { id: t.arg.id({ required: true, description: "Global id of the score." }) },
    resolve: (_, { id }, { loaders }) => loaders.score.load(windowKey(idParts("Score", id, 3))),
  }));
