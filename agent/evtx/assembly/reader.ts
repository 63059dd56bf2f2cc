/**
 * Reads records of a chunk in linear memory, AssemblyScript: where each value of a record lies, which
 * plan its fragments have, and which value was met before. What is broken gives a code, or a trap
 * where an offset leaves the chunk. Built by `deno task build:kernel`.
 * @module
 */
import { chunk, turnTo, u8At, u16At, u32At, shapeOf, bytesOf } from "./chunk";
import { internAsked } from "./intern";
import {
  CHUNK,
  MAX_FRAGMENTS,
  MAX_NESTING,
  MAX_VALUES,
  MAX_NAME,
  BINXML,
  TEMPLATES,
  TEMPLATE_PLACES,
  VALUES,
  FRAGMENTS,
  HEADER,
  PLAN,
  FROM,
  COUNT,
  HOLE,
  PARENT,
  END,
  RECENT_FROM,
  TIME_HOLE,
  EVENT_HOLE,
  RECORD_HOLE,
  ASKED,
  PROGRAM,
  SHAPES,
  SHAPE_PLACES,
  planAt,
} from "./layout";

export {
  FRAGMENTS,
  GENERATION,
  HEADER,
  KEYS,
  LINES,
  LINES_SIZE,
  OUTPUT,
  OUTPUT_SIZE,
  PLACES,
  PROGRAMS,
  PROGRAMS_SIZE,
  REGION,
  REGIONS,
  SCRATCH,
  VALUES,
} from "./layout";
export { intern, internScratch } from "./intern";
export { neededPlan, setProgram, writeJson } from "./json";

/** What {@link read} gives instead of a number of fragments. */
const NEED_PLAN: i32 = 0;
const NESTED_TOO_DEEPLY: i32 = -1;
const TABLE_PAST_RECORD: i32 = -2;
const VALUES_PAST_RECORD: i32 = -3;
const TOO_MANY_VALUES: i32 = -4;
const TEMPLATE_OUTSIDE: i32 = -5;
const TEMPLATE_PAST: i32 = -6;
const FRAGMENT_PAST_END: i32 = -7;
const NAME_TOO_LONG: i32 = -8;
const LITERAL_TYPE: i32 = -9;
const TOKEN_MISPLACED: i32 = -10;

/** The type or token of the last error. */
export let culprit: i32 = 0;
/** The shape whose plan is needed. */
let shapeHash: u64 = 0;
/** Where the fragment starts whose plan is needed. */
export let shapeAt: i32 = 0;
/** Where it ends. */
export let shapeEnd: i32 = 0;
/** 1 where it is a template's. */
export let shapeIsTemplate: i32 = 0;

let used: i32 = 0;
let values: i32 = 0;
let hash: u64 = 0;
let scanEnd: i32 = 0;

/**
 * Reads the record whose BinXML lies from `at` to `end` in the chunk of `region`, of which this is
 * chunk number `stamp` (below 2^16): how many fragments it has, {@link NEED_PLAN}, or an error.
 */
export function read(region: usize, at: i32, end: i32, stamp: i32): i32 {
  turnTo(region);
  used = 0;
  values = 0;
  const result = fragment(at, end, 0, -1, -1, stamp << 16);
  if (result <= 0) return result;
  readHeader();
  return used;
}

/** Reads what is asked of every record. */
function readHeader(): void {
  const first = chunk + FRAGMENTS;
  const plan = planAt(load<i32>(first, PLAN));
  const count = load<i32>(first, COUNT);
  let time = NaN, record = NaN;
  let event: i32 = -1;
  const timeHole = <i32>load<i16>(plan, TIME_HOLE);
  if (<u32>timeHole < <u32>count && shapeOf(timeHole) == 0x110008) {
    time = <f64>(load<u64>(bytesOf(timeHole)) / 10000) - 11644473600000;
  }
  const recordHole = <i32>load<i16>(plan, RECORD_HOLE);
  if (<u32>recordHole < <u32>count && shapeOf(recordHole) == 0x0a0008) {
    record = <f64>load<u64>(bytesOf(recordHole));
  }
  const eventHole = <i32>load<i16>(plan, EVENT_HOLE);
  if (<u32>eventHole < <u32>count && shapeOf(eventHole) == 0x060002) {
    event = <i32>load<u16>(bytesOf(eventHole));
  }
  store<f64>(chunk + HEADER, time);
  store<f64>(chunk + HEADER, record, 8);
  store<i32>(chunk + HEADER, event, 16);
}

