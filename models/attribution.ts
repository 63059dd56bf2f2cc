/**
 * Which columns a distance in a discriminator's hidden layer comes from: DeepLIFT's Rescale rule
 * (Shrikumar et al. 2017) from the host's mean window. What the columns are given adds up to the
 * distance beyond the mean window's own, as integrated gradients would, in one pass backwards.
 * @module
 */
import type { Net } from "./engine.ts";
import { FEATURE_LAYER, type FeatureReader } from "./gan.ts";

/** One row on its way through the layers. */
interface Pass {
  /** Of each layer before its ReLU, and after. */
  readonly sums: Float64Array[];
  readonly units: Float64Array[];
  /** Whitened: their squares sum to the distance. */
  readonly whitened: Float64Array;
}

/**
 * Writes each column's part in a row's squared distance to `parts`; some may be below 0. Returns
 * their sum: the distance less that of a row of zeros.
 */
export function attributeDistance(
  net: Net,
  reader: FeatureReader,
  row: ArrayLike<number>,
  parts: Float32Array,
): number {
  const { widths, slope } = net.architecture;
  const here = pass(net, reader, row);
  const mean = meanPasses.get(reader) ?? pass(net, reader, new Float32Array(widths[0]));
  meanPasses.set(reader, mean);
  const outputs = here.whitened.map((value, k) => value + mean.whitened[k]);
  let factors = through(reader.whitening.weights, 0, outputs, reader.means.length);
  let at = 0;
  const starts = Array.from({ length: FEATURE_LAYER }, (_, layer) => {
    const start = at;
    at += (widths[layer] + 1) * widths[layer + 1];
    return start;
  });
  for (let layer = FEATURE_LAYER - 1; layer >= 0; layer--) {
    for (let k = 0; k < factors.length; k++) {
      const change = here.sums[layer][k] - mean.sums[layer][k];
      factors[k] *= Math.abs(change) > 1e-9
        ? (here.units[layer][k] - mean.units[layer][k]) / change
        : here.sums[layer][k] > 0
        ? 1
        : slope;
    }
    factors = through(net.weights, starts[layer], factors, widths[layer]);
  }
  let sum = 0;
  for (let i = 0; i < widths[0]; i++) sum += parts[i] = factors[i] * row[i];
  return sum;
}

/** The mean window's, which every row of a host is compared with. */
const meanPasses = new WeakMap<FeatureReader, Pass>();

function pass(net: Net, { means, whitening }: FeatureReader, row: ArrayLike<number>): Pass {
  const { widths, slope } = net.architecture;
  const [sums, units]: [Float64Array[], Float64Array[]] = [[], []];
  let input = row;
  for (let layer = 0, at = 0; layer < FEATURE_LAYER; layer++) {
    const outputs = widths[layer + 1];
    const sum = dense(net.weights, at, input, outputs);
    for (let k = 0; k < outputs; k++) sum[k] += net.weights[at + widths[layer] * outputs + k];
    at += (widths[layer] + 1) * outputs;
    input = sum.map((value) => value > 0 ? value : slope * value);
    sums.push(sum);
    units.push(input as Float64Array);
  }
  const centred = units.at(-1)!.map((value, k) => value - means[k]);
  return { sums, units, whitened: dense(whitening.weights, 0, centred, means.length) };
}

/** input × weights, without biases. */
function dense(weights: Float32Array, at: number, input: ArrayLike<number>, outputs: number) {
  const sum = new Float64Array(outputs);
  for (let i = 0; i < input.length; i++) {
    if (input[i] === 0) continue;
    for (let k = 0, from = at + i * outputs; k < outputs; k++, from++) {
      sum[k] += input[i] * weights[from];
    }
  }
  return sum;
}

/** weights × output: what the outputs' factors say of the inputs. */
function through(weights: Float32Array, at: number, output: Float64Array, inputs: number) {
  const outputs = output.length;
  return Float64Array.from({ length: inputs }, (_, i) => {
    let sum = 0;
    for (let k = 0, from = at + i * outputs; k < outputs; k++, from++) {
      sum += weights[from] * output[k];
    }
    return sum;
  });
}
