/**
 * Users across hosts, under their pseudonyms.
 * @module
 */
import { ENTITY_CLASSES } from "@/features/vector.ts";
import { builder, local, localParts, needs, requiredUuid, uuidOf } from "../builder.ts";
import { connectionOf, readPage } from "../keyset.ts";
import { connectionType, pageArgs } from "../list.ts";
import {
  type PresenceRow,
  presences,
  USER_ORDERS,
  usersByLastSeen,
  usersByRisk,
} from "../queries/users.ts";
import type { RiskReason, UserRow } from "../rows.ts";
import { Host } from "./host.ts";

/** What kind of account an entity is. */
export const EntityClass = builder.enumType("EntityClass", {
  description: "What kind of account an entity is; each has its own calibration.",
  values: ENTITY_CLASSES,
});

/** A user across hosts. */
export const User = builder.objectRef<UserRow>("User");

const Reason = builder.objectRef<RiskReason>("RiskReason").implement({
  description: "One day's part in a user's risk.",
  fields: (t) => ({
    day: t.exposeString("day", { description: "The day, UTC: 2026-11-23." }),
    windowStart: t.field({
      type: "DateTime",
      description: "Start of the day's strangest window.",
      resolve: ({ windowStart }) => new Date(windowStart),
    }),
    host: t.field({
      type: Host,
      nullable: true,
      description: "Where it happened.",
      resolve: ({ hostId }, _, { loaders }) => loaders.host.load(hostId),
    }),
    p: t.exposeFloat("p", { description: "p-value of that window." }),
    windows: t.exposeInt("windows", { description: "Windows of that day, over all hosts." }),
    surprise: t.exposeFloat("surprise", {
      description: "-ln of the chance that so many usual windows hold one as strange.",
    }),
    share: t.exposeFloat("share", {
      description: "This day's share of the risk's odds today, after decay; shares sum to 1.",
    }),
  }),
});

const Presence = builder.objectRef<PresenceRow>("UserOnHost").implement({
  description: "A user as seen on one host.",
  fields: (t) => ({
    host: t.field({
      type: Host,
      nullable: true,
      description: "The host.",
      resolve: ({ hostId }, _, { loaders }) => loaders.host.load(hostId),
    }),
    firstSeen: t.expose("firstSeen", { type: "DateTime", description: "First window." }),
    lastSeen: t.expose("lastSeen", { type: "DateTime", description: "Latest window." }),
  }),
});

builder.node(User, {
  description: "A user across hosts. The name is sealed; see the mutation unmaskUser.",
  id: { resolve: local("User", ({ userId }) => userId), description: "Global id." },
  loadOne: (id, { loaders }) => loaders.user.load(localParts("User", id, 1)[0]!),
  fields: (t) => ({
    pseudonym: t.exposeString("userId", { description: "The same on every host of the estate." }),
    entityClass: t.expose("entityClass", { type: EntityClass, description: "Kind of account." }),
    risk: t.exposeFloat("risk", {
      description: "0 to 100: unlikely days of the last 30, decaying by half each week.",
    }),
    riskReasons: t.field({
      type: [Reason],
      description: "What the risk is made of, largest share first.",
      resolve: ({ reasons }) => reasons as RiskReason[],
    }),
    hostCount: t.exposeInt("hosts", { description: "Hosts that the user was seen on." }),
    hosts: t.field({
      type: [Presence],
      description: "Where the user was seen, latest first, at most 500.",
      extensions: { cost: 20 },
      resolve: ({ userId }, _, { sql }) => presences(sql, userId),
    }),
    lastSeen: t.expose("lastSeen", { type: "DateTime", description: "Latest scored window." }),
  }),
});

/** A page of users. */
export const UserConnection = connectionType("User", User);

const UserOrder = builder.enumType("UserOrder", {
  description: "Orders of a list of users.",
  values: {
    RISK: { description: "Highest risk first: the ranking." },
    LAST_SEEN: { description: "Active last, first." },
  },
});

builder.queryField("users", (t) =>
  t.field({
    type: UserConnection,
    description: "Users across hosts, by default ranked by risk.",
    extensions: needs.read,
    args: {
      ...pageArgs(t.arg),
      hostId: t.arg.id({ description: "Only users seen on this host." }),
      entityClass: t.arg({ type: EntityClass, description: "Only this kind of account." }),
      minRisk: t.arg.float({ description: "Only users of at least this risk." }),
      orderBy: t.arg({ type: UserOrder, defaultValue: "RISK", description: "The order." }),
    },
    async resolve(_, args, { sql }) {
      const order = args.orderBy ?? "RISK";
      const page = readPage(args, USER_ORDERS[order]);
      const list = order === "RISK" ? usersByRisk : usersByLastSeen;
      const filter = {
        hostId: uuidOf("Host", args.hostId),
        entityClass: args.entityClass ?? null,
        minRisk: args.minRisk ?? null,
      };
      return connectionOf(await list(sql, filter, page), page);
    },
  }));

builder.queryField("user", (t) =>
  t.field({
    type: User,
    nullable: true,
    description: "One user by global id.",
    extensions: needs.read,
    args: { id: t.arg.id({ required: true, description: "Global id of the user." }) },
    resolve: (_, { id }, { loaders }) => loaders.user.load(requiredUuid("User", id)),
  }));
