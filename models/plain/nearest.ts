/**
 * Distances to the nearest rows: k-nearest neighbours and the local outlier factor.
 * @module
 */
import type { Detector } from "@/models/detector.ts";
import type { Matrix } from "@/models/matrix.ts";

/** Finds the k nearest of `kept`. */
class Neighbours {
  readonly distances: Float64Array;
  readonly indices: Int32Array;

  constructor(readonly kept: Matrix, k: number) {
    const count = Math.max(1, Math.min(k, kept.rows));
    this.distances = new Float64Array(count);
    this.indices = new Int32Array(count);
  }

  /** Those nearest to row `row` of a matrix, nearest first, without row `except`. */
  find({ values, width }: Matrix, row: number, except = -1): void {
    const { kept, distances, indices } = this;
    distances.fill(Infinity);
    indices.fill(-1);
    const last = distances.length - 1;
    const from = row * width;
    for (let r = 0, at = 0; r < kept.rows; r++, at += width) {
      if (r === except) continue;
      let sum = 0;
      for (let i = 0; i < width; i++) {
        const difference = values[from + i] - kept.values[at + i];
        sum += difference * difference;
        if ((i & 15) === 15 && sum >= distances[last]) break;
      }
      if (!(sum < distances[last])) continue;
      let place = last;
      for (; place > 0 && distances[place - 1] > sum; place--) {
        distances[place] = distances[place - 1];
        indices[place] = indices[place - 1];
      }
      distances[place] = sum;
      indices[place] = r;
    }
    for (let k = 0; k <= last; k++) distances[k] = Math.sqrt(distances[k]);
  }
}

/** Distance to the k-th nearest training row (Ramaswamy et al. 2000). */
export class Knn implements Detector {
  #neighbours?: Neighbours;

  /** `k` neighbours. */
  constructor(readonly k = 5) {}

  /** Keeps the rows. */
  fit(rows: Matrix): void {
    this.#neighbours = new Neighbours(rows, this.k);
  }

  /** Distance to the k-th nearest. */
  score(rows: Matrix): Float64Array {
    const found = this.#neighbours!;
    return Float64Array.from({ length: rows.rows }, (_, row) => {
      found.find(rows, row);
      return found.distances.findLast(Number.isFinite) ?? 0;
    });
  }
}

/** Local outlier factor against the training rows (Breunig et al. 2000), as novelty detection. */
export class Lof implements Detector {
  #neighbours?: Neighbours;
  #reach = new Float64Array(0);
  #density = new Float64Array(0);

  /** `k` neighbours. */
  constructor(readonly k = 20) {}

  /** Each training row's distance to its k-th neighbour, and its density. */
  fit(rows: Matrix): void {
    const found = this.#neighbours = new Neighbours(rows, Math.min(this.k, rows.rows - 1));
    const lists = Array.from({ length: rows.rows }, (_, r) => {
      found.find(rows, r, r);
      return { indices: found.indices.slice(), distances: found.distances.slice() };
    });
    this.#reach = Float64Array.from(
      lists,
      ({ distances }) => distances.findLast(Number.isFinite) ?? 0,
    );
    this.#density = Float64Array.from(
      lists,
      ({ indices, distances }) => this.#densityOf(indices, distances),
    );
  }

  #densityOf(indices: Int32Array, distances: Float64Array): number {
    let [sum, count] = [0, 0];
    for (let k = 0; k < indices.length; k++) {
      if (indices[k] < 0) continue;
      sum += Math.max(distances[k], this.#reach[indices[k]]);
      count++;
    }
    return count / (sum + 1e-9);
  }

  /** Mean density of the neighbours over the row's own; about 1 for a normal row. */
  score(rows: Matrix): Float64Array {
    const found = this.#neighbours!;
    return Float64Array.from({ length: rows.rows }, (_, row) => {
      found.find(rows, row);
      let [sum, count] = [0, 0];
      for (const index of found.indices) {
        if (index < 0) continue;
        sum += this.#density[index];
        count++;
      }
      return sum / Math.max(1, count) / this.#densityOf(found.indices, found.distances);
    });
  }
}
