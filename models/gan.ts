/**
 * The GAN as a detector: not the discriminator's output, which is near chance on rows far from both
 * its real and its generated ones, but how far a row lies from real rows in a hidden layer of it, by
 * Mahalanobis distance. With uniform negatives among its training that is better than the same layer
 * untrained, which distances to neighbours in it are not (docs/quality.md).
 * @module
 */
import {
  logSums,
  type ResidualStatistics as Statistics,
  residualStatistics,
  whiteningOf,
} from "./autoencoder.ts";
import { forward, type GanRecipe, type Net } from "./engine.ts";
import { type Matrix, matrix } from "./matrix.ts";

/** Hidden layer that is read, counted from the input. */
export const FEATURE_LAYER = 2;
/** What may be set about a GAN. */
export interface GanOptions {
  /** Default 1,000. */
  readonly steps?: number;
  /** Default true. */
  readonly uniformNegatives?: boolean;
  /** Hidden widths of the generator; default 64, 64, 128, 128, 128, 128. */
  readonly generator?: readonly number[];
  /** Hidden widths of the discriminator, two at least; default 128, 128, 64, 32. */
  readonly discriminator?: readonly number[];
}

const LATENT = 32;

/** Six hidden layers and an output that generate, five layers that discriminate. */
export function ganRecipe(
  width: number,
  {
    steps = 1000,
    uniformNegatives = true,
    generator = [64, 64, 128, 128, 128, 128],
    discriminator = [128, 128, 64, 32],
  }: GanOptions = {},
): GanRecipe {
  return {
    kind: "gan",
    generator: { widths: [LATENT, ...generator, width], slope: 0.2 },
    discriminator: { widths: [width, ...discriminator, 1], slope: 0.2 },
    optimiser: { learningRate: 5e-4, weightDecay: 1e-4, beta1: 0.5 },
    steps,
    batch: 64,
    uniformNegatives,
    checkEvery: Math.max(1, Math.min(100, steps)),
  };
}

/** Normal rows as the discriminator sees them. */
export interface FeatureReader {
  /** Mean of each hidden unit. */
  readonly means: Float32Array;
  /** One linear layer: the inverse root of their covariance. */
  readonly whitening: Net;
}

/** Mean and covariance of the hidden units over rows; no value may be missing. */
export function featureStatistics(net: Net, rows: Matrix): Statistics {
  const values = rows.values.subarray(0, rows.rows * rows.width);
  const [features] = forward(net, values, [FEATURE_LAYER]);
  return residualStatistics(matrix(features, net.architecture.widths[FEATURE_LAYER]));
}

/** Prepares statistics for reading. */
export function featureReader({ means, covariance }: Statistics): FeatureReader {
  return { means: Float32Array.from(means), whitening: whiteningOf(covariance, means.length) };
}

const distanceNets = new WeakMap<FeatureReader, Net>();

/** The layers up to the one that is read, and its whitening: the output's squares sum to the distance. */
export function distanceNet(net: Net, reader: FeatureReader): Net {
  let whole = distanceNets.get(reader);
  if (!whole) {
    const widths = net.architecture.widths.slice(0, FEATURE_LAYER + 1);
    const width = reader.means.length;
    const size = widths.slice(1).reduce((sum, outputs, i) => sum + (widths[i] + 1) * outputs, 0);
    const weights = new Float32Array(size + reader.whitening.weights.length);
    weights.set(net.weights.subarray(0, size));
    weights.set(reader.whitening.weights, size);
    const [centre] = forward(reader.whitening, reader.means);
    for (let i = 0; i < width; i++) weights[weights.length - width + i] = -centre[i];
    whole = {
      architecture: { widths: [...widths, width], slope: net.architecture.slope },
      weights,
    };
    distanceNets.set(reader, whole);
  }
  return whole;
}

/** log of the squared Mahalanobis distance from normal rows in the hidden layer. */
export function featureDistances(net: Net, reader: FeatureReader, rows: Matrix): Float64Array {
  const values = rows.values.subarray(0, rows.rows * rows.width);
  const [whitened] = forward(distanceNet(net, reader), values);
  for (let at = 0; at < whitened.length; at++) whitened[at] *= whitened[at];
  return logSums(whitened, reader.means.length);
}

/** The documented seed score, -D(x): kept to compare with, never fused. */
export function discriminatorScores(net: Net, rows: Matrix): Float64Array {
  const [logits] = forward(net, rows.values.subarray(0, rows.rows * rows.width));
  return Float64Array.from(logits, (logit) => -logit);
}

/** Whether a generator gives nearly the same row whatever the latent vector. */
export function collapsed(generator: Net, random: () => number): boolean {
  const latent = Float32Array.from(
    { length: 64 * generator.architecture.widths[0] },
    () => (random() + random() + random() - 1.5) * 2,
  );
  const [rows] = forward(generator, latent);
  const width = generator.architecture.widths.at(-1)!;
  let [sum, squares] = [0, 0];
  for (let i = 0; i < width; i++) {
    let [mean, square] = [0, 0];
    for (let r = 0; r < 64; r++) {
      mean += rows[r * width + i] / 64;
      square += rows[r * width + i] ** 2 / 64;
    }
    sum += Math.sqrt(Math.max(0, square - mean * mean));
    squares += Math.sqrt(square);
  }
  return sum < 0.02 * (squares + 1e-9);
}
