/**
 * How often which items came, for all the sets of one row, each set sampled as a {@link Sample} is.
 * @module
 */
import { type Budget, HASH_RANGE, type Holder } from "./budget.ts";
import { MAX_ITEMS } from "./sample.ts";

/** Entries up to which going through a list beats an index. */
const LISTED = 16;
/** Entries up to which sorting by insertion beats making arrays for it. */
const SORTED_BY_HAND = 40;
/** More than the entries of 31 full sets: a key (36 bits) times this is an exact number. */
const PLACES = 2 ** 17;

/** Counts by set and item: filled, then sealed, then read in order of item. */
export class Tally implements Holder {
  readonly #budget: Budget;
  /** Set and item of each entry: `set * HASH_RANGE + item`. */
  #keys: number[] = [];
  #times: number[] = [];
  /** Place of each key, once they are many. */
  #index: Map<number, number> | undefined;
  /** Entries of each set at `set + 1`; once sealed, where each set begins at `set`. */
  readonly #starts: number[];
  /** By set: the share of items that is kept is 2^-depth; undefined while all are. */
  #depths: number[] | undefined;

  /** For the sets 0 to `sets` - 1. */
  constructor(sets: number, budget: Budget) {
    this.#starts = new Array(sets + 1).fill(0);
    this.#budget = budget;
    if (budget.depth > 0) this.limitTo(budget.depth);
    budget.join(this);
  }

  /** What its sets take from the budget: all they may, once they outgrew their own bound. */
  get charge(): number {
    let charge = 0;
    for (let set = 0; set + 1 < this.#starts.length; set++) {
      charge += this.#full(set) ? MAX_ITEMS + 1 : this.#starts[set + 1];
    }
    return charge;
  }

  /** Whether a set outgrew its own bound. */
  #full(set: number): boolean {
    return this.#depths !== undefined && this.#depths[set] > this.#budget.depth;
  }

  /** Counts an item (a 31-bit hash) of a set. */
  add(set: number, item: number, times = 1): void {
    const key = set * HASH_RANGE + item;
    let place = -1;
    if (this.#index) place = this.#index.get(key) ?? -1;
    else {
      const keys = this.#keys;
      for (let i = 0; i < keys.length; i++) {
        if (keys[i] === key) {
          place = i;
          break;
        }
      }
    }
    if (place >= 0) this.#times[place] += times;
    else if (item < HASH_RANGE / this.weight(set)) this.#insert(set, key, times);
  }

  #insert(set: number, key: number, times: number): void {
    this.#keys.push(key);
    this.#times.push(times);
    if (this.#index) this.#index.set(key, this.#keys.length - 1);
    else if (this.#keys.length > LISTED) this.#reindex();
    this.#starts[set + 1]++;
    if (!this.#full(set)) this.#budget.take(1);
    while (this.#starts[set + 1] > MAX_ITEMS) {
      this.#budget.outgrown++;
      this.#deepen(set, this.#depth(set) + 1);
    }
  }

  #reindex(): void {
    const index = new Map<number, number>();
    this.#keys.forEach((key, i) => index.set(key, i));
    this.#index = index;
  }

  #depth(set: number): number {
    return this.#depths ? this.#depths[set] : 0;
  }

  #deepen(set: number, depth: number): void {
    this.#depths ??= new Array(this.#starts.length - 1).fill(0);
    this.#depths[set] = depth;
    this.#prune();
  }

  /** Keeps at most the share 2^-depth of each set's items. */
  limitTo(depth: number): void {
    const depths = this.#depths ?? new Array(this.#starts.length - 1).fill(0);
    this.#depths = depths.map((own) => Math.max(own, depth));
    this.#prune();
  }

  /** Lets go of what is no longer in its set's share. */
  #prune(): void {
    this.#starts.fill(0);
    let kept = 0;
    this.#keys.forEach((key, i) => {
      const set = Math.floor(key / HASH_RANGE);
      if (key % HASH_RANGE >= HASH_RANGE / this.weight(set)) return;
      this.#starts[set + 1]++;
      this.#keys[kept] = key;
      this.#times[kept++] = this.#times[i];
    });
    this.#keys.length = kept;
    this.#times.length = kept;
    if (this.#index) this.#reindex();
  }

  /** Counts in what another one of as many sets holds, before either is sealed. */
  merge(other: Tally): void {
    other.#depths?.forEach((depth, set) => {
      if (depth > this.#depth(set)) this.#deepen(set, depth);
    });
    other.#keys.forEach((key, i) => {
      this.add(Math.floor(key / HASH_RANGE), key % HASH_RANGE, other.#times[i]);
    });
  }

  /** Ends the filling: entries are in order of set and item from here on. */
  seal(): void {
    if (this.#keys.length > SORTED_BY_HAND) this.#sortMany();
    else this.#sortFew();
    this.#index = undefined;
    for (let set = 1; set < this.#starts.length; set++) {
      this.#starts[set] += this.#starts[set - 1];
    }
  }

  #sortFew(): void {
    const [keys, times] = [this.#keys, this.#times];
    for (let i = 1; i < keys.length; i++) {
      const [key, count] = [keys[i], times[i]];
      let j = i - 1;
      for (; j >= 0 && keys[j] > key; j--) {
        keys[j + 1] = keys[j];
        times[j + 1] = times[j];
      }
      keys[j + 1] = key;
      times[j + 1] = count;
    }
  }

  #sortMany(): void {
    const [keys, times] = [this.#keys, this.#times];
    const sorted = new Float64Array(keys.length); // key and place in one number sort fast
    for (let i = 0; i < keys.length; i++) sorted[i] = keys[i] * PLACES + i;
    sorted.sort();
    this.#times = times.slice();
    for (let i = 0; i < sorted.length; i++) {
      keys[i] = Math.floor(sorted[i] / PLACES);
      this.#times[i] = times[sorted[i] - keys[i] * PLACES];
    }
  }

  /** Place of the first entry of a sealed set; its last is before the first of the next set. */
  from(set: number): number {
    return this.#starts[set];
  }

  /** Item of an entry. */
  item(place: number): number {
    return this.#keys[place] % HASH_RANGE;
  }

  /** How often the item of an entry came. */
  times(place: number): number {
    return this.#times[place];
  }

  /** How often each item of a sealed set came. */
  counts(set: number): number[] {
    return this.#times.slice(this.#starts[set], this.#starts[set + 1]);
  }

  /** Of how many items each kept item of a set stands: 1 unless the set outgrew its bound. */
  weight(set: number): number {
    return this.#depths ? 2 ** this.#depths[set] : 1;
  }

  /** Number of different items of a sealed set. */
  distinct(set: number): number {
    return (this.#starts[set + 1] - this.#starts[set]) * this.weight(set);
  }
}
