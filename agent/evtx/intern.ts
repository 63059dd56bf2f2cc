/**
 * The same bytes give the same string object: a log says the same few thousand names, SIDs and
 * ids again and again, and comparing bytes is cheaper than making text.
 * @module
 */
import { type Literal, literalOf } from "./literal.ts";
import { valueText } from "./value.ts";

const SLOTS = 1 << 15;
const MAX_BYTES = 1_024;
const ARENA_WORDS = 1 << 20;

/** Bytes of the values that are known, one behind the other; full, it starts anew. */
const words = new Int32Array(ARENA_WORDS);
let used = 0;
/** By slot: type and size of its value, where its bytes are, its text. */
const keys = new Int32Array(SLOTS).fill(-1);
const starts = new Int32Array(SLOTS);
const texts: string[] = new Array(SLOTS).fill("");
/** By slot, its text inside JSON's quotes, once it was asked for. */
const literals: (Literal | undefined)[] = new Array(SLOTS).fill(undefined);

/** Text of a value as {@link valueText} gives it, made once while its slot holds it. */
export function internedText(view: DataView, type: number, at: number, size: number): string {
  if (size > MAX_BYTES) return valueText(view, type, at, size);
  return texts[slotOf(view, (type << 16) | size, at, size)];
}

/**
 * The same where the last value of that kind is at hand: `recent[index]` is its slot, which is
 * tried first, as a field often says the same in event after event.
 */
export function recentText(
  view: DataView,
  type: number,
  at: number,
  size: number,
  recent: Int32Array,
  index: number,
): string {
  if (size > MAX_BYTES) return valueText(view, type, at, size);
  const key = (type << 16) | size;
  const guess = recent[index];
  if (keys[guess] === key && holds(guess, view, at, size)) return texts[guess];
  return texts[recent[index] = slotOf(view, key, at, size)];
}

/** What stands in JSON's quotes for a value of at most 1,024 bytes; as {@link recentText}. */
export function recentLiteral(
  view: DataView,
  type: number,
  at: number,
  size: number,
  recent: Int32Array,
  index: number,
): Literal {
  const key = (type << 16) | size;
  let slot = recent[index];
  if (keys[slot] !== key || !holds(slot, view, at, size)) {
    slot = recent[index] = slotOf(view, key, at, size);
  }
  return literals[slot] ??= literalOf(JSON.stringify(texts[slot].toWellFormed()).slice(1, -1));
}

/** The slot that holds the value, maybe only from now on. */
function slotOf(view: DataView, key: number, at: number, size: number): number {
  const end = at + (size & ~3);
  const slot = place(view, key, at, end, size);
  if (keys[slot] !== key || !holds(slot, view, at, size)) remember(view, key, at, end, size, slot);
  return slot;
}

function holds(slot: number, view: DataView, at: number, size: number): boolean {
  let word = starts[slot];
  const end = at + (size & ~3);
  for (; at < end; at += 4) if (words[word++] !== view.getInt32(at, true)) return false;
  return (size & 3) === 0 || words[word] === tail(view, end, size & 3);
}

/** A slot by at most nine words of the value: names differ at their ends or all along. */
function place(view: DataView, key: number, at: number, end: number, size: number): number {
  let hash = Math.imul(key, 0x9e3779b1);
  const stride = size <= 32 ? 4 : (size >> 5) << 2;
  for (; at < end; at += stride) {
    hash = Math.imul((hash ^ (hash >>> 15)) + view.getInt32(at, true), 0x85ebca6b);
  }
  if (size & 3) hash = Math.imul(hash + tail(view, end, size & 3), 0xc2b2ae35);
  else if (size > 32) hash = Math.imul(hash + view.getInt32(end - 4, true), 0xc2b2ae35);
  return (hash ^ (hash >>> 15)) & (SLOTS - 1);
}

/** The one to three bytes behind whole words. */
function tail(view: DataView, at: number, bytes: number): number {
  if (bytes === 2) return view.getUint16(at, true);
  const first = view.getUint8(at);
  return bytes === 1 ? first : first | (view.getUint16(at + 1, true) << 8);
}

function remember(
  view: DataView,
  key: number,
  at: number,
  end: number,
  size: number,
  slot: number,
): void {
  if (used + MAX_BYTES / 4 + 1 > ARENA_WORDS) {
    keys.fill(-1);
    used = 0;
  }
  const text = valueText(view, key >> 16, at, size);
  keys[slot] = key;
  starts[slot] = used;
  for (let from = at; from < end; from += 4) words[used++] = view.getInt32(from, true);
  if (size & 3) words[used++] = tail(view, end, size & 3);
  texts[slot] = text;
  literals[slot] = undefined;
}
