/**
 * One line of progress on standard error, drawn again in place on a terminal, and a plain line at
 * most every ten seconds elsewhere, so that logs stay readable.
 * @module
 */

const PLAIN_EVERY_MS = 10_000;
const BAR_WIDTH = 24;

/** A bar of {@link BAR_WIDTH} cells for a share in [0, 1]; more counts as all. */
export function bar(share: number): string {
  const full = Math.round(Math.min(1, Math.max(0, share)) * BAR_WIDTH);
  return "█".repeat(full) + "░".repeat(BAR_WIDTH - full);
}

/** Shows how far named steps are; `done` ends the step's line. */
export class Progress {
  readonly #write: (text: string) => void;
  readonly #terminal: boolean;
  readonly #now: () => number;
  #lastMs = -Infinity;

  /** `write` takes text for standard error; `now` milliseconds of a monotonic clock. */
  constructor(
    write: (text: string) => void,
    terminal: boolean,
    now: () => number,
  ) {
    this.#write = write;
    this.#terminal = terminal;
    this.#now = now;
  }

  /** Shows that `done` of `total` of a step are done; detail says in what unit. */
  show(step: string, done: number, total: number, detail: string): void {
    const interval = this.#terminal ? 100 : PLAIN_EVERY_MS;
    if (this.#now() - this.#lastMs < interval) return;
    this.#lastMs = this.#now();
    this.#line(step, total > 0 ? done / total : 0, detail, this.#terminal ? "" : "\n");
  }

  /** Ends a step with what it came to. */
  done(step: string, detail: string): void {
    this.#line(step, 1, detail, "\n");
    this.#lastMs = -Infinity;
  }

  #line(step: string, share: number, detail: string, end: string): void {
    const start = this.#terminal ? "\r\x1b[K" : "";
    this.#write(`${start}${step.padEnd(10)} ${bar(share)} ${detail}${end}`);
  }
}

/** Progress of this process on its standard error. */
export function stderrProgress(): Progress {
  const encoder = new TextEncoder();
  return new Progress(
    (text) => Deno.stderr.writeSync(encoder.encode(text)),
    Deno.stderr.isTerminal(),
    () => performance.now(),
  );
}
