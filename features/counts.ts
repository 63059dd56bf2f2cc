/**
 * How often what was seen, in bounded memory: an open-addressed table of 8 bytes a slot, keyed by
 * 31-bit hashes. When it is full, the rarest eighth leaves, and of equally rare keys those that were
 * not seen since it was last full: who floods it with new keys cannot make it forget the usual
 * ones. Decision 20 has the figures.
 * @module
 */
import type { ByteReader, ByteWriter } from "./bytes.ts";

const FEWEST_SLOTS = 16;
const MAX_COUNT = 0xffff_ffff;
/** More than the numbers of the largest table. */
const PLACES = 2 ** 20;

interface Pair {
  readonly key: number;
  /** 1 if it was seen since the last sweep. */
  readonly recent: number;
  readonly count: number;
}

/** Slots of a table for so many keys: at most 13 of 16 are filled. */
export function slotsFor(keys: number): number {
  let slots = FEWEST_SLOTS;
  while (16 * keys > 13 * slots) slots *= 2;
  return slots;
}

/** Counts by hashed key, at most `limit` of them. */
export class BoundedCounts {
  readonly #limit: number;
  /** Pairs: key * 2 + 1 if it was seen since the last sweep, and count; a count of 0 is a free slot. */
  #table = new Uint32Array(2 * FEWEST_SLOTS);
  #size = 0;

  /** Keeps at most `limit` keys. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Keys held. */
  get size(): number {
    return this.#size;
  }

  /** Place of a key's pair, or of the free one where it would go. */
  #place(key: number): number {
    const table = this.#table;
    const mask = table.length - 1;
    let at = (key << 1) & mask;
    while (table[at + 1] !== 0 && table[at] >>> 1 !== key) at = (at + 2) & mask;
    return at;
  }

  /** How often a key was seen, 0 for never (or too long ago). */
  get(key: number): number {
    return this.#table[this.#place(key) + 1];
  }

  /** Counts a key (31 bits) `by` times more. */
  add(key: number, by = 1): void {
    let at = this.#place(key);
    const count = this.#table[at + 1];
    if (count === 0) {
      if (this.#size >= this.#limit) this.#sweep();
      const slots = slotsFor(this.#size + 1);
      if (2 * slots > this.#table.length) this.#rebuild(this.#pairs(), slots);
      at = this.#place(key);
      this.#size++;
    }
    this.#table[at] = key << 1 | 1;
    this.#table[at + 1] = Math.min(MAX_COUNT, count + by);
  }

  /** Pairs in order of key. */
  #pairs(): Pair[] {
    const pairs = [];
    for (let at = 0; at < this.#table.length; at += 2) {
      const [key, count] = [this.#table[at], this.#table[at + 1]];
      if (count > 0) pairs.push({ key: key >>> 1, recent: key & 1, count });
    }
    return pairs.sort((a, b) => a.key - b.key);
  }

  /** Makes room for an eighth of the keys. */
  #sweep(): void {
    const pairs = this.#pairs();
    pairs.sort((a, b) => b.count - a.count || b.recent - a.recent || a.key - b.key);
    pairs.length = this.#limit - Math.ceil(this.#limit / 8);
    this.#rebuild(pairs.map(({ key, count }) => ({ key, recent: 0, count })));
  }

  #rebuild(pairs: readonly Pair[], slots = slotsFor(pairs.length)): void {
    this.#table = new Uint32Array(2 * slots);
    this.#size = pairs.length;
    for (const { key, recent, count } of pairs) {
      const at = this.#place(key);
      this.#table[at] = key << 1 | recent;
      this.#table[at + 1] = count;
    }
  }

  /** Appends the table in order of keys. */
  save(out: ByteWriter): void {
    out.varint(this.#size);
    const places = new Float64Array(this.#size); // key and place in one number sort fast
    let count = 0;
    for (let at = 0; at < this.#table.length; at += 2) {
      if (this.#table[at + 1] > 0) places[count++] = this.#table[at] * PLACES + at;
    }
    let last = 0;
    for (const place of places.sort()) {
      const at = place % PLACES;
      const key = this.#table[at] >>> 1;
      out.varint(2 * (key - last) + (this.#table[at] & 1));
      out.varint(this.#table[at + 1]);
      last = key;
    }
  }

  /** Reads what `save` wrote. */
  load(bytes: ByteReader): void {
    let key = 0;
    const pairs = Array.from({ length: bytes.varint("number of counts", this.#limit) }, () => {
      const gap = bytes.varint("key", MAX_COUNT);
      key += Math.floor(gap / 2);
      return { key, recent: gap % 2, count: bytes.varint("count", MAX_COUNT) };
    });
    if (key > 0x7fff_ffff || pairs.some(({ count }) => count === 0)) {
      throw new RangeError("Cannot read counts: a key or a count is out of range");
    }
    this.#rebuild(pairs);
  }
}

/** -ln of the chance of an item seen `count` of `total` times among `distinct` kinds, in [0, 10] nats. */
export function surprisal(count: number, total: number, distinct: number): number {
  return Math.min(10, -Math.log((count + 1) / (total + distinct + 1)));
}
