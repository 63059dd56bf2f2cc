/**
 * The record ids of a channel in an hour: which were there already, and how many are missing.
 * @module
 */

/** Ids in one block, one bit each. */
const BLOCK = 512;
/** Blocks that are kept: 67 million ids in a row; ids of others count as new. */
const MAX_BLOCKS = 131_072;

/** What a block begins as: copying a list is ten times as fast as making a typed array. */
const ZEROS: readonly number[] = Array.from({ length: BLOCK / 32 }, () => 0);

/** A set of whole numbers that mostly follow each other. */
export class RecordIds {
  readonly #blocks = new Map<number, number[]>();
  #last = -1;
  #bits: number[] = [];
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
      this.#blocks.set(block, bits = ZEROS.slice());
    }
    this.#last = block;
    this.#bits = bits;
    return true;
  }
}
