/**
 * Sizes and bytes of values.
 * @module
 */
import type { Value, ValueType } from "./definitions.ts";

const SIDS = new Map<string, Uint8Array>();

/** The bytes of a SID given as `S-1-…`; throws a `SyntaxError` where it is none. */
export function sidBytes(text: string): Uint8Array {
  const known = SIDS.get(text);
  if (known) return known;
  const parts = text.split("-").slice(1).map(Number);
  if (!text.startsWith("S-") || parts.length < 2 || parts.length > 17 || parts.some(Number.isNaN)) {
    throw new SyntaxError(`Cannot write a SID: "${text}" has not the form S-1-5-21-…`);
  }
  const bytes = new Uint8Array(8 + 4 * (parts.length - 2));
  const view = new DataView(bytes.buffer);
  bytes[0] = parts[0]!;
  bytes[1] = parts.length - 2;
  view.setUint16(2, Math.floor(parts[1]! / 4_294_967_296));
  view.setUint32(4, parts[1]! % 4_294_967_296);
  for (let i = 2; i < parts.length; i++) view.setUint32(8 + 4 * (i - 2), parts[i]!, true);
  if (SIDS.size > 20_000) SIDS.clear();
  SIDS.set(text, bytes);
  return bytes;
}

/** Bytes that a value takes in a chunk. */
export function valueBytes(type: ValueType, value: Value): number {
  if (value === null) return 0;
  if (typeof value === "string") {
    return type === "text" ? 2 * value.length : type === "guid" ? 16 : 68;
  }
  if (value instanceof Uint8Array) return value.length;
  if (typeof value === "object") return value.reduce((sum, text) => sum + 2 * text.length + 2, 0);
  return 8;
}
