/**
 * What bounded memory of novelty gets wrong: the look-ups and counts of a simulated estate, played
 * back on the table that is used, on a least-recently-used map and on a count-min sketch, against
 * exact counts. `task bench counts`; decision 0020.
 * @module
 */
import { streamEstate } from "@/estate/stream.ts";
import { BoundedCounts, slotsFor } from "@/features/counts.ts";
import { Featuriser } from "@/features/featuriser.ts";
import { type Figure, paired } from "./figure.ts";

interface Counts {
  get(key: number): number;
  add(key: number, by: number): void;
}

/** One use: of which counts, the key, and how often it was seen; 0 for a look-up. */
interface Uses {
  readonly of: number[];
  readonly key: number[];
  readonly by: number[];
}

/** Drops the key that was not counted for the longest time. */
class Lru implements Counts {
  readonly #counts = new Map<number, number>();
  constructor(readonly limit: number) {}

  get(key: number): number {
    return this.#counts.get(key) ?? 0;
  }

  add(key: number, by: number): void {
    const count = this.get(key);
    if (count > 0) this.#counts.delete(key);
    else if (this.#counts.size >= this.limit) {
      this.#counts.delete(this.#counts.keys().next().value!);
    }
    this.#counts.set(key, count + by);
  }
}

/** Count-min with conservative update (Cormode and Muthukrishnan, 2005; Estan and Varghese, 2003). */
class CountMin implements Counts {
  readonly #width: number;
  readonly #cells: Uint32Array;

  /** Four rows in as many bytes as a table of `limit` keys has. */
  constructor(limit: number) {
    this.#width = slotsFor(limit) / 2;
    this.#cells = new Uint32Array(4 * this.#width);
  }

  #place(key: number, row: number): number {
    return row * this.#width + (Math.imul(key, 0x9e3779b1 + 2 * row) >>> 7) % this.#width;
  }

  get(key: number): number {
    let least = Infinity;
    for (let row = 0; row < 4; row++) {
      least = Math.min(least, this.#cells[this.#place(key, row)]);
    }
    return least;
  }

  add(key: number, by: number): void {
    const count = this.get(key) + by;
    for (let row = 0; row < 4; row++) {
      const place = this.#place(key, row);
      this.#cells[place] = Math.max(this.#cells[place], count);
    }
  }
}

const CONTENDERS: Readonly<Record<string, (limit: number) => Counts>> = {
  table: (limit) => new BoundedCounts(limit),
  lru: (limit) => new Lru(limit),
  "count-min": (limit) => new CountMin(limit),
};

/** Prints the share of look-ups that each contender answers wrongly, and what a use costs. */
export async function* figures(): AsyncGenerator<Figure> {
  const uses = record();
  const keys = distinctKeys(uses);
  yield figure("counts", keys.length, "");
  yield figure("keys-median", keys[keys.length >> 1], "");
  yield figure("keys-most", keys.at(-1)!, "");
  const bytes = (sizes: readonly number[]) =>
    8 * sizes.reduce((sum, size) => sum + slotsFor(size), 0);
  yield figure("table-416-bytes", bytes(keys.map((count) => Math.min(416, count))), "bytes");
  yield figure("lru-416-bytes", lruBytes(keys), "bytes");
  yield figure("count-min-416-bytes", bytes(keys.map(() => 416)), "bytes");
  for (const limit of [416, 128, 32]) {
    for (const [name, make] of Object.entries(CONTENDERS)) {
      const { falselyNew, falselySeen } = errors(uses, () => make(limit));
      yield figure(`${name}-${limit}-falsely-new`, falselyNew, "%");
      yield figure(`${name}-${limit}-falsely-seen`, falselySeen, "%");
    }
  }
  for (const [name, make] of Object.entries(CONTENDERS)) {
    const { oursMs } = await paired(() => errors(uses, () => make(416)), undefined, 5);
    yield figure(`${name}-ns-per-use`, Math.round(1e6 * oursMs / uses.key.length), "ns");
  }
}

function figure(name: string, value: number, unit: string): Figure {
  return { case: name, value, unit, peer: null, peerValue: null, ratio: null };
}

/** Heap of maps with so many keys each. */
function lruBytes(keys: readonly number[]): number {
  const before = Deno.memoryUsage().heapUsed;
  const all = Array.from({ length: 20 }, () =>
    keys.map((count) => {
      const lru = new Lru(416);
      for (let key = 0; key < count; key++) lru.add(key << 10, 1);
      return lru;
    }));
  return Math.round((Deno.memoryUsage().heapUsed - before) / all.length);
}

/** What the featurisers of 60 days of an estate ask of their counts. */
function record(): Uses {
  const uses: Uses = { of: [], key: [], by: [] };
  const ids = new Map<BoundedCounts, number>();
  const { get, add } = BoundedCounts.prototype;
  const use = (counts: BoundedCounts, key: number, by: number) => {
    if (!ids.has(counts)) ids.set(counts, ids.size);
    uses.of.push(ids.get(counts)!);
    uses.key.push(key);
    uses.by.push(by);
  };
  BoundedCounts.prototype.get = function (key) {
    use(this, key, 0);
    return get.call(this, key);
  };
  BoundedCounts.prototype.add = function (key, by = 1) {
    use(this, key, by);
    add.call(this, key, by);
  };
  try {
    play();
  } finally {
    Object.assign(BoundedCounts.prototype, { get, add });
  }
  return uses;
}

function play(): void {
  const featurisers = new Map<string, Featuriser>();
  for (const event of streamEstate({ hosts: 12, users: 30, days: 60, seed: 20 }).views()) {
    const host = event.computer.toLowerCase();
    let featuriser = featurisers.get(host);
    if (!featuriser) featurisers.set(host, featuriser = new Featuriser({ host }));
    featuriser.add(event);
    if (featuriser.ready) featuriser.drain();
  }
  for (const featuriser of featurisers.values()) featuriser.finish();
}

/** Numbers of different keys that were counted, smallest first. */
function distinctKeys({ of, key, by }: Uses): number[] {
  const keys = new Map<number, Set<number>>();
  for (let i = 0; i < key.length; i++) {
    if (by[i] === 0) continue;
    if (!keys.has(of[i])) keys.set(of[i], new Set());
    keys.get(of[i])!.add(key[i]);
  }
  return [...keys.values()].map(({ size }) => size).sort((a, b) => a - b);
}

/** Percent of look-ups that find nothing where exact counts do, and the other way round. */
function errors({ of, key, by }: Uses, make: () => Counts) {
  const all: Counts[] = [];
  const exact = new Map<number, Set<number>>();
  let [looked, falselyNew, falselySeen] = [0, 0, 0];
  for (let i = 0; i < key.length; i++) {
    const counts = all[of[i]] ??= make();
    let seen = exact.get(of[i]);
    if (!seen) exact.set(of[i], seen = new Set());
    if (by[i] > 0) {
      counts.add(key[i], by[i]);
      seen.add(key[i]);
      continue;
    }
    looked++;
    const known = counts.get(key[i]) > 0;
    if (known && !seen.has(key[i])) falselySeen++;
    if (!known && seen.has(key[i])) falselyNew++;
  }
  const percent = (count: number) => Number((100 * count / looked).toFixed(3));
  return { falselyNew: percent(falselyNew), falselySeen: percent(falselySeen) };
}
