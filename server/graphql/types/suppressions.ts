/**
 * Suppressions: alerts that are not raised as open, and what each would have hidden.
 * @module
 */
import type { Sql } from "@/db/open.ts";
import { FEATURES } from "@/features/schema.ts";
import { uuidv7 } from "@/server/ids.ts";
import { act, checkText, payload } from "../act.ts";
import { builder, globalId, needs, requiredUuid, uuidOf } from "../builder.ts";
import type { Context } from "../context.ts";
import { UserError } from "../errors.ts";
import { connectionOf, type Keyed, type Order, readPage } from "../keyset.ts";
import { connectionType, pageArgs } from "../list.ts";
import { Host } from "./host.ts";
import { EntityClass, User } from "./user.ts";
import { Feature } from "./window.ts";

const DAY_MS = 86_400_000;
const MAX_SUPPRESSION_DAYS = 365;

/** What a suppression fits. */
export interface Shape {
  readonly hostId: string | null;
  readonly userId: string | null;
  readonly entityClass: string | null;
  readonly columns: readonly number[];
}

/** The narrowest suppression that would have hidden an alert: its user, host and leading column. */
export async function proposal(sql: Sql, alertId: string): Promise<Shape | undefined> {
  const [shape] = await sql<Shape[]>`
    select a.host_id as "hostId", a.user_id as "userId", null as "entityClass",
      array[s.top_columns[1]] as columns
    from alert_cases c
    join alerts a on a.host_id = c.host_id and a.alert_id = c.alert_id
    join scores s on s.host_id = a.host_id and s.window_start = a.window_start
      and s.user_id = a.user_id
    where c.alert_id = ${alertId}`;
  return shape;
}

/** Makes a suppression. @throws UserError if it is too long, too wide, or has no reason. */
export async function suppress(
  sql: Sql,
  { principal, now }: Context,
  { hostId, userId, entityClass, columns, reason, days }: Shape & { reason: string; days: number },
): Promise<string> {
  if (days < 1 || days > MAX_SUPPRESSION_DAYS) {
    const message = `A suppression lasts 1 to ${MAX_SUPPRESSION_DAYS} days: got ${days}.`;
    throw new UserError("OUT_OF_RANGE", message, "days");
  }
  if (!hostId && !userId && !entityClass && columns.length === 0) {
    throw new UserError(
      "TOO_WIDE",
      "State at least one condition: this would suppress all alerts.",
    );
  }
  const id = uuidv7(now());
  await sql`
    insert into suppressions (id, entity_class, host_id, user_id, columns, reason, created_by,
      expires_at)
    values (${id}, ${entityClass}, ${hostId}, ${userId}, ${columns as number[]}::smallint[],
      ${checkText(reason, "reason")}, ${principal.name}, ${new Date(now() + days * DAY_MS)})`;
  return id;
}

interface SuppressionRow extends Shape, Keyed {
  readonly id: string;
  readonly reason: string;
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly endedAt: Date | null;
}

const Suppression = builder.objectRef<SuppressionRow>("Suppression").implement({
  description: "Alerts that are not raised as open: those that every stated condition fits.",
  fields: (t) => ({
    id: t.id({ description: "Global id.", resolve: ({ id }) => globalId("Suppression", id) }),
    entityClass: t.field({
      type: EntityClass,
      nullable: true,
      description: "Kind of account; null for any.",
      resolve: (row) => row.entityClass as typeof EntityClass.$inferType | null,
    }),
    host: t.field({
      type: Host,
      nullable: true,
      description: "Host; null for any.",
      resolve: ({ hostId }, _, { loaders }) => hostId === null ? null : loaders.host.load(hostId),
    }),
    user: t.field({
      type: User,
      nullable: true,
      description: "User; null for any.",
      resolve: ({ userId }, _, { loaders }) => userId === null ? null : loaders.user.load(userId),
    }),
    features: t.field({
      type: [Feature],
      description: "The column that contributes most must be one of these; empty for any.",
      resolve: ({ columns }) => columns.map((index) => ({ index })),
    }),
    reason: t.exposeString("reason", { description: "Why." }),
    createdBy: t.exposeString("createdBy", { description: "Who." }),
    createdAt: t.expose("createdAt", { type: "DateTime", description: "When." }),
    expiresAt: t.expose("expiresAt", { type: "DateTime", description: "Until when." }),
    endedAt: t.expose("endedAt", {
      type: "DateTime",
      nullable: true,
      description: "When a person ended it before that.",
    }),
  }),
});

