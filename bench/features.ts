/**
 * The featuriser on a simulated estate's busiest host: alone, behind the EVTX reader, what a batch
 * costs on the wire, and how large state grows. `task bench features`.
 * @module
 */
import { zstdCompressSync } from "node:zlib";
import { openLog } from "@/agent/open_log.ts";
import { generateEstate } from "@/estate/write.ts";
import type { EventView } from "@/features/event.ts";
import { FIELD_NAMES, fieldSlot } from "@/features/fields.ts";
import { Featuriser } from "@/features/featuriser.ts";
import { SCHEMA_ID } from "@/features/schema.ts";
import { WINDOW_MS, type WindowRow } from "@/features/vector.ts";
import { encodeBatch } from "@/features/wire.ts";
import { type Figure, paired, rate } from "./figure.ts";

const HOST = "bench";
const ROWS = 256;
/** Times that a timed run goes through the log, so that compiled code is what is measured. */
const ROUNDS = 10;

/** Prints what the featuriser costs. */
export async function* figures(): AsyncGenerator<Figure> {
  const out = Deno.makeTempDirSync({ prefix: "habit-bench-" });
  try {
    await generateEstate({ out, hosts: 8, users: 16, days: 10, seed: 6, attacks: ["none"] });
    const path = largestSecurityLog(out);
    const events = copies(path);
    const times = await paired(() => rounds(() => featurise(events)), undefined, 5);
    yield rate("featuriser", "events/s", ROUNDS * events.length, times, null);
    const busy = squeezed(path, 100);
    const busyTimes = await paired(() => rounds(() => featurise(busy)), undefined, 5);
    yield rate("featuriser-busy-host", "events/s", ROUNDS * busy.length, busyTimes, null);
    const both = await paired(() => rounds(() => featurise(views(path))), undefined, 5);
    yield rate("end-to-end", "events/s", ROUNDS * events.length, both, null);
    yield* wire("", featurise(events));
    yield* wire("busy-host-", featurise(busy));
    yield state();
  } finally {
    Deno.removeSync(out, { recursive: true });
  }
}

function rounds(work: () => void): void {
  for (let i = 0; i < ROUNDS; i++) work();
}

function largestSecurityLog(folder: string): string {
  let [path, most] = ["", -1];
  for (const entry of Deno.readDirSync(folder)) {
    const name = `${folder}/${entry.name}`;
    const found = entry.isDirectory ? largestSecurityLog(name) : name;
    if (!/security[^/]*\.evtx$/i.test(found)) continue;
    const { size } = Deno.statSync(found);
    if (size > most) [path, most] = [found, size];
  }
  return path;
}

function* views(path: string): Generator<EventView> {
  using cursor = openLog(path);
  for (let event = cursor.next(); event; event = cursor.next()) yield event;
}

/** An event with its text made, so that only the featuriser is timed. */
class Copy implements EventView {
  readonly channel: string;
  readonly provider: string;
  readonly eventId: number;
  readonly version: number;
  readonly level: number;
  readonly recordId: number;
  timeMs: number;
  readonly computer: string;
  readonly userSid: string;
  /** By slot: place of the value, the same object for all events of a template. */
  readonly #places: Int16Array;
  readonly #texts: string[] = [];
  readonly #numbers: number[] = [];

  constructor(event: EventView, intern: (text: string) => string, places: Places) {
    this.channel = intern(event.channel);
    this.provider = intern(event.provider);
    this.eventId = event.eventId;
    this.version = event.version;
    this.level = event.level;
    this.recordId = event.recordId;
    this.timeMs = event.timeMs;
    this.computer = intern(event.computer);
    this.userSid = intern(event.userSid);
    const slots = FIELD_NAMES.map((_, slot) => slot).filter((slot) => event.text(slot) !== "");
    for (const slot of slots) {
      this.#texts.push(intern(event.text(slot)));
      this.#numbers.push(event.number(slot));
    }
    this.#places = places(slots);
  }

  text(slot: number): string {
    const place = this.#places[slot];
    return place < 0 ? "" : this.#texts[place];
  }

  number(slot: number): number {
    const place = this.#places[slot];
    return place < 0 ? NaN : this.#numbers[place];
  }
}

