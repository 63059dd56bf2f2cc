/** `agent`: reads a host's logs, keeps what leaves it to vectors. @module */
import type { Command } from "commander";

/** Adds the command and its own commands to Habit's. */
export function register(program: Command): void {
  addCommands(
    program.command("agent")
      .description("Reads a host's event logs and sends one vector per user and hour."),
    "main.ts agent",
  );
}

/** Adds the agent's commands; `name` is how the program is called in the examples. */
export function addCommands(agent: Command, name: string): void {
  const add = (command: string, description: string, example: string) =>
    agent.command(command).description(description)
      .option("--state <folder>", "folder of the agent's state", stateFolder())
      .addHelpText("after", `\nExample:\n  ${name} ${command} ${example}`);
  const manage = () => import("./agent_manage.ts");
  const run = () => import("./agent_run.ts");

  add(
    "enrol",
    "Make this host known to a server with a one-time token.",
    "--server https://habit.example --token habit_enrol_…",
  )
    .requiredOption("--server <url>", "address of the server")
    .requiredOption("--token <token>", "one-time token that an administrator made")
    .option("--host <name>", "the computer as its events name it, where that is not found out")
    .option("--again", "replace an identity that is there")
    .action(async (options) => (await manage()).enrolHost(options));
  add(
    "run",
    "Read the live log, or a folder of logs, and send windows.",
    "--logs C:\\Logs --follow 300",
  )
    .option(
      "--logs <folder>",
      "folder of .evtx logs, of one host or of many, instead of the live log",
    )
    .option("--server <url>", "enrol at this server first, where that is not done")
    .option("--token <token>", "one-time token to enrol with")
    .option("--host <name>", "the computer as its events name it")
    .option("--audit-policy <file>", "what `auditpol /backup` writes there is used within the hour")
    .option("--follow <seconds>", "look again for what is new, every so many seconds", Number)
    .option("--json", "print the summary as JSON")
    .action(async (options) => (await run()).runAgent(options));
  add(
    "backfill",
    "Send the windows of logs that were kept, before the live log takes over.",
    "--logs D:\\Archive",
  )
    .requiredOption("--logs <folder>", "folder of .evtx logs")
    .option("--json", "print the summary as JSON")
    .action(async (options) => (await run()).runAgent(options));
  add("status", "Say how the running agent fares, channel by channel.", "--json")
    .option("--json", "print all that is known as JSON")
    .action(async (options) => (await manage()).showStatus(options));
  add("install", "Run the agent at boot, under an account that may only read logs.", "")
    .action(async (options) => (await manage()).install(options));
  add("uninstall", "Remove what install made; the state stays.", "--purge")
    .option("--purge", "delete the state too")
    .action(async (options) => (await manage()).uninstall(options));
  add("doctor", "Say what Windows does not audit, and how to change that.", "--json")
    .option("--json", "print what was found as JSON")
    .action(async (options) => (await manage()).diagnose(options));
}

/** Where the agent keeps its state: one place per machine on Windows, the working folder elsewhere. */
function stateFolder(): string {
  return Deno.build.os === "windows" ? "C:\\ProgramData\\Habit" : ".habit/agent";
}
