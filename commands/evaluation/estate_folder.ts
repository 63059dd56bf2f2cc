/**
 * An estate that was written to a folder, read back as an agent would.
 * @module
 */
import { join } from "node:path";
import { eventLogs } from "@/agent/event_logs.ts";
import { openLog } from "@/agent/open_log.ts";
import type { TrueEvent, Truth } from "@/estate/truth.ts";
import type { EventView } from "@/features/event.ts";
import { type EvaluatedEstate, evaluatedEstate } from "./estate_rows.ts";

/** Reads `truth.json` and every log below a folder. */
export function estateFromFolder(folder: string): EvaluatedEstate {
  const truth = readTruth(join(folder, "truth.json"));
  const key = (host: string, channel: string, recordId: number) =>
    `${host.toLowerCase()} ${channel} ${recordId}`;
  const injected = new Map<string, TrueEvent>(
    truth.events.map((event) => [key(event.host, event.channel, event.recordId), event]),
  );
  return evaluatedEstate(
    truth,
    events(folder),
    ({ computer, channel, recordId }) => injected.get(key(computer, channel, recordId)),
    Infinity, // files come one after the other
  );
}

function readTruth(path: string): Truth {
  let text: string;
  try {
    text = Deno.readTextFileSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Error(`Cannot evaluate without ${path}: "main.ts estate --out FOLDER" writes one`);
  }
  return JSON.parse(text);
}

function* events(folder: string): Generator<EventView> {
  for (const path of eventLogs(folder)) {
    if (/truth\.json$/i.test(path)) continue;
    using cursor = openLog(path);
    for (let event = cursor.next(); event; event = cursor.next()) yield event;
  }
}
