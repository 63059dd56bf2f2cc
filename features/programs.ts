/**
 * The programs that one account started in an hour, as one source saw them: block I.
 * @module
 */
import { DISCOVERY, DOCUMENT_PROGRAMS, INTERPRETERS, LOLBINS, REMOTE_PARENTS } from "./lists.ts";
import { contextOf, SEEN } from "./memory.ts";
import type { Budget } from "./budget.ts";
import { type Program, programOf } from "./program.ts";
import { Sample } from "./sample.ts";
import { mix } from "./text.ts";

const MINUTE_MS = 60_000;
const BURST_MS = 5 * MINUTE_MS;
/** Entropies are summed as whole numbers, so that their order does not matter. */
const ENTROPY_SCALE = 2 ** 24;

/** One started program. */
export interface ProgramStart {
  /** Milliseconds since 1970. */
  readonly timeMs: number;
  /** What was started. */
  readonly program: Program;
  /** The name it was built with, lower case, "" where the event does not say. */
  readonly original: string;
  /** Ran elevated; undefined where the event does not say. */
  readonly elevated: boolean | undefined;
  /** Characters of the command line; -1 where it is not audited. */
  readonly commandLength: number;
  /** Entropy of its characters, bits. */
  readonly commandEntropy: number;
  /** The command line is encoded or obfuscated. */
  readonly encoded: boolean;
}

/** A program under a parent. */
export interface Chain {
  /** Hashed parent, as `contextOf` makes it. */
  readonly context: number;
  /** Hashed program. */
  readonly name: number;
  /** How often. */
  times: number;
}

/** Sums over program starts. */
export class Programs {
  count = 0;
  userPath = 0;
  lolbins = 0;
  interpreters = 0;
  officeShells = 0;
  remoteChildren = 0;
  /** Starts that say whether they ran elevated, and those that did. */
  labelled = 0;
  elevated = 0;
  /** Starts with a command line; characters of the longest; summed entropy; encoded ones. */
  written = 0;
  longest = 0;
  encoded = 0;
  #entropy = 0;
  /** Programs under known parents. */
  readonly chains: Sample<Chain>;
  /** First and last start of a discovery command in a minute, by minute and command. */
  readonly #discovered = new Map<string, [number, number]>();

  /** Chains draw on the hour's budget. */
  constructor(budget: Budget) {
    this.chains = new Sample(budget, 2);
  }

  /** Counts a start. */
  add(start: ProgramStart): void {
    const { timeMs, program: { base, userPath }, elevated, commandLength } = start;
    this.count++;
    if (userPath) this.userPath++;
    if (LOLBINS.has(base) || LOLBINS.has(start.original)) this.lolbins++;
    if (INTERPRETERS.has(base)) this.interpreters++;
    if (elevated !== undefined) this.labelled++;
    if (elevated) this.elevated++;
    if (commandLength >= 0) {
      this.written++;
      this.longest = Math.max(this.longest, commandLength);
      this.#entropy += Math.round(start.commandEntropy * ENTROPY_SCALE);
    }
    if (start.encoded) this.encoded++;
    if (DISCOVERY.has(base)) this.#discover(`${Math.floor(timeMs / MINUTE_MS)} ${base}`, timeMs);
  }

  #discover(key: string, fromMs: number, toMs = fromMs): void {
    const [first, last] = this.#discovered.get(key) ?? [fromMs, toMs];
    this.#discovered.set(key, [Math.min(first, fromMs), Math.max(last, toMs)]);
  }

  /**
   * Counts the parent of `times` starts, by its path or name. A management console that a person
   * opened is no remote-execution service, though the same program is one for DCOM.
   */
  addParent(program: Program, path: string, { times = 1, console = false } = {}): void {
    const parent = programOf(path);
    if (parent.base === "") return;
    const interpreter = INTERPRETERS.has(program.base);
    if (interpreter && DOCUMENT_PROGRAMS.has(parent.base)) this.officeShells += times;
    const remote = REMOTE_PARENTS.has(parent.base) && !console;
    if (remote || (interpreter && parent.base === "services.exe")) {
      this.remoteChildren += times;
    }
    this.#chain(contextOf(SEEN.chain, parent.name), program.name, times);
  }

  #chain(context: number, name: number, times: number): void {
    const chain = this.chains.get(mix(name, context), () => ({ context, name, times: 0 }));
    if (chain) chain.times += times;
  }

  /** Mean entropy of command lines, bits. */
  get meanEntropy(): number {
    return this.written > 0 ? this.#entropy / ENTROPY_SCALE / this.written : 0;
  }

  /** Different discovery commands: in the hour, and the most within five minutes. */
  discovery(): { distinct: number; burst: number } {
    if (this.#discovered.size === 0) return { distinct: 0, burst: 0 };
    // The first and last of a minute suffice: a span of five minutes ends in another minute than it
    // begins in, so what it holds of a minute it holds together with the minute's first or last.
    const found = [...this.#discovered].flatMap(([key, times]) =>
      times.map((timeMs) => ({ timeMs, base: key.slice(key.indexOf(" ")) }))
    ).sort((a, b) => a.timeMs - b.timeMs);
    const distinct = (part: typeof found) => new Set(part.map(({ base }) => base)).size;
    let burst = 0;
    for (let first = 0, last = 0; last < found.length; last++) {
      while (found[last].timeMs - found[first].timeMs > BURST_MS) first++;
      burst = Math.max(burst, distinct(found.slice(first, last + 1)));
    }
    return { distinct: distinct(found), burst };
  }

  /** Takes in what another row of the account started. */
  merge(other: Programs): void {
    this.count += other.count;
    this.userPath += other.userPath;
    this.lolbins += other.lolbins;
    this.interpreters += other.interpreters;
    this.officeShells += other.officeShells;
    this.remoteChildren += other.remoteChildren;
    this.labelled += other.labelled;
    this.elevated += other.elevated;
    this.written += other.written;
    this.longest = Math.max(this.longest, other.longest);
    this.#entropy += other.#entropy;
    this.encoded += other.encoded;
    this.chains.limitTo(other.chains.depth);
    for (const [, { context, name, times }] of other.chains.entries()) {
      this.#chain(context, name, times);
    }
    for (const [key, [first, last]] of other.#discovered) this.#discover(key, first, last);
  }
}
