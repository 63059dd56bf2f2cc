/**
 * The featuriser on a simulated estate: on the Security logs of all hosts, and of the busiest alone, behind the EVTX reader and on the live
 * log, what a batch costs on the wire, and how large state grows. `task bench features`.
 * @module
 */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { zstdCompressSync } from "node:zlib";
import { eventLogs } from "@/agent/event_logs.ts";
import { openLog } from "@/agent/open_log.ts";
import type { EventView } from "@/features/event.ts";
import { FIELD_NAMES, type FieldName, fieldSlot } from "@/features/fields.ts";
import { Featuriser } from "@/features/featuriser.ts";
import { SCHEMA_ID } from "@/features/schema.ts";
import { mix } from "@/features/text.ts";
import { WINDOW_MS, type WindowRow } from "@/features/vector.ts";
import { encodeBatch } from "@/features/wire.ts";
import { nativeFake } from "@/tests/agent/windows/native_fake.ts";
import { type Figure, paired, rate } from "./figure.ts";
import { liveRate } from "./live_rate.ts";

const HOST = "bench";
const ROWS = 256;
/** Times that a timed run goes through the log, so that compiled code is what is measured. */
const ROUNDS = 100;

/** Prints what the featuriser costs. */
export async function* figures(): AsyncGenerator<Figure> {
  const out = Deno.makeTempDirSync({ prefix: "habit-bench-" });
  try {
    await makeEstate(out);
    const logs = securityLogs(out);
    const path = logs[0];
    const events = copies(path);
    const times = await paired(() => rounds(() => featurise(events, drop)), undefined, 5);
    yield rate("featuriser", "events/s", ROUNDS * events.length, times, null);
    const all = logs.map(copies);
    const count = all.reduce((sum, { length }) => sum + length, 0);
    const allTimes = await paired(() => rounds(() => featuriseAll(all), 25), undefined, 5);
    yield rate("featuriser-all-hosts", "events/s", 25 * count, allTimes, null);
    const busy = squeezed(path, 150);
    const busyTimes = await paired(() => rounds(() => featurise(busy, drop)), undefined, 5);
    yield rate("featuriser-busy-host", "events/s", ROUNDS * busy.length, busyTimes, null);
    const both = await paired(() => rounds(() => featurise(views(path), drop)), undefined, 5);
    yield rate("end-to-end", "events/s", ROUNDS * events.length, both, null);
    yield* live();
    yield* wire("", rowsOf(events));
    yield* wire("busy-host-", rowsOf(busy));
    yield attack();
    yield* state();
  } finally {
    Deno.removeSync(out, { recursive: true });
  }
}

/** In a process of its own, so that this one has compiled and allocated nothing but what is timed. */
async function makeEstate(out: string): Promise<void> {
  const size = "--hosts 8 --users 16 --days 10 --seed 6 --attacks none".split(" ");
  const main = new URL("../main.ts", import.meta.url).pathname;
  const { success } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", main, "estate", "--out", out, ...size],
    stdout: "null",
  }).output();
  if (!success) throw new Error("Cannot make the estate: see above");
}

function drop(): void {}

/** The live log, played by a fake in C of 90,000 events an hour; nothing where no C compiler is. */
function* live(): Generator<Figure> {
  using fake = nativeFake();
  if (!fake) return;
  const perSecond = liveRate(fake, 1_000_000, 90_000);
  yield figure("live", Math.round(perSecond), "events/s");
  yield figure("live-core-at-10k-events/s", Number((100 * 10_000 / perSecond).toFixed(1)), "%");
}

function rounds(work: () => void, times = ROUNDS): void {
  for (let i = 0; i < times; i++) work();
}

function featuriseAll(hosts: readonly Iterable<EventView>[]): void {
  for (const events of hosts) featurise(events, drop);
}

/** The Security logs of an estate, the largest first. */
function securityLogs(folder: string): string[] {
  return eventLogs(folder).filter((path) => /security[^/\\]*\.evtx$/i.test(path))
    .map((path) => ({ path, size: Deno.statSync(path).size }))
    .sort((a, b) => b.size - a.size)
    .map(({ path }) => path);
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
  readonly #values: readonly Value[];

  constructor(event: EventView, intern: Intern, places: Places) {
    this.channel = intern(event.channel).text;
    this.provider = intern(event.provider).text;
    this.eventId = event.eventId;
    this.version = event.version;
    this.level = event.level;
    this.recordId = event.recordId;
    this.timeMs = event.timeMs;
    this.computer = intern(event.computer).text;
    this.userSid = intern(event.userSid).text;
    const slots = FIELD_NAMES.map((_, slot) => slot).filter((slot) => event.text(slot) !== "");
    this.#values = slots.map((slot) => intern(event.text(slot), event.number(slot)));
    this.#places = places(slots);
  }

  text(slot: number): string {
    const place = this.#places[slot];
    return place < 0 ? "" : this.#values[place].text;
  }

  number(slot: number): number {
    const place = this.#places[slot];
    return place < 0 ? NaN : this.#values[place].number;
  }
}

