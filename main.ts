/**
 * Habit's command line, and the only place that composes: flags -> parts -> run.
 * Each command of `commands/` loads what it runs only when it is chosen.
 * @module
 */
import { Command } from "commander";
import { register as demo } from "./commands/demo.ts";
import { register as doctor } from "./commands/doctor.ts";
import { register as server } from "./commands/server.ts";
import { register as worker } from "./commands/worker.ts";
import { register as agent } from "./commands/agent.ts";
import { register as events } from "./commands/events.ts";
import { register as estate } from "./commands/estate.ts";
import { register as evaluate } from "./commands/evaluate.ts";
import { register as features } from "./commands/features.ts";
import { register as query } from "./commands/query.ts";

/** What registers one command: its flags, its help with an example, its action. */
export type Register = (program: Command) => void;

const COMMANDS: readonly Register[] = [
  demo,
  server,
  worker,
  doctor,
  agent,
  events,
  features,
  estate,
  query,
  evaluate,
];

/** The whole command line. */
export function habit(): Command {
  const program = new Command("habit")
    .description("User and entity behaviour analytics for Windows event logs.")
    .showHelpAfterError("(add --help for the flags and an example)")
    .showSuggestionAfterError();
  for (const register of COMMANDS) register(program);
  return program;
}

if (import.meta.main) {
  try {
    await habit().parseAsync(Deno.args, { from: "user" });
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    Deno.exit(1);
  }
}