/** Reads a fragment and those nested in it: 1, or {@link NEED_PLAN} or an error. */
function fragment(at: i32, end: i32, depth: i32, parent: i32, hole: i32, stamp: i32): i32 {
  if (used == MAX_FRAGMENTS || depth == MAX_NESTING) return NESTED_TOO_DEEPLY;
  const index = used++;
  const place = chunk + FRAGMENTS + (<usize>index << 5);
  const from = values;
  store<i32>(place, from, FROM);
  store<i32>(place, parent, PARENT);
  store<i32>(place, hole, HOLE);
  if (u8At(at) == 0x0f) at += 4;
  let plan: i32;
  if (u8At(at) != 0x0c) {
    const broken = scan(at, end, true);
    if (broken < 0) return broken;
    plan = planOf(at, end, false);
    if (plan < 0) return NEED_PLAN;
    store<i32>(place, plan, PLAN);
    store<i32>(place, values - from, COUNT);
    store<i32>(place, scanEnd, END);
    internAsked(place, index, plan);
    return 1;
  }
  const offset = u32At(at + 6);
  at += 10;
  if (offset > <u32>(CHUNK - 24)) return TEMPLATE_OUTSIDE;
  plan = template(<i32>offset, stamp);
  if (plan == -1) return NEED_PLAN;
  if (plan < 0) return plan;
  // The definition lies inline at its first use in the chunk.
  if (<i32>offset == at) at += 24 + <i32>u32At(at + 20);
  if (at + 4 > end) return TABLE_PAST_RECORD;
  const count = <i32>u32At(at);
  at += 4;
  if (<u32>count > <u32>MAX_VALUES || at + 4 * count > end) return TABLE_PAST_RECORD;
  if (from + count > MAX_VALUES) return TOO_MANY_VALUES;
  let value = at + 4 * count;
  let nested = -1;
  let word = chunk + <usize>at;
  let to = chunk + VALUES + (<usize>from << 3);
  let left = count;
  const zero = i32x4.splat(0), low = i32x4.splat(0xffff), types = i32x4.splat(0xff0000);
  const binxml = i32x4.splat(BINXML << 16);
  for (; left >= 4; left -= 4, word += 16, to += 32) {
    const entries = v128.load(word);
    const fragments = i32x4.eq(v128.and(entries, types), binxml);
    if (v128.any_true(fragments) && nested < 0) nested = count - left;
    const sizes = v128.and(entries, low);
    const pairs = i32x4.add(sizes, i32x4.shuffle(zero, sizes, 0, 4, 5, 6));
    const ends = i32x4.add(pairs, i32x4.shuffle(zero, pairs, 0, 1, 4, 5));
    const starts = i32x4.add(i32x4.splat(value), i32x4.sub(ends, sizes));
    v128.store(to, i32x4.shuffle(starts, entries, 0, 4, 1, 5));
    v128.store(to, i32x4.shuffle(starts, entries, 2, 6, 3, 7), 16);
    value += i32x4.extract_lane(ends, 3);
  }
  for (; left > 0; left--, word += 4, to += 8) {
    const entry = load<i32>(word);
    store<i32>(to, value);
    store<i32>(to, entry, 4);
    if ((entry & 0xff0000) == BINXML << 16 && nested < 0) nested = count - left;
    value += entry & 0xffff;
  }
  if (value > end) return VALUES_PAST_RECORD;
  values = from + count;
  store<i32>(place, plan, PLAN);
  store<i32>(place, count, COUNT);
  store<i32>(place, value, END);
  internAsked(place, index, plan);
  if (nested < 0) return 1;
  for (let i = nested; i < count; i++) {
    const shape = shapeOf(from + i);
    if (shape >> 16 != BINXML || (shape & 0xffff) < 5) continue;
    let start = load<i32>(chunk + VALUES + (<usize>(from + i) << 3));
    const stop = start + (shape & 0xffff);
    // Mostly one fragment; more can stand behind each other.
    do {
      const child = used;
      const result = fragment(start, stop, depth + 1, index, i, stamp);
      if (result <= 0) return result;
      start = load<i32>(chunk + FRAGMENTS + (<usize>child << 5), END);
    } while (start < stop && u8At(start) != 0);
  }
  return 1;
}

