/**
 * Brings each host's columns to a scale of their own: (x - mean) / sqrt(variance + floor²).
 *
 * The floor matters more than anything after it: without one, a column that was never used makes a
 * first use infinitely strange, and noise drowns the rest. The variance is drawn towards the
 * fleet's, so that what happens now and then elsewhere is less strange than what happens nowhere.
 * @module
 */
import type { Matrix } from "./matrix.ts";

/** Smallest standard deviation, in units of the model input (log counts, shares). */
export const SCALE_FLOOR = 0.15;
/** Rows of its own after which a host's moments weigh as much as its fleet's. */
export const MOMENT_PRIOR = 20;
/** No value is farther from the mean than this after scaling: one column of 10⁹ is one column. */
export const SCALED_CAP = 30;

/** Count, mean and variance of the values present in each column. */
export interface Moments {
  /** Values present. */
  readonly counts: Float64Array;
  /** Their mean. */
  readonly means: Float64Array;
  /** Their variance, biased. */
  readonly variances: Float64Array;
}

/** What makes a row of one host comparable: (x - centre) · factor. */
export interface Scaling {
  /** What a usual row has. */
  readonly centre: Float32Array;
  /** One over the floored standard deviation. */
  readonly factor: Float32Array;
}

/** Moments of a host's rows. */
export function momentsOf({ values, width, rows }: Matrix): Moments {
  const counts = new Float64Array(width);
  const means = new Float64Array(width);
  const variances = new Float64Array(width);
  for (let r = 0; r < rows; r++) {
    for (let i = 0; i < width; i++) {
      const value = values[r * width + i];
      if (Number.isNaN(value)) continue;
      const change = value - means[i];
      means[i] += change / ++counts[i];
      variances[i] += change * (value - means[i]); // Welford 1962
    }
  }
  for (let i = 0; i < width; i++) variances[i] /= Math.max(1, counts[i]);
  return { counts, means, variances };
}

/** The mean host: means of means, and the variance within hosts, weighted by their rows. */
export function fleetMoments(hosts: readonly Moments[], width: number): Moments {
  const counts = new Float64Array(width);
  const means = new Float64Array(width);
  const variances = new Float64Array(width);
  for (const host of hosts) {
    for (let i = 0; i < width; i++) {
      counts[i] += host.counts[i];
      means[i] += host.counts[i] * host.means[i];
      variances[i] += host.counts[i] * host.variances[i];
    }
  }
  for (let i = 0; i < width; i++) {
    means[i] /= Math.max(1, counts[i]);
    variances[i] /= Math.max(1, counts[i]);
  }
  return { counts, means, variances };
}

/** A host's scaling; of a host without rows it is the fleet's. */
export function scalingOf(own: Moments, fleet: Moments, prior = MOMENT_PRIOR): Scaling {
  const width = own.means.length;
  const centre = new Float32Array(width);
  const factor = new Float32Array(width);
  for (let i = 0; i < width; i++) {
    const weight = own.counts[i] / (own.counts[i] + prior);
    centre[i] = weight * own.means[i] + (1 - weight) * fleet.means[i];
    const variance = weight * own.variances[i] + (1 - weight) * fleet.variances[i];
    factor[i] = 1 / Math.sqrt(variance + SCALE_FLOOR ** 2);
  }
  return { centre, factor };
}

/** Scaled copy of the rows; NaN stays, what is not finite otherwise is capped. */
export function scaleRows({ values, width, rows }: Matrix, { centre, factor }: Scaling): Matrix {
  const scaled = new Float32Array(rows * width);
  for (let r = 0, at = 0; r < rows; r++) {
    for (let i = 0; i < width; i++, at++) {
      const z = (values[at] - centre[i]) * factor[i];
      scaled[at] = z > SCALED_CAP ? SCALED_CAP : z < -SCALED_CAP ? -SCALED_CAP : z;
    }
  }
  return { values: scaled, width, rows };
}
