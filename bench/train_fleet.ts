/**
 * Rows of a made-up fleet for timing: counts in wire units, 500 windows a host over 60 days.
 * @module
 */
import { DIMENSIONS, WINDOW_MS } from "@/features/vector.ts";
import { bits, streamKey } from "@/models/engines/random.ts";
import type { HostRows } from "@/models/detection.ts";

const WINDOWS = 500;
const DAY_MS = 86_400_000;
/** Hosts share this many tables of values: what is timed does not depend on them. */
const TABLES = 16;

/** Hosts by name. */
export function fleetRows(hosts: number): Map<string, HostRows> {
  const tables = Array.from({ length: TABLES }, (_, seed) => hostRows(seed));
  return new Map(Array.from({ length: hosts }, (_, i) => [`host ${i}`, tables[i % TABLES]]));
}

function hostRows(seed: number): HostRows {
  const key = streamKey(seed, "latent");
  const values = new Float32Array(WINDOWS * DIMENSIONS);
  // Small counts, mostly 0, that rise together by day.
  for (let i = 0; i < values.length; i++) {
    const busy = 1 + (bits(key, Math.floor(i / DIMENSIONS)) & 7);
    values[i] = bits(key, i) % 100 < 30 ? bits(key, ~i) % (4 * busy) : 0;
  }
  return {
    values,
    channels: new Uint16Array(WINDOWS).fill(0xffff),
    startMs: Float64Array.from({ length: WINDOWS }, (_, i) => {
      return Math.floor(i / 8) * DAY_MS + (8 + i % 8) * WINDOW_MS;
    }),
    users: new Uint32Array(WINDOWS),
    classes: new Uint8Array(WINDOWS),
    n: WINDOWS,
  };
}
