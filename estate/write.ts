/**
 * Writes an estate as folders of `.evtx` files, one folder a host, and `truth.json` beside them.
 * @module
 */
import { join } from "node:path";
import { CHANNELS } from "./definitions.ts";
import { EvtxWriter, type LogSink } from "./evtx_writer.ts";
import { type EstateOptions, type Play, prepare } from "./generate.ts";
import type { Host } from "./model.ts";
import { beginTruth, noteTruth, type Truth } from "./truth.ts";

/** What {@link generateEstate} takes. */
export interface WriteOptions extends EstateOptions {
  /** Folder that the estate is written into; made where it is not there. */
  readonly out: string;
  /** Told after every day. */
  readonly onProgress?: (progress: WriteProgress) => void;
  /** Ends the writing between two days. */
  readonly signal?: AbortSignal;
}

/** How far it is. */
export interface WriteProgress {
  /** Days played. */
  readonly day: number;
  /** Days in all. */
  readonly days: number;
  /** Events written so far. */
  readonly events: number;
}

/** What was written. */
export interface WrittenEstate {
  /** What was hidden; the content of `truth.json`. */
  readonly truth: Truth;
  /** Events in all. */
  readonly events: number;
  /** Bytes of all logs. */
  readonly bytes: number;
  /** Folder. */
  readonly out: string;
}

const FILES: Readonly<Record<string, string>> = {
  [CHANNELS.security]: "Security",
  [CHANNELS.system]: "System",
  [CHANNELS.sysmon]: "Sysmon",
  [CHANNELS.powershell]: "PowerShell",
  [CHANNELS.classicPowershell]: "PowerShell",
};

/** Appends or overwrites parts of a file, opening it for each: an estate has over a thousand. */
class FileSink implements LogSink {
  readonly path: string;
  bytes = 0;

  constructor(path: string) {
    this.path = path;
    Deno.writeFileSync(path, new Uint8Array(0));
  }

  write(offset: number, bytes: Uint8Array): void {
    using file = Deno.openSync(this.path, { write: true });
    file.seekSync(offset, Deno.SeekMode.Start);
    for (let at = 0; at < bytes.length;) at += file.writeSync(bytes.subarray(at));
    this.bytes = Math.max(this.bytes, offset + bytes.length);
  }
}

interface OpenLog {
  readonly writer: EvtxWriter;
  readonly sink: FileSink;
}

/** The logs of all hosts, opened at their first event. */
class Logs {
  readonly #out: string;
  readonly #open = new Map<string, OpenLog>();

  constructor(out: string) {
    this.#out = out;
  }

  of(host: Host, channel: string): EvtxWriter {
    const file = FILES[channel] ?? "Operational";
    const key = `${host.name}/${file}`;
    let log = this.#open.get(key);
    if (!log) {
      const folder = join(this.#out, host.name);
      Deno.mkdirSync(folder, { recursive: true });
      const sink = new FileSink(join(folder, `${file}.evtx`));
      const writer = new EvtxWriter(sink, {
        computer: host.fqdn,
        maxBytes: file === "Security" ? host.maxLogBytes ?? undefined : undefined,
        firstRecordId: 1 + host.index * 977,
      });
      this.#open.set(key, log = { writer, sink });
    }
    return log.writer;
  }

  /** Closes all logs; gives back their bytes. */
  close(): number {
    let bytes = 0;
    for (const { writer, sink } of this.#open.values()) {
      writer.close();
      bytes += sink.bytes;
    }
    return bytes;
  }

  /** EventRecordID of the oldest event that is left in a host's Security log. */
  oldest(hostName: string): number {
    return this.#open.get(`${hostName}/Security`)?.writer.oldestRecordId ?? 0;
  }
}

/**
 * Plays an estate and writes it. Same options, same bytes. Throws an `Error` where the folder holds
 * something already, so that nothing is overwritten.
 */
export async function generateEstate(options: WriteOptions): Promise<WrittenEstate> {
  const { out, onProgress, signal } = options;
  Deno.mkdirSync(out, { recursive: true });
  if ([...Deno.readDirSync(out)].length > 0) {
    throw new Error(`Cannot write an estate to ${out}: the folder is not empty; name a new one`);
  }
  const play = prepare(options);
  const truth = beginTruth(play);
  const logs = new Logs(out);
  let events = 0;
  for (const { day, events: due } of play.days()) {
    for (const event of due) {
      const recordId = logs.of(event.host, event.definition.channel).write(event);
      noteTruth(truth, event, recordId);
      events++;
    }
    onProgress?.({ day: day + 1, days: play.calendar.days, events });
    await new Promise((resolve) => setTimeout(resolve)); // lets signals and progress through
    signal?.throwIfAborted();
  }
  const bytes = logs.close();
  markOverwritten(truth, play, logs);
  Deno.writeTextFileSync(join(out, "truth.json"), JSON.stringify(truth, null, 1));
  return { truth, events, bytes, out };
}

function markOverwritten(truth: Truth, play: Play, logs: Logs): void {
  const small = new Map(
    play.estate.hosts.filter((host) => host.maxLogBytes !== null)
      .map((host) => [host.fqdn, logs.oldest(host.name)]),
  );
  truth.events.forEach((event, i) => {
    const oldest = small.get(event.host);
    if (oldest === undefined || event.channel !== CHANNELS.security) return;
    if (event.recordId < oldest) truth.events[i] = { ...event, overwritten: true };
  });
}
