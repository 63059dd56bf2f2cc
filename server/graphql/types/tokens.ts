/**
 * API tokens, enrolment tokens, revocation of agents: which programs may come in.
 * @module
 */
import type { Sql } from "@/db/open.ts";
import type { Permission } from "@/server/auth/permissions.ts";
import { hashSecret, newSecret } from "@/server/auth/secrets.ts";
import { uuidv7 } from "@/server/ids.ts";
import { accessChanged, act, checkText, payload } from "../act.ts";
import { builder, globalId, needs, requiredUuid } from "../builder.ts";
import type { Context } from "../context.ts";
import { UserError } from "../errors.ts";
import { connectionOf, type Keyed, type Order, type Page, readPage } from "../keyset.ts";
import { connectionType, pageArgs } from "../list.ts";
import { PermissionRef } from "./accounts.ts";
import { Agent } from "./operations.ts";

const DAY_MS = 86_400_000;

interface TokenRow extends Keyed {
  readonly tokenId: string;
  readonly name: string;
  readonly account: string;
  readonly permissions: Permission[];
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly revokedAt: Date | null;
}

const ApiToken = builder.objectRef<TokenRow>("ApiToken").implement({
  description: "A program's token; its text was shown once.",
  fields: (t) => ({
    id: t.id({
      description: "Global id.",
      resolve: ({ tokenId }) => globalId("ApiToken", tokenId),
    }),
    name: t.exposeString("name", { description: "What it is for." }),
    account: t.exposeString("account", { description: "Whose it is." }),
    permissions: t.expose("permissions", { type: [PermissionRef], description: "What it may do." }),
    createdAt: t.expose("createdAt", { type: "DateTime", description: "When it was made." }),
    expiresAt: t.expose("expiresAt", { type: "DateTime", description: "Until when it holds." }),
    revokedAt: t.expose("revokedAt", {
      type: "DateTime",
      nullable: true,
      description: "Since when not.",
    }),
  }),
});

const TOKEN_ORDER: Order = { name: "token-newest", parts: ["moment", "uuid"] };

function tokens(sql: Sql, ownerId: string | null, page: Page) {
  const [created, id] = page.after;
  return sql<TokenRow[]>`
    select t.token_id as "tokenId", t.name, a.name as account, t.permissions,
      t.created_at as "createdAt", t.expires_at as "expiresAt", t.revoked_at as "revokedAt",
      array[t.created_at::text, t.token_id::text] as key
    from api_tokens t
    join accounts a using (account_id)
    where (${ownerId}::uuid is null or t.account_id = ${ownerId})
      and (${id}::uuid is null or (t.created_at, t.token_id) < (${created}::text::timestamptz, ${id}))
    order by t.created_at desc, t.token_id desc
    limit ${page.limit}`;
}

const ApiTokenConnection = connectionType("ApiToken", ApiToken);
const NOBODY = "00000000-0000-0000-0000-000000000000";

/** Whose tokens someone may see: all with `accounts`, else their own. */
function ownerOf({ principal }: Context): string | null {
  return principal.permissions.has("accounts") ? null : principal.accountId ?? NOBODY;
}

builder.queryField("apiTokens", (t) =>
  t.field({
    type: ApiTokenConnection,
    description: "API tokens: one's own, or with the permission accounts everyone's.",
    extensions: needs.read,
    args: pageArgs(t.arg),
    async resolve(_, args, context) {
      const page = readPage(args, TOKEN_ORDER);
      return connectionOf(await tokens(context.sql, ownerOf(context), page), page);
    },
  }));

const SecretPayload = payload("SecretPayload", "secret", "String", "Shown once: keep it now.");
const DonePayload = payload("DonePayload", "done", "Boolean", "True if it was done.");

/** A token's life in days. @throws UserError outside 1 to 366. */
function lifetime(days: number, nowMs: number): Date {
  if (days >= 1 && days <= 366) return new Date(nowMs + days * DAY_MS);
  throw new UserError("OUT_OF_RANGE", `A token lives 1 to 366 days: got ${days}.`, "days");
}

