/**
 * The record ids of a channel in an hour: which were there already, and how many are missing.
 * @module
 */

/** Ids in one block: a power of two, one bit each. */
const BLOCK = 1_024;
/** Blocks that are kept: 67 million ids in a row; ids of others count as new. */
const MAX_BLOCKS = 65_536;

const NO_BITS = new Uint32Array(0);

/** A set of whole numbers that mostly follow each other. */
export class RecordIds {
  readonly #blocks = new Map<number, Uint32Array<ArrayBuffer>>();
  #last = -1;
  #bits = NO_BITS;
  /** Numbers in the set. */
  size = 0;
  /** Smallest number; Infinity when empty. */
  min = Infinity;
  /** Largest number; -Infinity when empty. */
  max = -Infinity;

  /** Adds a number; false where it was there. */
  add(value: number): boolean {
    const block = Math.floor(value / BLOCK);
    if (block !== this.#last && !this.#enter(block)) return true;
    const at = value % BLOCK;
    const bit = 1 << (at & 31);
    if (this.#bits[at >> 5] & bit) return false;
    this.#bits[at >> 5] |= bit;
    this.size++;
    if (value < this.min) this.min = value;
    if (value > this.max) this.max = value;
    return true;
  }

  #enter(block: number): boolean {
    let bits = this.#blocks.get(block);
    if (!bits) {
      if (this.#blocks.size >= MAX_BLOCKS) return false;
      this.#blocks.set(block, bits = new Uint32Array(BLOCK / 32));
    }
    this.#last = block;
    this.#bits = bits;
    return true;
  }
}
