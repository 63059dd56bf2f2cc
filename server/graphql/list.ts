/**
 * The shape that every list of the schema shares: its connection type, and its page arguments.
 * @module
 */
import type { ObjectRef } from "@pothos/core";
import { builder, type SchemaTypes } from "./builder.ts";
import type { Connection, Keyed } from "./keyset.ts";

type Types = PothosSchemaTypes.ExtendDefaultTypes<SchemaTypes>;

/** Arguments of every list. */
export function pageArgs(arg: PothosSchemaTypes.QueryFieldBuilder<Types, unknown>["arg"]) {
  return {
    first: arg.int({ description: "How many: 50 if not given, at most 500." }),
    after: arg.string({ description: "Cursor of the last row of the page before." }),
  };
}

/** The connection type of a node type, with its edge type. */
export function connectionType<Row extends Keyed>(name: string, node: ObjectRef<Types, Row>) {
  const edge = builder.objectRef<Connection<Row>["edges"][number]>(`${name}Edge`).implement({
    description: `A ${name} and where it stands in its list.`,
    fields: (t) => ({
      cursor: t.exposeString("cursor", { description: "Pass it as `after` to go on from here." }),
      node: t.field({
        type: node,
        description: `The ${name}.`,
        resolve: ({ node }) => node as never,
      }),
    }),
  });
  return builder.objectRef<Connection<Row>>(`${name}Connection`).implement({
    description: `A page of a list of ${name}.`,
    fields: (t) => ({
      edges: t.field({
        type: [edge],
        description: "The rows of this page.",
        resolve: ({ edges }) => edges as never,
      }),
      pageInfo: t.field({
        type: builder.pageInfoRef(),
        description: "Whether more follows, and from which cursor.",
        resolve: ({ pageInfo }) => pageInfo,
      }),
    }),
  });
}
