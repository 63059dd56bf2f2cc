/**
 * Values as JSON in UTF-8: sixteen characters at a time while they need no escape. Up to 32 bytes
 * behind what is written are overwritten.
 * @module
 */

/** Text of a value that is not written here: `from` is its address; where it ends. */
// @ts-ignore: decorator
@external("env", "valueText")
declare function valueText(type: i32, from: usize, size: i32, to: usize): usize;

const EPOCH_1601_S: u64 = 11644473600;
const SECOND: u64 = 10000000;
const DAY_S: u64 = 86400;

/** For each control character the letter of its escape, `u` for those without. */
const CONTROLS: usize = memory.data<u8>([
  0x75, 0x75, 0x75, 0x75, 0x75, 0x75, 0x75, 0x75, 0x62, 0x74, 0x6e, 0x75, 0x66, 0x72, 0x75, 0x75,
  0x75, 0x75, 0x75, 0x75, 0x75, 0x75, 0x75, 0x75, 0x75, 0x75, 0x75, 0x75, 0x75, 0x75, 0x75, 0x75,
]);
const HEX: usize = memory.data<u8>([
  0x30, 0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x37, 0x38, 0x39, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66,
]);
const HEX_DIGITS: usize = memory.data(16);
/** The day written last as 2024-02-29T. */
const DAY: usize = memory.data(16);
let dayWritten: u64 = u64.MAX_VALUE;

/** Copies bytes; up to fifteen behind them too. */
// @ts-ignore: decorator
@inline
export function copy(from: usize, size: i32, to: usize): usize {
  for (let i: usize = 0; i < <usize>size; i += 16) v128.store(to + i, v128.load(from + i));
  return to + <usize>size;
}

/** Whether JSON shows a value of this type as it is, without quotes. */
// @ts-ignore: decorator
@inline
function isBare(type: i32): bool {
  return (type >= 0x03 && type <= 0x0a) || type == 0x0d;
}

/** A value, quoted where it is no number; where it ends, 0 where it has too few bytes. */
export function scalar(type: i32, from: usize, size: i32, to: usize): usize {
  if (isBare(type)) return number(type, from, size, to);
  store<u8>(to, 0x22);
  to = quoted(type, from, size, to + 1);
  if (to == 0) return 0;
  store<u8>(to, 0x22);
  return to + 1;
}

function number(type: i32, from: usize, size: i32, to: usize): usize {
  switch (type) {
    case 0x03:
      return size < 1 ? 0 : signed(<i64>load<i8>(from), to);
    case 0x04:
      return size < 1 ? 0 : digits(<u64>load<u8>(from), to);
    case 0x05:
      return size < 2 ? 0 : signed(<i64>load<i16>(from), to);
    case 0x06:
      return size < 2 ? 0 : digits(<u64>load<u16>(from), to);
    case 0x07:
      return size < 4 ? 0 : signed(<i64>load<i32>(from), to);
    case 0x08:
      return size < 4 ? 0 : digits(<u64>load<u32>(from), to);
    case 0x09:
      return size < 8 ? 0 : signed(load<i64>(from), to);
    case 0x0a:
      return size < 8 ? 0 : digits(load<u64>(from), to);
    default:
      return size < 4 ? 0 : valueText(type, from, size, to);
  }
}

function quoted(type: i32, from: usize, size: i32, to: usize): usize {
  switch (type) {
    case 0x01:
      return text(from, size, to);
    case 0x0f:
      return size < 16 ? 0 : guid(from, to);
    case 0x11:
      if (size >= 8 && load<u32>(from, 4) < 0x10000000) return time(load<u64>(from), to);
      break;
    case 0x13:
      if (size >= 8) return sid(from, size, to);
      break;
    case 0x14:
      return size < 4 ? 0 : hexadecimal(<u64>load<u32>(from), to);
    case 0x15:
      return size < 8 ? 0 : hexadecimal(load<u64>(from), to);
  }
  return valueText(type, from, size, to);
}

