/**
 * A quantile sketch with a bounded relative error that can be added to and kept: DDSketch (Masson,
 * Rim, Lee 2019). Counts in bins that grow by 2 %; small whole numbers come back exactly.
 * @module
 */
import { ByteReader, ByteWriter } from "@/features/bytes.ts";

const ERROR = 0.01;
const GAMMA = (1 + ERROR) / (1 - ERROR);
const LOG_GAMMA = Math.log(GAMMA);
const MAX_BINS = 4_096;

/** Bin of a whole number: 0 for 0, mirrored below it. */
function binOf(value: number): number {
  if (value === 0) return 0;
  const bin = Math.ceil(Math.log(Math.abs(value)) / LOG_GAMMA - 1e-9) + 1;
  return value > 0 ? bin : -bin;
}

/** The whole number nearest to the middle of a bin. */
function valueOf(bin: number): number {
  if (bin === 0) return 0;
  const middle = 2 * GAMMA ** (Math.abs(bin) - 1) / (GAMMA + 1);
  return Math.sign(bin) * Math.round(middle);
}

/** Counts of whole numbers by bin. */
export class Sketch {
  readonly #bins = new Map<number, number>();
  #count = 0;

  /** Numbers added. */
  get count(): number {
    return this.#count;
  }

  /** Share of the numbers that are not 0. */
  get activeShare(): number {
    return this.#count === 0 ? 0 : 1 - (this.#bins.get(0) ?? 0) / this.#count;
  }

  /** Adds a whole number. */
  add(value: number, times = 1): void {
    const bin = binOf(value);
    this.#bins.set(bin, (this.#bins.get(bin) ?? 0) + times);
    this.#count += times;
  }

  /** Values at the shares `q`, ascending in [0, 1]; each within 1 % of a number that was added. */
  quantiles(q: readonly number[]): number[] {
    const bins = [...this.#bins].sort(([a], [b]) => a - b);
    let [at, below] = [0, 0];
    return q.map((share) => {
      const rank = share * (this.#count - 1);
      while (at < bins.length - 1 && below + bins[at][1] <= rank) below += bins[at++][1];
      return bins.length === 0 ? 0 : valueOf(bins[at][0]);
    });
  }

  /** Appends the sketch. */
  write(out: ByteWriter): void {
    const bins = [...this.#bins].sort(([a], [b]) => a - b);
    out.varint(bins.length);
    let last = 0;
    for (const [bin, count] of bins) {
      out.zigzag(bin - last);
      out.varint(count);
      last = bin;
    }
  }

  /** Reads what {@link write} wrote. */
  static read(bytes: ByteReader): Sketch {
    const sketch = new Sketch();
    let bin = 0;
    for (let left = bytes.varint("number of bins", MAX_BINS); left > 0; left--) {
      bin += bytes.zigzag("bin");
      const count = bytes.varint("count");
      sketch.#bins.set(bin, count);
      sketch.#count += count;
    }
    return sketch;
  }
}