/** The plan of the template at `offset`; -1 where it is not known yet, or an error. */
function template(offset: i32, stamp: i32): i32 {
  const key = offset | stamp;
  const first = (offset * 0x9e3779b1) >>> 22;
  let free: usize = 0;
  for (let i: i32 = 0; i < 4; i++) {
    const place = chunk + TEMPLATES + (<usize>((first + i) & (TEMPLATE_PLACES - 1)) << 3);
    const found = load<i32>(place);
    if (found == key) return load<i32>(place, 4);
    if (free == 0 && (found ^ stamp) >>> 16 != 0) free = place;
  }
  const size = u32At(offset + 20);
  const start = offset + 24;
  if (size > <u32>(CHUNK - start)) return TEMPLATE_PAST;
  const broken = scan(start, start + <i32>size, false);
  if (broken < 0) return broken;
  const plan = planOf(start, start + <i32>size, true);
  if (plan >= 0) {
    if (free == 0) free = chunk + TEMPLATES + (<usize>first << 3);
    store<i32>(free, key);
    store<i32>(free, plan, 4);
  }
  return plan;
}

// @ts-ignore: decorator
@inline
function mix(value: u64): void {
  const product = (hash ^ value) * 0x9e3779b97f4a7c15;
  hash = product ^ (product >> 29);
}

/** Mixes in bytes of the chunk: a sum of products, each by a factor of its place. */
function mixBytes(at: i32, size: i32): void {
  if (<u32>at > <u32>CHUNK || <u32>(at + size) > <u32>CHUNK) unreachable();
  let sum = <u64>size;
  let from = chunk + <usize>at;
  let factor: u64 = 0xd6e8feb86659fd93;
  for (const end = from + <usize>(size & ~7); from < end; from += 8) {
    const word = load<u64>(from);
    sum += (word ^ (word >> 32)) * factor;
    factor += 0xa5a3564e27f8ed1a;
  }
  if (size & 4) {
    sum += <u64>load<u32>(from) * factor;
    from += 4;
    factor += 0xa5a3564e27f8ed1a;
  }
  if (size & 2) {
    sum += <u64>load<u16>(from) * factor;
    from += 2;
    factor += 0xa5a3564e27f8ed1a;
  }
  if (size & 1) sum += <u64>load<u8>(from) * factor;
  mix(sum);
}

/** Mixes in the name that lies inline or elsewhere; where the next token is, or an error. */
function mixName(at: i32): i32 {
  const offset = <i32>u32At(at);
  if (<u32>offset > <u32>CHUNK) unreachable();
  const size = 2 * u16At(offset + 6);
  if (size > 2 * MAX_NAME) return NAME_TOO_LONG;
  mixBytes(offset + 8, size);
  return offset == at + 4 ? at + 14 + size : at + 4;
}

/** Bytes of a literal value behind its type byte, 0 where the type is none that may stand there. */
function literalSize(type: i32, at: i32, end: i32): i32 {
  switch (type) {
    case 0x03:
    case 0x04:
      return 1;
    case 0x05:
    case 0x06:
      return 2;
    case 0x07:
    case 0x08:
    case 0x0b:
    case 0x0d:
    case 0x14:
      return 4;
    case 0x09:
    case 0x0a:
    case 0x0c:
    case 0x11:
    case 0x15:
      return 8;
    case 0x0f:
    case 0x12:
      return 16;
    case 0x13:
      return at + 2 <= end ? 8 + 4 * u8At(at + 1) : 0;
    default:
      return 0;
  }
}

/**
 * One flat pass over a fragment: a hash of everything but the record's own values. Of a fragment
 * without template, `literal`, the values are noted. 0, or an error.
 */
