/**
 * The GAN as a detector: not the discriminator's output, which is near chance on rows far from both
 * its real and its generated ones, but how far a row lies from real rows in a hidden layer of it.
 * Uniform negatives are what makes that layer better than an untrained one (docs/quality.md).
 * @module
 */
import { forward, type GanRecipe, type Net } from "./engine.ts";
import { type Matrix, takeRows } from "./matrix.ts";

/** Hidden layer that is read, counted from the input. */
export const FEATURE_LAYER = 2;
/** Rows of normal windows that are kept to compare with. */
const KEPT_ROWS = 256;
/** Neighbours whose mean distance is the score. */
const NEIGHBOURS = 5;

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
  /** Kept rows × width of the layer. */
  readonly normal: Float32Array;
}

/** Keeps up to 256 of the rows, evenly spread. */
export function featureReader(net: Net, rows: Matrix): FeatureReader {
  const count = Math.min(KEPT_ROWS, rows.rows);
  const kept = Uint32Array.from({ length: count }, (_, i) => Math.floor(i * rows.rows / count));
  return { normal: featuresOf(net, takeRows(rows, kept).values) };
}

const heads = new WeakMap<Net, Net>();

/**
 * Units of the layer that is read. The layers after it are not run: one unit of nothing stands in
 * for them, so that the layer stays a hidden one, with its ReLU.
 */
function featuresOf(net: Net, values: Float32Array): Float32Array {
  let head = heads.get(net);
  if (!head) {
    const widths = [...net.architecture.widths.slice(0, FEATURE_LAYER + 1), 1];
    const size = widths.slice(1).reduce((sum, width, i) => sum + (widths[i] + 1) * width, 0);
    const weights = net.weights.slice(0, size).fill(0, size - widths[FEATURE_LAYER] - 1);
    head = { architecture: { widths, slope: net.architecture.slope }, weights };
    heads.set(net, head);
  }
  return forward(head, values, [FEATURE_LAYER])[0];
}

/**
 * log of the mean distance to the nearest normal rows in the hidden layer. All inner products are
 * one more dense layer, |n|² - 2·n·f for each normal row n, so that the engine's kernel does them.
 */
export function featureDistances(net: Net, { normal }: FeatureReader, rows: Matrix): Float64Array {
  const width = net.architecture.widths[FEATURE_LAYER];
  const kept = normal.length / width;
  const features = featuresOf(net, rows.values.subarray(0, rows.rows * rows.width));
  const [products] = forward(comparison(normal, width), features);
  const scores = new Float64Array(rows.rows);
  const nearest = new Float64Array(Math.min(NEIGHBOURS, kept));
  const last = nearest.length - 1;
  for (let r = 0; r < rows.rows; r++) {
    let square = 0;
    for (let at = r * width; at < (r + 1) * width; at++) square += features[at] * features[at];
    nearest.fill(Infinity);
    for (let at = r * kept; at < (r + 1) * kept; at++) {
      if (products[at] < nearest[last]) insert(nearest, products[at]);
    }
    let mean = 0;
    for (const product of nearest) mean += Math.sqrt(Math.max(0, product + square));
    scores[r] = Math.log(mean / nearest.length + 1e-4);
  }
  return scores;
}

const comparisons = new WeakMap<Float32Array, Net>();

/** The layer that compares features with the normal rows; made once for each model. */
function comparison(normal: Float32Array, width: number): Net {
  const known = comparisons.get(normal);
  if (known) return known;
  const kept = normal.length / width;
  const weights = new Float32Array((width + 1) * kept);
  for (let k = 0; k < kept; k++) {
    let square = 0;
    for (let i = 0; i < width; i++) {
      const value = normal[k * width + i];
      weights[i * kept + k] = -2 * value;
      square += value * value;
    }
    weights[width * kept + k] = square;
  }
  const net: Net = { architecture: { widths: [width, kept], slope: 0 }, weights };
  comparisons.set(normal, net);
  return net;
}

function insert(ascending: Float64Array, value: number) {
  let place = ascending.length - 1;
  for (; place > 0 && ascending[place - 1] > value; place--) {
    ascending[place] = ascending[place - 1];
  }
  ascending[place] = value;
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
