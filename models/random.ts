/**
 * Chance from a seed: the same numbers whatever the machine.
 * @module
 */
import { streamKey, uniform } from "./engines/random.ts";

/** 32 bits from a text (FNV-1a). */
export function seedOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  return hash >>> 0;
}

/** Numbers in [0, 1), a stream of its own for each seed and purpose. */
export function seededRandom(seed: number, purpose: string): () => number {
  const key = streamKey(seedOf(`${seed} ${purpose}`), "noise");
  let index = 0;
  return () => uniform(key, index++);
}
