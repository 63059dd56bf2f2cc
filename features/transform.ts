/**
 * Wire integers -> what detectors see before a host's own scaling: counts and magnitudes by
 * log(1 + x), the rest divided by their scale. One code for every detector, training and scoring.
 * @module
 */
import { FEATURES, MASK_BITS } from "./schema.ts";
import { DIMENSIONS } from "./vector.ts";

const LOGARITHMIC = new Set(["count", "distinct", "magnitude"]);
const IS_LOG = Uint8Array.from(FEATURES, ({ kind }) => LOGARITHMIC.has(kind) ? 1 : 0);
/** Surprisal arrives in nats up to 10, and is brought to [0, 1] like the shares. */
const DIVISOR = Float32Array.from(
  FEATURES,
  ({ kind, wireScale }) => kind === "surprisal" ? 10 * wireScale : wireScale,
);

/** Nearly all counts are below this. */
const LOGS = Float64Array.from({ length: 1024 }, (_, count) => Math.log1p(count));

/**
 * Writes the model input of one row to `out` at `at`: {@link DIMENSIONS} numbers, NaN where the
 * column's channels are not audited or the value is no finite number.
 */
export function toModelInput(
  values: Int32Array | Float32Array,
  channels: number,
  out: Float32Array,
  from = 0,
  at = 0,
): void {
  for (let i = 0; i < DIMENSIONS; i++) {
    const value = values[from + i];
    // Infinity less itself is NaN, as is NaN; of a number it is 0.
    if ((MASK_BITS[i] & channels) === 0 || value - value !== 0) out[at + i] = NaN;
    else if (IS_LOG[i] === 0) out[at + i] = value / DIVISOR[i];
    else out[at + i] = LOGS[value] ?? Math.log1p(Math.max(0, value));
  }
}
