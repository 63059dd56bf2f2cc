/** Operations made from the schema by random numbers, mostly valid. */
import {
  getNamedType,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
} from "graphql";
import { globalId } from "@/server/graphql/builder.ts";
import { schema } from "@/server/graphql/schema.ts";
import { HOSTS } from "@/tests/server/fixture.ts";

/** A random operation, mostly valid, by random numbers. */
export function operation(root: GraphQLObjectType, next: () => number): string {
  const fields = Object.values(root.getFields());
  const keyword = root === schema.getMutationType() ? "mutation " : "";
  return `${keyword}{ ${field(fields[next() % fields.length]!, next, 4)} }`;
}

const VALUES: Record<string, string[]> = {
  Int: ["1", "0", "-1", "3", "2147483647", "2147483648", "1.5", "null"],
  Float: ["0.5", "-1", "1e308", "null", '"x"'],
  String: [
    '""',
    '"ws"',
    '"why somebody wants it"',
    `"${"x".repeat(3_000)}"`,
    '"\\u0000"',
    '"\\ud800"',
    "null",
    '"é%_\\\\"',
    "1",
  ],
  Boolean: ["true", "false", "null"],
  DateTime: [
    '"2026-11-02T08:00:00Z"',
    '"9999-12-31T23:59:59Z"',
    '"yesterday"',
    "null",
    '"0001-01-01T00:00:00Z"',
  ],
};

/** A value for an argument or a field of an input; an id mostly of the type that the name tells. */
function argument(name: string, type: GraphQLInputType, next: () => number): string {
  if (isNonNullType(type)) return argument(name, type.ofType, next);
  if (isListType(type)) return `[${argument(name, type.ofType, next)}]`;
  if (isEnumType(type)) return type.getValues()[next() % type.getValues().length]!.name;
  if (isInputObjectType(type)) {
    return `{ ${
      Object.values(type.getFields()).filter(() => next() % 2).map((it) =>
        `${it.name}: ${argument(it.name, it.type, next)}`
      ).join(", ")
    } }`;
  }
  const told = name[0]!.toUpperCase() + name.slice(1).replace(/Ids?$/, "");
  const ids = [told, told, told, "ApiToken", "Host", "Nope"].map((name) =>
    `"${globalId(name, HOSTS[0]!.id)}"`
  );
  const values = VALUES[getNamedType(type).name] ?? [...ids, '"x"', "1", '""'];
  return values[next() % values.length]!;
}

/** A call of a field with its required arguments and some others, and some of its fields. */
export function field(
  it: GraphQLField<unknown, unknown>,
  next: () => number,
  depth: number,
): string {
  const args = it.args.filter((arg) => isNonNullType(arg.type) || next() % 3 === 0)
    .map((arg) => `${arg.name}: ${argument(arg.name, arg.type, next)}`);
  const call = it.name + (args.length > 0 ? `(${args.join(", ")})` : "");
  const type = getNamedType(it.type as GraphQLOutputType);
  if (!isObjectType(type)) return "getFields" in type ? `${call} { __typename }` : call;
  if (depth === 0) return `${call} { __typename }`;
  const inner = Object.values(type.getFields()).filter(() => next() % 3 === 0)
    .map((child) => field(child, next, depth - 1));
  return `${call} { __typename ${inner.join(" ")} }`;
}
