/**
 * What `agent status` says of an agent that follows a folder: written after each look at the folder,
 * and once a minute while one goes on.
 * @module
 */
import { addCounts, type EventCounts, noCounts } from "./hosts.ts";
import { type Health, writeHealth } from "./status.ts";
import type { FolderProgress, FolderSummary } from "./pipeline.ts";

const REFRESH_MS = 60_000;

/** Adds up what the looks at a folder came to. */
export class FolderStatus {
  readonly #stateFolder: string;
  readonly #now: () => number;
  readonly #counts: EventCounts = noCounts();
  readonly #skipped: Record<string, number> = {};
  #health: Health | undefined;
  #acknowledgedMs: number | undefined;

  /** Writes into a state folder; `now` is milliseconds since 1970. */
  constructor(stateFolder: string, now: () => number) {
    this.#stateFolder = stateFolder;
    this.#now = now;
  }

  /** A look goes on. */
  progress({ events, windows }: FolderProgress): void {
    const atMs = this.#now();
    if (this.#health && atMs - this.#health.atMs < REFRESH_MS) return;
    const counts = {
      ...this.#counts,
      events: this.#counts.events + events,
      windows: this.#counts.windows + windows,
    };
    this.#write({ ...this.#health ?? { spool: NOTHING }, counts });
  }

  /** A look is over. */
  add(summary: FolderSummary): void {
    addCounts(this.#counts, summary);
    for (const [reason, count] of summary.skipped) {
      this.#skipped[reason] = (this.#skipped[reason] ?? 0) + count;
    }
    if (summary.acknowledged > 0) this.#acknowledgedMs = this.#now();
    this.#write({ counts: this.#counts, spool: summary.spool });
  }

  #write(known: Pick<Health, "counts" | "spool">): void {
    this.#health = {
      ...known,
      atMs: this.#now(),
      acknowledgedMs: this.#acknowledgedMs,
      problem: undefined,
      failures: 0,
      memoryBytes: Deno.memoryUsage().rss,
      channels: [],
      skipped: this.#skipped,
    };
    writeHealth(this.#stateFolder, this.#health);
  }
}

const NOTHING = { rows: 0, bytes: 0, dropped: 0, oldestMs: undefined };
