/**
 * Which columns a distance in a discriminator's hidden layer comes from: DeepLIFT's Rescale rule
 * (Shrikumar et al. 2017) from the host's mean window. What the columns are given adds up to the
 * distance beyond the mean window's own, as integrated gradients would, in one pass backwards.
 * @module
 */
import { forward, type Net } from "./engine.ts";
import { distanceNet, FEATURE_LAYER, type FeatureReader } from "./gan.ts";
import type { Matrix } from "./matrix.ts";

/** Rows on their way through the layers. */
interface Pass {
  /** Of each layer, after its ReLU. */
  readonly units: readonly Float32Array[];
  /** Whitened: their squares sum to the distance. */
  readonly whitened: Float32Array;
}

const LAYERS = Array.from({ length: FEATURE_LAYER + 1 }, (_, i) => i + 1);

/**
 * Each column's part in each row's squared distance, rows × width; some may be below 0. A row's parts
 * sum to its distance less that of a row of zeros.
 */
export function attributeDistances(net: Net, reader: FeatureReader, rows: Matrix): Float32Array {
  const { slope } = net.architecture;
  const here = pass(net, reader, rows.values);
  const mean = meanPasses.get(reader) ?? pass(net, reader, new Float32Array(rows.width));
  meanPasses.set(reader, mean);
  const { layers, whitening } = backwardNets(net, reader);
  const outputs = here.whitened;
  addToRows(outputs, mean.whitened);
  let [factors] = forward(whitening, outputs);
  for (const layer of layers.keys()) {
    rescale(factors, here.units.at(-1 - layer)!, mean.units.at(-1 - layer)!, slope);
    [factors] = forward(layers[layer], factors);
  }
  for (let at = 0; at < factors.length; at++) factors[at] *= rows.values[at];
  return factors;
}

/** The mean window's, which every row of a host is compared with. */
const meanPasses = new WeakMap<FeatureReader, Pass>();

function pass(net: Net, reader: FeatureReader, rows: Float32Array): Pass {
  const units = forward(distanceNet(net, reader), rows, LAYERS);
  return { whitened: units.pop()!, units };
}

function addToRows(rows: Float32Array, row: Float32Array) {
  for (let at = 0; at < rows.length; at += row.length) {
    for (let i = 0; i < row.length; i++) rows[at + i] += row[i];
  }
}

/** Multiplies factors by how much each unit changes as its sum does, from the mean window's to the row's. */
function rescale(factors: Float32Array, units: Float32Array, mean: Float32Array, slope: number) {
  for (let at = 0, k = 0; at < factors.length; at++, k++) {
    if (k === mean.length) k = 0;
    const [unit, from] = [units[at], mean[k]];
    if (unit > 0 && from > 0) continue;
    const change = (unit > 0 ? unit : unit / slope) - (from > 0 ? from : from / slope);
    factors[at] *= unit <= 0 && from <= 0 ? slope : (unit - from) / change;
  }
}

/** What outputs' factors say of inputs, as linear nets: the whitening's, then each layer's, last first. */
interface Backward {
  readonly whitening: Net;
  readonly layers: readonly Net[];
}

const backwards = new WeakMap<FeatureReader, Backward>();

function backwardNets(net: Net, reader: FeatureReader): Backward {
  let nets = backwards.get(reader);
  if (!nets) {
    const { widths } = net.architecture;
    const layers: Net[] = [];
    for (let layer = 0, at = 0; layer < FEATURE_LAYER; layer++) {
      layers.unshift(transposed(net.weights, at, widths[layer], widths[layer + 1]));
      at += (widths[layer] + 1) * widths[layer + 1];
    }
    const { length } = reader.means;
    nets = { whitening: transposed(reader.whitening.weights, 0, length, length), layers };
    backwards.set(reader, nets);
  }
  return nets;
}

function transposed(weights: Float32Array, at: number, inputs: number, outputs: number): Net {
  const turned = new Float32Array((outputs + 1) * inputs);
  for (let i = 0; i < inputs; i++) {
    for (let k = 0; k < outputs; k++) turned[k * inputs + i] = weights[at + i * outputs + k];
  }
  return { architecture: { widths: [outputs, inputs], slope: 0 }, weights: turned };
}
