/**
 * How often what was seen, in bounded memory: keys are 31-bit hashes, and the least recently seen
 * key leaves when the table is full.
 * @module
 */
import type { ByteReader, ByteWriter } from "./bytes.ts";

/** Counts by hashed key; the oldest untouched key is dropped at the bound. */
export class BoundedCounts {
  readonly #limit: number;
  readonly #counts = new Map<number, number>();

  /** Keeps at most `limit` keys. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Keys held. */
  get size(): number {
    return this.#counts.size;
  }

  /** How often a key was seen, 0 for never (or too long ago). */
  get(key: number): number {
    return this.#counts.get(key) ?? 0;
  }

  /** Counts a key `by` times more and makes it the most recent. */
  add(key: number, by = 1): void {
    const count = this.#counts.get(key);
    if (count !== undefined) this.#counts.delete(key);
    else if (this.#counts.size >= this.#limit) {
      this.#counts.delete(this.#counts.keys().next().value!);
    }
    this.#counts.set(key, (count ?? 0) + by);
  }

  /** Appends the table, oldest key first. */
  save(out: ByteWriter): void {
    out.varint(this.#counts.size);
    for (const [key, count] of this.#counts) {
      out.varint(key);
      out.varint(count);
    }
  }

  /** Reads what `save` wrote. */
  load(bytes: ByteReader): void {
    for (let left = bytes.varint("number of counts", this.#limit); left > 0; left--) {
      this.#counts.set(bytes.varint("key"), bytes.varint("count"));
    }
  }
}

/** -ln of the chance of an item seen `count` of `total` times among `distinct` kinds, in [0, 10] nats. */
export function surprisal(count: number, total: number, distinct: number): number {
  return Math.min(10, -Math.log((count + 1) / (total + distinct + 1)));
}
