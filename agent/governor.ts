/**
 * Keeps the agent small: a share of one core that catching up may take, and a bound on memory after
 * which it ends by itself, its state written, for the task scheduler to start it again.
 * @module
 */

/** What an agent may use; by default what osquery's watchdog allows, halved in memory. */
export interface Limits {
  /** Resident memory, bytes. */
  readonly memoryBytes: number;
  /** Share of one core while it catches up, in (0, 1]. */
  readonly cpuShare: number;
}

/** Limits of an agent that is told none. */
export const DEFAULT_LIMITS: Limits = { memoryBytes: 200 * 2 ** 20, cpuShare: 0.5 };

/** The agent is over its limit of memory; its state is written and it should start anew. */
export class MemoryLimitError extends Error {
  /** The class's name. */
  override name = "MemoryLimitError";
}

const LONGEST_PAUSE_MS = 1_000;
/** Looks at memory, a minute each, that must be over before the agent ends: a peak is no leak. */
const STRIKES = 3;

/** Applies {@link Limits}. */
export class Governor {
  readonly #limits: Limits;
  readonly #memory: () => number;
  #strikes = 0;

  /** `memory` gives resident bytes. */
  constructor(
    limits: Limits = DEFAULT_LIMITS,
    memory: () => number = () => Deno.memoryUsage().rss,
  ) {
    if (!(limits.cpuShare > 0 && limits.cpuShare <= 1)) {
      throw new RangeError(`Cannot limit CPU to ${limits.cpuShare}: a share is in (0, 1]`);
    }
    this.#limits = limits;
    this.#memory = memory;
  }

  /** Pause after `workMs` of work that keeps the share: none at 1, as long as the work at 0.5. */
  pauseMs(workMs: number): number {
    return Math.min(LONGEST_PAUSE_MS, workMs * (1 / this.#limits.cpuShare - 1));
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
