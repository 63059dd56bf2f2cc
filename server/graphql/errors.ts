/**
 * Errors that a caller may see. Everything else is masked, and logged with an id.
 * @module
 */
import { GraphQLError } from "graphql";
import { type Permission, PERMISSIONS } from "@/server/auth/permissions.ts";

/** The request itself is wrong: the message says what is wanted. */
export function badInput(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: "BAD_USER_INPUT" } });
}

/** The caller lacks a permission. */
export function forbidden(needed: Permission): GraphQLError {
  return new GraphQLError(
    `This needs the permission "${needed}" (${PERMISSIONS[needed]}): ask an administrator.`,
    { extensions: { code: "FORBIDDEN", permission: needed } },
  );
}

/** What a person can act on; a mutation returns it as data in `userErrors`. */
export class UserError extends Error {
  /** Name. */
  override readonly name = "UserError";
  /** Takes what it is made of. */
  constructor(
    /** For programs. */
    readonly code: string,
    message: string,
    /** Of the input it is about. */
    readonly field: string | null = null,
  ) {
    super(message);
  }
}
