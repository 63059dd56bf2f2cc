/** `agent`: reads a host's logs, keeps what leaves it to vectors. @module */
import type { Command } from "commander";
import type { FolderSummary } from "@/agent/pipeline.ts";

/** Adds the command and its own commands. */
export function register(program: Command): void {
  const agent = program.command("agent")
    .description("Reads a host's event logs and sends one vector per user and hour.");
  agent.command("enrol")
    .description("Make this host known to a server with a one-time token.")
    .requiredOption("--server <url>", "address of the server")
    .requiredOption("--token <token>", "one-time token that an administrator made")
    .option("--state <folder>", "folder of the agent's state", stateFolder())
    .option("--again", "replace an identity that is there")
    .addHelpText(
      "after",
      "\nExample:\n  main.ts agent enrol --server https://habit.example --token habit_enrol_…",
    )
    .action(enrolHost);
  agent.command("run")
    .description("Read logs, make windows of them, send these.")
    .requiredOption("--logs <folder>", "folder of .evtx logs, of one host or of many")
    .option("--state <folder>", "folder of the agent's state", stateFolder())
    .option("--server <url>", "enrol at this server first, where that is not done")
    .option("--token <token>", "one-time token to enrol with")
    .option("--follow <seconds>", "look again for what is new, every so many seconds", Number)
    .option("--json", "print the summary as JSON")
    .addHelpText("after", "\nExample:\n  main.ts agent run --logs C:\\Logs --follow 300")
    .action(runAgent);
}

/** Where the agent keeps its state: one place per machine on Windows, per user elsewhere. */
function stateFolder(): string {
  if (Deno.build.os === "windows") return "C:\\ProgramData\\Habit";
  return ".habit/agent";
}

async function enrolHost(
  options: { server: string; token: string; state: string; again?: boolean },
): Promise<void> {
  const { enrol } = await import("@/agent/enrol.ts");
  const { agentId, server } = await enrol({
    ...options,
    stateFolder: options.state,
    host: Deno.hostname().toLowerCase(),
  });
  console.error(`Enrolled at ${server} as ${agentId}.`);
}

interface RunFlags {
  logs: string;
  state: string;
  server?: string;
  token?: string;
  follow?: number;
  json?: boolean;
}

async function runAgent(options: RunFlags): Promise<void> {
  const { readIdentity } = await import("@/agent/config.ts");
  const { runFolder } = await import("@/agent/pipeline.ts");
  const { bySignature } = await import("@/agent/request.ts");
  const { pause } = await import("@/agent/ship.ts");
  const { stderrProgress } = await import("./progress.ts");
  if (options.server && options.token && !readIdentity(options.state)) {
    await enrolHost({ server: options.server, token: options.token, state: options.state });
  }
  const identity = readIdentity(options.state);
  if (!identity) {
    throw new Error(`This host is not enrolled. Run: main.ts agent enrol --state ${options.state}`);
  }
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    if (Deno.build.os === "windows" && signal === "SIGTERM") continue;
    Deno.addSignalListener(signal, () => stop.abort());
  }
  const progress = stderrProgress();
  do {
    const summary = await runFolder({
      folder: options.logs,
      stateFolder: options.state,
      server: identity.server,
      token: bySignature(identity.agentId, identity.privateKey, Date.now),
      keys: identity,
      signal: stop.signal,
      complete: options.follow === undefined,
      onProgress: ({ phase, bytes, bytesTotal, events, windows, acknowledged }) =>
        progress.show(
          phase,
          phase === "ship" ? acknowledged : bytes,
          phase === "ship" ? windows : bytesTotal,
          `${events} events, ${windows} windows, ${acknowledged} acknowledged`,
        ),
    });
    report(summary, options.json === true);
    if (options.follow !== undefined) await pause(options.follow * 1000, stop.signal);
  } while (options.follow !== undefined && !stop.signal.aborted);
  if (stop.signal.aborted) Deno.exitCode = 130;
}

function report(summary: FolderSummary, json: boolean): void {
  if (json) {
    console.log(JSON.stringify({ ...summary, skipped: Object.fromEntries(summary.skipped) }));
    return;
  }
  const { files, hosts, events, windows, acknowledged, dropped, refused, late, before } = summary;
  console.log(
    `${events} events of ${hosts} hosts in ${files} logs became ${windows} windows; ` +
      `${acknowledged} acknowledged.`,
  );
  for (const { reason } of refused.slice(0, 5)) console.log(reason);
  if (refused.length > 5) console.log(`… and ${refused.length - 5} more files that are no logs.`);
  if (before > 0) console.log(`${before} events lie in windows that an earlier run closed.`);
  if (late > 0) console.log(`${late} events came after their window was closed: not counted.`);
  if (dropped > 0) console.log(`${dropped} windows were dropped as the spool was full.`);
}
