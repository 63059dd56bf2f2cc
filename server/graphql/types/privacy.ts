/**
 * Unmasking, a person's data, and the audit log.
 * @module
 */
import type { Sql } from "@/db/open.ts";
import { uuidv7 } from "@/server/ids.ts";
import { eraseUser, exportUser, nameOf } from "@/server/privacy/people.ts";
import { act, checkText, payload } from "../act.ts";
import { builder, globalId, needs, requiredUuid } from "../builder.ts";
import type { Context } from "../context.ts";
import { UserError } from "../errors.ts";
import { connectionOf, type Keyed, type Order, type Page, readPage } from "../keyset.ts";
import { connectionType, pageArgs } from "../list.ts";
import { setting } from "./settings.ts";
import { User } from "./user.ts";

const REQUEST_LIVES_MS = 24 * 3_600_000;
const MIN_REASON = 10;

interface RequestRow extends Keyed {
  readonly id: string;
  readonly userId: string;
  readonly reason: string;
  readonly requestedBy: string;
  readonly requestedAt: Date;
  readonly approvedBy: string | null;
  readonly decidedAt: Date | null;
  readonly expiresAt: Date;
  /** Only in the answer of the mutation that opened it, never stored. */
  readonly name?: string | null;
}

const UnmaskRequest = builder.objectRef<RequestRow>("UnmaskRequest").implement({
  description: "A request to see the name behind a pseudonym.",
  fields: (t) => ({
    id: t.id({ description: "Global id.", resolve: ({ id }) => globalId("UnmaskRequest", id) }),
    user: t.field({
      type: User,
      nullable: true,
      description: "Whose name.",
      resolve: ({ userId }, _, { loaders }) => loaders.user.load(userId),
    }),
    reason: t.exposeString("reason", { description: "Why." }),
    requestedBy: t.exposeString("requestedBy", { description: "Who asked." }),
    requestedAt: t.expose("requestedAt", { type: "DateTime", description: "When." }),
    approvedBy: t.exposeString("approvedBy", { nullable: true, description: "The second person." }),
    expiresAt: t.expose("expiresAt", {
      type: "DateTime",
      description: "Until when it can be used.",
    }),
    name: t.string({
      nullable: true,
      description: "The name; only in the answer that opened it, null while approval is due.",
      resolve: ({ name }) => name ?? null,
    }),
  }),
});

async function requestById(sql: Sql, id: string): Promise<RequestRow> {
  const [row] = await sql<RequestRow[]>`
    select id, user_id as "userId", reason, requested_by as "requestedBy",
      requested_at as "requestedAt", approved_by as "approvedBy", decided_at as "decidedAt",
      expires_at as "expiresAt", '{}'::text[] as key
    from unmask_requests where id = ${id}`;
  if (row) return row;
  throw new UserError("NOT_FOUND", "There is no such request.", "requestId");
}

async function open({ sql, keys }: Context, userId: string): Promise<string> {
  try {
    const name = await nameOf(sql, keys, userId);
    if (name !== undefined) return name;
  } catch (error) {
    if (error instanceof RangeError) {
      throw new UserError("CANNOT_OPEN", `${error.message}.`, "userId");
    }
    throw error;
  }
  throw new UserError("NOT_FOUND", "No agent has sent a name for this user.", "userId");
}

const UnmaskPayload = payload(
  "UnmaskPayload",
  "request",
  UnmaskRequest,
  "The request, with the name if it is open.",
);

