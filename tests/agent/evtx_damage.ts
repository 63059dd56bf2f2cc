/** Damage to logs, by chance with a seed, and what every damaged log must hold to. */
import { evtxCursor } from "@/agent/evtx/cursor.ts";
import { memorySource } from "@/agent/evtx/chunks.ts";
import { JsonWriter } from "@/agent/evtx/json_writer.ts";
import { FIELD_NAMES } from "@/features/fields.ts";
import assert from "node:assert/strict";

/** Numbers in [0, 1) from a seed (mulberry32). */
export function chance(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const WORDS = [0, 1, 0x7fff, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xfffffffc, 0xffffffff];

/** Changes some bytes of a chunk: bits, bytes, words of bad sizes, copied pieces. */
export function damage(chunk: Uint8Array, random: () => number): void {
  const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.length);
  const place = (room: number) => Math.floor(random() * (chunk.length - room));
  for (let times = 1 + Math.floor(random() * 8); times > 0; times--) {
    const at = place(4);
    const kind = Math.floor(random() * 4);
    if (kind === 0) chunk[at] ^= 1 << Math.floor(random() * 8);
    else if (kind === 1) chunk[at] = Math.floor(random() * 32);
    else if (kind === 2) view.setUint32(at, WORDS[Math.floor(random() * WORDS.length)], true);
    else {
      const size = Math.floor(random() * 64);
      chunk.copyWithin(at, place(size), place(size) + size);
    }
  }
}

const writer = new JsonWriter();
let sink = 0;

/** Reads everything there is; throws if the reader does, or if it does not end. */
export function readAll(bytes: Uint8Array): number {
  using cursor = evtxCursor(memorySource(bytes));
  // No record takes fewer than 28 bytes.
  for (let most = bytes.length / 28 + 1; most > 0; most--) {
    const event = cursor.next();
    if (event === undefined) {
      assert.ok(cursor.report.skippedBytes <= bytes.length + 65_536);
      return cursor.report.records;
    }
    sink += event.eventId + event.timeMs + event.level + event.version + event.recordId +
      event.channel.length + event.provider.length + event.computer.length + event.userSid.length;
    for (let slot = 0; slot < FIELD_NAMES.length; slot++) {
      sink += event.text(slot).length + event.number(slot);
    }
    writer.size = 0;
    cursor.writeJson(writer);
    sink += writer.size;
  }
  throw new Error(`the reader gives more records than ${bytes.length} bytes can hold (${sink})`);
}
