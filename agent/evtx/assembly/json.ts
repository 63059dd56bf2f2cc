/**
 * Writes a record as JSON by the program of each fragment's plan: literals, and where values go
 * between them. Words of a program are explained beside what runs them; `json_program.ts` makes
 * them. What is not of the usual kind is left to who asks.
 * @module
 */
import { chunk, turnTo } from "./chunk";
import { COUNT, FRAGMENTS, FROM, HOLE, PARENT, PLAN, planAt, PROGRAM, VALUES } from "./layout";
import { copy, scalar, text } from "./json_value";

/** What {@link writeJson} gives instead of an end: a program is needed, the tree, an error. */
const NEED_PROGRAM: usize = 0;
const UNUSUAL: usize = 1;
const TOO_MUCH: usize = 2;
const FIRST_ADDRESS: usize = 16;

const MAX_RECORD: usize = 4194304;
const BINXML: i32 = 0x21;
const STRINGS: i32 = 0x81;

const QUOTE: u8 = 0x22;
const COMMA: u8 = 0x2c;
const OPEN: u8 = 0x7b;
const CLOSE: u8 = 0x7d;
const NULL: i32 = 0x6c6c756e;
/** Of an empty string. */
const QUOTES: u16 = 0x2222;
/** `"#attributes":{` */
const ATTRIBUTES_KEY: usize = memory.data<u8>([
  0x22, 0x23, 0x61, 0x74, 0x74, 0x72, 0x69, 0x62, 0x75, 0x74, 0x65, 0x73, 0x22, 0x3a, 0x7b, 0,
]);
/** `,"#text":` */
const TEXT_KEY: usize = memory.data<u8>([
  0x2c, 0x22, 0x23, 0x74, 0x65, 0x78, 0x74, 0x22, 0x3a, 0, 0, 0, 0, 0, 0, 0,
]);

/** Plan whose program is needed. */
export let neededPlan: i32 = 0;
let used: i32 = 0;
let limit: usize = 0;

/** Says where the program of a plan is; -1 if its fragments are left to the tree. */
export function setProgram(plan: i32, program: i32): void {
  store<i32>(planAt(plan), program, PROGRAM);
}

/**
 * Writes the record of `fragments` fragments that was read last in `region` at `to`; where it ends,
 * or a code below {@link FIRST_ADDRESS}.
 */
export function writeJson(region: usize, fragments: i32, to: usize): usize {
  turnTo(region);
  used = fragments;
  limit = to + MAX_RECORD;
  store<u8>(to, OPEN);
  to = named(0, 0, 0, to + 1);
  if (to < FIRST_ADDRESS) return to;
  store<u8>(to, CLOSE);
  return to + 1;
}

/** A fragment behind its name, which must not be one of the `count` at `taken`. */
function named(index: i32, taken: usize, count: i32, to: usize): usize {
  const plan = load<i32>(chunk + FRAGMENTS + (<usize>index << 5), PLAN);
  const program = load<i32>(planAt(plan), PROGRAM);
  if (program <= 0) {
    neededPlan = plan;
    return program == 0 ? NEED_PROGRAM : UNUSUAL;
  }
  // A program: number of its name; its key as a literal; steps.
  const at = <usize>program;
  for (let i = 0; i < count; i++) {
    if (load<i32>(taken + (<usize>i << 2)) == load<i32>(at)) return UNUSUAL;
  }
  return run(at + 12, index, copy(load<usize>(at, 4), load<i32>(at, 8), to));
}

// @ts-ignore: decorator
@inline
function shapeAt(values: usize, hole: i32): i32 {
  return load<i32>(values + (<usize>hole << 3), 4) & 0xffffff;
}

// @ts-ignore: decorator
@inline
function valueAt(values: usize, hole: i32): usize {
  return chunk + <usize>load<i32>(values + (<usize>hole << 3));
}

/** Whether a value leaves nothing to show. */
// @ts-ignore: decorator
@inline
function isEmpty(values: usize, count: i32, hole: i32): bool {
  if (<u32>hole >= <u32>count) return true;
  const shape = shapeAt(values, hole);
  if ((shape & 0xffff) == 0 || shape >> 16 == 0) return true;
  if (shape >> 16 != 0x01) return false;
  return (shape & 0xffff) < 2 || load<u16>(valueAt(values, hole)) == 0;
}

/** Whether the value that an element depends on is absent, which leaves the element out. */
// @ts-ignore: decorator
@inline
function isLeftOut(values: usize, count: i32, hole: i32): bool {
  if (<u32>hole >= <u32>count) return false;
  const shape = shapeAt(values, hole);
  return shape >> 16 == 0 || shape == BINXML << 16;
}

// @ts-ignore: decorator
@inline
function one(values: usize, hole: i32, to: usize): usize {
  const shape = shapeAt(values, hole);
  const type = shape >> 16;
  if (type & 0x80 || type == BINXML) return UNUSUAL;
  const end = scalar(type, valueAt(values, hole), shape & 0xffff, to);
  return end == 0 ? UNUSUAL : end;
}

