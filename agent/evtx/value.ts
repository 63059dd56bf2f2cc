/**
 * BinXML values as the text and numbers that Windows shows.
 * @module
 */

/** Seconds between 1601 and 1970. */
const EPOCH_1601_S = 11_644_473_600;

/** Bytes of one value by type, 0 where the size is its own. */
export const FIXED_SIZE: Uint8Array = Uint8Array.from({ length: 128 }, (_, type) => {
  if (type === 0x03 || type === 0x04) return 1;
  if (type === 0x05 || type === 0x06) return 2;
  if ([0x07, 0x08, 0x0b, 0x0d, 0x14].includes(type)) return 4;
  if ([0x09, 0x0a, 0x0c, 0x11, 0x15].includes(type)) return 8;
  return type === 0x0f || type === 0x12 ? 16 : 0;
});

/** Whether JSON shows a value of this type as it is, without quotes. */
export function isBare(type: number): boolean {
  return (type >= 0x03 && type <= 0x0a) || type === 0x0d;
}

/** Code units from which on the decoder is faster than the loop. */
const LONG = 256;
const decoder = new TextDecoder("utf-16le", { ignoreBOM: true });
const scratch = new Uint16Array(LONG);

/** `count` UTF-16 code units at `at`. */
export function utf16(view: DataView, at: number, count: number): string {
  if (count > LONG) {
    return decoder.decode(new Uint8Array(view.buffer, view.byteOffset + at, 2 * count));
  }
  for (let i = 0; i < count; i++) scratch[i] = view.getUint16(at + 2 * i, true);
  return String.fromCharCode.apply(null, scratch.subarray(0, count) as unknown as number[]);
}

/** UTF-16 text up to its first NUL. */
function text16(view: DataView, at: number, size: number): string {
  const text = utf16(view, at, size >> 1);
  const nul = text.indexOf("\0");
  return nul < 0 ? text : text.slice(0, nul);
}

/** A 64-bit unsigned number, exact to 2^53. */
export function u64(view: DataView, at: number): number {
  return view.getUint32(at + 4, true) * 4_294_967_296 + view.getUint32(at, true);
}

/** A FILETIME (100 ns since 1601) as milliseconds since 1970, rounded down. */
export function fileTimeMs(view: DataView, at: number): number {
  // 2^32 ticks are 429 s and 4,967,296 ticks: exact, where a product by 2^32 would round.
  const high = view.getUint32(at + 4, true);
  const ticks = high * 4_967_296 + view.getUint32(at, true);
  return (high * 429 - EPOCH_1601_S) * 1_000 + Math.floor(ticks / 10_000);
}

/** A security identifier as `S-1-…`, "S-?" where the bytes are none. */
export function sidText(view: DataView, at: number, size: number): string {
  if (size < 8) return "S-?";
  const count = Math.min(view.getUint8(at + 1), (size - 8) >> 2);
  const authority = view.getUint16(at + 2) * 4_294_967_296 + view.getUint32(at + 4);
  let text = `S-${view.getUint8(at)}-${authority}`;
  for (let i = 0; i < count; i++) text += `-${view.getUint32(at + 8 + 4 * i, true)}`;
  return text;
}

function hexBytes(view: DataView, at: number, size: number): string {
  return new Uint8Array(view.buffer, view.byteOffset + at, size).toHex();
}

function guidText(view: DataView, at: number): string {
  const hex = (value: number, digits: number) => value.toString(16).padStart(digits, "0");
  return `{${hex(view.getUint32(at, true), 8)}-${hex(view.getUint16(at + 4, true), 4)}-${
    hex(view.getUint16(at + 6, true), 4)
  }-${hexBytes(view, at + 8, 2)}-${hexBytes(view, at + 10, 6)}}`;
}

/** The number that a value is, NaN where it is none; truth values are 0 and 1, times ms of 1970. */
export function valueNumber(view: DataView, type: number, at: number, size: number): number {
  if (type > 0x7f || size < FIXED_SIZE[type]) return NaN;
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
    case 0x0d:
      return view.getInt32(at, true);
    case 0x08:
    case 0x14:
      return view.getUint32(at, true);
    case 0x09:
      return view.getInt32(at + 4, true) * 4_294_967_296 + view.getUint32(at, true);
    case 0x0a:
    case 0x15:
      return u64(view, at);
    case 0x0b:
      return view.getFloat32(at, true);
    case 0x0c:
      return view.getFloat64(at, true);
    case 0x10:
      return size === 8 ? u64(view, at) : size === 4 ? view.getUint32(at, true) : NaN;
    case 0x11:
      return fileTimeMs(view, at);
    default:
      return NaN;
  }
}

const pad = (value: number, digits: number) => String(value).padStart(digits, "0");

/** The calendar day, `2024-02-29`, of a day counted from 1970. */
function dayText(day: number): string {
  const date = new Date(day * 86_400_000);
  return `${pad(date.getUTCFullYear() % 10_000, 4)}-${pad(date.getUTCMonth() + 1, 2)}-${
    pad(date.getUTCDate(), 2)
  }`;
}

