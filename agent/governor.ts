/**
 * Keeps the agent small: a share of one core and a rate of events that catching up may take, and a
 * bound on memory after which it ends by itself, its state written, for the task scheduler to start
 * it again.
 * @module
 */

/** What an agent may use; by default what osquery's watchdog allows in memory. */
export interface Limits {
  /** Resident memory, bytes. */
  readonly memoryBytes: number;
  /** Share of one core while it catches up, in (0, 1]. */
  readonly cpuShare: number;
  /** Events a second while it catches up or reads files. */
  readonly eventsPerSecond: number;
}

/** Limits of an agent that is told none. */
export const DEFAULT_LIMITS: Limits = {
  memoryBytes: 200 * 2 ** 20,
  cpuShare: 0.5,
  eventsPerSecond: 20_000,
};

/** No limits: for a machine that does nothing else. */
export const NO_LIMITS: Limits = {
  memoryBytes: Infinity,
  cpuShare: 1,
  eventsPerSecond: Infinity,
};

/** The agent is over its limit of memory; its state is written and it should start anew. */
export class MemoryLimitError extends Error {
  /** The class's name. */
  override name = "MemoryLimitError";
}

/** Longest stretch of reading before others (the shipping, a signal) have their turn. */
const TURN_MS = 40;
/** Events between two looks at the clock. */
const STRIDE = 256;
const LONGEST_PAUSE_MS = 1_000;
/** Looks at memory, a minute each, that must be over before the agent ends: a peak is no leak. */
const STRIKES = 3;

/** Where the governor reads memory and time. */
export interface Gauges {
  /** Resident bytes. */
  readonly memory?: () => number;
  /** Milliseconds of a clock that never goes back. */
  readonly clock?: () => number;
}

/** Cuts reading into turns and applies {@link Limits} to them. */
export class Governor {
  readonly #limits: Limits;
  readonly #memory: () => number;
  readonly #clock: () => number;
  /** Events of a turn: its pause then stays within {@link LONGEST_PAUSE_MS}. */
  readonly #turnEvents: number;
  #strikes = 0;
  #startMs = 0;
  #events = 0;

  /** Throws `RangeError` where a limit cannot be kept. */
  constructor(limits: Limits = DEFAULT_LIMITS, gauges: Gauges = {}) {
    const { cpuShare, eventsPerSecond } = limits;
    if (!(cpuShare > 0 && cpuShare <= 1)) {
      throw new RangeError(`Cannot limit CPU to ${cpuShare}: a share is in (0, 1]`);
    }
    if (!(eventsPerSecond >= 1)) {
      throw new RangeError(`Cannot limit events to ${eventsPerSecond} a second: at least 1`);
    }
    this.#limits = limits;
    this.#memory = gauges.memory ?? (() => Deno.memoryUsage().rss);
    this.#clock = gauges.clock ?? (() => performance.now());
    this.#turnEvents = Math.max(1, Math.floor(eventsPerSecond / 2));
  }

  /** Begins a turn. */
  begin(): void {
    this.#startMs = this.#clock();
    this.#events = 0;
  }

  /** Whether the turn's time is over. */
  get over(): boolean {
    return this.#clock() - this.#startMs >= TURN_MS;
  }

  /** Counts an event; true when the turn is over. */
  spend(): boolean {
    const events = ++this.#events;
    return events >= this.#turnEvents || (events % STRIDE === 0 && this.over);
  }

  /** Pause after the turn that keeps the share of the core and the rate of events, milliseconds. */
  pauseMs(): number {
    const { cpuShare, eventsPerSecond } = this.#limits;
    const workMs = this.#clock() - this.#startMs;
    const [cpuMs, rateMs] = [workMs / cpuShare, 1000 * this.#events / eventsPerSecond];
    return Math.min(LONGEST_PAUSE_MS, Math.max(cpuMs, rateMs, workMs) - workMs);
  }

  /** Looks at memory, once a minute. Throws {@link MemoryLimitError} when it stays over the limit. */
  checkMemory(): number {
    const bytes = this.#memory();
    this.#strikes = bytes > this.#limits.memoryBytes ? this.#strikes + 1 : 0;
    if (this.#strikes < STRIKES) return bytes;
    const [mib, limit] = [bytes, this.#limits.memoryBytes].map((n) => Math.round(n / 2 ** 20));
    throw new MemoryLimitError(`The agent uses ${mib} MiB, its limit is ${limit} MiB; it ends.`);
  }
}
