/**
 * Alerts: windows that the budget had room for, and what people make of them.
 * @module
 */
import { builder, local, localParts, needs, requiredUuid, uuidOf } from "../builder.ts";
import { connectionOf, readPage } from "../keyset.ts";
import { connectionType, pageArgs } from "../list.ts";
import { ALERT_ORDERS, alertsByStrangeness, alertsByTime } from "../queries/alerts.ts";
import type { AlertRow } from "../rows.ts";
import { Host } from "./host.ts";
import { explanation, Score } from "./score.ts";
import { User } from "./user.ts";

/** Where an alert stands. */
export const AlertState = builder.enumType("AlertState", {
  description: "Where an alert stands.",
  values: {
    open: { description: "Waits for a person." },
    suppressed: { description: "A suppression fitted it." },
    closed: { description: "Done." },
  },
});

/** What a person found. */
export const AlertLabel = builder.enumType("AlertLabel", {
  description: "What a person found an alert to be.",
  values: {
    truePositive: { description: "It was what it looked like." },
    falsePositive: { description: "Nothing unusual had happened." },
    benignExpected: { description: "Unusual, but expected: a migration, an exercise." },
  },
});

/** An alert. */
export const Alert = builder.objectRef<AlertRow>("Alert");

builder.node(Alert, {
  description: "A window that was strange enough for the alert budget.",
  id: { resolve: local("Alert", ({ alertId }) => alertId), description: "Global id." },
  loadOne: (id, { loaders }) => loaders.alert.load(localParts("Alert", id, 1)[0]!),
  fields: (t) => ({
    start: t.expose("windowStart", { type: "DateTime", description: "Start of the hour." }),
    raisedAt: t.expose("raisedAt", { type: "DateTime", description: "When it was raised." }),
    updatedAt: t.expose("updatedAt", { type: "DateTime", description: "Last change of its case." }),
    p: t.exposeFloat("p", { description: "p-value of the window." }),
    rawScore: t.exposeFloat("score", { description: "Raw score of the window." }),
    state: t.field({
      type: AlertState,
      description: "Where it stands.",
      resolve: ({ state }) => state as typeof AlertState.$inferType,
    }),
    label: t.field({
      type: AlertLabel,
      nullable: true,
      description: "What a person found; null while nobody has said.",
      resolve: ({ label }) => label as typeof AlertLabel.$inferType | null,
    }),
    note: t.exposeString("note", { description: "The latest note." }),
    assignee: t.string({
      nullable: true,
      description: "Name of the account that it is assigned to.",
      resolve: async ({ assignee }, _, { loaders }) =>
        assignee === null ? null : await loaders.accountName.load(assignee),
    }),
    host: t.field({
      type: Host,
      nullable: true,
      description: "Where.",
      resolve: ({ hostId }, _, { loaders }) => loaders.host.load(hostId),
    }),
    user: t.field({
      type: User,
      nullable: true,
      description: "Who.",
      resolve: ({ userId }, _, { loaders }) => loaders.user.load(userId),
    }),
    score: t.field({
      type: Score,
      nullable: true,
      description: "The window's present score with its explanation; null once dropped.",
      resolve: (row, _, { loaders }) => loaders.score.load(row),
    }),
    sentence: t.string({
      description: "Why, as one line for people.",
      async resolve(row, _, context) {
        const score = await context.loaders.score.load(row);
        return score ? await explanation(score, context) : "The window is past its retention.";
      },
    }),
  }),
});

builder.objectField(Score, "alert", (t) =>
  t.field({
    type: Alert,
    nullable: true,
    description: "The alert that was raised for it, if any.",
    resolve: (row, _, { loaders }) => loaders.alertOf.load(row),
  }));

/** A page of alerts. */
export const AlertConnection = connectionType("Alert", Alert);

const AlertOrder = builder.enumType("AlertOrder", {
  description: "Orders of a list of alerts.",
  values: {
    NEWEST: { description: "Raised last, first." },
    STRANGEST: { description: "Smallest p-value first." },
  },
});

builder.queryField("alerts", (t) =>
  t.field({
    type: AlertConnection,
    description: "Alerts.",
    extensions: needs.read,
    args: {
      ...pageArgs(t.arg),
      hostId: t.arg.id({ description: "Only of this host." }),
      userId: t.arg.id({ description: "Only of this user." }),
      state: t.arg({ type: AlertState, description: "Only those that stand so." }),
      label: t.arg({ type: AlertLabel, description: "Only those labelled so." }),
      assigneeId: t.arg.id({ description: "Only those assigned to this account." }),
      from: t.arg({ type: "DateTime", description: "Raised at or after this." }),
      to: t.arg({ type: "DateTime", description: "Raised before this." }),
      orderBy: t.arg({ type: AlertOrder, defaultValue: "NEWEST", description: "The order." }),
    },
    async resolve(_, args, { sql }) {
      const order = args.orderBy ?? "NEWEST";
      const page = readPage(args, ALERT_ORDERS[order]);
      const filter = {
        hostId: uuidOf("Host", args.hostId),
        userId: uuidOf("User", args.userId),
        state: args.state ?? null,
        label: args.label ?? null,
        assignee: uuidOf("Account", args.assigneeId),
        from: args.from ?? null,
        to: args.to ?? null,
      };
      const list = order === "NEWEST" ? alertsByTime : alertsByStrangeness;
      return connectionOf(await list(sql, filter, page), page);
    },
  }));

builder.queryField("alert", (t) =>
  t.field({
    type: Alert,
    nullable: true,
    description: "One alert by global id.",
    extensions: needs.read,
    args: { id: t.arg.id({ required: true, description: "Global id of the alert." }) },
    resolve: (_, { id }, { loaders }) => loaders.alert.load(requiredUuid("Alert", id)),
  }));
