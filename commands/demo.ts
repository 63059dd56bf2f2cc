/** `demo`: the whole path on this machine, from logs to a table of what is strange. @module */
import { createHash } from "node:crypto";
import { join, resolve } from "node:path";
import type { Command } from "commander";
import { portNumber } from "./server.ts";

interface DemoFlags {
  logs?: string;
  data?: string;
  port: number;
  exit?: boolean;
  json?: boolean;
  hosts: number;
  users: number;
  days: number;
  seed: number;
}

/** Adds the command. */
export function register(program: Command): void {
  program.command("demo")
    .description("Read logs, train models, print what is strangest; then serve it.")
    .option("--logs <folder>", "your own event logs instead of a simulated estate")
    .option(
      "--data <folder>",
      "folder of the database, keys and agent's state; one for each source of logs",
    )
    .option("--port <number>", "port of the server; 0 takes a free one", portNumber, 0)
    .option("--exit", "end when the table is printed, instead of serving on")
    .option("--json", "print the table as JSON on standard output, and nothing else there")
    .option("--hosts <number>", "hosts of the simulated estate", wholeNumber, 30)
    .option("--users <number>", "users of the simulated estate", wholeNumber, 60)
    .option("--days <number>", "days of the simulated estate", wholeNumber, 45)
    .option("--seed <number>", "seed of the simulated estate", wholeNumber, 1)
    .addHelpText(
      "after",
      "\nExample:\n  main.ts demo --logs C:\\Windows\\System32\\winevt\\Logs --exit",
    )
    .action(run);
}

/** A whole number above 0 of the command line; throws `RangeError` for anything else. */
function wholeNumber(text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number > 0) return number;
  throw new RangeError(`Cannot use "${text}": it must be a whole number above 0.`);
}

/** Each source of logs has a folder of its own, so that the same command goes on with the same data. */
function dataFolder({ logs, data }: DemoFlags): string {
  if (data) return data;
  if (!logs) return ".habit/demo";
  const source = createHash("sha256").update(resolve(logs)).digest("hex").slice(0, 8);
  return `.habit/demo-${source}`;
}

async function run(flags: DemoFlags): Promise<void> {
  const data = dataFolder(flags);
  const { logToStderr } = await import("./logs.ts");
  const { aborted, openStore, untilInterrupted } = await import("./store.ts");
  const { serve } = await import("./serve.ts");
  const { stderrProgress } = await import("./progress.ts");
  const { demoEstate } = await import("./demo_estate.ts");
  const { runPath } = await import("./demo_path.ts");
  const { printTable } = await import("./demo_table.ts");
  await logToStderr("warning");
  if (flags.logs) (await import("@/agent/event_logs.ts")).eventLogs(flags.logs); // or says what is wrong
  const stop = untilInterrupted();
  const progress = stderrProgress();
  try {
    await using store = await openStore(data);
    const estate = flags.logs ? undefined : await demoEstate({ ...flags, data }, progress, stop);
    const token = crypto.randomUUID();
    await using server = await serve(store.database, {
      keyFile: join(data, "habit.key"),
      port: flags.port,
      hostname: "127.0.0.1",
      token,
      development: true,
      worker: false,
    });
    const folder = flags.logs ?? estate!.folder;
    const summary = await runPath({
      folder,
      data,
      token,
      server,
      progress,
      signal: stop,
    });
    const { listAnomalies } = await import("./demo_anomalies.ts");
    const rows = await listAnomalies(server.url, token, estate?.unseenFrom);
    const found = estate &&
      (await import("./demo_truth.ts")).compare(estate.truth, rows, server.keys);
    const { listStandIns } = await import("./demo_models.ts");
    printTable({
      standIns: await listStandIns(server.url, token),
      rows: rows.slice(0, 20),
      summary,
      found,
      since: estate?.unseenFrom,
      json: flags.json === true,
    });
    console.error(`Console: ${server.url}/#token=${token}   GraphQL: ${server.url}/graphql`);
    if (!flags.exit && !flags.json) {
      console.error("Ctrl-C ends the demo; the same command goes on from here.");
      await aborted(stop);
    }
  } catch (error) {
    if (!stop.aborted) throw error;
    console.error("Stopped. The same command goes on from here.");
    Deno.exitCode = 130;
  }
}
