/**
 * Reports: made weekly and when asked for, kept, and read as a page or as JSON.
 * @module
 */
import type { Sql } from "@/db/open.ts";
import { orderReport, storedReport } from "@/server/jobs/report.ts";
import type { Scope } from "@/server/report/report.ts";
import { act, payload } from "../act.ts";
import { builder, local, localParts, needs, uuidOf } from "../builder.ts";
import { UserError } from "../errors.ts";
import { connectionOf, type Keyed, type Order, type Page, readPage } from "../keyset.ts";
import { connectionType, pageArgs } from "../list.ts";
import { Host } from "./host.ts";
import { User } from "./user.ts";

const MOST_DAYS = 92;

interface ReportRow extends Keyed {
  readonly id: string;
  /** estate, host or user. */
  readonly kind: string;
  /** The host's or user's id. */
  readonly subjectId: string | null;
  readonly from: Date;
  readonly to: Date;
  readonly state: string;
  readonly createdBy: string;
  readonly createdAt: Date;
}

const ReportKind = builder.enumType("ReportKind", {
  description: "What a report is about.",
  values: {
    estate: { description: "All of it." },
    host: { description: "One host." },
    user: { description: "One user." },
  },
});

const Report = builder.objectRef<ReportRow>("Report");

builder.node(Report, {
  description: "A report on the estate, a host or a user, under pseudonyms.",
  id: { resolve: local("Report", ({ id }) => id), description: "Global id." },
  loadOne: async (id, { sql }) => await reportById(sql, localParts("Report", id, 1)[0]!) ?? null,
  fields: (t) => ({
    kind: t.field({
      type: ReportKind,
      description: "What it is about.",
      resolve: ({ kind }) => kind as typeof ReportKind.$inferType,
    }),
    host: t.field({
      type: Host,
      nullable: true,
      description: "The host that it is about.",
      resolve: ({ kind, subjectId }, _, { loaders }) =>
        kind === "host" ? loaders.host.load(subjectId!) : null,
    }),
    user: t.field({
      type: User,
      nullable: true,
      description: "The user that it is about.",
      resolve: ({ kind, subjectId }, _, { loaders }) =>
        kind === "user" ? loaders.user.load(subjectId!) : null,
    }),
    from: t.expose("from", { type: "DateTime", description: "Start of its time." }),
    to: t.expose("to", { type: "DateTime", description: "End of its time." }),
    ready: t.boolean({
      description: "False while its job waits or runs.",
      resolve: ({ state }) => state === "ready",
    }),
    htmlPath: t.string({
      description: "Where it is read and printed, on this server.",
      resolve: ({ id }) => `/reports/${id}.html`,
    }),
    content: t.field({
      type: "JSON",
      nullable: true,
      description: "What it says; null until it is ready.",
      extensions: { cost: 50 },
      resolve: async ({ id }, _, { sql }) => await storedReport(sql, id) ?? null,
    }),
    createdBy: t.exposeString("createdBy", { description: "Who asked for it, or schedule." }),
    createdAt: t.expose("createdAt", { type: "DateTime", description: "When." }),
  }),
});

async function reportById(sql: Sql, id: string): Promise<ReportRow | undefined> {
  const [row] = await sql<ReportRow[]>`
    select id, split_part(kind, ' ', 1) as kind, nullif(split_part(kind, ' ', 2), '') as "subjectId",
      "from", "to", state, created_by as "createdBy", created_at as "createdAt"
    from reports where id = ${id}`;
  return row;
}

const REPORT_ORDER: Order = { name: "report-newest", parts: ["moment", "uuid"] };

function reports(sql: Sql, kind: string | null, page: Page) {
  const [created, id] = page.after;
  return sql<ReportRow[]>`
    select id, split_part(kind, ' ', 1) as kind, nullif(split_part(kind, ' ', 2), '') as "subjectId",
      "from", "to", state, created_by as "createdBy", created_at as "createdAt",
      array[created_at::text, id::text] as key
    from reports
    where (${kind}::text is null or split_part(kind, ' ', 1) = ${kind})
      and (${id}::uuid is null or (created_at, id) < (${created}::text::timestamptz, ${id}))
    order by created_at desc, id desc
    limit ${page.limit}`;
}

const ReportConnection = connectionType("Report", Report);

builder.queryField("reports", (t) =>
  t.field({
    type: ReportConnection,
    description: "Reports, made last first.",
    extensions: needs.read,
    args: {
      ...pageArgs(t.arg),
      kind: t.arg({ type: ReportKind, description: "Only those about this." }),
    },
    async resolve(_, args, { sql }) {
      const page = readPage(args, REPORT_ORDER);
      return connectionOf(await reports(sql, args.kind ?? null, page), page);
    },
  }));

async function checkScope(
  sql: Sql,
  hostId: string | null,
  userId: string | null,
): Promise<Scope> {
  if (hostId && userId) {
    throw new UserError("CONFLICT", "A report is about a host or a user, not both.", "userId");
  }
  const [found] = await sql<{ host: boolean; user: boolean }[]>`
    select exists (select from hosts where host_id = ${hostId}) as host,
      exists (select from users where user_id = ${userId}) as user`;
  if (hostId && found!.host) return { kind: "host", hostId };
  if (userId && found!.user) return { kind: "user", userId };
  if (!hostId && !userId) return { kind: "estate" };
  const field = hostId ? "hostId" : "userId";
  throw new UserError("NOT_FOUND", "There is nobody of this id to report on.", field);
}

builder.mutationField("reportNow", (t) =>
  t.field({
    type: payload("ReportPayload", "report", Report, "The report, ready once its job is done."),
    description: "Queues a report on the estate, or on a host or a user.",
    extensions: needs.triage,
    args: {
      hostId: t.arg.id({ description: "Only this host." }),
      userId: t.arg.id({ description: "Only this user." }),
      days: t.arg.int({ defaultValue: 7, description: "How far back, 1 to 92 days." }),
    },
    resolve(_, { hostId, userId, days }, context) {
      const [host, user] = [uuidOf("Host", hostId), uuidOf("User", userId)];
      return act(
        context,
        { action: "reportNow", subject: hostId ?? userId ?? "", details: { days } },
        async (tx) => {
          const { enqueue, principal, now } = context;
          if (!enqueue) {
            throw new UserError("UNAVAILABLE", "No job runner is connected to this server.");
          }
          if (!days || days < 1 || days > MOST_DAYS) {
            throw new UserError(
              "OUT_OF_RANGE",
              `days takes 1 to ${MOST_DAYS}: got ${days}.`,
              "days",
            );
          }
          const scope = await checkScope(tx, host, user);
          const reportId = await orderReport(tx, scope, principal.name, now());
          await enqueue(tx, "report", { scope, days, reportId });
          return reportId;
        },
        async (id) => (await reportById(context.sql, id))!,
      );
    },
  }));