const SUPPRESSION_ORDER: Order = { name: "suppression-newest", parts: ["moment", "uuid"] };

function suppressions(sql: Sql, inForce: boolean | null, page: ReturnType<typeof readPage>) {
  const [created, id] = page.after;
  return sql<SuppressionRow[]>`
    select id, entity_class as "entityClass", host_id as "hostId", user_id as "userId", columns,
      reason, created_by as "createdBy", created_at as "createdAt", expires_at as "expiresAt",
      ended_at as "endedAt", array[created_at::text, id::text] as key
    from suppressions
    where (${inForce}::bool is null or (ended_at is null and expires_at > now()) = ${inForce})
      and (${id}::uuid is null or (created_at, id) < (${created}::text::timestamptz, ${id}))
    order by created_at desc, id desc
    limit ${page.limit}`;
}

async function suppressionById(sql: Sql, id: string): Promise<SuppressionRow> {
  const [row] = await sql<SuppressionRow[]>`
    select id, entity_class as "entityClass", host_id as "hostId", user_id as "userId", columns,
      reason, created_by as "createdBy", created_at as "createdAt", expires_at as "expiresAt",
      ended_at as "endedAt", '{}'::text[] as key
    from suppressions where id = ${id}`;
  if (row) return row;
  throw new UserError("NOT_FOUND", "There is no such suppression.", "suppressionId");
}

const SuppressionConnection = connectionType("Suppression", Suppression);

builder.queryField("suppressions", (t) =>
  t.field({
    type: SuppressionConnection,
    description: "Suppressions, made last first.",
    extensions: needs.read,
    args: {
      ...pageArgs(t.arg),
      inForce: t.arg.boolean({ description: "Only those in force, or only those past." }),
    },
    async resolve(_, args, { sql }) {
      const page = readPage(args, SUPPRESSION_ORDER);
      return connectionOf(await suppressions(sql, args.inForce ?? null, page), page);
    },
  }));

/** Column numbers of names. @throws UserError naming one that the schema does not have. */
function columnsOf(names: readonly string[]): number[] {
  return names.map((name) => {
    const index = FEATURES.findIndex((feature) => feature.name === name);
    if (index >= 0) return index;
    throw new UserError("NOT_FOUND", `There is no feature "${name.slice(0, 64)}".`, "features");
  });
}

const SuppressionInput = builder.inputType("SuppressionInput", {
  description: "What a suppression shall fit; what is not stated fits any.",
  fields: (t) => ({
    entityClass: t.field({ type: EntityClass, description: "Kind of account." }),
    hostId: t.id({ description: "Host." }),
    userId: t.id({ description: "User." }),
    features: t.stringList({ description: "Names of features, one of which contributes most." }),
  }),
});

function shapeOf(input: typeof SuppressionInput.$inferInput): Shape {
  return {
    hostId: uuidOf("Host", input.hostId),
    userId: uuidOf("User", input.userId),
    entityClass: input.entityClass ?? null,
    columns: columnsOf(input.features ?? []),
  };
}

const SuppressionPayload = payload(
  "SuppressionPayload",
  "suppression",
  Suppression,
  "The suppression.",
);

builder.mutationField("createSuppression", (t) =>
  t.field({
    type: SuppressionPayload,
    description: "Stops alerts that fit from being raised as open. See suppressionPreview first.",
    extensions: needs.triage,
    args: {
      input: t.arg({ type: SuppressionInput, required: true, description: "What it shall fit." }),
      reason: t.arg.string({ required: true, description: "Why." }),
      days: t.arg.int({ required: true, description: "For how long, 1 to 365." }),
    },
    resolve: (_, { input, reason, days }, context) =>
      act(
        context,
        { action: "createSuppression", subject: "", details: { ...input, reason, days } },
        (tx) => suppress(tx, context, { ...shapeOf(input), reason, days }),
        (id) => suppressionById(context.sql, id),
      ),
  }));

