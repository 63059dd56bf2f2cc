/**
 * JSON as UTF-8 bytes, written in place: no string lies between the log's UTF-16 and the output.
 * @module
 */
import { internedText } from "./intern.ts";
import { dayText, valueText } from "./value.ts";

const EPOCH_1601_S = 11_644_473_600;
/** Room for what is short, and for what the last word of a literal overruns by. */
const SLACK = 1_024;
const encoder = new TextEncoder();
/** For each ASCII character: the letter of its escape, `u` for those without, 0 where none is. */
const ESCAPED = Uint8Array.from({ length: 128 }, (_, c) => {
  const short = '\b\t\n\f\r"\\'.indexOf(String.fromCharCode(c));
  return short >= 0 ? 'btnfr"\\'.charCodeAt(short) : c < 32 ? 0x75 : 0;
});
const HEX = encoder.encode("0123456789abcdef");
/** Order of a GUID's bytes as text; -1 is a hyphen. */
const GUID_ORDER = [3, 2, 1, 0, -1, 5, 4, -1, 7, 6, -1, 8, 9, -1, 10, 11, 12, 13, 14, 15];

/**
 * Literal bytes, as numbers so that they are copied eight at a time. UTF-8 never has the bits of a
 * NaN, the one number whose bits may change on the way.
 */
export interface Literal {
  readonly words: Float64Array;
  readonly size: number;
}

/** UTF-8 of `text` as a literal. */
export function literalOf(text: string): Literal {
  const bytes = encoder.encode(text);
  const words = new Float64Array((bytes.length + 7) >> 3);
  new Uint8Array(words.buffer).set(bytes);
  return { words, size: bytes.length };
}

/** A growing buffer of UTF-8. */
export class JsonWriter {
  /** Bytes written so far. */
  size = 0;
  /** Where the record that is being written must end; who writes records keeps to it. */
  recordEnd = Infinity;
  #bytes: Uint8Array<ArrayBuffer>;
  #view: DataView;
  /** Up to here anything short may be written without asking. */
  #limit: number;
  #day = NaN;
  #dayText = literalOf("");

  /** `capacity` bytes at first. */
  constructor(capacity = 1 << 17) {
    this.#bytes = new Uint8Array(capacity);
    this.#view = new DataView(this.#bytes.buffer);
    this.#limit = capacity - SLACK;
  }

