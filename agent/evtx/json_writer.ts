/**
 * A growing buffer of JSON in UTF-8.
 * @module
 */
const encoder = new TextEncoder();

/** Lines of JSON, gathered until they are written out. */
export class JsonWriter {
  /** Bytes written so far. */
  size = 0;
  #bytes: Uint8Array<ArrayBuffer>;

  /** Writes into these bytes at first, or into so many of its own. */
  constructor(bytes: Uint8Array<ArrayBuffer> | number = 1 << 17) {
    this.#bytes = typeof bytes === "number" ? new Uint8Array(bytes) : bytes;
  }

  /** Address in `memory` where the next `count` bytes may be written; -1 if they do not lie there. */
  addressIn(memory: ArrayBuffer, count: number): number {
    const bytes = this.#bytes;
    if (bytes.buffer !== memory || this.size + count > bytes.length) return -1;
    return bytes.byteOffset + this.size;
  }

  /** What is written, valid until more is. */
  written(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.size);
  }

  #room(count: number): void {
    if (this.size + count <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(2 * this.#bytes.length, this.size + count));
    larger.set(this.written());
    this.#bytes = larger;
  }

  /** Writes one byte. */
  byte(value: number): void {
    this.#room(1);
    this.#bytes[this.size++] = value;
  }

  /** Writes bytes that are JSON. */
  bytes(value: Uint8Array): void {
    this.#room(value.length);
    this.#bytes.set(value, this.size);
    this.size += value.length;
  }

  /** Writes text that is JSON. */
  raw(text: string): void {
    this.#room(3 * text.length);
    this.size += encoder.encodeInto(text, this.#bytes.subarray(this.size)).written;
  }
}
