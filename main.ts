/**
 * Habit's command line, and the only place that composes: flags -> parts -> run.
 * Each command of `commands/` loads what it runs only when it is chosen.
 * @module
 */
import { Command } from "commander";

/** What registers one command: its flags, its help with an example, its action. */
export type Register = (program: Command) => void;

const COMMANDS: readonly string[] = [
  "demo",
  "server",
  "worker",
  "jobs",
  "report",
  "db",
  "doctor",
  "agent",
  "events",
  "features",
  "estate",
  "query",
  "evaluate",
];

/** The whole command line; of commands only the one that is named, where it is one. */
export async function habit(name?: string): Promise<Command> {
  const program = new Command("habit")
    .description("User and entity behaviour analytics for Windows event logs.")
    .showHelpAfterError("(add --help for the flags and an example)")
    .showSuggestionAfterError();
  for (const command of name && COMMANDS.includes(name) ? [name] : COMMANDS) {
    // Not written as a literal: those Deno reads at start, with all that they import.
    const path = `./commands/${command}.ts`;
    const { register } = await import(path) as { register: Register };
    register(program);
  }
  return program;
}

if (import.meta.main) {
  try {
    await (await habit(Deno.args[0])).parseAsync(Deno.args, { from: "user" });
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    Deno.exit(1);
  }
}