/** A value of a field, the same object wherever it has the same text. */
interface Value {
  readonly text: string;
  readonly number: number;
}

type Intern = (text: string, number?: number) => Value;
type Places = (slots: readonly number[]) => Int16Array;

function copies(path: string): Copy[] {
  const values = new Map<string, Value>();
  const intern: Intern = (text, number = NaN) => {
    const key = `${number} ${text}`;
    const value = values.get(key) ?? { text, number };
    values.set(key, value);
    return value;
  };
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

/** Hands over the rows of each closed hour, as an agent does. */
function featurise(events: Iterable<EventView>, take: (rows: readonly WindowRow[]) => void): void {
  const featuriser = new Featuriser({ host: HOST });
  for (const event of events) {
    featuriser.add(event);
    if (featuriser.ready) take(featuriser.drain());
  }
  take(featuriser.finish());
}

function rowsOf(events: Iterable<EventView>): WindowRow[] {
  const all: WindowRow[] = [];
  featurise(events, (rows) => void all.push(...rows));
  return all;
}

function* wire(prefix: string, rows: readonly WindowRow[]): Generator<Figure> {
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
  yield figure(`${prefix}wire-bytes-per-event`, perEvent, "bytes");
  yield figure(`${prefix}wire-bytes-per-vector`, perVector, "bytes");
  yield figure(`${prefix}events-per-window`, window, "events");
}

function figure(name: string, value: number, unit: string): Figure {
  return { case: name, value, unit, peer: null, peerValue: null, ratio: null };
}

/** A hand-made event of the Security log. */
class Made implements EventView {
  readonly channel = "Security";
  readonly provider = "Microsoft-Windows-Security-Auditing";
  readonly version = 2;
  readonly level = 0;
  readonly recordId = -1;
  readonly computer = HOST;
  readonly userSid = "";
  timeMs = Date.UTC(2026, 0, 5);
  readonly texts: string[] = [];

  constructor(readonly eventId: number) {}

  set(field: FieldName, text: string): void {
    this.texts[fieldSlot(field)] = text;
  }

  text(slot: number): string {
    return this.texts[slot] ?? "";
  }

  number(slot: number): number {
    const text = this.texts[slot];
    return text === undefined ? NaN : Number(text);
  }
}

/**
 * What is remembered of a domain controller where 5,000 users log on 20 times an hour, each from any
 * of 1,000 addresses: as saved, and in memory, without and with the hour that is open.
 */
function* state(): Generator<Figure> {
  const [users, hours] = [5_000, 100];
  const event = new Made(4624);
  event.set("LogonType", "3");
  const sids = Array.from({ length: users }, (_, user) => `S-1-5-21-1-2-3-${1_000 + user}`);
  const addresses = Array.from({ length: 1_000 }, (_, i) => `10.0.${i >> 8}.${i & 255}`);
  const before = held();
  const featuriser = new Featuriser({ host: HOST });
  for (let hour = 0; hour < hours; hour++) {
    for (let user = 0; user < users; user++) {
      event.set("TargetUserSid", sids[user]);
      event.set("TargetUserName", `user${user}`);
      for (let time = 0; time < 20; time++) {
        event.set("IpAddress", addresses[mix(hour * 20 + time, user) % 1_000]);
        featuriser.add(event);
      }
    }
    event.timeMs += WINDOW_MS;
    const millions = (hour + 1) * users * 20 / 1e6;
    const tell = [1, 5, 10].includes(millions);
    const open = tell ? held() - before : 0;
    featuriser.finish();
    if (!tell) continue;
    const after = `after-${millions}-million`;
    yield figure(`state-held-${after}`, megabytes(held() - before), "MB");
    yield figure(`state-saved-${after}`, megabytes(featuriser.save().length), "MB");
    yield figure(`with-open-hour-${after}`, megabytes(open), "MB");
  }
}

/** Bytes in use once all garbage is collected. */
function held(): number {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc");
  for (let i = 0; i < 3; i++) collect(); // buffers are freed beside the next one
  const { heapUsed, external } = Deno.memoryUsage();
  return heapUsed + external;
}

function megabytes(bytes: number): number {
  return Number((bytes / 1e6).toFixed(1));
}

/** What an hour holds when a program with a new name starts 1,000,000 times, some names of 64 KB. */
function attack(): Figure {
  const featuriser = new Featuriser({ host: HOST });
  const event = new Made(4688);
  event.set("SubjectUserSid", "S-1-5-21-1-2-3-1104");
  const long = "x".repeat(65_536);
  const before = held();
  for (let i = 0; i < 1_000_000; i++) {
    event.set("NewProcessName", `C:\\${i % 1_000 === 0 ? long : "a"}${i}.exe`);
    event.set("NewProcessId", String(i));
    event.set("ProcessId", String(i >> 1));
    featuriser.add(event);
  }
  const bytes = held() - before;
  featuriser.finish();
  return figure("hour-of-1e6-programs-held", megabytes(bytes), "MB");
}
