/**
 * How often which items came, for all the sets of one row, each set sampled as a {@link Sample} is.
 * @module
 */
import { type Budget, HASH_RANGE, type Holder } from "./budget.ts";
import { MAX_ITEMS } from "./sample.ts";

/** Entries up to which going through a list beats an index. */
const LISTED = 32;
/** An index has at least so many slots for each entry. */
const SLOTS_EACH = 2;
/** Entries up to which sorting by insertion beats making arrays for it. */
const SORTED_BY_HAND = 40;
/** More than the entries of 31 full sets: set and item (36 bits) times this is an exact number. */
const PLACES = 2 ** 17;

/** Copying a part of it is faster than filling a list. */
const ZEROS: readonly number[] = Array.from({ length: 64 }, () => 0);

/** Counts by set and item: filled, then sealed, then read in order of item. */
export class Tally implements Holder {
  readonly #budget: Budget;
  /** Set, item and count of each entry. */
  readonly #sets: number[] = [];
  readonly #items: number[] = [];
  readonly #times: number[] = [];
  /** Open-addressed places + 1 of entries, once they are many. */
  #index: number[] | undefined;
  /** Entries of each set at `set + 1`; once sealed, where each set begins at `set`. */
  readonly #starts: number[];
  /** By set: the share of items that is kept is 2^-depth; undefined while all are. */
  #depths: number[] | undefined;

  /** For the sets 0 to `sets` - 1, at most 63. */
  constructor(sets: number, budget: Budget) {
    this.#starts = ZEROS.slice(0, sets + 1);
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
    const place = this.#index ? this.#find(this.#index, set, item) : this.#search(set, item);
    if (place >= 0) this.#times[place] += times;
    else if (item < HASH_RANGE / this.weight(set)) this.#insert(set, item, times);
  }

  /** Place of an entry, -1 where there is none. */
  #search(set: number, item: number): number {
    const [items, sets] = [this.#items, this.#sets];
    for (let place = 0; place < items.length; place++) {
      if (items[place] === item && sets[place] === set) return place;
    }
    return -1;
  }

  /** The same by the index. */
  #find(index: number[], set: number, item: number): number {
    for (let slot = slotOf(index, set, item); index[slot] !== 0; slot = next(index, slot)) {
      const place = index[slot] - 1;
      if (this.#items[place] === item && this.#sets[place] === set) return place;
    }
    return -1;
  }

  #insert(set: number, item: number, times: number): void {
    this.#sets.push(set);
    this.#items.push(item);
    this.#times.push(times);
    const entries = this.#items.length;
    if (this.#index && SLOTS_EACH * entries <= this.#index.length) {
      this.#enter(this.#index, entries - 1);
    } else if (entries > LISTED) this.#reindex();
    this.#starts[set + 1]++;
    if (!this.#full(set)) this.#budget.take(1);
    while (this.#starts[set + 1] > MAX_ITEMS) {
      this.#budget.outgrown++;
      this.#deepen(set, this.#depth(set) + 1);
    }
  }

  #enter(index: number[], place: number): void {
    let slot = slotOf(index, this.#sets[place], this.#items[place]);
    while (index[slot] !== 0) slot = next(index, slot);
    index[slot] = place + 1;
  }

  #reindex(): void {
    let slots = 4 * LISTED;
    while (slots < SLOTS_EACH * this.#items.length) slots *= 4;
    const index: number[] = this.#index = new Array(slots).fill(0);
    for (let place = 0; place < this.#items.length; place++) this.#enter(index, place);
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
    const [sets, items, times] = [this.#sets, this.#items, this.#times];
    this.#starts.fill(0);
    let kept = 0;
    for (let place = 0; place < items.length; place++) {
      if (items[place] >= HASH_RANGE / this.weight(sets[place])) continue;
      this.#starts[sets[place] + 1]++;
      sets[kept] = sets[place];
      items[kept] = items[place];
      times[kept++] = times[place];
    }
    sets.length = items.length = times.length = kept;
    if (this.#index) this.#reindex();
  }

  /** Counts in what another one of as many sets holds, before either is sealed. */
  merge(other: Tally): void {
    other.#depths?.forEach((depth, set) => {
      if (depth > this.#depth(set)) this.#deepen(set, depth);
    });
    other.#items.forEach((item, place) => {
      this.add(other.#sets[place], item, other.#times[place]);
    });
  }

  /** Ends the filling: entries are in order of set and item from here on. */
  seal(): void {
    if (this.#items.length > SORTED_BY_HAND) this.#sortMany();
    else this.#sortFew();
    this.#index = undefined;
    for (let set = 1; set < this.#starts.length; set++) {
      this.#starts[set] += this.#starts[set - 1];
    }
  }

  #sortFew(): void {
    const [sets, items, times] = [this.#sets, this.#items, this.#times];
    for (let i = 1; i < items.length; i++) {
      const [set, item, count] = [sets[i], items[i], times[i]];
      let j = i - 1;
      for (; j >= 0 && (sets[j] > set || sets[j] === set && items[j] > item); j--) {
        sets[j + 1] = sets[j];
        items[j + 1] = items[j];
        times[j + 1] = times[j];
      }
      sets[j + 1] = set;
      items[j + 1] = item;
      times[j + 1] = count;
    }
  }

  #sortMany(): void {
    const [sets, items, times] = [this.#sets, this.#items, this.#times];
    const sorted = new Float64Array(items.length); // entry and place in one number sort fast
    for (let i = 0; i < items.length; i++) {
      sorted[i] = (sets[i] * HASH_RANGE + items[i]) * PLACES + i;
    }
    sorted.sort();
    const before = times.slice();
    for (let i = 0; i < sorted.length; i++) {
      const key = Math.floor(sorted[i] / PLACES);
      sets[i] = Math.floor(key / HASH_RANGE);
      items[i] = key - sets[i] * HASH_RANGE;
      times[i] = before[sorted[i] - key * PLACES];
    }
  }

  /** Place of the first entry of a sealed set; its last is before the first of the next set. */
  from(set: number): number {
    return this.#starts[set];
  }

  /** Item of an entry. */
  item(place: number): number {
    return this.#items[place];
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

function slotOf(index: number[], set: number, item: number): number {
  return (item ^ set * 0x9e37) & (index.length - 1);
}

function next(index: number[], slot: number): number {
  return (slot + 1) & (index.length - 1);
}
