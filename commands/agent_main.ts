/**
 * The agent by itself: the entry of the bundle that is rolled out to hosts. It starts the release
 * that the server sent, where one is in place and its signature holds, else itself.
 * @module
 */
import { readIdentity } from "@/agent/config.ts";
import { bundleToStart, RESTART_CODE, trialFailed } from "@/agent/upgrade.ts";
import { Command } from "commander";
import { dirname } from "node:path";
import { pathToFileURL } from "node:url";
import { addCommands } from "./agent.ts";

/** A release in the state folder to start instead of this one: only for `run`, and not twice. */
function release(args: readonly string[]): string | undefined {
  const state = args[args.indexOf("--state") + 1];
  if (args[0] !== "run" || !args.includes("--state") || state === undefined) return undefined;
  if (import.meta.url.startsWith(pathToFileURL(state).href)) return undefined;
  const identity = readIdentity(state);
  return identity && bundleToStart(state, identity.serverKey);
}

try {
  const path = release(Deno.args);
  if (path) {
    trialFailed(dirname(path)).then((failed) => failed && Deno.exit(RESTART_CODE));
    await import(pathToFileURL(path).href);
  } else {
    const program = new Command("habit-agent")
      .description("Reads a host's event logs and sends one vector per user and hour.")
      .showHelpAfterError("(add --help for the flags and an example)")
      .showSuggestionAfterError();
    addCommands(program, "deno run agent.js");
    await program.parseAsync(Deno.args, { from: "user" });
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  Deno.exit(1); // the task scheduler starts it again
}