builder.mutationField("endSuppression", (t) =>
  t.field({
    type: SuppressionPayload,
    description: "Ends a suppression now.",
    extensions: needs.triage,
    args: { suppressionId: t.arg.id({ required: true, description: "The suppression." }) },
    resolve(_, { suppressionId }, context) {
      const id = requiredUuid("Suppression", suppressionId);
      return act(
        context,
        { action: "endSuppression", subject: suppressionId },
        async (tx) => {
          await suppressionById(tx, id);
          await tx`update suppressions set ended_at = now() where id = ${id} and ended_at is null`;
        },
        () => suppressionById(context.sql, id),
      );
    },
  }));

interface PreviewRow {
  readonly shape: Shape;
  readonly days: number;
  readonly alerts: number;
  readonly hidden: number;
  readonly open: number;
  readonly truePositives: number;
}

const Preview = builder.objectRef<PreviewRow>("SuppressionPreview").implement({
  description: "What a suppression would have done to the alerts of the last days.",
  fields: (t) => ({
    features: t.field({
      type: [Feature],
      description: "The columns that it would fit; empty for any.",
      resolve: ({ shape }) => shape.columns.map((index) => ({ index })),
    }),
    days: t.exposeInt("days", { description: "Days looked back." }),
    alerts: t.exposeInt("alerts", { description: "Alerts raised in that time." }),
    hidden: t.exposeInt("hidden", { description: "Of those, what it would have hidden." }),
    hiddenOpen: t.exposeInt("open", { description: "Of the hidden, those still open." }),
    hiddenTruePositives: t.exposeInt("truePositives", {
      description: "Of the hidden, those labelled true positive: think twice.",
    }),
    alertsPerDayBefore: t.float({
      description: "Alerts a day without it.",
      resolve: ({ alerts, days }) => alerts / days,
    }),
    alertsPerDayAfter: t.float({
      description: "Alerts a day with it.",
      resolve: ({ alerts, hidden, days }) => (alerts - hidden) / days,
    }),
  }),
});

async function preview(sql: Sql, shape: Shape, days: number): Promise<PreviewRow> {
  const { hostId, userId, entityClass, columns } = shape;
  if (days < 1 || days > 90) throw new UserError("OUT_OF_RANGE", "days takes 1 to 90.", "days");
  const [row] = await sql<Omit<PreviewRow, "shape" | "days">[]>`
    with latest as (select max(raised_at) as at from alert_cases),
    raised as (
      select c.state, c.label,
        (${hostId}::uuid is null or c.host_id = ${hostId})
        and (${userId}::uuid is null or c.user_id = ${userId})
        and (${entityClass}::text is null or u.entity_class = ${entityClass})
        and (cardinality(${columns as number[]}::smallint[]) = 0
          or s.top_columns[1] = any(${columns as number[]}::smallint[])) as fits
      from latest, alert_cases c
      join alerts a on a.host_id = c.host_id and a.alert_id = c.alert_id
      join users u on u.host_id = c.host_id and u.user_id = c.user_id
      left join scores s on s.host_id = a.host_id and s.window_start = a.window_start
        and s.user_id = a.user_id
      where c.raised_at > latest.at - make_interval(days => ${days}::int)
    )
    select count(*)::int as alerts,
      count(*) filter (where fits)::int as hidden,
      count(*) filter (where fits and state = 'open')::int as open,
      count(*) filter (where fits and label = 'truePositive')::int as "truePositives"
    from raised`;
  return { shape, days, ...row! };
}

builder.queryField("suppressionPreview", (t) =>
  t.field({
    type: Preview,
    description: "What a suppression would have hidden, before it is made.",
    extensions: needs.triage,
    args: {
      input: t.arg({ type: SuppressionInput, required: true, description: "What it would fit." }),
      days: t.arg.int({ defaultValue: 30, description: "Days to look back from the last alert." }),
    },
    resolve: (_, { input, days }, { sql }) => preview(sql, shapeOf(input), days ?? 30),
  }));

builder.queryField("labelPreview", (t) =>
  t.field({
    type: Preview,
    nullable: true,
    description:
      "What labelAlert with suppressDays would have hidden; null if there is no such alert.",
    extensions: needs.triage,
    args: {
      alertId: t.arg.id({ required: true, description: "The alert." }),
      days: t.arg.int({ defaultValue: 30, description: "Days to look back from the last alert." }),
    },
    async resolve(_, { alertId, days }, { sql }) {
      const shape = await proposal(sql, requiredUuid("Alert", alertId));
      return shape ? await preview(sql, shape, days ?? 30) : null;
    },
  }));
