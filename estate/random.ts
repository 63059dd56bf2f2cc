/**
 * Chance from a seed. Every person, host and campaign draws from a stream of its own for each day,
 * so that adding one changes nothing that the others do.
 * @module
 */

/** A stream of random numbers (sfc32 by Chris Doty-Humphrey, PractRand). */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  /** The stream that a path of names and numbers stands for: same path, same stream. */
  constructor(...path: readonly (string | number)[]) {
    const text = path.join("/");
    [this.#a, this.#b, this.#c] = [hash(text, 1), hash(text, 2), hash(text, 3)];
    for (let i = 0; i < 12; i++) this.next();
  }

  /** Uniform in [0, 1). */
  next(): number {
    const sum = (this.#a + this.#b + this.#counter++) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 4_294_967_296;
  }

  /** A whole number from 0 to `count` - 1. */
  int(count: number): number {
    return Math.floor(this.next() * count);
  }

  /** Uniform in [low, high). */
  between(low: number, high: number): number {
    return low + (high - low) * this.next();
  }

  /** True with this probability. */
  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** One of the items; throws a `RangeError` where there is none. */
  pick<T>(items: readonly T[]): T {
    if (items.length === 0) throw new RangeError("Cannot pick from nothing: the list is empty");
    return items[this.int(items.length)]!;
  }

  /** One of the items, the early ones far more often (Zipf's law, exponent 1). */
  favourite<T>(items: readonly T[]): T {
    return items[Math.min(items.length - 1, Math.floor(items.length ** this.next() - 1))]!;
  }

  /** Some of the items, in random order. */
  sample<T>(items: readonly T[], count: number): T[] {
    const left = [...items];
    const chosen: T[] = [];
    while (chosen.length < count && left.length > 0) {
      chosen.push(left.splice(this.int(left.length), 1)[0]!);
    }
    return chosen;
  }

  /** Normally distributed (Box and Muller 1958). */
  normal(mean: number, deviation: number): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.next()));
    return mean + deviation * radius * Math.cos(2 * Math.PI * this.next());
  }

  /** Exponentially distributed. */
  exponential(mean: number): number {
    return -mean * Math.log(1 - this.next());
  }

  /** Poisson distributed (Knuth 1969; by the normal distribution above 60). */
  poisson(mean: number): number {
    if (mean > 60) return Math.max(0, Math.round(this.normal(mean, Math.sqrt(mean))));
    const limit = Math.exp(-mean);
    let count = 0;
    for (let product = this.next(); product > limit; product *= this.next()) count++;
    return count;
  }

  /** `digits` hexadecimal digits. */
  hex(digits: number): string {
    let text = "";
    while (text.length < digits) {
      text += Math.floor(this.next() * 65_536).toString(16).padStart(4, "0");
    }
    return text.slice(0, digits);
  }

  /** A GUID with braces, as Windows prints it. */
  guid(): string {
    const hex = this.hex(32).toUpperCase();
    return `{${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${
      hex.slice(20)
    }}`;
  }
}

/** 32 bits of a text (FNV-1a with the finaliser of MurmurHash3). */
function hash(text: string, salt: number): number {
  let value = 0x811c9dc5 ^ Math.imul(salt, 0x9e3779b1);
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return value ^ (value >>> 16);
}
