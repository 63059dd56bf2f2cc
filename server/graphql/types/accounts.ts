/**
 * Accounts and their roles: which people may come in.
 * @module
 */
import type { Sql } from "@/db/open.ts";
import { hashPassword } from "@/server/auth/passwords.ts";
import { type Permission, PERMISSIONS, type Role, ROLES } from "@/server/auth/permissions.ts";
import { uuidv7 } from "@/server/ids.ts";
import { accessChanged, act, payload } from "../act.ts";
import { builder, globalId, needs, requiredUuid } from "../builder.ts";
import type { Context } from "../context.ts";
import { UserError } from "../errors.ts";
import { connectionOf, type Keyed, type Order, type Page, readPage } from "../keyset.ts";
import { connectionType, pageArgs } from "../list.ts";

const RoleRef = builder.enumType("Role", {
  description: "A bundle of permissions.",
  values: Object.keys(ROLES) as Role[],
});

/** Something that can be allowed. */
export const PermissionRef = builder.enumType("Permission", {
  description: "Something that can be allowed.",
  values: Object.fromEntries(
    Object.entries(PERMISSIONS).map(([name, description]) => [name, { description }]),
  ) as Record<Permission, { description: string }>,
});

const Viewer = builder.objectRef<Context["principal"]>("Viewer").implement({
  description: "Who asks.",
  fields: (t) => ({
    name: t.exposeString("name", {
      description: "Name of the account, with the token's if one is used.",
    }),
    accountId: t.id({
      nullable: true,
      description: "Global id of the account; null for the development token.",
      resolve: ({ accountId }) => accountId === undefined ? null : globalId("Account", accountId),
    }),
    permissions: t.field({
      type: [PermissionRef],
      description: "What they may do.",
      resolve: ({ permissions }) => [...permissions],
    }),
  }),
});

builder.queryField("viewer", (t) =>
  t.field({
    type: Viewer,
    description: "Who asks, and what they may do.",
    extensions: needs.read,
    resolve: (_, _args, { principal }) => principal,
  }));

interface AccountRow extends Keyed {
  readonly accountId: string;
  readonly name: string;
  readonly roles: Role[];
  readonly local: boolean;
  readonly disabledAt: Date | null;
  readonly createdAt: Date;
}

const Account = builder.objectRef<AccountRow>("Account").implement({
  description: "A person who may sign in.",
  fields: (t) => ({
    id: t.id({
      description: "Global id.",
      resolve: ({ accountId }) => globalId("Account", accountId),
    }),
    name: t.exposeString("name", { description: "Name that they sign in with." }),
    roles: t.expose("roles", { type: [RoleRef], description: "What they are." }),
    local: t.exposeBoolean("local", { description: "Whether they have a password here." }),
    disabledAt: t.expose("disabledAt", {
      type: "DateTime",
      nullable: true,
      description: "Since when they may not sign in.",
    }),
    createdAt: t.expose("createdAt", { type: "DateTime", description: "When it was made." }),
  }),
});

const ACCOUNT_ORDER: Order = { name: "account-name", parts: ["text"] };

function accounts(sql: Sql, page: Page) {
  const [name] = page.after;
  return sql<AccountRow[]>`
    select account_id as "accountId", name, roles, password_hash is not null as local,
      disabled_at as "disabledAt", created_at as "createdAt", array[name] as key
    from accounts
    where (${name}::text is null or name > ${name})
    order by name
    limit ${page.limit}`;
}

async function accountById(sql: Sql, id: string): Promise<AccountRow> {
  const [row] = await sql<AccountRow[]>`
    select account_id as "accountId", name, roles, password_hash is not null as local,
      disabled_at as "disabledAt", created_at as "createdAt", '{}'::text[] as key
    from accounts where account_id = ${id}`;
  if (row) return row;
  throw new UserError("NOT_FOUND", "There is no such account.", "accountId");
}

const AccountConnection = connectionType("Account", Account);

