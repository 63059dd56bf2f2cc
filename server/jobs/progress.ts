/**
 * How far jobs are, in a table that the console and `main.ts jobs` read.
 * @module
 */
import type { Sql } from "@/db/open.ts";

/** Progress of a long job is written at most this often. */
const EVERY_MS = 500;

/** How fast a job goes. */
export interface Pace {
  /** Steps a second since its start; undefined before the first. */
  readonly perSecond: number | undefined;
  /** Seconds to its end at that rate; undefined where rate or total is not known. */
  readonly secondsLeft: number | undefined;
}

/** Rate and time left of a job that did `done` of `total` steps (0: not known) in `elapsedMs`. */
export function pace(done: number, total: number, elapsedMs: number): Pace {
  if (done <= 0 || elapsedMs <= 0) return { perSecond: undefined, secondsLeft: undefined };
  const perSecond = done / elapsedMs * 1_000;
  return { perSecond, secondsLeft: total > 0 ? Math.max(0, total - done) / perSecond : undefined };
}

/** The row of a running job. */
export class JobNote {
  readonly #sql: Sql;
  readonly #job: { readonly jobId: string; readonly queue: string; readonly total: number };
  readonly #now: () => number;
  readonly #startedMs: number;
  #lastMs: number;

  /** `total` is how many steps the job has, 0 where that is not known. */
  constructor(sql: Sql, jobId: string, queue: string, total: number, now: () => number) {
    this.#sql = sql;
    this.#job = { jobId, queue, total };
    this.#now = now;
    this.#startedMs = this.#lastMs = now();
  }

  /** Says what the job is at. */
  async begin(message: string): Promise<void> {
    await this.#write(0, message, false);
  }

  /** Says how far it is; seldom enough to be called for each step. */
  at(done: number, message: string): void {
    if (this.#now() - this.#lastMs < EVERY_MS) return;
    this.#lastMs = this.#now();
    this.#write(done, message, false).catch(() => {}); // the next one may get through
  }

  /** Says what it came to, or why it failed. */
  async end(done: number, message: string): Promise<void> {
    await this.#write(done, message, true);
  }

  async #write(done: number, message: string, ended: boolean): Promise<void> {
    const { jobId, queue, total } = this.#job;
    const now = new Date(this.#now()).toISOString();
    await this.#sql`
      insert into job_progress
        (job_id, queue, done, total, message, started_at, updated_at, ended_at)
      values (${jobId}, ${queue}, ${done}, ${total}, ${message},
        ${new Date(this.#startedMs).toISOString()}, ${now}, ${ended ? now : null})
      on conflict (job_id) do update
        set done = excluded.done, total = excluded.total, message = excluded.message,
          started_at = excluded.started_at, updated_at = excluded.updated_at,
          ended_at = excluded.ended_at`;
  }
}