builder.mutationField("createApiToken", (t) =>
  t.field({
    type: SecretPayload,
    description: "Makes an API token of one's own account, with some of one's own permissions.",
    extensions: needs.read,
    args: {
      name: t.arg.string({ required: true, description: "What it is for." }),
      permissions: t.arg({ type: [PermissionRef], required: true, description: "What it may do." }),
      days: t.arg.int({ required: true, description: "How long it holds, 1 to 366." }),
    },
    resolve(_, { name, permissions, days }, context) {
      const { principal, now } = context;
      const id = uuidv7(now());
      const subject = globalId("ApiToken", id);
      return act(context, {
        action: "createApiToken",
        subject,
        details: { name, permissions, days },
      }, async (tx) => {
        const beyond = permissions.find((permission) => !principal.permissions.has(permission));
        if (beyond) {
          throw new UserError("FORBIDDEN", `You lack "${beyond}" yourself.`, "permissions");
        }
        if (principal.accountId === undefined) {
          throw new UserError("CONFLICT", "The development token has no account: sign in first.");
        }
        const secret = newSecret("token");
        await tx`
          insert into api_tokens (token_id, hash, account_id, name, permissions, expires_at)
          values (${id}, ${hashSecret(secret)}, ${principal.accountId}, ${
          checkText(name, "name", 1, 128)
        },
            ${permissions as string[]}, ${lifetime(days, now())})`;
        return secret;
      }, (secret) => secret);
    },
  }));

builder.mutationField("revokeApiToken", (t) =>
  t.field({
    type: DonePayload,
    description: "Ends an API token at once: one's own, or with the permission accounts anyone's.",
    extensions: needs.read,
    args: { tokenId: t.arg.id({ required: true, description: "The token." }) },
    resolve(_, { tokenId }, context) {
      const id = requiredUuid("ApiToken", tokenId);
      const owner = ownerOf(context);
      return act(context, { action: "revokeApiToken", subject: tokenId }, async (tx) => {
        const ended = await tx`
          update api_tokens set revoked_at = now()
          where token_id = ${id} and revoked_at is null
            and (${owner}::uuid is null or account_id = ${owner})`;
        if (ended.count === 0) throw new UserError("NOT_FOUND", "There is no such token in force.");
        await accessChanged(tx);
      }, () => true);
    },
  }));

interface EnrolmentRow extends Keyed {
  readonly tokenId: string;
  readonly note: string;
  readonly uses: number;
  readonly collector: boolean;
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly revokedAt: Date | null;
}

const EnrolmentToken = builder.objectRef<EnrolmentRow>("EnrolmentToken").implement({
  description: "What lets agents enrol; its text was shown once.",
  fields: (t) => ({
    id: t.id({
      description: "Global id.",
      resolve: ({ tokenId }) => globalId("EnrolmentToken", tokenId),
    }),
    note: t.exposeString("note", { description: "What it is for." }),
    uses: t.exposeInt("uses", { description: "Enrolments left." }),
    collector: t.exposeBoolean("collector", { description: "Whether it enrols collectors." }),
    createdBy: t.exposeString("createdBy", { description: "Who made it." }),
    createdAt: t.expose("createdAt", { type: "DateTime", description: "When." }),
    expiresAt: t.expose("expiresAt", { type: "DateTime", description: "Until when it holds." }),
    revokedAt: t.expose("revokedAt", {
      type: "DateTime",
      nullable: true,
      description: "Since when not.",
    }),
  }),
});

const ENROLMENT_ORDER: Order = { name: "enrolment-newest", parts: ["moment", "uuid"] };

function enrolmentTokens(sql: Sql, page: Page) {
  const [created, id] = page.after;
  return sql<EnrolmentRow[]>`
    select token_id as "tokenId", note, uses, collector, created_by as "createdBy",
      created_at as "createdAt", expires_at as "expiresAt", revoked_at as "revokedAt",
      array[created_at::text, token_id::text] as key
    from enrolment_tokens
    where (${id}::uuid is null or (created_at, token_id) < (${created}::text::timestamptz, ${id}))
    order by created_at desc, token_id desc
    limit ${page.limit}`;
}

