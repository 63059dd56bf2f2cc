/**
 * Reads what an autoencoder leaves, on the calling thread. Net, whitening and the passes around them
 * share one memory: each row goes in once, and its readings come out once.
 * @module
 */
import type { Net, ResidualReader, ResidualReadings } from "@/models/engine.ts";
import { BLOCK_ROWS, loadNet } from "./autoencoder.ts";
import type { KernelNet } from "./kernel.ts";
import { wasmKernel } from "./wasm.ts";

/** Keeps the logarithm of a row that leaves nothing finite. */
const LEAST_SUM = 1e-9;
/** Readers that stay loaded: those of hosts that are scored in turns. */
const LOADED_READERS = 4;
/** The reader used last stands first. */
const loaded: ResidualKernel[] = [];

/**
 * Reads rows × width values, NaN where there is none; columns whose `counted` is 0 only give context.
 * @throws {RangeError} if the rows are not whole.
 */
export function readResiduals(
  net: Net,
  reader: ResidualReader,
  values: Float32Array,
  counted: Uint8Array,
): ResidualReadings {
  const [width] = net.architecture.widths;
  if (values.length % width !== 0) {
    throw new RangeError(`Cannot cut ${values.length} values into rows of ${width}`);
  }
  const at = loaded.findIndex((kernel) => kernel.holds(net, reader));
  const [ours] = at >= 0 ? loaded.splice(at, 1) : [
    loaded.length < LOADED_READERS ? new ResidualKernel() : loaded.pop()!,
  ];
  loaded.unshift(ours);
  return ours.read(net, reader, values, counted);
}

/** Holds one net and its reader at a time. */
export class ResidualKernel {
  readonly #kernel: ReturnType<typeof wasmKernel>;
  #weights: WeakRef<Float32Array> | undefined;
  #reader: WeakRef<ResidualReader> | undefined;
  #room: Room | undefined;

  /** `relaxed: false` is for tests. */
  constructor(options?: { readonly relaxed?: boolean }) {
    this.#kernel = wasmKernel(options);
  }

  /** Whether these were the last. */
  holds(net: Net, reader: ResidualReader): boolean {
    return this.#weights?.deref() === net.weights && this.#reader?.deref() === reader;
  }

  /** See {@link readResiduals}. */
  read(
    net: Net,
    reader: ResidualReader,
    values: Float32Array,
    counted: Uint8Array,
  ): ResidualReadings {
    const room = this.#load(net, reader);
    counted.forEach((counts, i) => room.counted[i] = counts === 0 ? 0 : -1);
    const [width] = net.architecture.widths;
    const rows = values.length / width;
    const parts = room.parts.map(() => new Float32Array(values.length));
    const logs = room.sums.map(() => new Float64Array(rows));
    for (let start = 0; start < rows; start += BLOCK_ROWS) {
      const block = Math.min(BLOCK_ROWS, rows - start);
      const end = start + block;
      copyRows(values.subarray(start * width, end * width), width, room.values, room.padded);
      this.#readBlock(room, block);
      room.parts.forEach((part, k) => {
        copyRows(part, room.padded, parts[k].subarray(start * width, end * width), width);
        for (let row = 0; row < block; row++) {
          logs[k][start + row] = Math.log(LEAST_SUM + room.sums[k][row]);
        }
      });
    }
    return { parts, logs };
  }

  #readBlock({ net, whitening, padded, values, parts, sums, ...room }: Room, rows: number) {
    const { passes } = this.#kernel;
    const [squares, distances, surprises] = parts.map(addressOf);
    const [squareSums, distanceSums, surpriseSums] = sums.map(addressOf);
    const centred = addressOf(whitening.units[0]);
    passes.fillGaps(rows * padded, addressOf(values), addressOf(net.units[0]));
    net.forward(rows);
    passes.readResiduals(
      rows,
      padded,
      addressOf(values),
      addressOf(net.units.at(-1)!),
      addressOf(room.means),
      addressOf(room.precisions),
      addressOf(room.counted),
      squares,
      centred,
      surprises,
      squareSums,
      surpriseSums,
    );
    whitening.forward(rows);
    passes.squareRows(rows, padded, distances, distanceSums);
  }

  #load(net: Net, reader: ResidualReader): Room {
    if (this.#room && this.holds(net, reader)) return this.#room;
    const nets = [net, reader.whitening];
    const [ours, whitening] = this.#kernel.allocate(
      nets.map(({ architecture }) => ({ architecture, rows: BLOCK_ROWS })),
    );
    loadNet(net, ours);
    loadNet(reader.whitening, whitening);
    this.#room = roomIn(ours, whitening);
    this.#room.means.set(reader.means);
    this.#room.precisions.set(reader.precisions);
    this.#weights = new WeakRef(net.weights);
    this.#reader = new WeakRef(reader);
    return this.#room;
  }
}

/** Where a block's numbers lie; widths are padded. */
interface Room {
  readonly net: KernelNet;
  readonly whitening: KernelNet;
  readonly padded: number;
  readonly values: Float32Array;
  /** One number a column each; `counted` is all ones or 0. */
  readonly means: Float32Array;
  readonly precisions: Float32Array;
  readonly counted: Int32Array;
  /** As {@link ResidualReadings.parts}. */
  readonly parts: readonly Float32Array[];
  /** Of the parts of each row. */
  readonly sums: readonly Float64Array[];
}

/** Room where training would have targets and gradients, which a net that only reads has no use for. */
function roomIn(net: KernelNet, whitening: KernelNet): Room {
  const [padded] = net.layout.widths;
  const { buffer, byteOffset } = net.inputGradient;
  const columns = (k: number) => byteOffset + 4 * k * padded;
  const sums = (k: number) =>
    new Float64Array(buffer, whitening.outputGradient.byteOffset + 8 * k * BLOCK_ROWS, BLOCK_ROWS);
  return {
    net,
    whitening,
    padded,
    values: net.target,
    means: new Float32Array(buffer, columns(0), padded),
    precisions: new Float32Array(buffer, columns(1), padded),
    counted: new Int32Array(buffer, columns(2), padded),
    parts: [net.outputGradient, whitening.units[1], whitening.target],
    sums: [0, 1, 2].map(sums),
  };
}

/** In WebAssembly's memory. */
const addressOf = (array: { readonly byteOffset: number }) => array.byteOffset;

/** Copies rows from one width to another, as far as both go. */
function copyRows(from: Float32Array, width: number, to: Float32Array, toWidth: number) {
  if (width === toWidth) return to.set(from.subarray(0, to.length));
  const both = Math.min(width, toWidth);
  const rows = Math.min(from.length / width, to.length / toWidth);
  for (let row = 0; row < rows; row++) {
    to.set(from.subarray(row * width, row * width + both), row * toWidth);
  }
}