function scan(at: i32, end: i32, literal: bool): i32 {
  hash = literal ? 2 : 1;
  let named = false;
  while (at < end) {
    const token = u8At(at++);
    if (token == 0) break;
    mix(<u64>token);
    switch (token & 0xbf) {
      case 0x01: { // open start element
        if (!literal) {
          mix(<u64>u16At(at));
          at += 2;
        }
        const next = mixName(at + 4);
        if (next < 0) return next;
        at = next + (token & 0x40 ? 4 : 0);
        break;
      }
      case 0x06: { // attribute
        named = literal && isNamed(<i32>u32At(at));
        const next = mixName(at);
        if (next < 0) return next;
        at = next;
        break;
      }
      case 0x02:
      case 0x03: // close start element, close empty element
        named = false;
        break;
      case 0x04: // end element
        break;
      case 0x05: { // value
        const type = u8At(at++);
        mix(<u64>type);
        let size: i32;
        if (type == 0x01) {
          size = 2 * u16At(at);
          at += 2;
        } else {
          size = literalSize(type, at, end);
          if (size == 0) {
            culprit = type;
            return LITERAL_TYPE;
          }
        }
        if (at + size > end) return FRAGMENT_PAST_END;
        // A hole of a literal record, but a part of a template's shape.
        if (literal && !named) {
          if (values == MAX_VALUES) return TOO_MANY_VALUES;
          store<i32>(chunk + VALUES + (<usize>values << 3), at);
          store<i32>(chunk + VALUES + (<usize>values << 3), (type << 16) | size, 4);
          values++;
        } else mixBytes(at, size);
        at += size;
        break;
      }
      case 0x07:
      case 0x0b: { // CDATA section, processing instruction's data
        const size = 2 * u16At(at);
        mixBytes(at + 2, size);
        at += 2 + size;
        break;
      }
      case 0x08: // character reference
        mix(<u64>u16At(at));
        at += 2;
        break;
      case 0x09:
      case 0x0a: { // entity reference, processing instruction's target
        const next = mixName(at);
        if (next < 0) return next;
        at = next;
        break;
      }
      case 0x0d:
      case 0x0e: // substitutions
        mix(<u64>u16At(at));
        at += 3;
        break;
      case 0x0f: // fragment header
        at += 3;
        break;
      default:
        culprit = token;
        return TOKEN_MISPLACED;
    }
  }
  scanEnd = at;
  return 0;
}

/** Whether the name at `offset` is Name. */
function isNamed(offset: i32): bool {
  if (<u32>offset > <u32>(CHUNK - 16)) return false;
  const name = chunk + <usize>offset;
  return load<u16>(name, 6) == 4 && load<u64>(name, 8) == 0x0065006d0061004e;
}

/** The plan of the shape just scanned; -1, with what is needed told, where it is not known. */
function planOf(at: i32, end: i32, isTemplate: bool): i32 {
  const size = isTemplate ? end - at : 0;
  const place = shape(hash, size);
  const plan = load<i32>(place, 12);
  if (plan > 0) return plan - 1;
  shapeHash = hash;
  shapeAt = at;
  shapeEnd = end;
  shapeIsTemplate = isTemplate ? 1 : 0;
  return -1;
}

/** Where a shape is kept, or is to be. */
function shape(wanted: u64, size: i32): usize {
  let i = <i32>(wanted >> 40);
  let place: usize = 0;
  do {
    place = SHAPES + (<usize>(i++ & (SHAPE_PLACES - 1)) << 4);
  } while (
    load<i32>(place, 12) != 0 && (load<u64>(place) != wanted || load<i32>(place, 8) != size)
  );
  return place;
}

/**
 * Says which plan the needed shape has, where the plan's recent values are kept, and which of its
 * values are the time, the event's id and the record's number, -1 for none.
 */
export function bind(plan: i32, recent: i32, time: i32, event: i32, record: i32): void {
  const size = shapeIsTemplate ? shapeEnd - shapeAt : 0;
  const place = shape(shapeHash, size);
  store<u64>(place, shapeHash);
  store<i32>(place, size, 8);
  store<i32>(place, plan + 1, 12);
  const entry = planAt(plan);
  store<i32>(entry, recent, RECENT_FROM);
  store<i16>(entry, time, TIME_HOLE);
  store<i16>(entry, event, EVENT_HOLE);
  store<i16>(entry, record, RECORD_HOLE);
  store<u16>(entry, 0, ASKED);
  store<i32>(entry, 0, PROGRAM);
}

/** Forgets all plans. Regions need a new stamp. */
export function forgetPlans(): void {
  memory.fill(SHAPES, 0, 8192 * 16);
}

/** Forgets the templates of a region's chunks. */
export function forgetTemplates(region: usize): void {
  memory.fill(region + TEMPLATES, 0, 8192);
}
