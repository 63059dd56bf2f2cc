/**
 * The usual mix of one account's events: what share each kind has, damped so that a window of a
 * month ago counts 1/e as much as one of now.
 * @module
 */
import type { ByteReader, ByteWriter } from "./bytes.ts";
import type { Tally } from "./tally.ts";

/** Kinds that are kept: the heaviest. */
const MOST_KINDS = 64;
/** Time constant. */
const MIX_MS = 30 * 86_400_000;

/** Damped weights by kind of event, in order of kind. */
export class UsualMix {
  #kinds: number[] = [];
  /** Of single precision, so that saved state is the state. */
  #weights: number[] = [];
  #atMs = 0;

  /** Whether nothing was added yet. */
  get empty(): boolean {
    return this.#kinds.length === 0;
  }

  /** Moves to `atMs` and adds a window: its kinds are a sealed set of the tally. */
  add(tally: Tally, set: number, events: number, atMs: number): void {
    const keep = Math.exp(-(atMs - this.#atMs) / MIX_MS);
    this.#atMs = atMs;
    const [kinds, weights] = [this.#kinds, this.#weights];
    [this.#kinds, this.#weights] = [[], []];
    const end = tally.from(set + 1);
    let old = 0;
    for (let place = tally.from(set); place < end || old < kinds.length;) {
      const next = place < end ? tally.item(place) : Infinity;
      const kind = old < kinds.length ? Math.min(next, kinds[old]) : next;
      const before = kinds[old] === kind ? Math.fround(weights[old++] * keep) : 0;
      const share = next === kind ? tally.times(place++) / events : 0;
      this.#kinds.push(kind);
      this.#weights.push(Math.fround(before + share));
    }
    if (this.#kinds.length > MOST_KINDS) this.#keepHeaviest();
  }

  #keepHeaviest(): void {
    const heaviest = this.#kinds.map((kind, i) => ({ kind, weight: this.#weights[i] }))
      .sort((a, b) => b.weight - a.weight || a.kind - b.kind)
      .slice(0, MOST_KINDS).sort((a, b) => a.kind - b.kind);
    this.#kinds = heaviest.map(({ kind }) => kind);
    this.#weights = heaviest.map(({ weight }) => weight);
  }

  /** Jensen-Shannon divergence of a window's kinds from this mix, bits (Lin, 1991). */
  divergence(tally: Tally, set: number, events: number): number {
    let total = 0;
    for (const weight of this.#weights) total += weight;
    const end = tally.from(set + 1);
    let sum = 0;
    let old = 0;
    for (let place = tally.from(set); place < end || old < this.#kinds.length;) {
      const next = place < end ? tally.item(place) : Infinity;
      const kind = old < this.#kinds.length ? Math.min(next, this.#kinds[old]) : next;
      const then = this.#kinds[old] === kind ? this.#weights[old++] / total : 0;
      const now = next === kind ? tally.times(place++) / events : 0;
      sum += entropy((now + then) / 2) - (entropy(now) + entropy(then)) / 2;
    }
    return Math.min(1, Math.max(0, sum));
  }

  /** Appends the mix. */
  save(out: ByteWriter): void {
    const numbers = Float64Array.of(this.#atMs);
    const weights = Float32Array.from(this.#weights);
    out.raw(new Uint8Array(numbers.buffer));
    out.varint(this.#kinds.length);
    for (const kind of this.#kinds) out.varint(kind);
    out.raw(new Uint8Array(weights.buffer));
  }

  /** Reads what `save` wrote. */
  load(bytes: ByteReader): void {
    this.#atMs = new Float64Array(bytes.raw("time", 8).slice().buffer)[0];
    const count = bytes.varint("kinds", MOST_KINDS);
    this.#kinds = Array.from({ length: count }, () => bytes.varint("kind", 0x7fff_ffff));
    this.#weights = [...new Float32Array(bytes.raw("weights", 4 * count).slice().buffer)];
  }
}

function entropy(share: number): number {
  return share > 0 ? -share * Math.log2(share) : 0;
}
