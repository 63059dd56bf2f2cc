/**
 * A GraphQL operation with the types of what it gives and takes; `deno task build:console` writes
 * one for each operation of the `.graphql` files and checks it against schema.graphql.
 * @module
 */

/** An operation; its type parameters exist for the compiler only. */
export interface Operation<Data, Variables> {
  /** Name and text as they are sent. */
  readonly name: string;
  readonly text: string;
  /** Never there: carries the types. */
  readonly types?: (variables: Variables) => Data;
}
