/**
 * Bytes of output that are made once and copied often.
 * @module
 */

const encoder = new TextEncoder();

/**
 * Literal bytes, as numbers so that they are copied eight at a time. UTF-8 never has the bits of a
 * NaN, the one number whose bits may change on the way.
 */
export interface Literal {
  /** The bytes, with zeros to a whole word. */
  readonly words: Float64Array;
  /** How many bytes. */
  readonly size: number;
}

/** UTF-8 of `text` as a literal. */
export function literalOf(text: string): Literal {
  const bytes = encoder.encode(text);
  const words = new Float64Array((bytes.length + 7) >> 3);
  new Uint8Array(words.buffer).set(bytes);
  return { words, size: bytes.length };
}
