/**
 * What was usual at each time of a timeline: quantiles of the four weeks before.
 * @module
 */

const WEEK = 7 * 24;
const LOOK_BACK = 4 * WEEK;
const LEAST = 20;

/** The band of nine in ten usual hours. */
export interface Band {
  readonly low: (number | null)[];
  readonly high: (number | null)[];
}

function quantile(sorted: Float64Array, q: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))]!;
}

/**
 * For each point the 5 % and 95 % quantiles of the four weeks before its own week; the first weeks
 * take their own. null where there are fewer than 20 points.
 */
export function usualBand(hours: readonly number[], values: readonly number[]): Band {
  const low: (number | null)[] = new Array(hours.length).fill(null);
  const high: (number | null)[] = new Array(hours.length).fill(null);
  let from = 0;
  for (let start = 0; start < hours.length;) {
    const week = Math.floor(hours[start]! / WEEK);
    let end = start;
    while (end < hours.length && Math.floor(hours[end]! / WEEK) === week) end++;
    while (hours[from]! < week * WEEK - LOOK_BACK) from++;
    const before = values.slice(from, start);
    const sorted = Float64Array.from(before.length >= LEAST ? before : values.slice(0, end)).sort();
    if (sorted.length >= LEAST) {
      low.fill(quantile(sorted, 0.05), start, end);
      high.fill(quantile(sorted, 0.95), start, end);
    }
    start = end;
  }
  return { low, high };
}
