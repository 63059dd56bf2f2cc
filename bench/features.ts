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
import type { WindowRow } from "@/features/vector.ts";
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
    const events = [...copies(path)];
    const times = await paired(() => rounds(() => featurise(events)), undefined, 5);
    yield rate("featuriser", "events/s", ROUNDS * events.length, times, null);
    const busy = squeezed(events, 100);
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

/** Events with their text made, so that only the featuriser is timed. */
function* copies(path: string): Generator<EventView> {
  for (const event of views(path)) {
    const texts = FIELD_NAMES.map((_, slot) => event.text(slot));
    const numbers = FIELD_NAMES.map((_, slot) => event.number(slot));
    const { channel, provider, eventId, version, level, recordId } = event;
    const { timeMs, computer, userSid } = event;
    yield {
      ...{ channel, provider, eventId, version, level, recordId, timeMs, computer, userSid },
      text: (slot) => texts[slot],
      number: (slot) => numbers[slot],
    };
  }
}

/** The same events as on a host that is `factor` times as busy, for windows with more events. */
function squeezed(events: readonly EventView[], factor: number): EventView[] {
  const startMs = Math.floor(events[0].timeMs / 3_600_000) * 3_600_000;
  return events.map((event) => ({
    ...event,
    timeMs: startMs + Math.floor((event.timeMs - startMs) / factor),
  }));
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
