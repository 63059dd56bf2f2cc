/** Real logs and how they are read whole, for tests of the reader. */
import { memorySource } from "@/agent/evtx/chunks.ts";
import { evtxCursor } from "@/agent/evtx/cursor.ts";
import { JsonWriter } from "@/agent/evtx/json_writer.ts";
import type { SourceReport } from "@/features/event.ts";
import { createHash } from "node:crypto";

const FOLDER = new URL("../../../shared/data/evtx/", import.meta.url);

/** Paths of the real logs, none where there is no ../shared/data. */
export const SAMPLES: readonly string[] = (() => {
  try {
    return [...Deno.readDirSync(FOLDER)].map(({ name }) => new URL(name, FOLDER).pathname).sort();
  } catch {
    console.log("skipped: tests on real event logs, as ../shared/data is absent");
    return [];
  }
})();

/** Every event as a line of JSON. */
export function readLines(bytes: Uint8Array): { lines: string[]; report: SourceReport } {
  using cursor = evtxCursor(memorySource(bytes));
  const writer = new JsonWriter();
  const decoder = new TextDecoder();
  const lines: string[] = [];
  while (cursor.next()) {
    writer.size = 0;
    if (cursor.writeJson(writer)) lines.push(decoder.decode(writer.written()));
  }
  return { lines, report: cursor.report };
}

/** Lines by their record ids, as readers differ on where a damaged log begins. */
export function byRecordId(lines: readonly string[]): string[] {
  const id = (line: string) => Number(/"EventRecordID":(\d+)/.exec(line)?.[1] ?? -1);
  return lines.toSorted((a, b) => id(a) - id(b));
}

/** How many lines, and the first 16 digits of their SHA-256. */
export function digest(lines: readonly string[]): string {
  const hash = createHash("sha256").update(byRecordId(lines).join("\n")).digest("hex");
  return `${lines.length} ${hash.slice(0, 16)}`;
}
