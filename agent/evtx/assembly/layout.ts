/**
 * Where what lies in linear memory. Shared tables lie from GENERATION on; a cursor's region holds
 * its chunk, what is known of its templates, and the record read last. Addresses are bytes; `at`
 * counts from the chunk's start.
 * @module
 */

export const CHUNK: i32 = 65536;
export const MAX_FRAGMENTS: i32 = 64;
export const MAX_NESTING: i32 = 16;
export const MAX_VALUES: i32 = 4096;
export const MAX_NAME: i32 = 1024;
export const MAX_INTERNED: i32 = 4096;
export const BINXML: i32 = 0x21;

// A cursor's region.
export const TEMPLATES: usize = 65600; // behind the chunk, some bytes that may be read past its end
export const TEMPLATE_PLACES: i32 = 1024;
/** By value, two words: its offset in the chunk; its size and, from bit 16 on, its type. */
export const VALUES: usize = TEMPLATES + 8 * 1024;
/** By fragment, where the first of its values that were asked for before are interned. */
export const PLACES: usize = VALUES + 8 * 4096;
/** By fragment, eight words. */
export const FRAGMENTS: usize = PLACES + 64 * 128;
/** The record's time in ms since 1970 and its number, NaN where they must be looked for; its event id. */
export const HEADER: usize = FRAGMENTS + 64 * 32;
/** Bytes of a region. */
export const REGION: usize = HEADER + 64;

// Words of a fragment.
export const PLAN: usize = 0;
export const FROM: usize = 4;
export const COUNT: usize = 8;
export const HOLE: usize = 12;
export const PARENT: usize = 16;
export const END: usize = 20;
export const LOOKED_UP: usize = 24;

// A plan: where its recent values are, which values are System's, how many values were asked for,
// and which; the address of what writes it as JSON, 0 where it is not known, -1 where none can.
// 128 bytes, addressed by `planAt`.
export const RECENT_FROM: usize = 0;
export const TIME_HOLE: usize = 4;
export const EVENT_HOLE: usize = 6;
export const RECORD_HOLE: usize = 8;
export const ASKED: usize = 10;
export const ASKED_HOLES: usize = 12;
export const MAX_ASKED: i32 = 32;
export const PROGRAM: usize = 76;

// Shared tables.
/** Goes up when interned values start anew: places found before then are void. */
export const GENERATION: usize = 65536;
export const SHAPES: usize = GENERATION + 64;
export const SHAPE_PLACES: i32 = 8192;
export const PLANS: usize = SHAPES + 8192 * 16;
export const RECENT: usize = PLANS + 2048 * 128;
/** Type and size of an interned value; FRESH while its text was not made. */
export const KEYS: usize = RECENT + (65536 + 4096) * 4;
export const ENTRIES: i32 = 32768;
export const MAX_ENTRIES: i32 = 24576;
export const STARTS: usize = KEYS + 32768 * 4;
export const ARENA: usize = STARTS + 32768 * 4;
export const ARENA_BYTES: i32 = 4194304;
/** Bytes that are copied here can be interned too. */
export const SCRATCH: usize = ARENA + 4194304 + 64;
/** Programs that write JSON, with their literals. */
export const PROGRAMS: usize = SCRATCH + 4160;
/** Bytes of them. */
export const PROGRAMS_SIZE: i32 = 8388608;
/** Where JSON of one record is written. */
export const OUTPUT: usize = PROGRAMS + 8388608 + 64;
/** Bytes for it: the longest record, and what one value may add behind that. */
export const OUTPUT_SIZE: i32 = 5242880;
/** Where a writer of many records may have them written. */
export const LINES: usize = OUTPUT + 5242880;
/** Bytes for it: lines that wait, and room for one record more. */
export const LINES_SIZE: i32 = 6291456;
/** Where regions may start. */
export const REGIONS: usize = LINES + 6291456;

/** The entry of a plan. */
// @ts-ignore: decorator
@inline
export function planAt(plan: i32): usize {
  return PLANS + (<usize>plan << 7);
}
