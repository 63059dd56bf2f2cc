/**
 * Values met before, and where their text is kept.
 * @module
 */
import { chunk, turnTo, shapeOf, bytesOf } from "./chunk";
import {
  MAX_INTERNED,
  PLACES,
  FRAGMENTS,
  PLAN,
  FROM,
  COUNT,
  LOOKED_UP,
  RECENT_FROM,
  ASKED,
  ASKED_HOLES,
  MAX_ASKED,
  GENERATION,
  RECENT,
  KEYS,
  ENTRIES,
  MAX_ENTRIES,
  STARTS,
  ARENA,
  ARENA_BYTES,
  SCRATCH,
  planAt,
} from "./layout";

/** What {@link intern} gives instead of a place: nothing there, or to be read without. */
const EMPTY: i32 = -1;
const NOT_INTERNED: i32 = -2;
const NEW: i32 = -3;
const FRESH: i32 = i32.MIN_VALUE;

let arenaUsed: i32 = 0;
let interned: i32 = 0;

/** Looks up those values of a fragment that were asked for in earlier records of its plan. */
export function internAsked(fragment: usize, index: i32, plan: i32): void {
  const entry = planAt(plan);
  const from = load<i32>(fragment, FROM);
  const count = load<i32>(fragment, COUNT);
  const recent = load<i32>(entry, RECENT_FROM);
  const asked = <i32>load<u16>(entry, ASKED);
  const places = chunk + PLACES + (<usize>index << 7);
  for (let i: i32 = 0; i < asked; i++) {
    const hole = <i32>load<u16>(entry + (<usize>i << 1), ASKED_HOLES);
    const place = hole < count ? internValue(from + hole, recent + hole) : EMPTY;
    store<i32>(places + (<usize>i << 2), place);
  }
  store<i32>(fragment, asked, LOOKED_UP);
}

/**
 * Where text of a fragment's value is kept; {@link EMPTY}, {@link NOT_INTERNED}, or {@link NEW} less
 * the place where it is to be kept from now on. From the next record of its plan on, the value is
 * looked up while the record is read, as number `order` of those; not so where that is negative.
 */
export function intern(region: usize, fragmentIndex: i32, hole: i32, order: i32): i32 {
  turnTo(region);
  const fragment = region + FRAGMENTS + (<usize>fragmentIndex << 5);
  const entry = planAt(load<i32>(fragment, PLAN));
  if (<u32>order < <u32>MAX_ASKED) {
    store<u16>(entry + (<usize>order << 1), hole, ASKED_HOLES);
    if (<i32>load<u16>(entry, ASKED) <= order) store<u16>(entry, order + 1, ASKED);
  }
  return internValue(load<i32>(fragment, FROM) + hole, load<i32>(entry, RECENT_FROM) + hole);
}

function internValue(value: i32, recentIndex: i32): i32 {
  const key = shapeOf(value);
  const size = key & 0xffff;
  if (size == 0 || key >> 16 == 0) return EMPTY;
  if (size > MAX_INTERNED || key >> 16 > 0x7f) return NOT_INTERNED;
  const from = bytesOf(value);
  const recent = RECENT + (<usize>recentIndex << 2);
  let place = load<i32>(recent);
  let known = load<i32>(KEYS + (<usize>place << 2));
  if (
    (known & ~FRESH) != key ||
    !same(ARENA + <usize>load<i32>(STARTS + (<usize>place << 2)), from, size)
  ) {
    place = slot(key, from, size);
    store<i32>(recent, place);
    known = load<i32>(KEYS + (<usize>place << 2));
  }
  return known < 0 ? NEW - place : place;
}

/** The same for `size` bytes at {@link SCRATCH}, at most 1,024. */
export function internScratch(type: i32, size: i32): i32 {
  const place = slot((type << 16) | size, SCRATCH, size);
  return load<i32>(KEYS + (<usize>place << 2)) < 0 ? NEW - place : place;
}

function holds(place: i32, key: i32, from: usize, size: i32): bool {
  if ((load<i32>(KEYS + (<usize>place << 2)) & ~FRESH) != key) return false;
  return same(ARENA + <usize>load<i32>(STARTS + (<usize>place << 2)), from, size);
}

function same(a: usize, b: usize, size: i32): bool {
  if (size >= 16) {
    const last = <usize>(size - 16);
    for (let i: usize = 0; i < last; i += 16) {
      if (v128.any_true(v128.xor(v128.load(a + i), v128.load(b + i)))) return false;
    }
    return !v128.any_true(v128.xor(v128.load(a + last), v128.load(b + last)));
  }
  if (size >= 8) {
    const last = <usize>(size - 8);
    return load<u64>(a) == load<u64>(b) && load<u64>(a + last) == load<u64>(b + last);
  }
  if (size >= 4) {
    const last = <usize>(size - 4);
    return load<u32>(a) == load<u32>(b) && load<u32>(a + last) == load<u32>(b + last);
  }
  if (size == 1) return load<u8>(a) == load<u8>(b);
  return load<u16>(a) == load<u16>(b) &&
    load<u8>(a + 2 * <usize>(size == 3)) == load<u8>(b + 2 * <usize>(size == 3));
}

/** The place that holds a value, maybe only from now on. */
function slot(key: i32, from: usize, size: i32): i32 {
  let mixed: u64 = <u64>key * 0x9e3779b97f4a7c15;
  let at = from;
  // Of a long value at most 64 words decide.
  const stride: usize = size <= 256 ? 8 : <usize>((size >> 8) << 3);
  for (const end = from + <usize>(size & ~7); at < end; at += stride) {
    mixed = (mixed ^ (mixed >> 32) ^ load<u64>(at)) * 0x9e3779b97f4a7c15;
  }
  if (size >= 8) mixed = (mixed ^ (mixed >> 32) ^ load<u64>(from + <usize>size - 8)) * 0x9e3779b97f4a7c15;
  else {
    for (const end = from + <usize>size; at < end; at++) {
      mixed = (mixed ^ <u64>load<u8>(at)) * 0x9e3779b97f4a7c15;
    }
  }
  let place = <i32>(mixed >> 49);
  while (load<i32>(KEYS + (<usize>place << 2)) != 0) {
    if (holds(place, key, from, size)) return place;
    place = (place + 1) & (ENTRIES - 1);
  }
  if (arenaUsed + size > ARENA_BYTES || interned == MAX_ENTRIES) {
    memory.fill(KEYS, 0, 32768 * 4);
    arenaUsed = 0;
    interned = 0;
    store<i32>(GENERATION, load<i32>(GENERATION) + 1);
    place = <i32>(mixed >> 49);
  }
  interned++;
  store<i32>(KEYS + (<usize>place << 2), key | FRESH);
  store<i32>(STARTS + (<usize>place << 2), arenaUsed);
  memory.copy(ARENA + <usize>arenaUsed, from, <usize>size);
  arenaUsed += size;
  return place;
}
