/**
 * `estate`: writes a simulated Windows estate with attacks hidden in it.
 * @module
 */
import type { Command } from "commander";
import { InvalidArgumentError } from "commander";
import { basename } from "node:path";
import type { EstateOptions } from "@/estate/generate.ts";
import type { ReplayFile } from "@/estate/replay.ts";
import { Progress } from "./progress.ts";

interface Flags {
  out?: string;
  hosts: number;
  users: number;
  days: number;
  start?: string;
  seed: number;
  attacks: string[];
  strength?: "quiet" | "normal" | "loud";
  scenario: string[];
  replay?: string;
  replayIndex?: string;
  format: "evtx" | "events";
}

function count(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new InvalidArgumentError("It must be a whole number.");
}

/** Adds the command. */
export function register(program: Command): void {
  program.command("estate")
    .description("Write a simulated Windows estate: a folder of .evtx per host, and truth.json.")
    .option(
      "--out <folder>",
      "where to write; a new or empty folder (with --format events: for truth.json)",
    )
    .option("--hosts <n>", "machines, servers among them", count, 30)
    .option("--users <n>", "people", count, 60)
    .option("--days <n>", "length in days", count, 45)
    .option("--start <date>", "first day, YYYY-MM-DD (default: 2026-03-02)")
    .option("--seed <n>", "same seed, same bytes", count, 1)
    .option(
      "--attacks <names>",
      "campaigns by name, separated by commas, or all, none",
      (text) => text.split(","),
      ["all"],
    )
    .option("--strength <how>", "quiet, normal or loud (default: a mix)", (text) => {
      if (["quiet", "normal", "loud"].includes(text)) return text as Flags["strength"];
      throw new InvalidArgumentError("It must be quiet, normal or loud.");
    })
    .option(
      "--scenario <file>",
      "a campaign described as JSON (docs/scenario.schema.json); give it again for more",
      (file: string, more: string[]) => [...more, file],
      [] as string[],
    )
    .option("--replay <folder>", "real attack logs to splice onto hosts of the estate")
    .option("--replay-index <file>", "JSON list of {file, attack}: replays those with a technique")
    .option("--format <form>", "evtx: files; events: JSON lines on standard output", (text) => {
      if (text === "evtx" || text === "events") return text;
      throw new InvalidArgumentError("It must be evtx or events.");
    }, "evtx")
    .addHelpText(
      "after",
      "\nExample:\n  habit estate --out my-estate --hosts 30 --users 60 --days 45 --seed 1",
    )
    .action((flags: Flags) => flags.format === "events" ? stream(flags) : write(flags));
}

async function write(flags: Flags): Promise<void> {
  const { out } = flags;
  if (out === undefined) throw new Error("Cannot write an estate: name a folder by --out FOLDER");
  const { generateEstate } = await import("@/estate/write.ts");
  const progress = new Progress(
    (text) => Deno.stderr.writeSync(new TextEncoder().encode(text)),
    Deno.stderr.isTerminal(),
    () => performance.now(),
  );
  const { truth, events, bytes } = await generateEstate({
    ...await optionsOf(flags),
    out,
    onProgress: ({ day, days, events }) => {
      progress.show("estate", day, days, `day ${day} of ${days}, ${events} events`);
    },
  });
  console.log(`${events} events, ${(bytes / 1e6).toFixed(1)} MB in ${out}`);
  for (const { id, victim, host, events, first, last } of truth.campaigns) {
    console.log(`${id}: ${victim} on ${host}, ${events} events from ${first} to ${last}`);
  }
}

async function optionsOf(flags: Flags): Promise<EstateOptions> {
  const { hosts, users, days, start, seed, attacks, strength } = flags;
  const { parseScenario, planScenario } = await import("@/estate/scenario.ts");
  const { planReplay } = await import("@/estate/replay.ts");
  const scenarios = flags.scenario.map((file) => parseScenario(Deno.readTextFileSync(file)));
  const files = flags.replay === undefined
    ? []
    : await replayFiles(flags.replay, flags.replayIndex);
  return {
    hosts,
    users,
    days,
    start,
    seed,
    attacks,
    strength,
    extra(scene) {
      const { plans, report } = planReplay(scene, files);
      for (const [reason, count] of report.left) {
        console.error(`replay: ${count} events left out: ${reason}`);
      }
      return [...scenarios.map((scenario) => planScenario(scene, scenario)), ...plans];
    },
  };
}

/** The logs of a folder, with the technique that an index or their path names. */
async function replayFiles(folder: string, index?: string): Promise<ReplayFile[]> {
  const { eventLogs } = await import("@/agent/event_logs.ts");
  const { openLog } = await import("@/agent/open_log.ts");
  const { JsonWriter } = await import("@/agent/evtx/json_writer.ts");
  const attacks = new Map<string, string>();
  if (index !== undefined) {
    const entries = JSON.parse(Deno.readTextFileSync(index)) as { file: string; attack: string }[];
    for (const { file, attack } of entries) attacks.set(basename(file), attack);
  }
  function* records(path: string): Generator<unknown> {
    using cursor = openLog(path);
    const writer = new JsonWriter(1 << 16);
    while (cursor.next()) {
      writer.size = 0;
      cursor.writeJson(writer);
      yield JSON.parse(new TextDecoder().decode(writer.written()));
    }
  }
  return eventLogs(folder).flatMap((path): ReplayFile[] => {
    const named = attacks.get(basename(path)) ?? (index === undefined ? path : "");
    const technique = /T\d{4}(\.\d{3})?/.exec(named)?.[0];
    if (technique === undefined && index !== undefined) return [];
    const name = basename(path).replace(/\.[^.]+$/, "").replace(/[^\w-]+/g, "-");
    return [{ name, technique: technique ?? "T0000", records: records(path) }];
  });
}

/** Prints the events; with --out the truth is written there. Ends where nobody reads on. */
async function stream(flags: Flags): Promise<void> {
  const { eventLines } = await import("@/estate/stream.ts");
  const lines = eventLines(await optionsOf(flags));
  const encoder = new TextEncoder();
  for (let line = lines.next();; line = lines.next()) {
    if (line.done) {
      if (flags.out === undefined) return;
      Deno.mkdirSync(flags.out, { recursive: true });
      return Deno.writeTextFileSync(`${flags.out}/truth.json`, JSON.stringify(line.value, null, 1));
    }
    const bytes = encoder.encode(line.value);
    try {
      for (let at = 0; at < bytes.length;) at += Deno.stdout.writeSync(bytes.subarray(at));
    } catch (error) {
      if (error instanceof Deno.errors.BrokenPipe) return;
      throw error;
    }
  }
}
