/**
 * What every mutation shares: one transaction with its audit row, and what a person can act on as
 * data rather than as an error.
 * @module
 */
import type { ObjectRef } from "@pothos/core";
import type { Sql } from "@/db/open.ts";
import { uuidv7 } from "@/server/ids.ts";
import { builder, type SchemaTypes } from "./builder.ts";
import type { Context } from "./context.ts";
import { UserError } from "./errors.ts";

type Types = PothosSchemaTypes.ExtendDefaultTypes<SchemaTypes>;

/** What a mutation came to. */
export interface Outcome<Value> {
  /** What it came to, null if nothing was done. */
  readonly value: Value | null;
  /** Why nothing was done. */
  readonly userErrors: readonly Reason[];
}

/** A {@link UserError} as data: a value that is an Error would be taken for a failed field. */
type Reason = Pick<UserError, "code" | "message" | "field">;

const UserErrorRef = builder.objectRef<Reason>("UserError").implement({
  description: "Why nothing was changed, and what to do.",
  fields: (t) => ({
    code: t.exposeString("code", { description: "For programs." }),
    message: t.exposeString("message", { description: "For people." }),
    field: t.exposeString("field", { nullable: true, description: "The argument it is about." }),
  }),
});

/** The type of a mutation's answer: its one field, and userErrors. */
export function payload<Value>(
  name: string,
  field: string,
  type: ObjectRef<Types, Value> | "String" | "Int" | "Boolean",
  description: string,
) {
  return builder.objectRef<Outcome<Value>>(name).implement({
    description: "What came of it.",
    fields: (t) => ({
      [field]: t.field({
        type: type as ObjectRef<Types, Value>,
        nullable: true,
        description,
        resolve: ({ value }) => value as never,
      }),
      userErrors: t.field({
        type: [UserErrorRef],
        description: "Empty if it was done.",
        resolve: ({ userErrors }) => userErrors as Reason[],
      }),
    }),
  });
}

/** Who did what to what; secrets never go into `details`. */
export interface Deed {
  /** What was done. */
  readonly action: string;
  /** To what. */
  readonly subject: string;
  /** How. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** Adds a row to the audit log. */
export async function audit(sql: Sql, actor: string, deed: Deed, nowMs: number): Promise<void> {
  await sql`
    insert into audit (id, actor, action, subject, details)
    values (${uuidv7(nowMs)}, ${actor}, ${deed.action}, ${deed.subject},
      ${sql.json((deed.details ?? {}) as never)})`;
}

/**
 * Runs a deed in one transaction with its audit row, then loads what it made or changed. A
 * {@link UserError} rolls back and comes out as data.
 */
export async function act<Made, Value>(
  context: Context,
  deed: Deed,
  run: (tx: Sql) => Promise<Made>,
  load: (made: Made) => Promise<Value> | Value,
): Promise<Outcome<Value>> {
  try {
    const made = await context.sql.begin(async (tx) => {
      const sql = tx as unknown as Sql;
      const result = await run(sql);
      await audit(sql, context.principal.name, deed, context.now());
      return result;
    });
    return { value: await load(made as Made), userErrors: [] };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const { code, message, field } = error;
    return { value: null, userErrors: [{ code, message, field }] };
  }
}

/** Tells every server process that access changed, when the transaction commits. */
export async function accessChanged(sql: Sql): Promise<void> {
  await sql`select pg_notify('habit_access', '')`;
}

const MAX_TEXT = 2_000;

/** Text that a person wrote, within bounds. @throws UserError if it is empty or too long. */
export function checkText(text: string, field: string, min = 1, max = MAX_TEXT): string {
  const clean = text.trim();
  if (clean.length >= min && clean.length <= max && !clean.includes("\0") && clean.isWellFormed()) {
    return clean;
  }
  throw new UserError("INVALID_TEXT", `${field} takes ${min} to ${max} characters of text.`, field);
}
