/**
 * What changed in what an entity does: columns whose hours of late differ from those before.
 * @module
 */
import { columnMask, FEATURES } from "@/features/schema.ts";

/** An hour's values. */
export interface Hour {
  /** Whether it belongs to the later time. */
  readonly late: boolean;
  /** Audited channels: bit i is channel i. */
  readonly channels: number;
  /** 128 values in wire units. */
  readonly values: Float32Array;
}

/** A column that changed. */
export interface Change {
  /** Place in the vector. */
  readonly index: number;
  /** Mean before, in the column's unit. */
  readonly before: number;
  /** Mean of late, in the column's unit. */
  readonly now: number;
  /** Welch's t over log(1 + wire value): how sure the change is; negative where it fell. */
  readonly t: number;
}

/** A change below this could be chance: of 128 columns of a quiet user about one in ten weeks. */
export const LEAST_T = 4;
const LEAST_HOURS = 8;
/** Columns that change by the calendar, or by time alone: no news. */
const ALWAYS_NEW: ReadonlySet<string> = new Set(["user_tenure"]);

class Mean {
  n = 0;
  sum = 0;
  #logs = 0;
  #squares = 0;
  add(value: number): void {
    const log = Math.log1p(Math.max(value, 0));
    this.n++;
    this.sum += value;
    this.#logs += log;
    this.#squares += log * log;
  }
  get log(): number {
    return this.#logs / this.n;
  }
  get variance(): number {
    return Math.max(0, this.#squares / this.n - this.log ** 2) * this.n / (this.n - 1);
  }
}

/** Columns that changed, surest first; empty where either time holds fewer than 8 hours. */
export function changes(hours: readonly Hour[]): Change[] {
  const before = FEATURES.map(() => new Mean());
  const late = FEATURES.map(() => new Mean());
  for (const hour of hours) {
    const mask = columnMask(hour.channels);
    const means = hour.late ? late : before;
    for (let i = 0; i < mask.length; i++) if (mask[i]) means[i]!.add(hour.values[i]!);
  }
  const found: Change[] = [];
  for (const [index, { name, kind, wireScale }] of FEATURES.entries()) {
    const [a, b] = [before[index]!, late[index]!];
    if (kind === "cyclic" || ALWAYS_NEW.has(name) || a.n < LEAST_HOURS || b.n < LEAST_HOURS) {
      continue;
    }
    // One event in so many hours is no change: the error of a mean is at least that of one hour.
    const error = Math.sqrt(a.variance / a.n + b.variance / b.n) + Math.LN2 / Math.min(a.n, b.n);
    const t = (b.log - a.log) / error;
    if (Math.abs(t) < LEAST_T) continue;
    found.push({ index, before: a.sum / a.n / wireScale, now: b.sum / b.n / wireScale, t });
  }
  return found.sort((a, b) => Math.abs(b.t) - Math.abs(a.t));
}
