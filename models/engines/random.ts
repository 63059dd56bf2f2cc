/**
 * Chance as a function of (seed, purpose, counter): no hidden state, so a host draws the same
 * numbers whatever the engine, the number of Workers or the hosts that stand beside it.
 * @module
 */

/** Spreads the bits of a 32-bit integer ("lowbias32" of Chris Wellons, hash-prospector, 2018). */
export function mix(value: number): number {
  let x = value | 0;
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  return (x ^ (x >>> 16)) >>> 0;
}

/** What a stream of numbers is for; two purposes never share numbers. */
export const PURPOSES = {
  weights: 1,
  shuffle: 2,
  noise: 3,
  mask: 4,
  latent: 5,
  negatives: 6,
} as const;

/** The key of the stream for one purpose at one step of a host's training. */
export function streamKey(seed: number, purpose: keyof typeof PURPOSES, step = 0): number {
  return mix(mix(mix(seed) + PURPOSES[purpose]) + step);
}

/** 32 random bits: number `index` of the stream `key`. */
export function bits(key: number, index: number): number {
  return mix(key + Math.imul(index, 0x9e3779b9));
}

/** Uniform in [0, 1) with 24 bits, so that it is exact in float32. */
export function uniform(key: number, index: number): number {
  return (bits(key, index) >>> 8) / 0x1000000;
}

/** Standard deviation of the sum of four bytes, each uniform on 0…255. */
export const BYTES_SD: number = Math.sqrt(4 * (256 ** 2 - 1) / 12);

/** The sum of the four bytes of number `index`, less its mean of 510. */
export function centredBytes(key: number, index: number): number {
  const x = bits(key, index);
  return (x & 255) + (x >>> 8 & 255) + (x >>> 16 & 255) + (x >>> 24) - 510;
}

/**
 * Nearly normal, mean 0 and variance 1: the sum of four bytes (Irwin-Hall of order 4, excess
 * kurtosis -0.3, at most 3.45 from 0). Integers until the last product, so every engine agrees.
 */
export function normal(key: number, index: number): number {
  return centredBytes(key, index) / BYTES_SD;
}
