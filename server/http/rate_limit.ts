/**
 * Token buckets in memory: one per key, refilled steadily, forgotten when full again.
 * @module
 */

/** How many requests a key may make. */
export interface RateLimit {
  /** Tokens a second that flow back. */
  readonly perSecond: number;
  /** Tokens that a rested key holds. */
  readonly burst: number;
}

const MAX_KEYS = 100_000; // a flood of made-up keys must not fill memory

/** Counts requests of many keys against one limit. */
export class RateLimiter {
  readonly #buckets = new Map<string, { tokens: number; atMs: number }>();

  /** Takes what it is made of. */
  constructor(
    /** What every key may spend. */
    readonly limit: RateLimit,
    /** Clock, milliseconds. */
    readonly now: () => number,
  ) {}

  /** Spends one token of the key's bucket: 0 if it may go on, else seconds until it may. */
  take(key: string): number {
    const { perSecond, burst } = this.limit;
    const nowMs = this.now();
    const bucket = this.#buckets.get(key) ?? { tokens: burst, atMs: nowMs };
    const tokens = Math.min(burst, bucket.tokens + (nowMs - bucket.atMs) / 1000 * perSecond);
    if (this.#buckets.size >= MAX_KEYS && !this.#buckets.has(key)) this.#forgetRested(nowMs);
    if (tokens < 1) return Math.max(1, Math.ceil((1 - tokens) / perSecond));
    this.#buckets.set(key, { tokens: tokens - 1, atMs: nowMs });
    return 0;
  }

  /** Drops buckets that are full again; if none is, drops all rather than grow without bound. */
  #forgetRested(nowMs: number): void {
    const { perSecond, burst } = this.limit;
    for (const [key, { tokens, atMs }] of this.#buckets) {
      if (tokens + (nowMs - atMs) / 1000 * perSecond >= burst) this.#buckets.delete(key);
    }
    if (this.#buckets.size >= MAX_KEYS) this.#buckets.clear();
  }
}
