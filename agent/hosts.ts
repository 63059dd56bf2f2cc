/**
 * The featurisers of the hosts that one stream of events speaks of, and the one place where what
 * they closed, what they remember and how far the source was read are written, all together.
 * @module
 */
import type { DatabaseSync } from "node:sqlite";
import { getLogger } from "@logtape/logtape";
import type { EventView } from "@/features/event.ts";
import { Featuriser, LATENESS_MS } from "@/features/featuriser.ts";
import { WINDOW_MS, type WindowRow } from "@/features/vector.ts";
import type { Masker } from "./pseudonym.ts";
import type { Spool } from "./spool.ts";
import { transact } from "./store.ts";

const log = getLogger(["habit", "agent"]);
/** Before the host's name in the store; no computer's name has a colon. */
const SET_ASIDE = "set aside:";
/** Computers of one stream: a collector has thousands, a hostile log a name an event. */
export const MAX_HOSTS = 16_384;
/** Longest name of a computer: DNS' bound. */
export const MAX_NAME = 255;

/** Judges rows as they close, before they are sent. */
export interface Scorer {
  /** For each row, whether it is an alert that should be sent first. */
  urgent(rows: readonly WindowRow[]): boolean[];
}

/** What the hosts are fed into. */
export interface HostsOptions {
  /** Where everything is written. */
  readonly store: DatabaseSync;
  /** Where rows wait to be sent. */
  readonly spool: Spool;
  /** Turns users into their travelling form. */
  readonly masker: Masker;
  /** How late an event may come, milliseconds. */
  readonly latenessMs?: number;
  /** Events after this have an impossible time, milliseconds since 1970. */
  readonly latestMs: () => number;
  /** The local offset from UTC, minutes; only the agent of one host knows it. */
  readonly offsetMinutes?: (timeMs: number) => number;
  /** Audited channels of a host by its policy, from those that wrote of late; see `CloseOptions`. */
  readonly audited?: (host: string, seen: number) => number;
  /** Judges rows on the endpoint. */
  readonly scorer?: Scorer;
}

/** What became of the events. */
export interface EventCounts {
  /** Counted into windows. */
  events: number;
  /** Before the hours that an earlier run closed: not counted again. */
  before: number;
  /** Came after their hour was closed. */
  late: number;
  /** Had a record id that was there already. */
  duplicates: number;
  /** Had no time or an impossible one. */
  impossibleTime: number;
  /** Named no computer, or one more than are kept apart. */
  nameless: number;
  /** Fields that were not what they should be. */
  badFields: number;
  /** Of a version that nothing at hand documents. */
  unknownVersions: number;
  /** Times that a clock was set by more than five minutes. */
  clockSteps: number;
  /** Hours with more accounts or items than are kept: some of their numbers are estimates. */
  estimatedHours: number;
  /** Hosts whose memory could not be read and was made anew. */
  setAside: number;
  /** Rows made. */
  windows: number;
}

/** Counts of nothing. */
export function noCounts(): EventCounts {
  return {
    events: 0,
    before: 0,
    late: 0,
    duplicates: 0,
    impossibleTime: 0,
    nameless: 0,
    badFields: 0,
    unknownVersions: 0,
    clockSteps: 0,
    estimatedHours: 0,
    setAside: 0,
    windows: 0,
  };
}

/** Adds counts to others. */
export function addCounts(into: EventCounts, counts: EventCounts): void {
  for (const key of Object.keys(noCounts()) as (keyof EventCounts)[]) into[key] += counts[key];
}

interface Host {
  readonly featuriser: Featuriser;
  /** Events before this were counted by an earlier run. */
  readonly resumeMs: number;
}

/** Featurisers by computer, fed in one order of time. */
export class Hosts {
  readonly #options: HostsOptions;
  readonly #hosts = new Map<string, Host>();
  /** Hosts by name as written, so that no name is lowered per event. */
  readonly #written = new Map<string, Host>();
  #before = 0;
  #nameless = 0;
  #windows = 0;
  #impossible = 0;
  #setAside = 0;
  #lastName = "";
  #last: Host | undefined;

  /** Starts with what the store remembers of each host. */
  constructor(options: HostsOptions) {
    this.#options = options;
  }

  /** Where every host's stream can begin again, milliseconds since 1970; -Infinity for a new one. */
  closedUntilMs(hosts: Iterable<string>): number {
    let least = Infinity;
    for (const host of hosts) {
      const known = this.#hosts.get(host) ?? this.#named(host);
      if (known) least = Math.min(least, known.featuriser.closedUntilMs);
    }
    return least;
  }

