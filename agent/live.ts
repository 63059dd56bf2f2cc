/**
 * Reads a live log for as long as the host runs. What closes is written together with where each
 * channel must begin again, so that a power cut at any moment neither loses nor doubles an event.
 * @module
 */
import type { DatabaseSync } from "node:sqlite";
import { getLogger } from "@logtape/logtape";
import type { EventView } from "@/features/event.ts";
import { Governor, type Limits } from "./governor.ts";
import { Hosts, type Scorer } from "./hosts.ts";
import { type EstateKeys, Masker } from "./pseudonym.ts";
import type { Authorise } from "./request.ts";
import { pause, RefusedError, Shipper } from "./ship.ts";
import { Spool } from "./spool.ts";
import { type Health, writeHealth } from "./status.ts";
import { openStore } from "./store.ts";

const log = getLogger(["habit", "agent"]);

const HEALTH_MS = 60_000;
const DAY_MS = 86_400_000;
/** Pause between batches when catching up after an absence, milliseconds. */
const PACE_MS = 200;
/** Pause after a refusal. */
const REFUSED_MS = 10 * 60_000;

/** A log that goes on: the Windows event log, or a fake of it. */
export interface LiveSource extends Disposable {
  /** The earliest event that is there, undefined where there is none for now. */
  next(): EventView | undefined;
  /** Called between turns of reading. */
  look(): void;
  /** Waits for more. */
  wait(): Promise<void>;
  /** Where each channel must begin again for the hours from `openFromMs` on. */
  positions(openFromMs: number): ReadonlyMap<string, string>;
  /** How each channel fares. */
  status(): readonly object[];
}

/** What the agent of a host is made of. */
export interface LiveOptions {
  /** Opens the log after its saved positions. */
  readonly open: (positions: ReadonlyMap<string, string>) => LiveSource;
  /** Folder of the agent's state. */
  readonly stateFolder: string;
  /** Address of the server. */
  readonly server: string;
  /** How requests prove who sends them. */
  readonly authorise: Authorise;
  /** Keys of the estate. */
  readonly keys: EstateKeys;
  /** Ends the run. */
  readonly signal: AbortSignal;
  /** The host's offset from UTC at a time, minutes. */
  readonly offsetMinutes: (timeMs: number) => number;
  /** Audited channels of a host by its policy, from those that wrote of late. */
  readonly audited?: (host: string, seen: number) => number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** In [0, 1): spreads retries. */
  readonly random: () => number;
  /** How late an event may come after its hour, milliseconds. */
  readonly latenessMs?: number;
  /** Bytes that may wait to be sent. */
  readonly spoolBytes?: number;
  /** What the agent may use. */
  readonly limits?: Limits;
  /** Judges rows on the endpoint. */
  readonly scorer?: Scorer;
  /** Told once a minute how the agent fares. */
  readonly onHealth?: (health: Health) => void;
}

/** V8's collector, where deno.exe was started with it (agent/windows/install.ts). */
const collectGarbage = (globalThis as { gc?: () => void }).gc;

class LiveRun {
  readonly #options: LiveOptions;
  readonly #store: DatabaseSync;
  readonly #spool: Spool;
  readonly #shipper: Shipper;
  readonly #hosts: Hosts;
  readonly #governor: Governor;
  #acknowledgedMs: number | undefined;
  #healthMs = -Infinity;
  #problem: string | undefined;
  #refusedUntilMs = -Infinity;

