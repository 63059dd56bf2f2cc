/**
 * What each column of a window adds to its score.
 * @module
 */
import { attributeDistances } from "./attribution.ts";
import type { HostModelParts, Readings } from "./host_model.ts";
import { type Matrix, takeRows } from "./matrix.ts";
import { robustZ } from "./statistics/robust.ts";

/** The GAN's columns are worked out from this robust z on: for a row it costs as much as reading it. */
const GAN_SPEAKS = 1;
/** Every reading counts this much at least, so that everyday windows have an explanation too. */
const LEAST = 0.1;

type Parts = Pick<HostModelParts, "spreads" | "weights" | "discriminator" | "features">;

/** Each row's part of the GAN's distance by column; nothing of rows of which the GAN has nothing to say. */
export function ganParts(
  { spreads, weights: [, gan], discriminator, features }: Parts,
  { logs }: Readings,
  filled: Matrix,
): Map<number, Float32Array> {
  const { width } = filled;
  const rows: number[] = [];
  for (let row = 0; row < filled.rows && gan > 0; row++) {
    if (robustZ(logs[3][row], spreads[3]) >= GAN_SPEAKS) rows.push(row);
  }
  if (rows.length === 0) return new Map();
  const all = attributeDistances(discriminator, features, takeRows(filled, rows));
  return new Map(rows.map((row, i) => [row, all.subarray(i * width, (i + 1) * width)]));
}

/**
 * Adds to `heights`, one a column, each column's part of every reading's robust z, by how the
 * fusion weighs it (`attributed` is the row's of {@link ganParts}), and returns what was added in all. With the column's rarity in `heights` before,
 * their sum is the score wherever no reading is below {@link LEAST} and the GAN speaks; where it has
 * nothing to say its part follows the others.
 */
export function addHeights(
  { spreads, weights: [autoencoder, gan] }: Pick<HostModelParts, "spreads" | "weights">,
  { logs, parts: [squares, distances, surprises] }: Readings,
  attributed: Float32Array | undefined,
  row: number,
  heights: Float32Array,
): number {
  const width = heights.length;
  const whole = autoencoder + gan;
  const z = (reading: number) => robustZ(logs[reading][row], spreads[reading]);
  const height = (reading: number, weight: number) => weight / whole * Math.max(LEAST, z(reading));
  const perUnit = (reading: number, height: number) => height / Math.exp(logs[reading][row]);
  const third = autoencoder / 3;
  const [a, b, c] = [height(0, third), height(1, third), height(2, third)];
  const [perA, perB, perC] = [perUnit(0, a), perUnit(1, b), perUnit(2, c)];
  for (let i = 0, at = row * width; i < width; i++, at++) {
    heights[i] += perA * squares[at] + perB * distances[at] + perC * surprises[at];
  }
  const added = a + b + c;
  if (!attributed) return added;
  let positive = 0;
  for (let i = 0; i < width; i++) positive += Math.max(0, attributed[i]);
  if (!(positive > 0)) return added;
  const d = height(3, gan);
  for (let i = 0; i < width; i++) heights[i] += d / positive * Math.max(0, attributed[i]);
  return added + d;
}
