/**
 * Reading .evtx beside `evtx_dump` (crate evtx), which compiles templates too. Of the peer we time
 * the whole process, every field of every event as JSON to nowhere; of ours the fields that the
 * featuriser asks for, and for `json-like-for-like` the same JSON.
 * @module
 */
import { chunkCount, memorySource } from "@/agent/evtx/chunks.ts";
import { evtxCursor } from "@/agent/evtx/cursor.ts";
import { openLog } from "@/agent/open_log.ts";
import type { EventView } from "@/features/event.ts";
import { Featuriser } from "@/features/featuriser.ts";
import { FIELD_NAMES } from "@/features/fields.ts";
import { readBytes, type Wanted } from "./evtx_worker.ts";
import { type Figure, median, paired, rate, timeMs } from "./figure.ts";

const PEER = "evtx_dump 0.15.1 -t1 -o jsonl (every field)";
const INSTALL = "cargo install evtx --version 0.15.1";
const PASSES = 5;
const CHUNK = 65_536;
const HEADER = 4_096;
const WORKER = new URL("./evtx_worker.ts", import.meta.url);
const MAIN = new URL("../main.ts", import.meta.url).pathname;

/** All cases; a first flag of megabytes makes the logs smaller than 330 and 1,050, a second names one. */
export async function* figures([flag, only]: readonly string[]): AsyncGenerator<Figure> {
  const samples = sampleFiles();
  if (samples.length === 0) {
    console.error("skipped: needs real logs in ../shared/data/evtx");
    return;
  }
  const megabytes = Number(flag) || 330;
  const folder = Deno.makeTempDirSync();
  try {
    const peer = hasPeer();
    if (!peer) console.error(`evtx_dump is not installed: ${INSTALL}`);
    const wanted = (name: string) => only === undefined || only === name;
    const security = makeLog(`${folder}/security.evtx`, samples, megabytes, isSecurity);
    if (wanted("fields-in-process")) yield await inProcess("fields-in-process", security, peer);
    if (wanted("mixed-corpus")) {
      const mixed = makeLog(`${folder}/mixed.evtx`, samples, megabytes, () => true);
      yield await inProcess("mixed-corpus", mixed, peer);
    }
    if (wanted("json-like-for-like")) yield await likeForLike(security, peer);
    const large = makeLog(`${folder}/large.evtx`, samples, megabytes * 3.2, isSecurity);
    if (wanted("fields-whole-process")) yield* wholeProcess(large, folder, peer);
    if (wanted("two-workers")) yield await twoWorkers(large);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

function sampleFiles(): string[] {
  const folder = new URL("../../shared/data/evtx/", import.meta.url);
  try {
    return [...Deno.readDirSync(folder)].map(({ name }) => new URL(name, folder).pathname).sort();
  } catch {
    return [];
  }
}

function hasPeer(): boolean {
  try {
    return new Deno.Command("evtx_dump", { args: ["--version"] }).outputSync().success;
  } catch {
    return false;
  }
}

/** Only events of the Security channel. */
function isSecurity(path: string): boolean {
  using cursor = openLog(path);
  const channels = new Set<string>();
  for (let event = cursor.next(); event; event = cursor.next()) channels.add(event.channel);
  return channels.size === 1 && channels.has("Security");
}

/** Real chunks that are mostly full, again and again up to a size. */
function makeLog(
  path: string,
  samples: readonly string[],
  megabytes: number,
  wanted: (path: string) => boolean,
): string {
  const chunks: Uint8Array[] = [];
  let header = new Uint8Array(HEADER);
  for (const sample of samples.filter(wanted)) {
    const bytes = Deno.readFileSync(sample);
    header = bytes.slice(0, HEADER);
    const view = new DataView(bytes.buffer);
    for (let at = HEADER; at + CHUNK <= bytes.length; at += CHUNK) {
      const isChunk = view.getUint32(at, true) === 0x43666c45;
      if (isChunk && view.getUint32(at + 48, true) > CHUNK / 2) {
        chunks.push(bytes.subarray(at, at + CHUNK));
      }
    }
  }
  using file = Deno.openSync(path, { write: true, create: true });
  file.writeSync(header);
  for (let i = 0; i * CHUNK < megabytes * 1e6; i++) file.writeSync(chunks[i % chunks.length]);
  return path;
}

/** The fields that the featuriser asks of each kind of event, found by letting it read the log. */
function wantedFields(bytes: Uint8Array): Wanted {
  const wanted: Record<string, Record<number, Set<number>>> = {};
  const featuriser = new Featuriser({ host: "bench" });
  using cursor = evtxCursor(memorySource(bytes.subarray(0, HEADER + 1_000 * CHUNK)));
  for (let event = cursor.next(); event; event = cursor.next()) {
    const slots = (wanted[event.channel] ??= {})[event.eventId] ??= new Set();
    featuriser.add(asked(event, slots));
  }
  const entries = Object.entries(wanted).map(([channel, ids]) => {
    return [channel, Object.fromEntries(Object.entries(ids).map(([id, set]) => [id, [...set]]))];
  });
  return Object.fromEntries(entries);
}

/** The event, noting which fields are asked for. */
function asked(event: EventView, slots: Set<number>): EventView {
  return new Proxy(event, {
    get(target, name) {
      const value = Reflect.get(target, name, target);
      if (typeof value !== "function") return value;
      return (slot: number) => {
        slots.add(slot);
        return value.call(target, slot);
      };
    },
  });
}

async function inProcess(name: string, path: string, peer: boolean): Promise<Figure> {
  const bytes = Deno.readFileSync(path);
  const wanted = wantedFields(bytes);
  const kinds = Object.values(wanted).flatMap((ids) => Object.values(ids));
  const slots = new Set(kinds.flat());
  console.error(
    `${name}: ${kinds.length} kinds of event, ${slots.size} of ${FIELD_NAMES.length} fields asked for`,
  );
  const { records } = readBytes(bytes, wanted);
  // Several times over, as the first reading after a peer's meets cold caches.
  const times = await paired(() => {
    for (let i = 0; i < PASSES; i++) readBytes(bytes, wanted);
  }, peer ? () => dump(path) : undefined);
  return rate(name, "records/s", records, { ...times, oursMs: times.oursMs / PASSES }, PEER);
}

function dump(path: string): void {
  const args = ["-t", "1", "-o", "jsonl", path];
  const { success } = new Deno.Command("evtx_dump", { args, stdout: "null", stderr: "null" })
    .outputSync();
  if (!success) throw new Error(`evtx_dump failed on ${path}`);
}

async function likeForLike(path: string, peer: boolean): Promise<Figure> {
  const args = ["run", "-A", MAIN, "events", "--json", path];
  const ours = () => {
    new Deno.Command(Deno.execPath(), { args, stdout: "null", stderr: "null" }).outputSync();
  };
  const { records } = readBytes(Deno.readFileSync(path), {});
  const times = await paired(ours, peer ? () => dump(path) : undefined, 5);
  return rate("json-like-for-like", "records/s", records, times, PEER);
}

async function* wholeProcess(path: string, folder: string, peer: boolean): AsyncGenerator<Figure> {
  const wanted = `${folder}/wanted.json`;
  using file = Deno.openSync(path);
  const bytes = new Uint8Array(HEADER + 1_000 * CHUNK);
  file.readSync(bytes);
  Deno.writeTextFileSync(wanted, JSON.stringify(wantedFields(bytes)));
  const args = ["run", "--allow-read", WORKER.pathname, path, wanted];
  const run = () => new Deno.Command(Deno.execPath(), { args, stderr: "inherit" }).outputSync();
  const { records, bytes: peak } = JSON.parse(new TextDecoder().decode(run().stdout));
  const times = await paired(run, peer ? () => dump(path) : undefined, 5);
  yield rate("fields-whole-process", "records/s", records, times, PEER);
  const megabytes = Math.round(peak / 1e5) / 10;
  yield { case: "rss", value: megabytes, unit: "MB", peer: null, peerValue: null, ratio: null };
}

/** Two Workers on halves of a log, in turns with one on all of it. */
async function twoWorkers(path: string): Promise<Figure> {
  const bytes = Deno.readFileSync(path);
  const wanted = wantedFields(bytes);
  const { records } = readBytes(bytes, wanted);
  const chunks = chunkCount(memorySource(bytes));
  const workers = [0, 1].map(() => new Worker(WORKER, { type: "module" }));
  const read = (worker: Worker, from: number, to: number) =>
    new Promise<void>((resolve, reject) => {
      worker.onmessage = () => resolve();
      worker.onerror = reject;
      worker.postMessage({ path, from, to, wanted });
    });
  const half = chunks >> 1;
  const two: number[] = [];
  const one: number[] = [];
  for (let i = 0; i < 6; i++) {
    const both = await timeMs(() =>
      Promise.all([read(workers[0], 0, half), read(workers[1], half, chunks)])
    );
    const single = await timeMs(() => read(workers[0], 0, chunks));
    if (i > 0) {
      two.push(both);
      one.push(single);
    }
  }
  for (const worker of workers) worker.terminate();
  const times = { oursMs: median(two), peerMs: median(one) };
  return rate("two-workers", "records/s", records, times, "one worker");
}

// `deno run -A bench/evtx.ts LOG MEGABYTES` makes the log and LOG.json, what is wanted of it, for
// timing by other tools: docs/reading-logs.md says how.
if (import.meta.main) {
  const [path, megabytes] = Deno.args;
  makeLog(path, sampleFiles(), Number(megabytes), isSecurity);
  Deno.writeTextFileSync(`${path}.json`, JSON.stringify(wantedFields(Deno.readFileSync(path))));
}
