/**
 * From scores to p-values: how often a normal window of the same class scores as high.
 *
 * Conformal (Vovk et al. 2005), exact on average for exchangeable windows; beyond the ten highest
 * calibration scores a generalised Pareto tail, as a sample of n cannot speak of less than 1/(n+1).
 * Mean + k standard deviations raised 13 to 20 times the alerts wanted, and is not offered.
 * @module
 */
import { exceedance, fitTail, type Tail } from "./statistics/tail.ts";

/** Highest scores that are kept one by one; below them every quantile of this many. */
const KEPT = 512;
/** So many scores at least must be as high for the count alone to give p. */
const COUNTED = 10;
/** A class with fewer scores borrows those of all classes. */
const LEAST_OF_CLASS = 2000;

/** The calibration scores of one class, thinned. */
export interface Calibration {
  /** Scores that it was made from. */
  readonly n: number;
  /** Ascending. */
  readonly scores: Float32Array;
  /** How many of the n are at least as high as each of `scores`. */
  readonly atLeast: Uint32Array;
  /** Absent where scores are too few. */
  readonly tail?: Tail;
}

/** Calibrates on scores of normal windows that no training saw. */
export function calibrate(scores: ArrayLike<number>): Calibration {
  const sorted = Float32Array.from(scores).filter(Number.isFinite).sort();
  const n = sorted.length;
  const step = Math.max(1, Math.floor((n - KEPT) / KEPT));
  const kept: number[] = [];
  for (let i = 0; i < n; i += n - i > KEPT ? Math.min(step, n - KEPT - i) : 1) kept.push(i);
  return {
    n,
    scores: Float32Array.from(kept, (i) => sorted[i]),
    atLeast: Uint32Array.from(kept, (i) => n - i),
    tail: fitTail(sorted, n >= 1000 ? 0.95 : 0.9),
  };
}

/** One calibration a class, in the order of the classes; scarce classes use all scores. */
export function calibrateClasses(
  scores: ArrayLike<number>,
  classes: ArrayLike<number>,
  count: number,
): Calibration[] {
  const all = calibrate(scores);
  return Array.from({ length: count }, (_, entityClass) => {
    const own = Array.from(scores).filter((_, i) => classes[i] === entityClass);
    return own.length < LEAST_OF_CLASS ? all : calibrate(own);
  });
}

/** The chance that a normal window scores at least `score`: in (0, 1], and 1 where nothing is known. */
export function pValue({ n, scores, atLeast, tail }: Calibration, score: number): number {
  let [low, high] = [0, scores.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (scores[middle] < score) low = middle + 1;
    else high = middle;
  }
  const count = low < scores.length ? atLeast[low] : 0;
  const conformal = (1 + count) / (n + 1);
  if (count >= COUNTED || tail === undefined) return conformal;
  return Math.max(1e-12, Math.min(conformal, exceedance(tail, score)));
}

/**
 * The p-value at which a class spends its budget of alerts: `perDay` alerts a day for 1,000 users,
 * each of whom has `windowsPerDay` windows.
 */
export function budgetThreshold(perDay: number, windowsPerDay: number): number {
  if (perDay >= 0 && windowsPerDay > 0) return Math.min(1, perDay / 1000 / windowsPerDay);
  throw new RangeError(
    `Cannot spend ${perDay} alerts a day over ${windowsPerDay} windows a user and day`,
  );
}
