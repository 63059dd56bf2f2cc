/**
 * Draws the batches of one host: which rows, and what is done to them before a net reads them.
 * @module
 */
import { bits, BYTES_SD, centredBytes, streamKey } from "./random.ts";

/** Row numbers without an end: each pass visits every row once, in an order of its own. */
export class Shuffle {
  readonly #order: Uint32Array;
  #next: number;
  #pass = 0;

  /** An order of so many rows for each pass, by the seed. */
  constructor(rows: number, readonly seed: number) {
    this.#order = Uint32Array.from({ length: rows }, (_, i) => i);
    this.#next = rows;
  }

  /** The next row's number. */
  next(): number {
    if (this.#next === this.#order.length) this.#shuffle();
    return this.#order[this.#next++];
  }

  /** Fisher-Yates. */
  #shuffle() {
    const key = streamKey(this.seed, "shuffle", this.#pass++);
    for (let i = this.#order.length - 1; i > 0; i--) {
      const j = bits(key, i) % (i + 1);
      [this.#order[i], this.#order[j]] = [this.#order[j], this.#order[i]];
    }
    this.#next = 0;
  }
}

/** Rows of a host, row by row, with whether any value is missing. */
export interface Table {
  /** Rows × width; NaN where there is no value. */
  readonly values: Float32Array;
  /** Columns. */
  readonly width: number;
  /** Rows. */
  readonly rows: number;
  /** Whether any value is NaN. */
  readonly gaps: boolean;
}

/** Copies row `row` to `out` at `at`, NaN as it is; returns how many values are present. */
export function copyRow(table: Table, row: number, out: Float32Array, at: number): number {
  const { values, width, gaps } = table;
  const start = row * width;
  out.set(values.subarray(start, start + width), at);
  if (!gaps) return width;
  let present = 0;
  for (let i = start; i < start + width; i++) if (!Number.isNaN(values[i])) present++;
  return present;
}

/** Turns what is missing among `length` values into 0, which is what nets read. */
export function fillGaps(values: Float32Array, at: number, length: number): void {
  for (let i = at; i < at + length; i++) if (Number.isNaN(values[i])) values[i] = 0;
}

/** Noise and masks of one step. Chance is numbered by value within the batch. */
export interface Corruption {
  /** What the centred sum of four random bytes is multiplied with: exact in float32. */
  readonly scale: number;
  /** A value is masked if its 24 random bits are below this. */
  readonly below: number;
  /** Stream of the noise. */
  readonly noiseKey: number;
  /** Stream of the masks. */
  readonly maskKey: number;
}

/** What one step does to its inputs; undefined if nothing. */
export function corruptionOf(
  { inputNoise = 0, inputMask = 0 }: { inputNoise?: number; inputMask?: number },
  seed: number,
  step: number,
): Corruption | undefined {
  if (inputNoise === 0 && inputMask === 0) return undefined;
  return {
    scale: Math.fround(inputNoise / BYTES_SD),
    below: Math.ceil(inputMask * 0x1000000),
    noiseKey: streamKey(seed, "noise", step),
    maskKey: streamKey(seed, "mask", step),
  };
}

/** Latent vectors are noise of deviation 1 upon zeros. */
export function latentOf(seed: number, draw: number): Corruption {
  const key = streamKey(seed, "latent", draw);
  return { scale: Math.fround(1 / BYTES_SD), below: 0, noiseKey: key, maskKey: key };
}

/** Adds noise to `length` values of a net's input and sets some to 0; NaN becomes 0 too. */
export function corrupt(
  values: Float32Array,
  at: number,
  length: number,
  index: number,
  { scale, below, noiseKey, maskKey }: Corruption,
): void {
  for (let i = 0; i < length; i++) {
    const value = values[at + i];
    const masked = Number.isNaN(value) || bits(maskKey, index + i) >>> 8 < below;
    values[at + i] = masked ? 0 : value + Math.fround(scale * centredBytes(noiseKey, index + i));
  }
}

/** Least and greatest value of each column, at least -1 to 1: where uniform negatives lie. */
export function boxAround(
  { values, width, rows }: Table,
): { low: Float32Array; span: Float32Array } {
  const low = new Float32Array(width).fill(-1);
  const high = new Float32Array(width).fill(1);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < width; column++) {
      const value = values[row * width + column];
      if (value < low[column]) low[column] = value;
      if (value > high[column]) high[column] = value;
    }
  }
  return { low, span: high.map((value, column) => value - low[column]) };
}
