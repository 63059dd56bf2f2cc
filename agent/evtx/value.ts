/**
 * BinXML values as the text and numbers that Windows shows.
 * @module
 */
import { utf16 } from "./plan.ts";

/** Milliseconds between 1601 and 1970. */
const EPOCH_1601_MS = 11_644_473_600_000;

const INTERN_SLOTS = 1 << 14;
const INTERN_MAX_CHARS = 200;
const interned: string[] = new Array(INTERN_SLOTS).fill("");

/** UTF-16 text; short text that was seen before is the same string object. */
export function text16(view: DataView, at: number, count: number): string {
  while (count > 0 && view.getUint16(at + 2 * count - 2, true) === 0) count--;
  if (count === 0) return "";
  if (count > INTERN_MAX_CHARS) return utf16(view, at, count);
  let hash = 0x811c9dc5;
  for (let i = 0; i < count; i++) {
    hash = Math.imul(hash ^ view.getUint16(at + 2 * i, true), 0x01000193);
  }
  const place = (hash ^ (hash >>> 15)) & (INTERN_SLOTS - 1);
  const known = interned[place];
  if (known.length === count && same(view, at, known)) return known;
  return interned[place] = utf16(view, at, count);
}

function same(view: DataView, at: number, text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) !== view.getUint16(at + 2 * i, true)) return false;
  }
  return true;
}

/** A FILETIME (100 ns since 1601) as whole milliseconds since 1970. */
export function fileTimeMs(view: DataView, at: number): number {
  const low = view.getUint32(at, true);
  const high = view.getUint32(at + 4, true);
  return Math.floor((high * 4_294_967_296 + low) / 10_000) - EPOCH_1601_MS;
}

/** A 64-bit unsigned number, exact to 2^53. */
export function u64(view: DataView, at: number): number {
  return view.getUint32(at + 4, true) * 4_294_967_296 + view.getUint32(at, true);
}

/** A security identifier as `S-1-…`, "" where the bytes are none. */
export function sidText(view: DataView, at: number, size: number): string {
  if (size < 8) return "";
  const count = view.getUint8(at + 1);
  if (size < 8 + 4 * count) return "";
  const authority = view.getUint16(at + 2) * 4_294_967_296 + view.getUint32(at + 4);
  let text = `S-${view.getUint8(at)}-${authority}`;
  for (let i = 0; i < count; i++) text += `-${view.getUint32(at + 8 + 4 * i, true)}`;
  return text;
}

function guidText(view: DataView, at: number): string {
  const hex = (from: number, count: number) =>
    Array.from(
      { length: count },
      (_, i) => view.getUint8(at + from + i).toString(16).padStart(2, "0"),
    )
      .join("");
  const word = (value: number, digits: number) => value.toString(16).padStart(digits, "0");
  return `{${word(view.getUint32(at, true), 8)}-${word(view.getUint16(at + 4, true), 4)}-${
    word(view.getUint16(at + 6, true), 4)
  }-${hex(8, 2)}-${hex(10, 6)}}`.toUpperCase();
}

/** How many bytes a fixed-size type has; 0 for the others. */
const FIXED: Readonly<Record<number, number>> = {
  0x03: 1,
  0x04: 1,
  0x05: 2,
  0x06: 2,
  0x07: 4,
  0x08: 4,
  0x09: 8,
  0x0a: 8,
  0x0b: 4,
  0x0c: 8,
  0x0d: 4,
  0x0f: 16,
  0x11: 8,
  0x12: 16,
  0x14: 4,
  0x15: 8,
};

/** The whole number that a value is, NaN where it is none. */
export function valueNumber(view: DataView, type: number, at: number, size: number): number {
  if (size < (FIXED[type] ?? Infinity)) return NaN;
  switch (type) {
    case 0x03:
      return view.getInt8(at);
    case 0x04:
      return view.getUint8(at);
    case 0x05:
      return view.getInt16(at, true);
    case 0x06:
      return view.getUint16(at, true);
    case 0x07:
      return view.getInt32(at, true);
    case 0x08:
    case 0x14:
      return view.getUint32(at, true);
    case 0x0d:
      return view.getUint32(at, true) ? 1 : 0;
    case 0x09:
      return Number(view.getBigInt64(at, true));
    case 0x0a:
    case 0x15:
      return u64(view, at);
    case 0x0b:
      return view.getFloat32(at, true);
    case 0x0c:
      return view.getFloat64(at, true);
    case 0x11:
      return fileTimeMs(view, at);
    default:
      return NaN;
  }
}

function systemTimeText(view: DataView, at: number): string {
  const [year, month, , day, hour, minute, second, ms] = Array.from(
    { length: 8 },
    (_, i) => view.getUint16(at + 2 * i, true),
  );
  const timeMs = Date.UTC(year, month - 1, day, hour, minute, second, ms);
  return Number.isNaN(timeMs) ? "" : new Date(timeMs).toISOString();
}

function isoText(timeMs: number): string {
  return Math.abs(timeMs) <= 8.64e15 ? new Date(timeMs).toISOString() : "";
}

/** Text of one value of BinXML type `type` (without the array bit) in `size` bytes at `at`. */
export function valueText(view: DataView, type: number, at: number, size: number): string {
  if (type === 0x01) return text16(view, at, size >> 1);
  if (type === 0x13) return sidText(view, at, size);
  if (type === 0x02) {
    return new TextDecoder("windows-1252").decode(
      new Uint8Array(view.buffer, view.byteOffset + at, size),
    ).replace(/\0+$/, "");
  }
  if (type === 0x0e || (type === 0x10 && size !== 4 && size !== 8)) {
    return Array.from(
      { length: size },
      (_, i) => view.getUint8(at + i).toString(16).padStart(2, "0"),
    ).join("").toUpperCase();
  }
  if (type === 0x10) type = size === 8 ? 0x15 : 0x14;
  if (size < (FIXED[type] ?? Infinity)) return "";
  if (type === 0x0f) return guidText(view, at);
  if (type === 0x11) return isoText(fileTimeMs(view, at));
  if (type === 0x12) return systemTimeText(view, at);
  if (type === 0x0d) return view.getUint32(at, true) ? "true" : "false";
  if (type === 0x14) return `0x${view.getUint32(at, true).toString(16)}`;
  if (type === 0x15) return `0x${view.getBigUint64(at, true).toString(16)}`;
  if (type === 0x09) return view.getBigInt64(at, true).toString();
  if (type === 0x0a) return view.getBigUint64(at, true).toString();
  const number = valueNumber(view, type, at, size);
  return Number.isNaN(number) ? "" : String(number);
}

/** Text of the item `index` of an array value; "" past its end. */
export function arrayItem(
  view: DataView,
  type: number,
  at: number,
  size: number,
  index: number,
): string {
  const item = type & 0x7f;
  if (item !== 0x01) {
    const width = FIXED[item] ?? 0;
    return width > 0 && (index + 1) * width <= size
      ? valueText(view, item, at + index * width, width)
      : "";
  }
  let from = at;
  for (let i = 0; from + 1 < at + size; i++) {
    let to = from;
    while (to + 1 < at + size && view.getUint16(to, true) !== 0) to += 2;
    if (i === index) return text16(view, from, (to - from) >> 1);
    from = to + 2;
  }
  return "";
}
