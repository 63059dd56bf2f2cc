/**
 * The autoencoder as a detector: what it cannot give back is strange.
 *
 * Three readings of the residual, none best everywhere: squared error; Mahalanobis distance, as
 * columns fail together; and the eight columns that surprise most, as an attack touches few.
 * @module
 */
import { type AutoencoderRecipe, forward, type Net, type ResidualReader } from "./engine.ts";
import { type Matrix, matrix } from "./matrix.ts";
import { columnMeans, inverseRoot, ledoitWolf } from "./statistics/covariance.ts";

/** Readings of one residual. */
export const RESIDUAL_READINGS = ["squared error", "Mahalanobis", "surprise"] as const;

/** What may be set about an autoencoder. */
export interface AutoencoderOptions {
  /** `seed` is 128-64-32-16-32-64-128; `wide` is d-128-64-128-d. */
  readonly preset?: "seed" | "wide";
  /** Hidden widths in place of a preset's. */
  readonly hidden?: readonly number[];
  /** Default 2,000. */
  readonly steps?: number;
}

/** The recipe that measured best (docs/quality.md): denoising, Adam 1e-3, batches of 64. */
export function autoencoderRecipe(
  width: number,
  { preset = "seed", hidden, steps = 2000 }: AutoencoderOptions = {},
): AutoencoderRecipe {
  const inner = hidden ?? (preset === "seed" ? [64, 32, 16, 32, 64] : [128, 64, 128]);
  return {
    kind: "autoencoder",
    architecture: { widths: [width, ...inner, width], slope: 0 },
    optimiser: { learningRate: 1e-3 },
    steps,
    batch: 64,
    inputNoise: 0.3,
    inputMask: 0.15,
    checkEvery: Math.max(1, Math.min(100, steps)),
  };
}

/** What is known of a host's residuals on rows that it was trained on. */
export interface ResidualStatistics {
  /** Rows that they are of. */
  readonly rows: number;
  /** Mean residual of each column. */
  readonly means: Float64Array;
  /** width × width. */
  readonly covariance: Float64Array;
}

/** input - output; 0 where there is no value, and in columns that only give context. */
export function residuals(net: Net, rows: Matrix, counted: Uint8Array): Matrix {
  const [output] = forward(net, rows.values.subarray(0, rows.rows * rows.width));
  for (let r = 0, at = 0; r < rows.rows; r++) {
    for (let i = 0; i < rows.width; i++, at++) {
      const value = rows.values[at];
      output[at] = counted[i] === 0 || value !== value ? 0 : value - output[at];
    }
  }
  return matrix(output, rows.width);
}

/** Statistics of residuals. */
export function residualStatistics(data: Matrix): ResidualStatistics {
  const means = columnMeans(data);
  return { rows: data.rows, means, covariance: ledoitWolf(data, means).covariance };
}

/** A host's statistics drawn towards its fleet's, as if `prior` more rows had been seen there. */
export function shrinkStatistics(
  own: ResidualStatistics,
  fleet: ResidualStatistics,
  prior: number,
): ResidualStatistics {
  const weight = own.rows / (own.rows + prior);
  const blend = (a: Float64Array, b: Float64Array) =>
    a.map((value, i) => weight * value + (1 - weight) * b[i]);
  return {
    rows: own.rows,
    means: blend(own.means, fleet.means),
    covariance: blend(own.covariance, fleet.covariance),
  };
}

/** Prepares statistics for reading; precisions are 1 / (variance + a quarter of the mean variance). */
export function residualReader({ means, covariance }: ResidualStatistics): ResidualReader {
  const width = means.length;
  const variances = means.map((_, i) => covariance[i * width + i]);
  const floor = 0.25 * variances.reduce((sum, x) => sum + x, 0) / width + 1e-6;
  return {
    means: Float32Array.from(means),
    precisions: Float32Array.from(variances, (variance) => 1 / (variance + floor)),
    whitening: whiteningOf(covariance, width),
  };
}

/** The inverse root of a covariance as a linear layer: the output's squares sum to the distance. */
export function whiteningOf(covariance: Float64Array, width: number): Net {
  const weights = new Float32Array(width * (width + 1));
  weights.set(inverseRoot(covariance, width));
  return { architecture: { widths: [width, width], slope: 0 }, weights };
}

/** log of the sum of each row's parts. */
export function logSums(parts: Float32Array, width: number): Float64Array {
  const sums = new Float64Array(parts.length / width);
  for (let r = 0, at = 0; r < sums.length; r++) {
    let sum = 1e-9;
    for (let i = 0; i < width; i++) sum += parts[at++];
    sums[r] = Math.log(sum);
  }
  return sums;
}
