/**
 * `estate`: writes a simulated Windows estate with attacks hidden in it.
 * @module
 */
import type { Command } from "commander";
import { InvalidArgumentError } from "commander";
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
    .option("--out <folder>", "where to write; a new or empty folder")
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
    .option("--format <form>", "evtx: files; events: JSON lines on standard output", (text) => {
      if (text === "evtx" || text === "events") return text;
      throw new InvalidArgumentError("It must be evtx or events.");
    }, "evtx")
    .addHelpText(
      "after",
      "\nExample:\n  habit estate --out /tmp/estate --hosts 30 --users 60 --days 45 --seed 1",
    )
    .action((flags: Flags) => flags.format === "events" ? stream(flags) : write(flags));
}

async function write(flags: Flags): Promise<void> {
  const { out, ...options } = flags;
  if (out === undefined) throw new Error("Cannot write an estate: name a folder by --out FOLDER");
  const { generateEstate } = await import("@/estate/write.ts");
  const progress = new Progress(
    (text) => Deno.stderr.writeSync(new TextEncoder().encode(text)),
    Deno.stderr.isTerminal(),
    () => performance.now(),
  );
  const { truth, events, bytes } = await generateEstate({
    ...options,
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

async function stream(flags: Flags): Promise<void> {
  const { eventLines } = await import("@/estate/stream.ts");
  const encoder = new TextEncoder();
  for (const line of eventLines(flags)) Deno.stdout.writeSync(encoder.encode(line));
}