/** Runs the steps at `at` for a fragment. */
function run(at: usize, index: i32, to: usize): usize {
  const fragment = chunk + FRAGMENTS + (<usize>index << 5);
  const count = load<i32>(fragment, COUNT);
  const values = chunk + VALUES + (<usize>load<i32>(fragment, FROM) << 3);
  while (to >= FIRST_ADDRESS) {
    if (to > limit) return TOO_MUCH;
    switch (load<i32>(at)) {
      case 0: // end
        return to;
      case 1: // literal: address, size
        to = copy(load<usize>(at, 4), load<i32>(at, 8), to);
        at += 12;
        break;
      case 2: { // leaf: value; 1 for "" where it is empty, 0 for null; of how many taken names; those
        const hole = load<i32>(at, 4);
        const taken = load<i32>(at, 12);
        if (isEmpty(values, count, hole)) {
          if (load<i32>(at, 8)) {
            store<u16>(to, QUOTES);
            to += 2;
          } else {
            store<i32>(to, NULL);
            to += 4;
          }
        } else if (shapeAt(values, hole) >> 16 != BINXML) to = one(values, hole, to);
        else {
          store<u8>(to, OPEN);
          to = nested(index, hole, at + 16, taken, to + 1);
          if (to < FIRST_ADDRESS) return to;
          store<u8>(to++, CLOSE);
        }
        at += 16 + (<usize>taken << 2);
        break;
      }
      case 3: { // element with attributes: value or -1; attributes as in 4
        const hole = load<i32>(at, 4);
        const filled = !isEmpty(values, count, hole);
        store<u8>(to, OPEN);
        const end = attributes(at + 8, values, count, to + 1);
        if (end < FIRST_ADDRESS) return end;
        if (end > to + 1) {
          to = end;
          if (filled) {
            to = one(values, hole, copy(TEXT_KEY, 9, to));
            if (to < FIRST_ADDRESS) return to;
          }
          store<u8>(to++, CLOSE);
        } else if (filled) to = one(values, hole, to);
        else {
          store<i32>(to, NULL);
          to += 4;
        }
        at += 12 + 12 * load<usize>(at, 8);
        break;
      }
      case 4: // attributes: how many; of each its value or -1, and a literal
        to = attributes(at + 4, values, count, to);
        at += 8 + 12 * load<usize>(at, 4);
        break;
      case 5: { // null if all are left out: bytes of steps that else follow; how many; values
        const others = load<i32>(at, 8);
        let all = true;
        for (let i = 0; all && i < others; i++) {
          all = isLeftOut(values, count, load<i32>(at + (<usize>i << 2), 12));
        }
        if (all) {
          store<i32>(to, NULL);
          to += 4;
          at += load<usize>(at, 4);
        }
        at += 12 + (<usize>others << 2);
        break;
      }
      case 6: { // nested fragment as a member: value; how many taken names; those
        const hole = load<i32>(at, 4);
        const taken = load<i32>(at, 8);
        if (!isEmpty(values, count, hole)) {
          to = nested(index, hole, at + 12, taken, comma(to));
        }
        at += 12 + (<usize>taken << 2);
        break;
      }
      case 7: // comma, unless nothing stands before it
        to = comma(to);
        at += 4;
        break;
      case 8: // steps that a value may leave out: value; their bytes
        at += isLeftOut(values, count, load<i32>(at, 4)) ? 12 + load<usize>(at, 8) : 12;
        break;
      case 9: { // array of strings, else the steps behind it: value; bytes of those
        const hole = load<i32>(at, 4);
        if (!isEmpty(values, count, hole) && shapeAt(values, hole) >> 16 == STRINGS) {
          to = list(valueAt(values, hole), shapeAt(values, hole) & 0xffff, to);
          at += load<usize>(at, 8);
        }
        at += 12;
        break;
      }
      default:
        unreachable();
    }
  }
  return to;
}

// @ts-ignore: decorator
@inline
function comma(to: usize): usize {
  if (load<u8>(to - 1) == OPEN) return to;
  store<u8>(to, COMMA);
  return to + 1;
}

/** `"#attributes":{…}` with those attributes that say anything, or nothing. */
function attributes(at: usize, values: usize, count: i32, to: usize): usize {
  let any = false;
  let left = load<i32>(at);
  for (at += 4; left > 0; left--, at += 12) {
    const hole = load<i32>(at);
    const size = load<i32>(at, 8);
    if (hole < 0 ? size == 0 : isEmpty(values, count, hole)) continue;
    if (any) store<u8>(to++, COMMA);
    else to = copy(ATTRIBUTES_KEY, 15, to);
    any = true;
    to = copy(load<usize>(at, 4), size, to);
    if (hole >= 0) to = one(values, hole, to);
    if (to < FIRST_ADDRESS) return to;
    if (to > limit) return TOO_MUCH;
  }
  if (any) store<u8>(to++, CLOSE);
  return to;
}

/** The one fragment that a value is, behind its name. */
function nested(index: i32, hole: i32, taken: usize, count: i32, to: usize): usize {
  let child = 0;
  for (let i = index + 1; i < used; i++) {
    const fragment = chunk + FRAGMENTS + (<usize>i << 5);
    if (load<i32>(fragment, PARENT) != index || load<i32>(fragment, HOLE) != hole) continue;
    if (child != 0) return UNUSUAL;
    child = i;
  }
  return child == 0 ? UNUSUAL : named(child, taken, count, to);
}

/** The items of an array of strings, bare if it is only one. */
function list(from: usize, size: i32, to: usize): usize {
  const end = from + <usize>(size & ~1);
  if (from == end) return UNUSUAL;
  const start = to++;
  let items = 0;
  while (from < end) {
    let stop = from;
    while (stop < end && load<u16>(stop) != 0) stop += 2;
    if (items++ > 0) store<u8>(to++, COMMA);
    store<u8>(to, QUOTE);
    to = text(from, <i32>(stop - from), to + 1);
    store<u8>(to++, QUOTE);
    from = stop + 2;
  }
  if (items > 1) {
    store<u8>(start, 0x5b);
    store<u8>(to, 0x5d);
    return to + 1;
  }
  memory.copy(start, start + 1, to - start - 1);
  return to - 1;
}
