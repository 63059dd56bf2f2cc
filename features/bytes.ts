/**
 * Growing bytes with LEB128 varints, and a reader that never runs past its end.
 * @module
 */

/** Appends integers and bytes to a buffer that doubles as it fills. */
export class ByteWriter {
  #bytes = new Uint8Array(1024);
  #length = 0;

  #reserve(count: number): void {
    if (this.#length + count <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(2 * this.#bytes.length, this.#length + count));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }

  /** Appends a whole number from 0 to 2^53 - 1 as LEB128. */
  varint(value: number): void {
    this.#reserve(8);
    while (value >= 128) {
      this.#bytes[this.#length++] = (value % 128) | 128;
      value = Math.floor(value / 128);
    }
    this.#bytes[this.#length++] = value;
  }

  /** Appends a whole number of either sign (|value| < 2^52), small ones short. */
  zigzag(value: number): void {
    this.varint(value < 0 ? -2 * value - 1 : 2 * value);
  }

  /** Appends bytes as they are. */
  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** Appends a length and the bytes. */
  block(bytes: Uint8Array): void {
    this.varint(bytes.length);
    this.raw(bytes);
  }

  /** A copy of what was written. */
  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }
}

/** Reads what {@link ByteWriter} wrote; a value that does not fit is a `RangeError`. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  /** Starts at the first of the bytes. */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Bytes not read yet. */
  get left(): number {
    return this.#bytes.length - this.#at;
  }

  /** A LEB128 number up to `limit`. */
  varint(what: string, limit = Number.MAX_SAFE_INTEGER): number {
    const first = this.#bytes[this.#at];
    if (first < 128 && first <= limit) { // nearly all are short
      this.#at++;
      return first;
    }
    let value = 0;
    for (let scale = 1;; scale *= 128) {
      if (this.#at >= this.#bytes.length) throw new RangeError(`Cannot read ${what}: bytes end`);
      const byte = this.#bytes[this.#at++];
      value += (byte & 127) * scale;
      if (value > limit) throw new RangeError(`Cannot read ${what}: ${value} is over ${limit}`);
      if (byte < 128) return value;
    }
  }

  /** A number written by `zigzag`. */
  zigzag(what: string): number {
    const value = this.varint(what);
    if (value < 0x8000_0000) return value & 1 ? ~(value >> 1) : value >> 1;
    return value % 2 ? -(value + 1) / 2 : value / 2;
  }

  /** The next `count` bytes, as a view. */
  raw(what: string, count: number): Uint8Array {
    if (count > this.left) throw new RangeError(`Cannot read ${what}: bytes end`);
    return this.#bytes.subarray(this.#at, this.#at += count);
  }

  /** Bytes behind a length of at most `limit`, as a view. */
  block(what: string, limit: number): Uint8Array {
    return this.raw(what, this.varint(`length of ${what}`, limit));
  }
}