  /** What is written, valid until more is. */
  written(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.size);
  }

  /** The byte written last. */
  last(): number {
    return this.#bytes[this.size - 1];
  }

  #grow(count: number): void {
    const larger = new Uint8Array(Math.max(2 * this.#bytes.length, this.size + count + SLACK));
    larger.set(this.written());
    this.#bytes = larger;
    this.#view = new DataView(larger.buffer);
    this.#limit = larger.length - SLACK;
  }

  byte(value: number): void {
    if (this.size > this.#limit) this.#grow(1);
    this.#bytes[this.size++] = value;
  }

  literal({ words, size }: Literal): void {
    if (this.size + size > this.#limit) this.#grow(size);
    const view = this.#view;
    let at = this.size;
    for (let i = 0; i < words.length; i++, at += 8) view.setFloat64(at, words[i], true);
    this.size += size;
  }

  /** Text as it is: already JSON. */
  raw(text: string): void {
    if (this.size + 3 * text.length > this.#limit) this.#grow(3 * text.length);
    this.size += encoder.encodeInto(text, this.#bytes.subarray(this.size)).written;
  }

  /** The value without quotes: text escaped, numbers as digits. */
  value(view: DataView, type: number, at: number, size: number): void {
    if (this.size > this.#limit) this.#grow(1);
    switch (type) {
      case 0x01:
        return this.#utf16(view, at, size);
      case 0x04:
        if (size >= 1) return this.#digits(view.getUint8(at));
        return;
      case 0x06:
        if (size >= 2) return this.#digits(view.getUint16(at, true));
        return;
      case 0x08:
        if (size >= 4) return this.#digits(view.getUint32(at, true));
        return;
      case 0x0a:
        if (size >= 8 && view.getUint32(at + 4, true) < 0x200000) {
          const high = view.getUint32(at + 4, true);
          return this.#digits(high * 4_294_967_296 + view.getUint32(at, true));
        }
        break;
      case 0x0f:
        if (size >= 16) return this.#guid(view, at);
        return;
      case 0x11:
        if (size >= 8 && view.getUint32(at + 4, true) < 0x10000000) return this.#time(view, at);
        break;
      case 0x14:
        if (size >= 4) return this.#hexadecimal(view.getUint32(at, true), 0);
        return;
      case 0x15:
        if (size >= 8) {
          return this.#hexadecimal(view.getUint32(at, true), view.getUint32(at + 4, true));
        }
        return;
      case 0x13:
        return this.#ascii(internedText(view, type, at, size));
    }
    this.text(valueText(view, type, at, size));
  }

  /** Text with JSON's escapes, without quotes. */
  text(text: string): void {
    this.raw(JSON.stringify(text.toWellFormed()).slice(1, -1));
  }

  #ascii(text: string): void {
    if (this.size + text.length > this.#limit) this.#grow(text.length);
    for (let i = 0; i < text.length; i++) this.#bytes[this.size++] = text.charCodeAt(i);
  }

  #utf16(view: DataView, at: number, size: number): void {
    if (this.size + 3 * size > this.#limit) this.#grow(3 * size);
    const bytes = this.#bytes;
    let to = this.size;
    const end = at + (size & ~1);
    const pairs = end - 3;
    while (at < end) {
      if (at < pairs) {
        const pair = view.getInt32(at, true);
        if ((pair & 0xff80ff80) === 0 && (ESCAPED[pair & 127] | ESCAPED[pair >> 16]) === 0) {
          bytes[to] = pair;
          bytes[to + 1] = pair >> 16;
          to += 2;
          at += 4;
          continue;
        }
      }
      const unit = view.getUint16(at, true);
      at += 2;
      if (unit < 128) {
        const letter = ESCAPED[unit];
        if (letter === 0) bytes[to++] = unit;
        else if (unit === 0) break;
        else {
          bytes[to++] = 0x5c;
          bytes[to++] = letter;
          if (letter === 0x75) to = this.#hex4(unit, to);
        }
      } else if (unit < 0x800) {
        bytes[to++] = 0xc0 | (unit >> 6);
        bytes[to++] = 0x80 | (unit & 63);
      } else if ((unit & 0xf800) === 0xd800) {
        const next = at < end ? view.getUint16(at, true) : 0;
        const pair = unit < 0xdc00 && (next & 0xfc00) === 0xdc00;
        // A lone surrogate is no character: U+FFFD stands in.
        const point = pair ? 0x10000 + ((unit & 0x3ff) << 10) + (next & 0x3ff) : 0xfffd;
        if (pair) {
          at += 2;
          bytes[to++] = 0xf0 | (point >> 18);
          bytes[to++] = 0x80 | ((point >> 12) & 63);
        } else bytes[to++] = 0xe0 | (point >> 12);
        bytes[to++] = 0x80 | ((point >> 6) & 63);
        bytes[to++] = 0x80 | (point & 63);
      } else {
        bytes[to++] = 0xe0 | (unit >> 12);
        bytes[to++] = 0x80 | ((unit >> 6) & 63);
        bytes[to++] = 0x80 | (unit & 63);
      }
    }
    this.size = to;
  }

  /** The digits of a control character's escape. */
  #hex4(unit: number, to: number): number {
    const bytes = this.#bytes;
    bytes[to++] = 0x30;
    bytes[to++] = 0x30;
    bytes[to++] = HEX[unit >> 4];
    bytes[to++] = HEX[unit & 15];
    return to;
  }

  #digits(value: number): void {
    let count = 1;
    for (let rest = value; rest >= 10; rest = Math.floor(rest / 10)) count++;
    for (let at = this.size + count - 1; at >= this.size; at--) {
      const rest = Math.floor(value / 10);
      this.#bytes[at] = 48 + value - 10 * rest;
      value = rest;
    }
    this.size += count;
  }

  #hexadecimal(low: number, high: number): void {
    const bytes = this.#bytes;
    bytes[this.size++] = 48;
    bytes[this.size++] = 120;
    let digits = high > 0 ? 16 - (Math.clz32(high) >> 2) : 8 - (Math.clz32(low) >> 2);
    if (digits === 0) digits = 1;
    for (let i = digits - 1; i >= 0; i--) {
      bytes[this.size++] = HEX[(i >= 8 ? high >>> (4 * (i - 8)) : low >>> (4 * i)) & 15];
    }
  }

  #guid(view: DataView, at: number): void {
    const bytes = this.#bytes;
    let to = this.size;
    bytes[to++] = 0x7b;
    for (let i = 0; i < GUID_ORDER.length; i++) {
      if (GUID_ORDER[i] < 0) {
        bytes[to++] = 0x2d;
        continue;
      }
      const byte = view.getUint8(at + GUID_ORDER[i]);
      bytes[to++] = HEX[byte >> 4];
      bytes[to++] = HEX[byte & 15];
    }
    bytes[to++] = 0x7d;
    this.size = to;
  }

  /** A FILETIME with its seven digits of a second. */
  #time(view: DataView, at: number): void {
    const high = view.getUint32(at + 4, true);
    const low = high * 4_967_296 + view.getUint32(at, true);
    const more = Math.floor(low / 10_000_000);
    const seconds = high * 429 + more - EPOCH_1601_S;
    const day = Math.floor(seconds / 86_400);
    if (day !== this.#day) {
      this.#day = day;
      this.#dayText = literalOf(`${dayText(day)}T`);
    }
    this.literal(this.#dayText);
    const left = seconds - day * 86_400;
    const hour = Math.floor(left / 3_600);
    const minute = Math.floor((left - hour * 3_600) / 60);
    this.#padded(hour, 2, 0x3a);
    this.#padded(minute, 2, 0x3a);
    this.#padded(left - hour * 3_600 - minute * 60, 2, 0x2e);
    this.#padded(low - more * 10_000_000, 7, 0x5a);
  }

  #padded(value: number, digits: number, after: number): void {
    for (let at = this.size + digits - 1; at >= this.size; at--) {
      const rest = Math.floor(value / 10);
      this.#bytes[at] = 48 + value - 10 * rest;
      value = rest;
    }
    this.size += digits;
    this.#bytes[this.size++] = after;
  }
}
