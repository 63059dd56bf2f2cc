/** The agent by itself: the entry of the bundle that is rolled out to hosts. @module */
import { Command } from "commander";
import { addCommands } from "./agent.ts";

const program = new Command("habit-agent")
  .description("Reads a host's event logs and sends one vector per user and hour.")
  .showHelpAfterError("(add --help for the flags and an example)")
  .showSuggestionAfterError();
addCommands(program, "deno run agent.js");
try {
  await program.parseAsync(Deno.args, { from: "user" });
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  Deno.exit(1); // the task scheduler starts it again
}
