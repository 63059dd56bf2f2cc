/**
 * Runs a trained net on the calling thread.
 * @module
 */
import type { Net } from "@/models/engine.ts";
import { BLOCK_ROWS, loadNet } from "./autoencoder.ts";
import type { Kernel, KernelNet } from "./kernel.ts";
import { wasmKernel } from "./wasm.ts";

/** Nets that stay loaded: those of one host, forwards and backwards, whose rows come one by one. */
const LOADED_NETS = 8;
/** The net used last stands first. */
const loaded: ForwardKernel[] = [];

/**
 * Units of chosen layers for each row, at once, on the `fused` kernel whatever engine trained. Layer
 * 1 is the first hidden layer (after its ReLU), the last is the output; NaN in a row is read as 0.
 * @throws {RangeError} if the rows are not whole, or the net has no such layer.
 */
export function forward(
  net: Net,
  rows: Float32Array,
  layers: readonly number[] = [net.architecture.widths.length - 1],
): Float32Array[] {
  const at = loaded.findIndex((kernel) => kernel.holds(net));
  const [ours] = at >= 0 ? loaded.splice(at, 1) : [
    loaded.length < LOADED_NETS ? new ForwardKernel(wasmKernel()) : loaded.pop()!,
  ];
  loaded.unshift(ours);
  return ours.run(net, rows, layers);
}

/** Runs nets on a kernel that nothing else uses; the last net stays loaded for the next rows. */
export class ForwardKernel {
  #weights: WeakRef<Float32Array> | undefined;
  #loaded: KernelNet | undefined;

  /** The kernel must be nobody else's. */
  constructor(readonly kernel: Kernel) {}

  /** Whether this net was the last. */
  holds(net: Net): boolean {
    return this.#weights?.deref() === net.weights;
  }

  /** See {@link forward}. */
  run(net: Net, values: Float32Array, layers: readonly number[]): Float32Array[] {
    const { widths } = net.architecture;
    checkLayers(widths, values, layers);
    const rows = values.length / widths[0];
    const loaded = this.#load(net);
    const outputs = layers.map((layer) => new Float32Array(rows * widths[layer]));
    for (let start = 0; start < rows; start += BLOCK_ROWS) {
      const block = Math.min(BLOCK_ROWS, rows - start);
      readRows(loaded, values, widths[0], start, block);
      loaded.forward(block);
      for (const [i, layer] of layers.entries()) {
        writeRows(loaded, layer, outputs[i], widths[layer], start, block);
      }
    }
    return outputs;
  }

  #load(net: Net): KernelNet {
    if (this.#loaded && this.holds(net)) return this.#loaded;
    [this.#loaded] = this.kernel.allocate([{ architecture: net.architecture, rows: BLOCK_ROWS }]);
    loadNet(net, this.#loaded);
    this.#weights = new WeakRef(net.weights);
    return this.#loaded;
  }
}

/** Checks what is asked of a net. @throws {RangeError} if the values are not whole rows, or the net has no such layer. */
export function checkLayers(
  widths: readonly number[],
  values: Float32Array,
  layers: readonly number[],
): void {
  if (values.length % widths[0] !== 0) {
    throw new RangeError(`Cannot cut ${values.length} values into rows of ${widths[0]}`);
  }
  const wrong = layers.find((layer) => !(layer >= 1 && layer < widths.length));
  if (wrong === undefined) return;
  throw new RangeError(`Cannot read layer ${wrong} of a net of ${widths.length - 1} layers`);
}

function readRows(
  net: KernelNet,
  values: Float32Array,
  width: number,
  start: number,
  rows: number,
) {
  const [input, padded] = [net.units[0], net.layout.widths[0]];
  let from = start * width;
  for (let row = 0; row < rows; row++) {
    const end = row * padded + width;
    for (let at = row * padded; at < end; at++, from++) {
      const value = values[from];
      input[at] = value === value ? value : 0;
    }
  }
}

function writeRows(
  net: KernelNet,
  layer: number,
  out: Float32Array,
  width: number,
  start: number,
  rows: number,
) {
  const [units, padded] = [net.units[layer], net.layout.widths[layer]];
  if (padded === width) out.set(units.subarray(0, rows * width), start * width);
  for (let row = 0; row < rows && padded !== width; row++) {
    out.set(units.subarray(row * padded, row * padded + width), (start + row) * width);
  }
}
