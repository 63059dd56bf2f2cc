/**
 * The plainest score of scaled rows: what a spreadsheet would do.
 * @module
 */
import type { Detector } from "@/models/detector.ts";
import type { Matrix } from "@/models/matrix.ts";

/** Sum of what lies above the mean, over all columns or chosen ones; nothing is learned. */
export class PositiveSum implements Detector {
  /** All columns, or chosen ones. */
  constructor(readonly columns?: readonly number[]) {}

  /** Nothing to learn: rows are scaled already. */
  fit(): void {}

  /** Sum of positive values. */
  score({ values, width, rows }: Matrix): Float64Array {
    return Float64Array.from({ length: rows }, (_, row) => {
      let sum = 0;
      if (this.columns) {
        for (const i of this.columns) sum += Math.max(0, values[row * width + i]);
      } else for (let i = 0; i < width; i++) sum += Math.max(0, values[row * width + i]);
      return sum;
    });
  }
}