builder.mutationField("unmaskUser", (t) =>
  t.field({
    type: UnmaskPayload,
    description:
      "Shows the name behind a pseudonym, or, under the rule of two persons, asks a second person.",
    extensions: needs.unmask,
    args: {
      userId: t.arg.id({ required: true, description: "Whose name." }),
      reason: t.arg.string({ required: true, description: "Why, at least 10 characters." }),
    },
    resolve(_, { userId, reason }, context) {
      const person = requiredUuid("User", userId);
      const id = uuidv7(context.now());
      return act(
        context,
        { action: "unmaskUser", subject: userId, details: { reason } },
        async (tx) => {
          const { twoPersons } = await setting(tx, "unmask");
          const text = checkText(reason, "reason", MIN_REASON);
          const name = twoPersons ? null : await open(context, person);
          await tx`
            insert into unmask_requests (id, user_id, reason, requested_by, expires_at, decided_at)
            values (${id}, ${person}, ${text}, ${context.principal.name},
              ${new Date(context.now() + REQUEST_LIVES_MS)}, ${
            twoPersons ? null : new Date(context.now())
          })`;
          return name;
        },
        async (name) => ({ ...await requestById(context.sql, id), name }),
      );
    },
  }));

builder.mutationField("approveUnmask", (t) =>
  t.field({
    type: UnmaskPayload,
    description: "Approves somebody else's request; they then see the name by openUnmask.",
    extensions: needs.unmask,
    args: { requestId: t.arg.id({ required: true, description: "The request." }) },
    resolve(_, { requestId }, context) {
      const id = requiredUuid("UnmaskRequest", requestId);
      return act(
        context,
        { action: "approveUnmask", subject: requestId },
        async (tx) => {
          const request = await requestById(tx, id);
          if (accountOf(request.requestedBy) === accountOf(context.principal.name)) {
            throw new UserError(
              "CONFLICT",
              "A second person must approve this, not the one who asked.",
            );
          }
          const approved = await tx`
            update unmask_requests set approved_by = ${context.principal.name}
            where id = ${id} and approved_by is null and decided_at is null
              and expires_at > ${new Date(context.now())}`;
          if (approved.count === 0) {
            throw new UserError("CONFLICT", "This request is decided or expired.");
          }
        },
        () => requestById(context.sql, id),
      );
    },
  }));

/** The account of an actor's name: a token of the same account is the same person. */
function accountOf(actor: string): string {
  return actor.replace(/ \(token .*\)$/, "");
}

builder.mutationField("openUnmask", (t) =>
  t.field({
    type: UnmaskPayload,
    description: "Shows the name of an approved request of one's own, once.",
    extensions: needs.unmask,
    args: { requestId: t.arg.id({ required: true, description: "The request." }) },
    resolve(_, { requestId }, context) {
      const id = requiredUuid("UnmaskRequest", requestId);
      return act(
        context,
        { action: "openUnmask", subject: requestId },
        async (tx) => {
          const request = await requestById(tx, id);
          if (accountOf(request.requestedBy) !== accountOf(context.principal.name)) {
            throw new UserError("FORBIDDEN", "Only who asked may open it.");
          }
          const used = await tx`
            update unmask_requests set decided_at = now()
            where id = ${id} and approved_by is not null and decided_at is null
              and expires_at > ${new Date(context.now())}`;
          if (used.count === 0) {
            throw new UserError(
              "CONFLICT",
              "This request is not approved, was opened before, or expired.",
            );
          }
          return await open(context, request.userId);
        },
        async (name) => ({ ...await requestById(context.sql, id), name }),
      );
    },
  }));

const REQUEST_ORDER: Order = { name: "unmask-newest", parts: ["moment", "uuid"] };

function requests(sql: Sql, page: Page) {
  const [requested, id] = page.after;
  return sql<RequestRow[]>`
    select id, user_id as "userId", reason, requested_by as "requestedBy",
      requested_at as "requestedAt", approved_by as "approvedBy", decided_at as "decidedAt",
      expires_at as "expiresAt", array[requested_at::text, id::text] as key
    from unmask_requests
    where (${id}::uuid is null or (requested_at, id) < (${requested}::text::timestamptz, ${id}))
    order by requested_at desc, id desc
    limit ${page.limit}`;
}

const UnmaskRequestConnection = connectionType("UnmaskRequest", UnmaskRequest);

