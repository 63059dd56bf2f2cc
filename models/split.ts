/**
 * Which of a host's windows train and which are held out: always the last, as a model is used on
 * days that come after those it learned.
 * @module
 */

/** Row numbers, each in the order of the rows. */
export interface Split {
  /** The earlier rows. */
  readonly training: Uint32Array;
  /** The later ones. */
  readonly heldOut: Uint32Array;
}

const DAY_MS = 86_400_000;

/** The last third of the days is held out; of fewer than three days, the last third of windows. */
export function splitByTime(startMs: Float64Array, n: number): Split {
  const days = new Set<number>();
  for (let i = 0; i < n; i++) days.add(Math.floor(startMs[i] / DAY_MS));
  const sorted = Float64Array.from(days).sort();
  const times = startMs.slice(0, n).sort();
  const cutMs = sorted.length >= 3
    ? sorted[Math.ceil(sorted.length * 2 / 3)] * DAY_MS
    : times[Math.ceil(n * 2 / 3)] ?? Infinity;
  const rows = Uint32Array.from({ length: n }, (_, i) => i);
  return {
    training: rows.filter((i) => startMs[i] < cutMs),
    heldOut: rows.filter((i) => startMs[i] >= cutMs),
  };
}
