/**
 * The whole schema, and the rule that every root field names the permission that it needs.
 * @module
 */
import { type GraphQLField, type GraphQLObjectType, type GraphQLSchema } from "graphql";
import { isPermission, type Permission } from "@/server/auth/permissions.ts";
import { builder, synchronousIds } from "./builder.ts";
import type { Context } from "./context.ts";
import { badInput, forbidden } from "./errors.ts";
import "./types/host.ts";
import "./types/user.ts";
import "./types/peers.ts";
import "./types/window.ts";
import "./types/score.ts";
import "./types/alert.ts";
import "./types/operations.ts";
import "./types/jobs.ts";
import "./types/triage.ts";
import "./types/suppressions.ts";
import "./types/accounts.ts";
import "./types/tokens.ts";
import "./types/settings.ts";
import "./types/budget.ts";
import "./types/models.ts";
import "./types/reports.ts";
import "./types/privacy.ts";
import "./types/exports.ts";
import "./types/insight.ts";
import "./types/subscription.ts";

type RootField = GraphQLField<unknown, Context>;

/** Puts the check of the field's permission before its resolver and its subscription. */
function guard(field: RootField, type: GraphQLObjectType): void {
  const needed = field.extensions.permission;
  if (typeof needed !== "string" || !isPermission(needed)) {
    throw new TypeError(`${type.name}.${field.name} must name the permission that it needs`);
  }
  for (const step of ["resolve", "subscribe"] as const) {
    const inner = field[step];
    if (!inner) continue;
    field[step] = (source, args, context, info) => {
      require(context, needed);
      checkTexts(args);
      return inner(source, args, context, info);
    };
  }
}

/** Postgres takes neither NUL nor half a character. @throws GraphQLError BAD_USER_INPUT. */
function checkTexts(value: unknown): void {
  if (typeof value === "string") {
    if (value.includes("\0") || !value.isWellFormed()) {
      throw badInput("Text must be well-formed Unicode without NUL characters");
    }
  } else if (value && typeof value === "object") Object.values(value).forEach(checkTexts);
}

function require({ principal }: Context, needed: Permission): void {
  if (!principal.permissions.has(needed)) throw forbidden(needed);
}

function build(): GraphQLSchema {
  const schema = builder.toSchema();
  synchronousIds(schema);
  for (
    const type of [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()]
  ) {
    if (type) {
      for (const field of Object.values(type.getFields())) guard(field as RootField, type);
    }
  }
  return schema;
}

/** The executable schema. */
export const schema: GraphQLSchema = build();