type Places = (slots: readonly number[]) => Int16Array;

function copies(path: string): Copy[] {
  const texts = new Map<string, string>();
  const intern = (text: string) => texts.get(text) ?? (texts.set(text, text), text);
  const shapes = new Map<string, Int16Array>();
  const places: Places = (slots) => {
    const key = slots.join();
    const known = shapes.get(key) ??
      Int16Array.from(FIELD_NAMES, (_, slot) => slots.indexOf(slot));
    shapes.set(key, known);
    return known;
  };
  const events: Copy[] = [];
  for (const event of views(path)) events.push(new Copy(event, intern, places));
  return events;
}

/** The same events as on a host that is `factor` times as busy, for windows with more events. */
function squeezed(path: string, factor: number): Copy[] {
  const events = copies(path);
  const startMs = Math.floor(events[0].timeMs / WINDOW_MS) * WINDOW_MS;
  for (const event of events) {
    event.timeMs = startMs + Math.floor((event.timeMs - startMs) / factor);
  }
  return events;
}

function featurise(events: Iterable<EventView>): WindowRow[] {
  const featuriser = new Featuriser({ host: HOST });
  const rows: WindowRow[] = [];
  for (const event of events) {
    featuriser.add(event);
    if (featuriser.ready) rows.push(...featuriser.drain());
  }
  return [...rows, ...featuriser.finish()];
}

function* wire(prefix: string, rows: readonly WindowRow[]): Generator<Figure> {
  const none = { peer: null, peerValue: null, ratio: null };
  let [bytes, events] = [0, 0];
  for (let firstSeq = 0; firstSeq < rows.length; firstSeq += ROWS) {
    const batch = rows.slice(firstSeq, firstSeq + ROWS);
    const users = new Map(
      batch.map(({ user }) => [user, crypto.getRandomValues(new Uint8Array(16))]),
    );
    const encoded = encodeBatch({
      schema: SCHEMA_ID,
      host: HOST,
      epoch: "00000000-0000-4000-8000-000000000000",
      firstSeq,
      rows: batch.map((row) => ({
        ...row,
        user: users.get(row.user)!,
        sealedName: new Uint8Array(0),
      })),
    });
    bytes += zstdCompressSync(encoded).length;
    for (const row of batch) events += row.events;
  }
  const perEvent = Number((bytes / events).toFixed(2));
  const perVector = Number((bytes / rows.length).toFixed(1));
  const window = Number((events / rows.length).toFixed(1));
  yield { case: `${prefix}wire-bytes-per-event`, value: perEvent, unit: "bytes", ...none };
  yield { case: `${prefix}wire-bytes-per-vector`, value: perVector, unit: "bytes", ...none };
  yield { case: `${prefix}events-per-window`, value: window, unit: "events", ...none };
}

/** Saved state of a domain controller on which 5,000 users log on from 20 addresses each. */
function state(): Figure {
  const featuriser = new Featuriser({ host: HOST });
  const [sid, name, type, address] = [
    fieldSlot("TargetUserSid"),
    fieldSlot("TargetUserName"),
    fieldSlot("LogonType"),
    fieldSlot("IpAddress"),
  ];
  const texts: string[] = [];
  const event = {
    channel: "Security",
    provider: "Microsoft-Windows-Security-Auditing",
    eventId: 4624,
    version: 2,
    level: 0,
    recordId: -1,
    timeMs: 0,
    computer: HOST,
    userSid: "",
    text: (slot: number) => texts[slot] ?? "",
    number: (slot: number) => slot === type ? 3 : NaN,
  };
  texts[type] = "3";
  for (let hour = 0; hour < 20; hour++) {
    event.timeMs = Date.UTC(2026, 0, 5) + hour * 3_600_000;
    for (let user = 0; user < 5_000; user++) {
      texts[sid] = `S-1-5-21-1-2-3-${1_000 + user}`;
      texts[name] = `user${user}`;
      texts[address] = `10.${hour}.${user >> 8}.${user & 255}`;
      featuriser.add(event);
    }
    featuriser.drain();
  }
  featuriser.finish();
  const none = { peer: null, peerValue: null, ratio: null };
  return { case: "state-bytes", value: featuriser.save().length, unit: "bytes", ...none };
}
