/**
 * What one user's hour has come to so far: sums, sets, lists, each bounded. Two rows of the same
 * user can be merged, so that an account first known by name joins its SID when the hour closes.
 * @module
 */
import { column } from "./schema.ts";
import { DIMENSIONS } from "./vector.ts";

/** Distinct items that one set of an hour keeps; more are counted but not kept. */
export const MAX_ITEMS = 4_096;
/** Programs started in an hour that are looked at one by one. */
const MAX_STARTS = 8_192;

/** One started program. */
export interface ProgramStart {
  /** Milliseconds since 1970. */
  readonly timeMs: number;
  /** Hash of the lower-case base name. */
  readonly name: number;
  /** Base name, lower case. */
  readonly base: string;
  /** Base name of the parent, lower case, "" where the event does not say. */
  parent: string;
  /** Process id of the parent, to find its name, 0 where it is known. */
  readonly parentId: number;
  /** Started from a folder that users may write to. */
  readonly userPath: boolean;
  /** Ran elevated; undefined where the event does not say. */
  readonly elevated: boolean | undefined;
  /** Characters of the command line; -1 where it is not audited. */
  readonly commandLength: number;
  /** Entropy of its characters, bits. */
  readonly commandEntropy: number;
  /** The command line is encoded or obfuscated. */
  readonly encoded: boolean;
}

/** Sums and sets of one user's hour on one host. */
export class Row {
  /** By column: sums, largest values. */
  readonly values = new Float64Array(DIMENSIONS);
  /** By column: how many could have been counted in a share. */
  readonly totals = new Float64Array(DIMENSIONS);
  /** Events counted into the row. */
  events = 0;
  /** Name that goes with the account. */
  name = "";
  /** Minutes of the hour with an event, one bit each. */
  minutesLow = 0;
  minutesHigh = 0;
  /** Events by hashed kind. */
  readonly kinds = new Map<number, number>();
  /** Hashed items with counts, by set or column. */
  readonly sets = new Map<number, Map<number, number>>();
  /** Items that did not fit, by set or column. */
  readonly overflow = new Map<number, number>();
  /** Failed logons by minute of the hour. */
  readonly failuresByMinute = new Uint16Array(60);
  /** Programs by 4688 and by Sysmon. */
  readonly audited: ProgramStart[] = [];
  readonly sysmon: ProgramStart[] = [];
  /** Character histograms of script blocks by hashed id. */
  readonly scripts = new Map<
    number,
    { histogram: Uint32Array; hash: number; suspicious: boolean }
  >();
  /** Counters that are combined when the hour closes. */
  readonly extra = new Map<string, number>();

  /** Adds to a column's sum. */
  add(column: number, by = 1): void {
    this.values[column] += by;
  }

  /** Raises a column to at least `value`. */
  max(column: number, value: number): void {
    if (value > this.values[column]) this.values[column] = value;
  }

  /** Counts one more case of a share, and whether it hit. */
  share(column: number, hit: boolean): void {
    this.totals[column]++;
    if (hit) this.values[column]++;
  }

  /** Puts an item into a set (a column's number, or -1 and below for sets that no column owns). */
  put(set: number, item: number, times = 1): void {
    let items = this.sets.get(set);
    if (!items) this.sets.set(set, items = new Map());
    const count = items.get(item);
    if (count === undefined && items.size >= MAX_ITEMS) {
      this.overflow.set(set, (this.overflow.get(set) ?? 0) + 1);
    } else items.set(item, (count ?? 0) + times);
  }

  /** Adds to a counter that is combined at the close. */
  note(name: string, by = 1): void {
    this.extra.set(name, (this.extra.get(name) ?? 0) + by);
  }

  /** Keeps a program start, up to a bound. */
  start(list: ProgramStart[], start: ProgramStart): void {
    if (list.length < MAX_STARTS) list.push(start);
  }

  /** Items of a set. */
  items(set: number): ReadonlyMap<number, number> {
    return this.sets.get(set) ?? NO_ITEMS;
  }

  /** Distinct items of a set, those that did not fit counted once each. */
  distinct(set: number): number {
    return this.items(set).size + (this.overflow.get(set) ?? 0);
  }

  /** Takes in another row of the same account and hour. */
  merge(other: Row): void {
    for (let i = 0; i < DIMENSIONS; i++) {
      if (MAXIMA.has(i)) this.max(i, other.values[i]);
      else this.values[i] += other.values[i];
      this.totals[i] += other.totals[i];
    }
    this.events += other.events;
    this.name ||= other.name;
    this.minutesLow |= other.minutesLow;
    this.minutesHigh |= other.minutesHigh;
    for (const [kind, count] of other.kinds) {
      this.kinds.set(kind, (this.kinds.get(kind) ?? 0) + count);
    }
    for (const [set, items] of other.sets) {
      for (const [item, times] of items) this.put(set, item, times);
    }
    for (const [set, count] of other.overflow) {
      this.overflow.set(set, (this.overflow.get(set) ?? 0) + count);
    }
    other.failuresByMinute.forEach((count, i) => this.failuresByMinute[i] += count);
    for (const start of other.audited) this.start(this.audited, start);
    for (const start of other.sysmon) this.start(this.sysmon, start);
    for (const [id, script] of other.scripts) {
      this.script(id, script.histogram, script.hash, script.suspicious);
    }
    for (const [name, count] of other.extra) this.note(name, count);
  }

  /** Adds a part of a script block: parts add up whatever their order. */
  script(id: number, histogram: Uint32Array, hash: number, suspicious: boolean): void {
    const known = this.scripts.get(id);
    if (known) {
      for (let i = 0; i < 256; i++) known.histogram[i] += histogram[i];
      known.hash = (known.hash + hash) & 0x7fffffff;
      known.suspicious ||= suspicious;
    } else if (this.scripts.size < MAX_ITEMS) this.scripts.set(id, { histogram, hash, suspicious });
  }
}

const NO_ITEMS: ReadonlyMap<number, number> = new Map();

/** Columns that hold the largest of something. */
export const MAXIMA: ReadonlySet<number> = new Set([
  column("priv_group_add"),
  column("session_len_max"),
]);