/** UTF-16 up to its first NUL, with JSON's escapes. Up to 30 bytes behind it are read. */
export function text(from: usize, size: i32, to: usize): usize {
  const end = from + <usize>(size & ~1);
  const space = i8x16.splat(0x20), quote = i8x16.splat(0x22), backslash = i8x16.splat(0x5c);
  while (from < end) {
    // What is no ASCII becomes 0 or 255, both below a space as signed bytes.
    const bytes = i8x16.narrow_i16x8_u(v128.load(from), v128.load(from, 16));
    v128.store(to, bytes);
    const other = v128.or(
      i8x16.lt_s(bytes, space),
      v128.or(i8x16.eq(bytes, quote), i8x16.eq(bytes, backslash)),
    );
    const plain = <usize>ctz<i32>(i8x16.bitmask(other) | 0x10000);
    const left = (end - from) >> 1;
    if (plain >= left) return to + left;
    from += plain << 1;
    to += plain;
    if (plain == 16) continue;
    const unit = <i32>load<u16>(from);
    if (unit == 0) return to;
    from += 2;
    if (unit < 0x80) {
      const letter = unit < 0x20 ? load<u8>(CONTROLS + <usize>unit) : <u8>unit;
      store<u8>(to, 0x5c);
      store<u8>(to, letter, 1);
      to += 2;
      if (letter != 0x75) continue;
      store<u16>(to, 0x3030);
      store<u8>(to, load<u8>(HEX + <usize>(unit >> 4)), 2);
      store<u8>(to, load<u8>(HEX + <usize>(unit & 15)), 3);
      to += 4;
    } else if (unit < 0x800) {
      store<u8>(to, <u8>(0xc0 | (unit >> 6)));
      store<u8>(to, <u8>(0x80 | (unit & 63)), 1);
      to += 2;
    } else if ((unit & 0xf800) == 0xd800) {
      const next = from < end ? <i32>load<u16>(from) : 0;
      if (unit < 0xdc00 && (next & 0xfc00) == 0xdc00) {
        from += 2;
        const point = 0x10000 + ((unit & 0x3ff) << 10) + (next & 0x3ff);
        store<u8>(to, <u8>(0xf0 | (point >> 18)));
        store<u8>(to, <u8>(0x80 | ((point >> 12) & 63)), 1);
        store<u8>(to, <u8>(0x80 | ((point >> 6) & 63)), 2);
        store<u8>(to, <u8>(0x80 | (point & 63)), 3);
        to += 4;
      } else to = three(0xfffd, to); // a lone surrogate is no character
    } else to = three(unit, to);
  }
  return to;
}

function three(unit: i32, to: usize): usize {
  store<u8>(to, <u8>(0xe0 | (unit >> 12)));
  store<u8>(to, <u8>(0x80 | ((unit >> 6) & 63)), 1);
  store<u8>(to, <u8>(0x80 | (unit & 63)), 2);
  return to + 3;
}

function signed(value: i64, to: usize): usize {
  if (value >= 0) return digits(<u64>value, to);
  store<u8>(to, 0x2d);
  return digits(<u64>-value, to + 1);
}

function digits(value: u64, to: usize): usize {
  if (value >= 1000000000) {
    const high = value / 1000000000;
    return fixed(<u32>(value - high * 1000000000), 9, digits(high, to));
  }
  const small = <u32>value;
  let count = 1;
  for (let power: u32 = 10; power <= small; power *= 10) count++;
  return fixed(small, count, to);
}

/** A number below 10^9 with `count` digits. */
// @ts-ignore: decorator
@inline
function fixed(value: u32, count: i32, to: usize): usize {
  const end = to + <usize>count;
  for (let at = end; at > to;) {
    const rest = value / 10;
    store<u8>(--at, <u8>(48 + value - 10 * rest));
    value = rest;
  }
  return end;
}

/** The sixteen digits of a number from its bytes, the highest first. */
// @ts-ignore: decorator
@inline
function hexOf(bytes: v128): v128 {
  const letters = v128.load(HEX);
  return i8x16.swizzle(letters, bytes);
}

