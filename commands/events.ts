/**
 * `events`: prints the events of log files.
 * @module
 */
import type { Command } from "commander";
import type { LogCursor } from "@/agent/open_log.ts";
import type { Condition } from "@/agent/where.ts";
import type { EventView } from "@/features/event.ts";

const FLUSH_BYTES = 1 << 18;

/** Registers the command. */
export function register(program: Command): void {
  program.command("events")
    .description("Print the events of .evtx files and JSON logs, one a line.")
    .argument("<files...>", "log files: .evtx, or JSON lines, also as .gz, .tar.gz or .zip")
    .option("--json", "all fields as JSON (what a pipe gets anyway; a terminal gets short lines)")
    .option("--checksums", "also say how many chunks have a wrong checksum, as live logs do")
    .option(
      "--where <condition>",
      "only events with NAME=VALUE (also != < <= > >= ~); give it again for more",
      (condition: string, more: string[]) => [...more, condition],
      [] as string[],
    )
    .addHelpText(
      "after",
      `
Examples:
  habit events Security.evtx --where EventID=4624 --where LogonType=10
  habit events --json *.evtx | jq .Event.System.Computer`,
    )
    .action(
      async (
        files: string[],
        options: { json?: boolean; checksums?: boolean; where: string[] },
      ) => {
        const { parseCondition } = await import("@/agent/where.ts");
        const conditions = options.where.map(parseCondition);
        const short = !options.json && Deno.stdout.isTerminal();
        Deno.exitCode = await printAll(files, conditions, short, options) ? 0 : 1;
      },
    );
}

/** Prints every file; false if one of them could not be opened. */
async function printAll(
  files: readonly string[],
  conditions: readonly Condition[],
  short: boolean,
  options: { checksums?: boolean },
): Promise<boolean> {
  const { NotALogError, openLog } = await import("@/agent/open_log.ts");
  const { recordWriter } = await import("@/agent/evtx/json.ts");
  const writer = recordWriter();
  let allOpened = true;
  for (const file of files) {
    try {
      using cursor = openLog(file, options);
      const open = print(cursor, conditions, writer, short);
      report(file, cursor);
      if (!open) return allOpened;
    } catch (error) {
      if (!(error instanceof NotALogError)) throw error;
      console.error(error.message);
      allOpened = false;
    }
  }
  return allOpened;
}

type Writer = Parameters<LogCursor["writeJson"]>[0];

/** Prints what fulfils the conditions; false where nobody reads on. */
function print(
  cursor: LogCursor,
  conditions: readonly Condition[],
  writer: Writer,
  short: boolean,
): boolean {
  const all = () => parsed(cursor, writer);
  for (let event = cursor.next(); event; event = cursor.next()) {
    if (conditions.length > 0 && !fulfils(event, conditions, all)) continue;
    if (short) writer.raw(shortLine(event));
    else if (!cursor.writeJson(writer)) continue;
    writer.byte(0x0a);
    if (writer.size >= FLUSH_BYTES && !flush(writer)) return false;
  }
  return flush(writer);
}

function fulfils(event: EventView, conditions: readonly Condition[], all: () => unknown): boolean {
  return conditions.every((condition) => condition(event, all));
}

/** The current event as an object, by way of its JSON. */
function parsed(cursor: LogCursor, writer: Writer): unknown {
  const start = writer.size;
  if (!cursor.writeJson(writer)) return undefined;
  const json = new TextDecoder().decode(writer.written().subarray(start));
  writer.size = start;
  return JSON.parse(json);
}

function shortLine(event: EventView): string {
  const time = Number.isNaN(event.timeMs)
    ? "no time".padEnd(24)
    : new Date(event.timeMs).toISOString();
  return `${time}  ${event.computer}  ${event.channel}  ${event.eventId}  ${event.provider}  #${event.recordId}`;
}

/** Writes out what is gathered; false where the reader has gone. */
function flush(writer: Writer): boolean {
  const bytes = writer.written();
  try {
    for (let at = 0; at < bytes.length;) at += Deno.stdout.writeSync(bytes.subarray(at));
  } catch (error) {
    if (error instanceof Deno.errors.BrokenPipe) return false;
    throw error;
  } finally {
    writer.size = 0;
  }
  return true;
}

/** Says what could not be read. */
function report(file: string, { report }: LogCursor): void {
  if (report.skipped.size === 0) return;
  const reasons = [...report.skipped].map(([reason, count]) => `${count} x ${reason}`).join("; ");
  console.error(
    `${file}: ${report.records} events; skipped ${report.skippedBytes} bytes: ${reasons}`,
  );
}
