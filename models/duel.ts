/**
 * The duel of a host's detectors, without labels: held-out windows against synthetic anomalies.
 * It is a gate (a detector that cannot tell them apart is broken) and a report, not a choice: a
 * single winner never beat fusion in our measurements, and column swaps chose wrong.
 * @module
 */
import type { Matrix } from "./matrix.ts";
import { rocAuc } from "./statistics/ranking.ts";

/** A detector below this does not enter the fusion. */
export const GATE = 0.7;

/** Copies of the rows, half with noise added and half scaled up in six columns each. */
export function syntheticAnomalies(
  rows: Matrix,
  counted: Uint8Array,
  random: () => number,
): Matrix {
  const values = rows.values.slice(0, rows.rows * rows.width);
  const columns = Array.from(counted.keys()).filter((i) => counted[i] !== 0);
  for (let r = 0; r < rows.rows; r++) {
    for (let k = 0; k < 6; k++) {
      const at = r * rows.width + columns[Math.floor(random() * columns.length)];
      values[at] = r % 2 === 0
        ? values[at] + 2 + 2 * random()
        : values[at] * (2 + 2 * random()) + Math.sign(values[at]);
    }
  }
  return { values, width: rows.width, rows: rows.rows };
}

/** ROC AUC of strange scores over normal ones. */
export function separation(normal: ArrayLike<number>, strange: ArrayLike<number>): number {
  const scores = new Float64Array(normal.length + strange.length);
  scores.set(normal);
  scores.set(strange, normal.length);
  const labels = new Uint8Array(scores.length).fill(1, normal.length);
  return rocAuc(scores, labels);
}