/** A FILETIME with its seven digits of a second, as Windows shows it. */
function fileTimeText(view: DataView, at: number): string {
  const high = view.getUint32(at + 4, true);
  if (high > 0x7fffffff) return "0000-00-00T00:00:00.0000000Z";
  const ticks = high * 4_967_296 + view.getUint32(at, true);
  const seconds = high * 429 + Math.floor(ticks / 10_000_000) - EPOCH_1601_S;
  const day = Math.floor(seconds / 86_400);
  if (day > 100_000_000) return "0000-00-00T00:00:00.0000000Z";
  const left = seconds - day * 86_400;
  return `${dayText(day)}T${pad(Math.floor(left / 3_600), 2)}:${
    pad(Math.floor(left / 60) % 60, 2)
  }:${pad(left % 60, 2)}.${pad(ticks % 10_000_000, 7)}Z`;
}

function systemTimeText(view: DataView, at: number): string {
  const [year, month, , day, hour, minute, second, ms] = Array.from(
    { length: 8 },
    (_, i) => view.getUint16(at + 2 * i, true),
  );
  const date = new Date(Date.UTC(year, month - 1, day));
  const valid = year >= 1601 && year <= 30_827 && month >= 1 && month <= 12 &&
    date.getUTCMonth() === month - 1 && date.getUTCDate() === day && hour < 24 && minute < 60 &&
    second < 60 && ms < 1_000;
  if (!valid) return "1601-01-01T00:00:00.0000000Z";
  return `${pad(year % 10_000, 4)}-${pad(month, 2)}-${pad(day, 2)}T${pad(hour, 2)}:${
    pad(minute, 2)
  }:${pad(second, 2)}.${pad(ms, 3)}0000Z`;
}

function ansiText(view: DataView, at: number, size: number): string {
  return new TextDecoder("windows-1252")
    .decode(new Uint8Array(view.buffer, view.byteOffset + at, size)).replaceAll("\0", "");
}

function realText(value: number): string {
  if (Math.abs(value) === Infinity) return value < 0 ? "-inf" : "inf";
  return Number.isInteger(value) && Math.abs(value) < 1e16 ? value.toFixed(1) : String(value);
}

/** A 32-bit real in the fewest digits that read back as the same. */
function singleText(value: number): string {
  for (let digits = 6; digits < 10; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return realText(short);
  }
  return realText(value);
}

/** Text of one value of `type`, or of the items of an array with commas between them. */
export function valueText(view: DataView, type: number, at: number, size: number): string {
  if (type & 0x80) return arrayItems(view, type, at, size).join(",");
  if (size < FIXED_SIZE[type]) return "";
  switch (type) {
    case 0x01:
      return text16(view, at, size);
    case 0x02:
      return ansiText(view, at, size);
    case 0x09:
      return view.getBigInt64(at, true).toString();
    case 0x0a:
      return view.getBigUint64(at, true).toString();
    case 0x0b:
      return singleText(view.getFloat32(at, true));
    case 0x0c:
      return realText(view.getFloat64(at, true));
    case 0x0d: {
      const value = view.getInt32(at, true);
      return value === 0 ? "false" : value === 1 ? "true" : String(value);
    }
    case 0x0e:
      return hexBytes(view, at, size).toUpperCase();
    case 0x0f:
      return guidText(view, at);
    case 0x10:
      if (size === 4) return `0x${view.getUint32(at, true).toString(16)}`;
      return size === 8 ? `0x${view.getBigUint64(at, true).toString(16)}` : "";
    case 0x11:
      return fileTimeText(view, at);
    case 0x12:
      return systemTimeText(view, at);
    case 0x13:
      return sidText(view, at, size);
    case 0x14:
      return `0x${view.getUint32(at, true).toString(16)}`;
    case 0x15:
      return `0x${view.getBigUint64(at, true).toString(16)}`;
    default: {
      const number = valueNumber(view, type, at, size);
      return Number.isNaN(number) ? "" : String(number);
    }
  }
}

/** Where each item of an array lies, as [offset, bytes]; an array of sizeless items has none. */
export function arraySpans(
  view: DataView,
  type: number,
  at: number,
  size: number,
): [number, number][] {
  const item = type & 0x7f;
  const spans: [number, number][] = [];
  const end = at + size;
  if (item === 0x01 || item === 0x02) {
    const unit = item === 0x01 ? 2 : 1;
    const zero = (p: number) => (unit === 2 ? view.getUint16(p, true) : view.getUint8(p)) === 0;
    for (let from = at; from + unit <= end;) {
      let to = from;
      while (to + unit <= end && !zero(to)) to += unit;
      spans.push([from, to - from]);
      from = to + unit;
    }
    return spans;
  }
  for (let from = at; from < end;) {
    const width = item === 0x13 && from + 8 <= end
      ? 8 + 4 * view.getUint8(from + 1)
      : FIXED_SIZE[item];
    if (width === 0 || from + width > end) break;
    spans.push([from, width]);
    from += width;
  }
  return spans;
}

/** The items of an array value as text. */
export function arrayItems(view: DataView, type: number, at: number, size: number): string[] {
  return arraySpans(view, type, at, size)
    .map(([from, width]) => valueText(view, type & 0x7f, from, width));
}
