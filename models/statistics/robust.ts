/**
 * Order statistics, and scores on a scale that outliers do not move.
 * @module
 */

/** The quantile of sorted numbers, linear between neighbours; NaN of none. */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  if (sorted.length === 0) return NaN;
  const place = share * (sorted.length - 1);
  const low = Math.floor(place);
  const high = Math.min(low + 1, sorted.length - 1);
  return sorted[low] + (place - low) * (sorted[high] - sorted[low]);
}

/** Median and interquartile range of finite numbers. */
export interface Spread {
  /** Half of the numbers lie below. */
  readonly median: number;
  /** From the first to the third quartile. */
  readonly range: number;
}

/** The spread of numbers in any order; those that are not finite are left out. */
export function spreadOf(values: ArrayLike<number>): Spread {
  const sorted = Float64Array.from(values).filter(Number.isFinite).sort();
  return {
    median: quantile(sorted, 0.5),
    range: quantile(sorted, 0.75) - quantile(sorted, 0.25),
  };
}

/**
 * A host's spread drawn towards its fleet's, as if `prior` more values of the fleet had been seen;
 * a range never falls below a tenth of the fleet's, so that a clock-like host does not turn a hair's
 * breadth into an alarm.
 */
export function shrinkSpread(own: Spread, count: number, fleet: Spread, prior: number): Spread {
  if (count === 0 || !Number.isFinite(own.median)) return fleet;
  const weight = count / (count + prior);
  const range = weight * own.range + (1 - weight) * fleet.range;
  return {
    median: weight * own.median + (1 - weight) * fleet.median,
    range: Math.max(range, 0.1 * fleet.range, 1e-6),
  };
}

/** How many interquartile ranges a value lies above the median. */
export function robustZ(value: number, { median, range }: Spread): number {
  return (value - median) / range;
}
