/**
 * What the rows of an hour may hold together. Beyond it every holder keeps a smaller share of its
 * items, all the same one, so that what is kept depends on what came, not on the order.
 * @module
 */

/** Items are 31-bit hashes: the share 2^-depth of them lies below `HASH_RANGE / 2 ** depth`. */
export const HASH_RANGE = 2 ** 31;
const DEEPEST = 31;

/** Something that keeps hashed items. */
export interface Holder {
  /** What it takes from the budget; it never shrinks while items come, unless all shares do. */
  readonly charge: number;
  /** Keeps at most the share 2^-depth of its items. */
  limitTo(depth: number): void;
}

/** Entries that an hour's rows may hold. */
export class Budget {
  /** Every holder keeps at most the share 2^-depth of its items. */
  depth = 0;
  /** Sets and samples that outgrew their own bound. */
  outgrown = 0;
  readonly #limit: number;
  readonly #holders: Holder[] = [];
  #charged = 0;

  /** Allows `limit` entries. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Has a holder draw on the budget. */
  join(holder: Holder): void {
    this.#holders.push(holder);
  }

  /** Notes that some holder's charge grew by `cost`, and makes room where that is too much. */
  take(cost: number): void {
    this.#charged += cost;
    while (this.#charged > this.#limit && this.depth < DEEPEST) {
      this.depth++;
      this.#charged = 0;
      for (const holder of this.#holders) {
        holder.limitTo(this.depth);
        this.#charged += holder.charge;
      }
    }
  }
}
