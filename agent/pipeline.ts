/**
 * A folder of logs, of one host or of thousands: looked through, read in the order of time, turned
 * into windows, sent. It can be killed at any moment: closed windows and what is remembered are
 * written together, and whatever was open is read again.
 * @module
 */
import type { DatabaseSync } from "node:sqlite";
import { type Featuriser, LATENESS_MS } from "@/features/featuriser.ts";
import { groupByHost, listFiles, type LogFile, type Refused } from "./catalogue.ts";
import { type KnownFile, lookAt, markDone } from "./files.ts";
import { Governor, type Limits, NO_LIMITS } from "./governor.ts";
import { addCounts, type EventCounts, Hosts, noCounts, type Scorer } from "./hosts.ts";
import { MergedCursor } from "./merge.ts";
import { openLog } from "./open_log.ts";
import { type EstateKeys, Masker } from "./pseudonym.ts";
import { type Authorise, byToken } from "./request.ts";
import { pause, Shipper } from "./ship.ts";
import { Spool, SPOOL_BYTES, type SpoolReport } from "./spool.ts";
import { openStore } from "./store.ts";

const DAY_MS = 86_400_000;
/** Rows are written at least this often. */
const COMMIT_MS = 1_000;

/** How far a run is. */
export interface FolderProgress {
  /** `look` for hosts and times, `read` events, `ship` what waits. */
  readonly phase: "look" | "read" | "ship";
  /** Files done and in all. */
  readonly files: number;
  /** See `files`. */
  readonly filesTotal: number;
  /** Bytes of the files done and in all. */
  readonly bytes: number;
  /** See `bytes`. */
  readonly bytesTotal: number;
  /** Events read so far. */
  readonly events: number;
  /** Rows made so far. */
  readonly windows: number;
  /** Rows that the server has acknowledged. */
  readonly acknowledged: number;
}

/** What to read and where to send it. */
export interface FolderOptions {
  /** Folder of logs, read recursively. */
  readonly folder: string;
  /** Folder of the agent's state. */
  readonly stateFolder: string;
  /** Address of the server; undefined spools without sending. */
  readonly server: string | undefined;
  /** How requests prove who sends them: a bearer token, or a signature. */
  readonly token: string | Authorise;
  /** Keys of the estate, from enrolment. */
  readonly keys: EstateKeys;
  /** Ends the run early: what was read stays in the state. */
  readonly signal?: AbortSignal;
  /** Told how far the run is, some times a second. */
  readonly onProgress?: (progress: FolderProgress) => void;
  /** How late an event may come after its hour, milliseconds. */
  readonly latenessMs?: number;
  /** Bytes that may wait to be sent. */
  readonly spoolBytes?: number;
  /** What the run may use; by default all there is. */
  readonly limits?: Limits;
  /** Judges rows on the endpoint. */
  readonly scorer?: Scorer;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  /** In [0, 1): spreads retries. */
  readonly random?: () => number;
  /**
   * Closes every hour at the end (the default), as for a folder that is complete. Otherwise hours
   * whose lateness is not over are left open for the next run, as for a collector's folder.
   */
  readonly complete?: boolean;
}

/** What a run came to. */
export interface FolderSummary extends EventCounts {
  /** Logs found. */
  files: number;
  /** Files that are no logs, and why. */
  refused: Refused[];
  /** Computers in the logs. */
  hosts: number;
  /** Rows acknowledged in this run. */
  acknowledged: number;
  /** What waits, and what was dropped as the spool was full, since the state was made. */
  spool: SpoolReport;
  /** Records that could not be read, by reason. */
  skipped: Map<string, number>;
}

/** One run over a folder: its parts, and what it came to so far. */
class FolderRun {
  readonly #options: FolderOptions;
  readonly #store: DatabaseSync;
  readonly #spool: Spool;
  readonly #shipper: Shipper | undefined;
  readonly #signal: AbortSignal;
  readonly #masker: Masker;
  readonly #governor: Governor;
  readonly #now: () => number;
  readonly #limit: number;
  readonly #done = { files: 0, bytes: 0, events: 0 };
  readonly summary: FolderSummary = {
    ...noCounts(),
    files: 0,
    refused: [],
    hosts: 0,
    acknowledged: 0,
    spool: { rows: 0, bytes: 0, dropped: 0, oldestMs: undefined },
    skipped: new Map(),
  };
  #phase: FolderProgress["phase"] = "look";
  #total = { files: 0, bytes: 0 };
  #openWindows = 0;

