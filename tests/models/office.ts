/** Hosts with plain habits, for tests of training. */
import { column } from "@/features/schema.ts";
import { DIMENSIONS } from "@/features/vector.ts";
import type { HostRows } from "@/models/detection.ts";
import { seededRandom } from "@/models/random.ts";

const HOUR_MS = 3_600_000;
const ALL_CHANNELS = 0xffff;
/** A column of every office host. */
export const LOGONS = column("logon_ok");
/** One that none has. */
export const NEW_PROGRAMS = column("proc_new_host");
/** Few steps: enough for what is tested. */
export const QUICK = { autoencoder: { steps: 120 }, gan: { steps: 30 } };

/** An office host: three columns that move together with the hour, and noise in a fourth. */
export function office(n: number, seed: number): HostRows {
  const random = seededRandom(seed, "office");
  const rows: HostRows = {
    values: new Float32Array(n * DIMENSIONS),
    channels: new Uint16Array(n).fill(ALL_CHANNELS),
    startMs: Float64Array.from({ length: n }, (_, i) => i * HOUR_MS),
    users: new Uint32Array(n),
    classes: new Uint8Array(n),
    n,
  };
  for (let r = 0; r < n; r++) {
    const busy = r % 24 > 7 && r % 24 < 18 ? 20 : 2;
    for (const i of [LOGONS, 10, 12]) {
      rows.values[r * DIMENSIONS + i] = Math.round(busy * (0.7 + 0.6 * random()));
    }
    rows.values[r * DIMENSIONS + 90] = Math.round(3 * random());
  }
  return rows;
}