builder.queryField("accounts", (t) =>
  t.field({
    type: AccountConnection,
    description: "Accounts by name; analysts assign alerts to them.",
    extensions: needs.triage,
    args: pageArgs(t.arg),
    async resolve(_, args, { sql }) {
      const page = readPage(args, ACCOUNT_ORDER);
      return connectionOf(await accounts(sql, page), page);
    },
  }));

const AccountPayload = payload("AccountPayload", "account", Account, "The account as it is now.");
const NAME = /^[\p{L}\p{N}][\p{L}\p{N}.@_+-]{0,127}$/u;

/** Whether it is the last one who can manage accounts: then nobody could let anyone in again. */
async function keepAnAdministrator(sql: Sql): Promise<void> {
  const [row] = await sql<{ n: number }[]>`
    select count(*)::int as n from accounts
    where 'administrator' = any(roles) and disabled_at is null`;
  if (row!.n > 0) return;
  throw new UserError("CONFLICT", "This is the last administrator: make another one first.");
}

builder.mutationField("createAccount", (t) =>
  t.field({
    type: AccountPayload,
    description: "Makes a local account.",
    extensions: needs.accounts,
    args: {
      name: t.arg.string({ required: true, description: "Name to sign in with." }),
      password: t.arg.string({ required: true, description: "At least 12 characters." }),
      roles: t.arg({ type: [RoleRef], required: true, description: "What they are." }),
    },
    resolve: (_, { name, password, roles }, context) => {
      const id = uuidv7(context.now());
      return act(
        context,
        { action: "createAccount", subject: globalId("Account", id), details: { name, roles } },
        async (tx) => {
          if (!NAME.test(name)) {
            throw new UserError(
              "INVALID_TEXT",
              "A name has letters, digits and . @ _ + - only.",
              "name",
            );
          }
          const hash = await checkedHash(password);
          const made = await tx`
            insert into accounts (account_id, name, password_hash, roles)
            values (${id}, ${name}, ${hash}, ${roles as string[]})
            on conflict (name) do nothing`;
          if (made.count === 0) {
            throw new UserError("CONFLICT", "There is an account of this name already.", "name");
          }
        },
        () => accountById(context.sql, id),
      );
    },
  }));

async function checkedHash(password: string): Promise<string> {
  try {
    return await hashPassword(password);
  } catch (error) {
    if (error instanceof RangeError) {
      throw new UserError("WEAK_PASSWORD", `${error.message}.`, "password");
    }
    throw error;
  }
}

builder.mutationField("changeAccount", (t) =>
  t.field({
    type: AccountPayload,
    description: "Changes roles, password, or whether they may sign in; ends their sessions.",
    extensions: needs.accounts,
    args: {
      accountId: t.arg.id({ required: true, description: "The account." }),
      roles: t.arg({ type: [RoleRef], description: "New roles; kept if not given." }),
      password: t.arg.string({ description: "New password; kept if not given." }),
      disabled: t.arg.boolean({ description: "Whether they are kept out; kept if not given." }),
    },
    resolve(_, { accountId, roles, password, disabled }, context) {
      const id = requiredUuid("Account", accountId);
      const details = { roles, disabled, password: password ? "changed" : undefined };
      return act(
        context,
        { action: "changeAccount", subject: accountId, details },
        async (tx) => {
          await accountById(tx, id);
          const hash = password ? await checkedHash(password) : null;
          await tx`
            update accounts
            set roles = coalesce(${(roles ?? null) as string[] | null}::text[], roles),
              password_hash = coalesce(${hash}, password_hash),
              disabled_at = case ${
            disabled ?? null
          }::bool when true then coalesce(disabled_at, now())
                when false then null else disabled_at end
            where account_id = ${id}`;
          await keepAnAdministrator(tx);
          await tx`delete from sessions where account_id = ${id}`;
          await accessChanged(tx);
        },
        () => accountById(context.sql, id),
      );
    },
  }));
