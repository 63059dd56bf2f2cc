/**
 * Reads the wanted fields of a log, as a process of its own (`deno run … LOG WANTED.json`) or as a
 * Worker that is sent `{ path, from, to, wanted }`.
 * @module
 */
import { memorySource, type Range } from "@/agent/evtx/chunks.ts";
import { evtxCursor, openEvtx } from "@/agent/evtx/cursor.ts";
import type { EventCursor } from "@/features/event.ts";

/** Slots that are wanted of an event: channel -> event id -> slots. */
export type Wanted = Readonly<Record<string, Readonly<Record<number, readonly number[]>>>>;

/** A sum over what was read, so that nothing is left out, and how many events there were. */
export interface Reading {
  records: number;
  sum: number;
}

/** Reads System fields and the wanted ones of every event. */
export function readWanted(cursor: EventCursor, wanted: Wanted): Reading {
  const kinds = new Map(
    Object.entries(wanted).map(([channel, ids]) => {
      return [channel, new Map(Object.entries(ids).map(([id, slots]) => [Number(id), slots]))];
    }),
  );
  const reading = { records: 0, sum: 0 };
  for (let event = cursor.next(); event; event = cursor.next()) {
    reading.records++;
    reading.sum += event.timeMs + event.computer.length + event.userSid.length + event.recordId;
    const slots = kinds.get(event.channel)?.get(event.eventId);
    if (slots === undefined) continue;
    for (let i = 0; i < slots.length; i++) reading.sum += event.text(slots[i]).length;
  }
  return reading;
}

/** Reads from memory, so that only the reader is timed. */
export function readBytes(bytes: Uint8Array, wanted: Wanted): Reading {
  using cursor = evtxCursor(memorySource(bytes));
  return readWanted(cursor, wanted);
}

function readFile(path: string, wanted: Wanted, range?: Range): Reading {
  using cursor = openEvtx(path, { range });
  return readWanted(cursor, wanted);
}

function readStatus(): string {
  try {
    return Deno.readTextFileSync("/proc/self/status");
  } catch {
    return "";
  }
}

if ("DedicatedWorkerGlobalScope" in globalThis) {
  const scope = globalThis as unknown as {
    onmessage: (message: MessageEvent) => void;
    postMessage(reading: Reading): void;
  };
  scope.onmessage = ({ data: { path, from, to, wanted } }) => {
    scope.postMessage(readFile(path, wanted, { from, to }));
  };
} else if (import.meta.main) {
  const [path, wanted] = Deno.args;
  const { records } = readFile(path, JSON.parse(Deno.readTextFileSync(wanted)));
  const peak = /VmHWM:\s+(\d+)/.exec(readStatus())?.[1];
  const bytes = peak ? Number(peak) * 1_024 : Deno.memoryUsage().rss;
  console.log(JSON.stringify({ records, bytes }));
}
