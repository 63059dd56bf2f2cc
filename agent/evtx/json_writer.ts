/**
 * JSON as UTF-8 bytes, written in place: no string lies between the log's UTF-16 and the output.
 * @module
 */
import { type Literal, literalOf } from "./literal.ts";
import { dayText, valueText } from "./value.ts";

const EPOCH_1601_S = 11_644_473_600;
/** Room for what is short, and for what the last word of a literal overruns by. */
const SLACK = 1_024;
const QUOTE = 0x22;
const encoder = new TextEncoder();
/** For each ASCII character: the letter of its escape, `u` for those without, 0 where none is. */
const ESCAPED = Uint8Array.from({ length: 128 }, (_, c) => {
  const short = '\b\t\n\f\r"\\'.indexOf(String.fromCharCode(c));
  return short >= 0 ? 'btnfr"\\'.charCodeAt(short) : c < 32 ? 0x75 : 0;
});
const HEX = encoder.encode("0123456789abcdef");
/** Order of a GUID's bytes as text; -1 is a hyphen. */
const GUID_ORDER = [3, 2, 1, 0, -1, 5, 4, -1, 7, 6, -1, 8, 9, -1, 10, 11, 12, 13, 14, 15];

/** Whether JSON shows a value of this type as it is, without quotes. */
export function isBare(type: number): boolean {
  return (type >= 0x03 && type <= 0x0a) || type === 0x0d;
}

/**
 * 0 unless both UTF-16 units of a word are ASCII other than controls, quote and backslash. Of a
 * unit that is smaller than what is taken from it, the highest bit is set.
 */
function isPlain(word: number): number {
  const bad = word | (word - 0x00200020) | ((word ^ 0x00220022) - 0x00010001) |
    ((word ^ 0x005c005c) - 0x00010001);
  return (bad & 0x80008000) | (word & 0x7f807f80) ? 0 : 1;
}

/** A growing buffer of UTF-8. */
export class JsonWriter {
  /** Bytes written so far. */
  size = 0;
  /** Where the record that is being written must end; who writes records keeps to it. */
  recordEnd: number = Infinity;
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

  /** Writes one byte. */
  byte(value: number): void {
    if (this.size > this.#limit) this.#grow(1);
    this.#bytes[this.size++] = value;
  }

  /** Writes a literal. */
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

  /** A value, quoted where it is no number. */
  scalar(view: DataView, type: number, at: number, size: number): void {
    if (isBare(type)) return this.value(view, type, at, size);
    if (this.size > this.#limit) this.#grow(1);
    this.#bytes[this.size++] = QUOTE;
    this.value(view, type, at, size);
    this.#bytes[this.size++] = QUOTE;
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
    }
    this.text(valueText(view, type, at, size));
  }

  /** Text with JSON's escapes, without quotes. */
  text(text: string): void {
    this.raw(JSON.stringify(text.toWellFormed()).slice(1, -1));
  }

  #utf16(view: DataView, at: number, size: number): void {
    if (this.size + 3 * size > this.#limit) this.#grow(3 * size);
    const bytes = this.#bytes;
    let to = this.size;
    const end = at + (size & ~1);
    const out = this.#view;
    const fours = end - 7;
    while (at < end) {
      // Four at a time while all are ASCII that needs no escape.
      while (at < fours) {
        const first = view.getInt32(at, true);
        const second = view.getInt32(at + 4, true);
        if (isPlain(first) === 0 || isPlain(second) === 0) break;
        const low = (first & 0xff) | (first >> 8);
        out.setInt32(to, low | (((second & 0xff) | (second >> 8)) << 16), true);
        to += 4;
        at += 8;
      }
      if (at === end) break;
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
    if (value > 0x3fffffff) {
      const high = Math.floor(value / 1e9);
      this.#digits(high);
      return this.#fixed(value - high * 1e9, 9);
    }
    let count = 1;
    for (let power = 10; power <= value; power *= 10) count++;
    this.#fixed(value, count);
  }

  /** A number below 2^30 with `digits` digits. */
  #fixed(value: number, digits: number): void {
    const bytes = this.#bytes;
    const end = this.size += digits;
    for (let at = end - 1; at >= end - digits; at--) {
      const rest = (value / 10) | 0;
      bytes[at] = 48 + value - 10 * rest;
      value = rest;
    }
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
    this.#fixed(value, digits);
    this.#bytes[this.size++] = after;
  }
}
