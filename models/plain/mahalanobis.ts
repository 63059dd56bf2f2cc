/**
 * Squared Mahalanobis distance with shrunk covariance.
 * @module
 */
import type { Detector } from "@/models/detector.ts";
import type { Matrix } from "@/models/matrix.ts";
import { columnMeans, inverseRoot, ledoitWolf } from "@/models/statistics/covariance.ts";

/** Distance from the mean, columns weighed by how they vary together (Ledoit & Wolf 2004). */
export class Mahalanobis implements Detector {
  #means: Float64Array = new Float64Array(0);
  #root: Float64Array = new Float64Array(0);

  /** Mean and inverse root of the covariance. */
  fit(rows: Matrix): void {
    this.#means = columnMeans(rows);
    this.#root = inverseRoot(ledoitWolf(rows, this.#means).covariance, rows.width, 1e-6);
  }

  /** Squared distance. */
  score({ values, width, rows }: Matrix): Float64Array {
    return Float64Array.from({ length: rows }, (_, row) => {
      let distance = 0;
      for (let i = 0; i < width; i++) {
        let sum = 0;
        for (let j = 0; j < width; j++) {
          sum += this.#root[i * width + j] * (values[row * width + j] - this.#means[j]);
        }
        distance += sum * sum;
      }
      return distance;
    });
  }
}
