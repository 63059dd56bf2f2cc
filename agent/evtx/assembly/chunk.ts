/**
 * The chunk that is being read, and the values of its record.
 * @module
 */
import { CHUNK, VALUES } from "./layout";

/** Address of the region whose chunk is read. */
export let chunk: usize = 0;

/** Turns to the chunk of a region. */
export function turnTo(region: usize): void {
  chunk = region;
}

// @ts-ignore: decorator
@inline
export function u8At(at: i32): i32 {
  if (<u32>at >= <u32>CHUNK) unreachable();
  return load<u8>(chunk + <usize>at);
}

// @ts-ignore: decorator
@inline
export function u16At(at: i32): i32 {
  if (<u32>at > <u32>(CHUNK - 2)) unreachable();
  return load<u16>(chunk + <usize>at);
}

// @ts-ignore: decorator
@inline
export function u32At(at: i32): u32 {
  if (<u32>at > <u32>(CHUNK - 4)) unreachable();
  return load<u32>(chunk + <usize>at);
}

/** Type, from bit 16 on, and size of a value of this record. */
// @ts-ignore: decorator
@inline
export function shapeOf(value: i32): i32 {
  return load<i32>(chunk + VALUES + (<usize>value << 3), 4) & 0xffffff;
}

/** Where a value of this record lies. */
// @ts-ignore: decorator
@inline
export function bytesOf(value: i32): usize {
  return chunk + <usize>load<i32>(chunk + VALUES + (<usize>value << 3));
}
