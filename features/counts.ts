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
      if (2 * slots > this.#table.length) this.#rebuild(slots);
      at = this.#place(key);
      this.#size++;
    }
    this.#table[at] = key << 1 | 1;
    this.#table[at + 1] = Math.min(MAX_COUNT, count + by);
  }

  #put(key: number, recent: number, count: number): void {
    const at = this.#place(key);
    this.#table[at] = key << 1 | recent;
    this.#table[at + 1] = count;
    this.#size++;
  }

  /** Makes room for an eighth of the keys. */
  #sweep(): void {
    const leaving = Math.ceil(this.#limit / 8);
    const counts = this.#table.filter((count, at) => at % 2 === 1 && count > 0).sort();
    const rarest = counts[leaving - 1];
    const ties: number[] = [];
    for (let at = 0; at < this.#table.length; at += 2) {
      if (this.#table[at + 1] === rarest) ties.push(turn(this.#table[at]));
    }
    const last = Uint32Array.from(ties).sort()[leaving - counts.indexOf(rarest) - 1];
    const stays = (pair: number, count: number) =>
      count > rarest || count === rarest && turn(pair) > last;
    this.#rebuild(slotsFor(this.#size - leaving), stays, 0);
  }

  /** Moves what stays to a table of so many slots; `recent` 0 has it all wait to be seen again. */
  #rebuild(slots: number, stays?: (pair: number, count: number) => boolean, recent = 1): void {
    const before = this.#table;
    this.#table = new Uint32Array(2 * slots);
    this.#size = 0;
    for (let at = 0; at < before.length; at += 2) {
      const [pair, count] = [before[at], before[at + 1]];
      if (count === 0 || stays && !stays(pair, count)) continue;
      this.#put(pair >>> 1, pair & recent, count);
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
    const size = bytes.varint("number of counts", this.#limit);
    this.#table = new Uint32Array(2 * slotsFor(size));
    this.#size = 0;
    let key = 0;
    for (let i = 0; i < size; i++) {
      const gap = bytes.varint("key", MAX_COUNT);
      key += Math.floor(gap / 2);
      const count = bytes.varint("count", MAX_COUNT);
      if (key > 0x7fff_ffff || count === 0) {
        throw new RangeError("Cannot read counts: a key or a count is out of range");
      }
      this.#put(key, gap % 2, count);
    }
  }
}

/** Which of equally rare pairs leaves first: those not seen since the last sweep, larger keys first. */
function turn(pair: number): number {
  return ((pair & 1) << 31 | 0x7fff_ffff - (pair >>> 1)) >>> 0;
}

/** -ln of the chance of an item seen `count` of `total` times among `distinct` kinds, in [0, 10] nats. */
export function surprisal(count: number, total: number, distinct: number): number {
  return Math.min(10, -Math.log((count + 1) / (total + distinct + 1)));
}
