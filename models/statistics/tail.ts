/**
 * The tail of a sample as a generalised Pareto distribution, for probabilities smaller than one
 * over the sample's size.
 * @module
 */

/** Probability of exceeding x, for x above `threshold`. */
export interface Tail {
  /** Where the tail begins. */
  readonly threshold: number;
  /** How fast it falls at first. */
  readonly scale: number;
  /** 0 falls exponentially, more falls more slowly. */
  readonly shape: number;
  /** Share of the sample above the threshold. */
  readonly share: number;
}

/**
 * Fits the excesses of sorted numbers over their quantile `from` by probability-weighted moments
 * (Hosking & Wallis 1987). The shape is kept within [0, 0.5]: a bounded tail would call a score just
 * beyond the sample impossible. Undefined below ten excesses.
 */
export function fitTail(sorted: ArrayLike<number>, from = 0.9): Tail | undefined {
  const first = Math.floor(sorted.length * from);
  const count = sorted.length - first;
  if (count < 10) return undefined;
  const threshold = sorted[Math.max(0, first - 1)];
  let [mean, weighted] = [0, 0];
  for (let i = 0; i < count; i++) {
    const excess = sorted[first + i] - threshold;
    mean += excess / count;
    weighted += excess * (count - i - 0.65) / count / count;
  }
  if (!(mean > 0)) return undefined;
  const rawShape = 2 - mean / (mean - 2 * weighted);
  const shape = Number.isFinite(rawShape) ? Math.min(0.5, Math.max(0, rawShape)) : 0;
  return { threshold, scale: mean * (1 - shape), shape, share: count / sorted.length };
}

/** Probability that a normal window's score exceeds `value`. */
export function exceedance({ threshold, scale, shape, share }: Tail, value: number): number {
  const excess = Math.max(0, value - threshold) / scale;
  return share * (shape < 1e-6 ? Math.exp(-excess) : (1 + shape * excess) ** (-1 / shape));
}