  constructor(options: FolderOptions, store: DatabaseSync) {
    this.#options = options;
    this.#store = store;
    this.#signal = options.signal ?? new AbortController().signal;
    this.#masker = new Masker(options.keys);
    this.#governor = new Governor(options.limits ?? NO_LIMITS);
    this.#now = options.now ?? Date.now;
    this.#limit = options.spoolBytes ?? SPOOL_BYTES;
    this.#spool = new Spool(store, this.#limit);
    const { server, token } = options;
    this.#shipper = server === undefined ? undefined : new Shipper(this.#spool, {
      server,
      authorise: typeof token === "string" ? byToken(token) : token,
      random: options.random ?? Math.random,
      onAcknowledged: (rows) => this.summary.acknowledged += rows,
    });
  }

  async run(): Promise<void> {
    const known = await this.#look();
    this.#phase = "read";
    const undone = new Set(known.filter(({ done }) => !done).map(({ file }) => file));
    for (const group of groupByHost(known.map(({ file }) => file))) {
      if (this.#signal.aborted) break;
      if (group.some((file) => undone.has(file))) await this.#read(group);
      this.#count(group);
    }
    this.#phase = "ship";
    while (!this.#signal.aborted && this.#shipper && this.#spool.length > 0) {
      this.#shipper.start(this.#signal);
      await pause(20, this.#signal);
      this.#shipper.check();
    }
    await this.settle();
    this.#shipper?.check();
    this.summary.spool = this.#spool.report();
  }

  /** Finds the logs, and of new or changed ones their hosts and times. */
  async #look(): Promise<KnownFile[]> {
    const stamps = listFiles(this.#options.folder);
    this.#total = { files: stamps.length, bytes: sum(stamps.map(({ size }) => size)) };
    const known: KnownFile[] = [];
    this.#governor.begin();
    for (const stamp of stamps) {
      const found = lookAt(this.#store, stamp);
      if ("reason" in found) this.summary.refused.push(found);
      else known.push(found);
      this.#done.files++;
      this.#done.bytes += stamp.size;
      if (!this.#governor.over) continue;
      await this.#turn();
      if (this.#signal.aborted) return [];
    }
    Object.assign(this.#done, { files: 0, bytes: 0 });
    const logs = known.map(({ file }) => file);
    this.#total = { files: known.length, bytes: sum(logs.map(({ size }) => size)) };
    this.summary.files = known.length;
    this.summary.hosts = new Set(logs.flatMap(({ hosts }) => hosts)).size;
    return known;
  }

  /** Reads the files of hosts that belong together. */
  async #read(group: readonly LogFile[]): Promise<void> {
    const latestMs = this.#now() + DAY_MS;
    const { complete = true, latenessMs = LATENESS_MS } = this.#options;
    // Files that are whole may have the newest first: what they hold is not late by their order.
    const backMs = complete ? Math.max(...group.map(({ backMs }) => backMs)) : 0;
    const hosts = new Hosts(
      {
        store: this.#store,
        spool: this.#spool,
        masker: this.#masker,
        latenessMs: Math.max(latenessMs, backMs),
        latestMs: () => latestMs,
        scorer: this.#options.scorer,
      },
    );
    const names = new Set(group.flatMap((file) => file.hosts));
    const fromMs = hosts.closedUntilMs(names);
    const due = group.filter(({ lastMs }) => lastMs >= fromMs);
    using cursor = new MergedCursor(
      due.map(({ path, firstMs }) => ({ firstMs, open: () => openLog(path) })),
      latestMs,
    );
    const ended = await this.#feed(cursor, hosts);
    if (ended) this.#close(hosts, names, group);
    this.#openWindows = 0;
    addCounts(this.summary, hosts.counts());
    for (const [reason, count] of cursor.report.skipped) {
      this.summary.skipped.set(reason, (this.summary.skipped.get(reason) ?? 0) + count);
    }
  }

  /** Feeds events until the source ends; false where the signal ended it. */
  async #feed(cursor: MergedCursor, hosts: Hosts): Promise<boolean> {
    const drain = (featuriser: Featuriser) => featuriser.ready ? featuriser.drain() : [];
    let commitAt = performance.now() + COMMIT_MS;
    this.#governor.begin();
    for (;;) {
      const event = cursor.next();
      if (!event) return true;
      hosts.add(event);
      this.#done.events++;
      if (!this.#governor.spend()) continue;
      if (performance.now() >= commitAt && hosts.ready()) {
        this.#openWindows += hosts.commit(drain);
        commitAt = performance.now() + COMMIT_MS;
      }
      await this.#turn();
      if (this.#signal.aborted) return false;
    }
  }

  /** Closes what the end of a group's files closes. */
  #close(hosts: Hosts, names: ReadonlySet<string>, group: readonly LogFile[]): void {
    const { complete = true } = this.#options;
    hosts.commit(
      (featuriser) => complete ? featuriser.finish() : featuriser.drain(),
      () => {
        const untilMs = hosts.closedUntilMs(names);
        markDone(this.#store, group.filter(({ lastMs }) => complete || lastMs < untilMs));
      },
    );
  }

  /** Ends a turn: lets the sending go on, waits for it where the spool is half full, begins anew. */
  async #turn(): Promise<void> {
    this.#tell();
    this.#shipper?.start(this.#signal);
    await pause(this.#governor.pauseMs(), this.#signal);
    this.#shipper?.check();
    while (this.#shipper && !this.#signal.aborted && this.#spool.bytes > this.#limit / 2) {
      await pause(20, this.#signal);
      this.#shipper.check();
      this.#tell();
      this.#shipper.start(this.#signal);
    }
    this.#governor.begin();
  }

  #count(group: readonly LogFile[]): void {
    this.#done.files += group.length;
    this.#done.bytes += sum(group.map(({ size }) => size));
    this.#tell();
  }

  #tell(): void {
    this.#options.onProgress?.({
      phase: this.#phase,
      ...this.#done,
      filesTotal: this.#total.files,
      bytesTotal: this.#total.bytes,
      windows: this.summary.windows + this.#openWindows,
      acknowledged: this.summary.acknowledged,
    });
  }

  /** Waits until nothing is being sent, so that the store can be closed. */
  async settle(): Promise<void> {
    await this.#shipper?.settle();
  }
}

/**
 * Reads the logs of a folder and sends their windows; returns when all are acknowledged or the
 * signal aborts. Throws `RefusedError` where the server will never take the rows, `StateError`
 * where the state cannot be used, and `Deno.errors.NotFound` where there is no folder.
 */
export async function runFolder(options: FolderOptions): Promise<FolderSummary> {
  using store = openStore(options.stateFolder);
  const stop = new AbortController();
  const signal = AbortSignal.any([stop.signal, ...(options.signal ? [options.signal] : [])]);
  const run = new FolderRun({ ...options, signal }, store);
  try {
    await run.run();
    return run.summary;
  } finally {
    stop.abort();
    await run.settle();
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
