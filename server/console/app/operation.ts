/**
 * A GraphQL operation with the types of what it gives and takes; `deno task build:console` writes
 * one for each operation of the `.graphql` files and checks it against schema.graphql.
 * @module
 */

/** An operation; its type parameters exist for the compiler only. */
export interface Operation<Data, Variables> {
  readonly name: string;
  /** SHA-256 of its text: the server runs the console's operations by it. */
  readonly hash: string;
  /** Never there: carries the types. */
  readonly types?: (variables: Variables) => Data;
}