const EnrolmentTokenConnection = connectionType("EnrolmentToken", EnrolmentToken);

builder.queryField("enrolmentTokens", (t) =>
  t.field({
    type: EnrolmentTokenConnection,
    description: "Enrolment tokens, made last first.",
    extensions: needs.accounts,
    args: pageArgs(t.arg),
    async resolve(_, args, { sql }) {
      const page = readPage(args, ENROLMENT_ORDER);
      return connectionOf(await enrolmentTokens(sql, page), page);
    },
  }));

builder.mutationField("createEnrolmentToken", (t) =>
  t.field({
    type: SecretPayload,
    description: "Makes a token that lets agents enrol.",
    extensions: needs.accounts,
    args: {
      note: t.arg.string({ required: true, description: "What it is for." }),
      uses: t.arg.int({ defaultValue: 1, description: "How many agents, 1 to 100,000." }),
      days: t.arg.int({ defaultValue: 7, description: "How long it holds, 1 to 366." }),
      collector: t.arg.boolean({
        defaultValue: false,
        description: "Whether it enrols collectors, which may write several hosts' vectors.",
      }),
    },
    resolve(_, args, context) {
      const { note, uses, days, collector } = args;
      const id = uuidv7(context.now());
      const subject = globalId("EnrolmentToken", id);
      return act(
        context,
        { action: "createEnrolmentToken", subject, details: args },
        async (tx) => {
          if (!uses || uses < 1 || uses > 100_000) {
            throw new UserError("OUT_OF_RANGE", `uses takes 1 to 100,000: got ${uses}.`, "uses");
          }
          const secret = newSecret("enrolment");
          await tx`
          insert into enrolment_tokens (token_id, hash, note, uses, collector, created_by, expires_at)
          values (${id}, ${hashSecret(secret)}, ${checkText(note, "note", 1, 256)}, ${uses},
            ${collector ?? false}, ${context.principal.name}, ${
            lifetime(days ?? 7, context.now())
          })`;
          return secret;
        },
        (secret) => secret,
      );
    },
  }));

builder.mutationField("revokeEnrolmentToken", (t) =>
  t.field({
    type: DonePayload,
    description: "Ends an enrolment token at once; agents that used it stay.",
    extensions: needs.accounts,
    args: { tokenId: t.arg.id({ required: true, description: "The token." }) },
    resolve(_, { tokenId }, context) {
      const id = requiredUuid("EnrolmentToken", tokenId);
      return act(context, { action: "revokeEnrolmentToken", subject: tokenId }, async (tx) => {
        const ended = await tx`
          update enrolment_tokens set revoked_at = now() where token_id = ${id} and revoked_at is null`;
        if (ended.count === 0) throw new UserError("NOT_FOUND", "There is no such token in force.");
      }, () => true);
    },
  }));

builder.mutationField("revokeAgent", (t) =>
  t.field({
    type: payload("AgentPayload", "agent", Agent, "The agent as it is now."),
    description: "Refuses an agent's key from its next request on.",
    extensions: needs.accounts,
    args: {
      agentId: t.arg.id({ required: true, description: "The agent." }),
      reason: t.arg.string({ required: true, description: "Why." }),
    },
    resolve(_, { agentId, reason }, context) {
      const id = requiredUuid("Agent", agentId);
      return act(
        context,
        { action: "revokeAgent", subject: agentId, details: { reason } },
        async (tx) => {
          checkText(reason, "reason");
          const ended = await tx`
            update agents set revoked_at = now() where agent_id = ${id} and revoked_at is null`;
          if (ended.count === 0) {
            throw new UserError("NOT_FOUND", "There is no such agent in force.");
          }
        },
        async () => (await context.loaders.agent.clear(id).load(id))!,
      );
    },
  }));