function hexadecimal(value: u64, to: usize): usize {
  const bytes = i64x2.splat(bswap<u64>(value));
  const high = i8x16.shr_u(bytes, 4);
  const low = v128.and(bytes, i8x16.splat(15));
  v128.store(HEX_DIGITS, hexOf(i8x16.shuffle(high, low, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)));
  const count = value == 0 ? 1 : (67 - <i32>clz<u64>(value)) >> 2;
  store<u16>(to, 0x7830);
  v128.store(to, v128.load(HEX_DIGITS + 16 - <usize>count), 2);
  return to + 2 + <usize>count;
}

function guid(from: usize, to: usize): usize {
  const raw = v128.load(from);
  const bytes = i8x16.shuffle(raw, raw, 3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15);
  const high = i8x16.shr_u(bytes, 4);
  const low = v128.and(bytes, i8x16.splat(15));
  const first = hexOf(i8x16.shuffle(high, low, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23));
  const second = hexOf(i8x16.shuffle(high, low, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31));
  store<u8>(to, 0x7b);
  v128.store(to, first, 1);
  store<u8>(to, 0x2d, 9);
  store<i32>(to, i32x4.extract_lane(first, 2), 10);
  store<u8>(to, 0x2d, 14);
  store<i32>(to, i32x4.extract_lane(first, 3), 15);
  store<u8>(to, 0x2d, 19);
  store<i32>(to, i32x4.extract_lane(second, 0), 20);
  store<u8>(to, 0x2d, 24);
  store<i32>(to, i32x4.extract_lane(second, 1), 25);
  store<i64>(to, i64x2.extract_lane(second, 1), 29);
  store<u8>(to, 0x7d, 37);
  return to + 38;
}

function sid(from: usize, size: i32, to: usize): usize {
  const stated = <i32>load<u8>(from, 1), room = (size - 8) >> 2;
  const count = stated < room ? stated : room;
  store<u16>(to, 0x2d53);
  to = digits(<u64>load<u8>(from), to + 2);
  store<u8>(to, 0x2d);
  to = digits(bswap<u64>(load<u64>(from)) & 0xffffffffffff, to + 1);
  for (let i: usize = 0; i < <usize>count; i++) {
    store<u8>(to, 0x2d);
    to = digits(<u64>load<u32>(from + (i << 2), 8), to + 1);
  }
  return to;
}

/** A FILETIME of a year below 10,000 with its seven digits of a second. */
function time(ticks: u64, to: usize): usize {
  const seconds = ticks / SECOND;
  const day = seconds / DAY_S;
  if (day != dayWritten) writeDay(day);
  v128.store(to, v128.load(DAY));
  const left = <u32>(seconds - day * DAY_S);
  const hour = left / 3600;
  const minute = left / 60 - hour * 60;
  to = after(hour, 2, 0x3a, to + 11);
  to = after(minute, 2, 0x3a, to);
  to = after(left - hour * 3600 - minute * 60, 2, 0x2e, to);
  return after(<u32>(ticks - seconds * SECOND), 7, 0x5a, to);
}

// @ts-ignore: decorator
@inline
function after(value: u32, count: i32, mark: u8, to: usize): usize {
  to = fixed(value, count, to);
  store<u8>(to, mark);
  return to + 1;
}

/** The calendar day of a day counted from 1601 (H. Hinnant, "chrono-compatible date algorithms"). */
function writeDay(day: u64): void {
  dayWritten = day;
  const fromMarch = <u32>day + 584694; // days since 0000-03-01
  const era = fromMarch / 146097;
  const ofEra = fromMarch - era * 146097;
  const yearOfEra = (ofEra - ofEra / 1460 + ofEra / 36524 - ofEra / 146096) / 365;
  const ofYear = ofEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
  const shifted = (5 * ofYear + 2) / 153;
  const dayOfMonth = ofYear - (153 * shifted + 2) / 5 + 1;
  const month = shifted < 10 ? shifted + 3 : shifted - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  let to = after(year, 4, 0x2d, DAY);
  to = after(month, 2, 0x2d, to);
  after(dayOfMonth, 2, 0x54, to);
}