builder.queryField("unmaskRequests", (t) =>
  t.field({
    type: UnmaskRequestConnection,
    description: "Requests to unmask, made last first.",
    extensions: needs.unmask,
    args: pageArgs(t.arg),
    async resolve(_, args, { sql }) {
      const page = readPage(args, REQUEST_ORDER);
      return connectionOf(await requests(sql, page), page);
    },
  }));

interface DataRow {
  readonly data: unknown;
}

const UserData = builder.objectRef<DataRow>("UserData").implement({
  description: "All that is held of a user.",
  fields: (t) => ({
    data: t.expose("data", { type: "JSON", nullable: true, description: "Rows by table." }),
  }),
});

const UserDataPayload = payload(
  "UserDataPayload",
  "userData",
  UserData,
  "What was exported or erased.",
);

for (
  const [name, description, run] of [
    ["exportUserData", "All that is held of a user, for the person (GDPR article 15).", exportUser],
    [
      "eraseUserData",
      "Erases a user everywhere but in the audit log (GDPR article 17).",
      eraseUser,
    ],
  ] as const
) {
  builder.mutationField(name, (t) =>
    t.field({
      type: UserDataPayload,
      description,
      extensions: needs.erase,
      args: {
        userId: t.arg.id({ required: true, description: "Whose." }),
        reason: t.arg.string({ required: true, description: "Why, at least 10 characters." }),
      },
      resolve(_, { userId, reason }, context) {
        const person = requiredUuid("User", userId);
        return act(
          context,
          { action: name, subject: userId, details: { reason } },
          async (tx) => {
            checkText(reason, "reason", MIN_REASON);
            const hosts = await tx<{ hostId: string }[]>`
              select host_id as "hostId" from users where user_id = ${person} order by 1`;
            if (hosts.length === 0) {
              throw new UserError("NOT_FOUND", "There is no such user.", "userId");
            }
            const data = await run(tx, person);
            // A host's model knows the account's habits until it is trained without them.
            for (const host of run === eraseUser ? hosts : []) {
              await context.enqueue?.(tx, "train", host);
            }
            return data;
          },
          (data) => ({ data }),
        );
      },
    }));
}

interface AuditRow extends Keyed {
  readonly id: string;
  readonly at: Date;
  readonly actor: string;
  readonly action: string;
  readonly subject: string;
  readonly details: unknown;
}

const AuditEntry = builder.objectRef<AuditRow>("AuditEntry").implement({
  description: "Who did what and when.",
  fields: (t) => ({
    id: t.id({ description: "Global id.", resolve: ({ id }) => globalId("AuditEntry", id) }),
    at: t.expose("at", { type: "DateTime", description: "When." }),
    actor: t.exposeString("actor", { description: "Who." }),
    action: t.exposeString("action", { description: "What." }),
    subject: t.exposeString("subject", { description: "To what: a global id, or empty." }),
    details: t.expose("details", {
      type: "JSON",
      description: "How. Holds no secret and no name.",
    }),
  }),
});

const AUDIT_ORDER: Order = { name: "audit-newest", parts: ["moment", "uuid"] };

function auditEntries(sql: Sql, action: string | null, page: Page) {
  const [at, id] = page.after;
  return sql<AuditRow[]>`
    select id, at, actor, action, subject, details, array[at::text, id::text] as key
    from audit
    where (${action}::text is null or action = ${action})
      and (${id}::uuid is null or (at, id) < (${at}::text::timestamptz, ${id}))
    order by at desc, id desc
    limit ${page.limit}`;
}

const AuditConnection = connectionType("AuditEntry", AuditEntry);

builder.queryField("audit", (t) =>
  t.field({
    type: AuditConnection,
    description: "The audit log, latest first.",
    extensions: needs.audit,
    args: { ...pageArgs(t.arg), action: t.arg.string({ description: "Only this action." }) },
    async resolve(_, args, { sql }) {
      const page = readPage(args, AUDIT_ORDER);
      return connectionOf(await auditEntries(sql, args.action ?? null, page), page);
    },
  }));