  /** Start of the earliest hour that is open on some host; Infinity where none is. */
  get oldestOpenMs(): number {
    let least = Infinity;
    for (const { featuriser } of this.#hosts.values()) {
      least = Math.min(least, featuriser.oldestOpenMs);
    }
    return least;
  }

  /** Counts an event into its host's window. */
  add(event: EventView): void {
    const name = event.computer;
    if (name !== this.#lastName || !this.#last) {
      const host = this.#written.get(name) ?? this.#named(name);
      if (!host) {
        this.#nameless++;
        return;
      }
      this.#lastName = name;
      this.#last = host;
    }
    const host = this.#last;
    if (event.timeMs < host.resumeMs) this.#before++;
    else if (event.timeMs > this.#options.latestMs()) this.#impossible++;
    else host.featuriser.add(event);
  }

  /** The host of a name as written for the first time; undefined where it is none, or one too many. */
  #named(written: string): Host | undefined {
    if (written === "" || written.length > MAX_NAME) return undefined;
    const name = written.toLowerCase();
    if (!this.#hosts.has(name) && this.#hosts.size >= MAX_HOSTS) return undefined;
    if (this.#written.size >= 2 * MAX_HOSTS) this.#written.clear();
    const host = this.#host(name);
    this.#written.set(written, host);
    return host;
  }

  #host(name: string): Host {
    let host = this.#hosts.get(name);
    if (!host) {
      const featuriser = this.#featuriser(name);
      host = { featuriser, resumeMs: featuriser.closedUntilMs };
      this.#hosts.set(name, host);
    }
    return host;
  }

  /**
   * A host's featuriser with what it remembers. Memory that cannot be read, damaged or of another
   * version, is set aside and made anew from the logs: no reason to stop. Windows that are sent
   * again the server has already, and keeps as they were.
   */
  #featuriser(name: string): Featuriser {
    const { store, latenessMs, offsetMinutes, audited } = this.#options;
    const saved = store.prepare("select state from memory where host = ?").get(name);
    const make = (state: Uint8Array | undefined) =>
      new Featuriser({
        host: name,
        latenessMs,
        offsetMinutes,
        audited: audited && ((seen) => audited(name, seen)),
        state,
      });
    try {
      return make(saved?.state as Uint8Array | undefined);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.#setAside++;
      log.warn("A host's memory could not be read; it is set aside and made anew from its logs.", {
        host: name,
        reason: error.message,
      });
      store.prepare(
        "insert or replace into memory (host, state) select ? || host, state from memory where host = ?",
      ).run(SET_ASIDE, name);
      store.prepare("delete from memory where host = ?").run(name);
      return make(undefined);
    }
  }

  /** Whether some hour can be closed, by its events or because it is `nowMs`. */
  ready(nowMs = -Infinity): boolean {
    const closeMs = nowMs - (this.#options.latenessMs ?? LATENESS_MS) - WINDOW_MS;
    for (const { featuriser } of this.#hosts.values()) {
      if (featuriser.ready || featuriser.oldestOpenMs <= closeMs) return true;
    }
    return false;
  }

  /**
   * Closes hours and writes their rows, the hosts' memory and whatever `also` writes in one
   * transaction. Returns the number of rows.
   */
  commit(close: (featuriser: Featuriser) => WindowRow[], also: () => void = () => {}): number {
    const { store, spool, scorer, masker } = this.#options;
    return transact(store, () => {
      let count = 0;
      const save = store.prepare(
        "insert into memory (host, state) values (?, ?) on conflict (host) do update set state = excluded.state",
      );
      for (const [name, { featuriser }] of this.#hosts) {
        const rows = close(featuriser);
        if (rows.length === 0) continue;
        const urgent = scorer?.urgent(rows);
        rows.forEach((row, i) => {
          const masked = masker.mask(row.user, row.userName);
          spool.append(name, { ...row, ...masked }, urgent?.[i]);
        });
        save.run(name, featuriser.save());
        count += rows.length;
      }
      also();
      this.#windows += count;
      return count;
    });
  }

  /** What became of the events so far. */
  counts(): EventCounts {
    const counts = noCounts();
    for (const { featuriser: { report } } of this.#hosts.values()) {
      counts.events += report.events;
      counts.late += report.late;
      counts.duplicates += report.duplicates;
      counts.impossibleTime += report.impossibleTime;
      counts.badFields += report.badFields;
      counts.unknownVersions += report.unknownVersions;
      counts.clockSteps += report.clockSteps;
      counts.estimatedHours += report.estimatedHours;
    }
    counts.impossibleTime += this.#impossible;
    counts.before = this.#before;
    counts.nameless = this.#nameless;
    counts.windows = this.#windows;
    counts.setAside = this.#setAside;
    return counts;
  }
}
