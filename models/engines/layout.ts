/**
 * How a net lies in memory. Outside an engine a net is dense; inside a kernel every width is padded
 * to whole SIMD registers, and the padding is 0 before, during and after training.
 * @module
 */
import type { Architecture, Net } from "@/models/engine.ts";
import { streamKey, uniform } from "./random.ts";

/** One dense layer: padded widths and where its numbers start. */
export interface Layer {
  /** Units read, padded. */
  readonly inputs: number;
  /** Units given, padded. */
  readonly outputs: number;
  /** Of the weights, inputs × outputs; biases follow. */
  readonly weightsAt: number;
  /** Of the biases, one an output. */
  readonly biasesAt: number;
}

/** All layers, and the floats they take together. */
export interface Layout {
  /** Padded units, from the input to the output. */
  readonly widths: readonly number[];
  /** In order. */
  readonly layers: readonly Layer[];
  /** Floats of all layers. */
  readonly size: number;
}

/** The least multiple of `unit` that is not below `value`. */
export function roundUp(value: number, unit: number): number {
  return Math.ceil(value / unit) * unit;
}

/** Widths padded to multiples of `lanes`; with 1 the dense layout of {@link Net.weights}. */
export function layoutOf(architecture: Architecture, lanes = 1): Layout {
  const widths = architecture.widths.map((width) => roundUp(width, lanes));
  const layers: Layer[] = [];
  let size = 0;
  for (let i = 0; i + 1 < widths.length; i++) {
    const [inputs, outputs] = [widths[i], widths[i + 1]];
    const biasesAt = size + inputs * outputs;
    layers.push({ inputs, outputs, weightsAt: size, biasesAt });
    size = biasesAt + outputs;
  }
  return { widths, layers, size };
}

/** Copies every row of every layer between two layouts of the same architecture. */
export function relayout(from: Float32Array, source: Layout, to: Float32Array, target: Layout) {
  for (const [i, layer] of source.layers.entries()) {
    const other = target.layers[i];
    const columns = Math.min(layer.outputs, other.outputs);
    for (let row = 0; row < Math.min(layer.inputs, other.inputs); row++) {
      const at = layer.weightsAt + row * layer.outputs;
      to.set(from.subarray(at, at + columns), other.weightsAt + row * other.outputs);
    }
    to.set(from.subarray(layer.biasesAt, layer.biasesAt + columns), other.biasesAt);
  }
}

/** Fresh weights: Glorot & Bengio's uniform range (2010), biases 0, as Keras' `Dense`. */
export function initialNet(architecture: Architecture, seed: number): Net {
  const { layers, size } = layoutOf(architecture);
  const weights = new Float32Array(size);
  const key = streamKey(seed, "weights");
  for (const { inputs, outputs, weightsAt, biasesAt } of layers) {
    const limit = Math.sqrt(6 / (inputs + outputs));
    for (let i = weightsAt; i < biasesAt; i++) weights[i] = limit * (2 * uniform(key, i) - 1);
  }
  return { architecture, weights };
}

/** Throws unless these widths and this slope make a net. */
export function checkArchitecture({ widths, slope }: Architecture): void {
  const wrong = widths.find((width) => !Number.isInteger(width) || width < 1 || width > 4096);
  if (widths.length < 2 || widths.length > 17 || wrong !== undefined) {
    throw new RangeError(
      `Cannot build a net of other than 1 to 16 layers of 1 to 4096 units: got "${widths}"`,
    );
  }
  if (!(slope >= 0 && slope < 1)) {
    throw new RangeError(`Cannot use a slope outside [0, 1) below zero: got ${slope}`);
  }
}
