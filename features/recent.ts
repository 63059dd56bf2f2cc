/**
 * What was learned last, in two generations: when the young one is full it becomes the old one, and
 * what was old and not learned again is forgotten. One look-up and no reordering per use.
 * @module
 */
import type { ByteReader, ByteWriter } from "./bytes.ts";

/** What an entry weighs beside its own characters. */
const ENTRY = 32;

/** A bounded map from keys to meanings. */
export class Recent<K extends string | number, V extends string | number> {
  readonly #limit: number;
  #young = new Map<K, V>();
  #old = new Map<K, V>();
  /** Weight of the young generation. */
  #weight = 0;

  /** Holds text of about `limit` characters, an entry counting {@link ENTRY} beside its own. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** What a key means, undefined where it is not known. */
  get(key: K): V | undefined {
    return this.#young.get(key) ?? this.#old.get(key);
  }

  /** Learns what a key means. */
  set(key: K, value: V): void {
    const known = this.#young.get(key);
    if (known === value) return;
    this.#weight += known === undefined
      ? weigh(key, value)
      : String(value).length - String(known).length;
    if (2 * this.#weight > this.#limit) {
      this.#old = this.#young;
      this.#young = new Map();
      this.#weight = weigh(key, value);
    }
    this.#young.set(key, value);
  }

  /** Forgets a key. */
  delete(key: K): void {
    const known = this.#young.get(key);
    if (known !== undefined) this.#weight -= weigh(key, known);
    this.#young.delete(key);
    this.#old.delete(key);
  }

  /** Appends both generations, the older first. */
  save(out: ByteWriter, write: (key: K, value: V) => void): void {
    for (const generation of [this.#old, this.#young]) {
      out.varint(generation.size);
      for (const [key, value] of generation) write(key, value);
    }
  }

  /** Reads what `save` wrote. */
  load(bytes: ByteReader, read: () => [K, V]): void {
    const most = Math.ceil(this.#limit / ENTRY);
    const generation = () =>
      new Map(Array.from({ length: bytes.varint("number of entries", most) }, read));
    this.#old = generation();
    this.#young = generation();
    this.#weight = 0;
    for (const [key, value] of this.#young) this.#weight += weigh(key, value);
  }
}

function weigh(key: string | number, value: string | number): number {
  return ENTRY + String(key).length + String(value).length;
}
