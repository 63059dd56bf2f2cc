/**
 * Things by a hash of theirs, as many as fit. What outgrows its bound keeps the things with the
 * smallest hashes, and which share of all they are is known (adaptive sampling: Wegman; Flajolet,
 * 1990): which ones are kept depends on what came, never on the order in which it came.
 * @module
 */
import { type Budget, HASH_RANGE, type Holder } from "./budget.ts";

/** Items that one set keeps; beyond it, numbers of items are estimates (standard error 2 %). */
export const MAX_ITEMS = 4_096;

/** Most samples stay empty, and share this. */
const NONE = new Map<number, never>();
const NOTHING: readonly never[] = [];

/** At most `limit` things with the smallest hashes. */
export class Sample<T> implements Holder {
  readonly #budget: Budget;
  readonly #cost: number;
  readonly #limit: number;
  #items: Map<number, T> = NONE;
  #depth: number;
  /** Entries in order, until there are others. */
  #sorted: readonly (readonly [number, T])[] | undefined;

  /** Each thing takes `cost` entries of the budget. */
  constructor(budget: Budget, cost = 1, limit = MAX_ITEMS) {
    this.#budget = budget;
    this.#cost = cost;
    this.#limit = limit;
    this.#depth = 0;
  }

  /** What it takes from the budget: all it may, once it outgrew its own bound. */
  get charge(): number {
    const full = this.#depth > this.#budget.depth;
    return this.#cost * (full ? this.#limit + 1 : this.#items.size);
  }

  /** The thing with a hash (31 bits); made where it is missing, unless its share is not kept. */
  get(hash: number, make: () => T): T | undefined {
    if (this.#items === NONE) this.limitTo(this.#budget.depth);
    let item = this.#items.get(hash);
    if (item !== undefined || hash >= HASH_RANGE / this.weight) return item;
    if (this.#items === NONE) {
      this.#items = new Map();
      this.#budget.join(this);
    }
    item = make();
    this.#items.set(hash, item);
    this.#sorted = undefined;
    if (this.#depth === this.#budget.depth) this.#budget.take(this.#cost);
    while (this.#items.size > this.#limit) {
      this.#budget.outgrown++;
      this.limitTo(this.#depth + 1);
    }
    return item;
  }

  /** Keeps at most the share 2^-depth, as another one does whose things are to be taken in. */
  limitTo(depth: number): void {
    if (depth <= this.#depth) return;
    this.#depth = depth;
    this.#sorted = undefined;
    for (const hash of this.#items.keys()) {
      if (hash >= HASH_RANGE / this.weight) this.#items.delete(hash);
    }
  }

  /** The share that is kept is 2^-depth. */
  get depth(): number {
    return this.#depth;
  }

  /** Of how many things each kept one stands. */
  get weight(): number {
    return 2 ** this.#depth;
  }

  /** Number of different things. */
  get distinct(): number {
    return this.#items.size * this.weight;
  }

  /** The kept things, in no order. */
  values(): Iterable<T> {
    return this.#items.values();
  }

  /** The kept things in order of their hashes. */
  entries(): readonly (readonly [number, T])[] {
    if (this.#items === NONE) return NOTHING;
    return this.#sorted ??= [...this.#items].sort(([a], [b]) => a - b);
  }
}
