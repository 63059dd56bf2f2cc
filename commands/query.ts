/**
 * `query`: asks the API from the command line.
 * @module
 */
import type { Command } from "commander";
import { readFileSync } from "node:fs";

/** What {@link ask} needs beside the operation. */
export interface AskOptions {
  /** Where the server is. */
  readonly server: string;
  /** API token. */
  readonly token: string | undefined;
  /** Variables as JSON text. */
  readonly variables: string;
}

/**
 * Posts an operation, gives the answer's JSON.
 * @throws Error with one line that says what to do.
 */
export async function ask(operation: string, options: AskOptions): Promise<unknown> {
  if (!options.token) {
    throw new Error("No token: set HABIT_TOKEN, for instance to one made by createApiToken.");
  }
  let variables: unknown;
  try {
    variables = JSON.parse(options.variables);
  } catch {
    throw new Error(`--variables takes JSON: got ${options.variables.slice(0, 80)}`);
  }
  const url = new URL("/graphql", options.server);
  const response = await fetch(url, {
    method: "POST",
    headers: { authorization: `Bearer ${options.token}`, "content-type": "application/json" },
    body: JSON.stringify({ query: operation, variables }),
  }).catch((cause) => {
    throw new Error(`Cannot reach ${url.origin}: start the server, or name another by --server.`, {
      cause,
    });
  });
  const answer = await response.json().catch(() => ({ message: `HTTP ${response.status}` }));
  if (answer.errors) {
    throw new Error(answer.errors.map(({ message }: { message: string }) => message).join("\n"));
  }
  if (!response.ok) throw new Error(answer.message ?? `HTTP ${response.status}`);
  return answer.data;
}

/** Registers the command. */
export function register(program: Command): void {
  program.command("query")
    .description("Asks the API: prints the answer's data as JSON, errors on standard error.")
    .argument("<operation>", "GraphQL text, or @FILE, or - for standard input")
    .option(
      "--server <url>",
      "where the server is",
      Deno.env.get("HABIT_SERVER") ?? "http://127.0.0.1:8420",
    )
    .option("--variables <json>", "variables of the operation", "{}")
    .addHelpText(
      "after",
      `
The token is read from HABIT_TOKEN, so that it is neither in the shell's history nor in a list of
processes.

Example:
  HABIT_TOKEN=habit_pat_… main.ts query '{ anomalies(first: 3) { edges { node { p explanation } } } }'`,
    )
    .action(
      async (operation: string, { server, variables }: { server: string; variables: string }) => {
        const text = operation === "-"
          ? readFileSync(0, "utf8")
          : operation.startsWith("@")
          ? readFileSync(operation.slice(1), "utf8")
          : operation;
        const token = Deno.env.get("HABIT_TOKEN");
        console.log(JSON.stringify(await ask(text, { server, token, variables }), null, 2));
      },
    );
}
