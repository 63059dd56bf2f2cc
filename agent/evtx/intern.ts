/**
 * The same bytes give the same string object: a log says the same few thousand names, SIDs and
 * ids again and again, and comparing bytes is cheaper than making text.
 * @module
 */
import { valueText } from "./value.ts";

const SLOTS = 8_192;
const MAX_BYTES = 128;
const WORDS = MAX_BYTES / 4;

/** Words of the value that each slot holds, beside its type and size, and its text. */
const words = new Int32Array(SLOTS * WORDS);
const keys = new Int32Array(SLOTS).fill(-1);
const texts: string[] = new Array(SLOTS).fill("");

/** Text of a value as {@link valueText} gives it, made once while its slot holds it. */
export function internedText(view: DataView, type: number, at: number, size: number): string {
  if (size > MAX_BYTES || size < 2) return valueText(view, type, at, size);
  const whole = size & ~3;
  let hash = size * 0x9e3779b1 + type;
  // Names differ at their ends more than in their middles: three words place them well enough.
  if (whole > 0) {
    hash = Math.imul(hash ^ view.getInt32(at, true), 0x85ebca6b);
    hash = Math.imul((hash ^ (hash >>> 15)) ^ view.getInt32(at + size - 4, true), 0xc2b2ae35);
    hash = Math.imul(
      (hash ^ (hash >>> 13)) ^ view.getInt32(at + ((size >> 1) & ~3), true),
      0x27d4eb2f,
    );
  } else hash = Math.imul(hash ^ view.getUint16(at, true), 0x85ebca6b);
  const slot = (hash ^ (hash >>> 16)) & (SLOTS - 1);
  const key = (type << 16) | size;
  let word = slot * WORDS;
  if (keys[slot] === key) {
    let from = at;
    const end = at + whole;
    while (from < end && words[word] === view.getInt32(from, true)) {
      from += 4;
      word++;
    }
    if (from === end && (whole === size || words[word] === tail(view, end, size - whole))) {
      return texts[slot];
    }
  }
  return remember(view, type, at, size, slot);
}

function tail(view: DataView, at: number, bytes: number): number {
  let value = 0;
  for (let i = 0; i < bytes; i++) value = (value << 8) | view.getUint8(at + i);
  return value;
}

function remember(
  view: DataView,
  type: number,
  at: number,
  size: number,
  slot: number,
): string {
  const whole = size & ~3;
  let word = slot * WORDS;
  for (let from = at; from < at + whole; from += 4) words[word++] = view.getInt32(from, true);
  if (whole < size) words[word] = tail(view, at + whole, size - whole);
  keys[slot] = (type << 16) | size;
  return texts[slot] = valueText(view, type, at, size);
}