  constructor(options: LiveOptions, store: DatabaseSync) {
    const { now, random, server, authorise } = options;
    this.#options = options;
    this.#store = store;
    this.#governor = new Governor(options.limits);
    this.#spool = new Spool(store, options.spoolBytes);
    this.#shipper = new Shipper(this.#spool, {
      server,
      authorise,
      random,
      paceMs: PACE_MS,
      onAcknowledged: () => {
        this.#acknowledgedMs = now();
        this.#problem = undefined;
      },
    });
    this.#hosts = new Hosts({
      store,
      spool: this.#spool,
      masker: new Masker(options.keys),
      latenessMs: options.latenessMs,
      latestMs: () => now() + DAY_MS,
      offsetMinutes: options.offsetMinutes,
      audited: options.audited,
      scorer: options.scorer,
    });
  }

  async run(): Promise<void> {
    const { signal, open } = this.#options;
    using source = open(this.#positions());
    try {
      while (!signal.aborted) {
        this.#governor.begin();
        const drained = this.#read(source);
        this.#commit(source, drained);
        this.#ship();
        this.#tell(source);
        if (drained) await source.wait();
        else {
          await pause(this.#governor.pauseMs(), signal);
          source.look();
        }
      }
    } finally {
      this.#save(source);
      this.#writeHealth(source);
      await this.#shipper.settle();
    }
  }

  /** Sends what waits. A refusal needs a person, but must not end the reading: spool and try later. */
  #ship(): void {
    try {
      this.#shipper.check();
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error;
      log.error(error.message);
      this.#problem = error.message;
      this.#refusedUntilMs = this.#options.now() + REFUSED_MS;
    }
    if (this.#options.now() >= this.#refusedUntilMs) this.#shipper.start(this.#options.signal);
  }

  #positions(): Map<string, string> {
    const rows = this.#store.prepare("select channel, bookmark from position").all();
    return new Map(rows.map(({ channel, bookmark }) => [channel as string, bookmark as string]));
  }

  /** Reads for one turn; true where nothing is left for now. */
  #read(source: LiveSource): boolean {
    for (;;) {
      const event = source.next();
      if (!event) return true;
      this.#hosts.add(event);
      if (this.#governor.spend()) return false;
    }
  }

  /** Closes what can be closed: by the clock only when nothing waits to be read. */
  #commit(source: LiveSource, drained: boolean): void {
    const nowMs = drained ? this.#options.now() : -Infinity;
    if (!this.#hosts.ready(nowMs)) return;
    this.#hosts.commit((featuriser) => featuriser.drain(nowMs), () => this.#save(source));
    collectGarbage?.(); // what an hour took is done with, and nobody waits
  }

  #save(source: LiveSource): void {
    const save = this.#store.prepare(
      "insert into position (channel, bookmark) values (?, ?) on conflict (channel) do update set bookmark = excluded.bookmark",
    );
    for (const [channel, bookmark] of source.positions(this.#hosts.oldestOpenMs)) {
      save.run(channel, bookmark);
    }
  }

  #tell(source: LiveSource): void {
    if (this.#options.now() - this.#healthMs < HEALTH_MS) return;
    this.#healthMs = this.#options.now();
    this.#writeHealth(source);
    this.#governor.checkMemory();
  }

  #writeHealth(source: LiveSource): void {
    const health: Health = {
      atMs: this.#options.now(),
      counts: this.#hosts.counts(),
      spool: this.#spool.report(),
      acknowledgedMs: this.#acknowledgedMs,
      problem: this.#problem,
      failures: this.#shipper.attempt,
      memoryBytes: Deno.memoryUsage().rss,
      channels: source.status(),
    };
    const { counts, spool, memoryBytes, failures } = health;
    log.info("Agent is well.", {
      events: counts.events,
      windows: counts.windows,
      waiting: spool.rows,
      dropped: spool.dropped,
      memoryBytes,
      failures,
    });
    writeHealth(this.#options.stateFolder, health);
    this.#options.onHealth?.(health);
  }
}

/**
 * Reads and sends until the signal aborts. Throws `MemoryLimitError` where the agent outgrew its
 * limit; the state is written before.
 */
export async function runLive(options: LiveOptions): Promise<void> {
  using store = openStore(options.stateFolder);
  const stop = new AbortController();
  const signal = AbortSignal.any([stop.signal, options.signal]);
  const run = new LiveRun({ ...options, signal }, store);
  try {
    await run.run();
  } finally {
    stop.abort();
  }
}
