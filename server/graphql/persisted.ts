/**
 * Persisted operations: documents that the console was built with, run by the SHA-256 of their text.
 * Where they are known, a browser's session runs nothing else: whoever gets a script into the
 * console, or a person to click, can ask for no more than the console itself does.
 * @module
 */
import { createHash } from "node:crypto";
import { GraphQLError } from "graphql";
import type { Plugin } from "graphql-yoga";
import type { Principal } from "@/server/auth/permissions.ts";

/** Documents by the SHA-256 of their text, hex. */
export type Operations = ReadonlyMap<string, string>;

/**
 * The operations in a file of `{ hash: document }`; undefined where there is no such file.
 * @throws TypeError naming a hash that is not its document's.
 */
export function readOperations(file: URL): Operations | undefined {
  let text: string;
  try {
    text = Deno.readTextFileSync(file);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
  const operations = new Map(Object.entries(JSON.parse(text) as Record<string, string>));
  for (const [hash, document] of operations) {
    if (createHash("sha256").update(document).digest("hex") === hash) continue;
    throw new TypeError(`Cannot use ${file.pathname}: ${hash} is not the SHA-256 of its document`);
  }
  return operations;
}

function refused(status: number, code: string, message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code, http: { status } } });
}

/** The plugin; `strict` keeps sessions to the operations. */
export function usePersistedOperations(
  operations: Operations,
  strict: boolean,
): Plugin<object, { readonly principal: Principal }> {
  return {
    onParams({ params, setParams, context }) {
      const { persistedQuery } = (params.extensions ?? {}) as Record<string, unknown>;
      const hash = (persistedQuery as { sha256Hash?: unknown } | undefined)?.sha256Hash;
      if (hash === undefined) {
        const { principal } = context as unknown as { principal: Principal };
        if (!strict || principal.kind !== "session") return;
        const message = "A session runs the console's operations only: use an API token.";
        throw refused(403, "PERSISTED_QUERY_ONLY", message);
      }
      const query = typeof hash === "string" ? operations.get(hash) : undefined;
      if (query === undefined) {
        const message = "This operation is not known to the server: reload the console.";
        throw refused(400, "PERSISTED_QUERY_NOT_FOUND", message);
      }
      if (params.query && params.query !== query) {
        throw refused(400, "BAD_REQUEST", "The query is not the one that the hash names.");
      }
      setParams({ ...params, query });
    },
  };
}
