/**
 * Isolation forest (Liu, Ting & Zhou 2008): strange rows are cut off by few random cuts.
 * @module
 */
import type { Detector } from "@/models/detector.ts";
import type { Matrix } from "@/models/matrix.ts";

interface Node {
  readonly column: number;
  readonly cut: number;
  readonly below?: Node;
  readonly above?: Node;
  /** Rows that came here. */
  readonly rows: number;
}

/** Mean depth of an unsuccessful search in a binary tree of n rows. */
function meanDepth(n: number): number {
  if (n <= 1) return 0;
  return n === 2 ? 1 : 2 * (Math.log(n - 1) + 0.5772156649) - 2 * (n - 1) / n;
}

/** A hundred trees of 256 rows. */
export class IsolationForest implements Detector {
  #trees: Node[] = [];
  #size = 1;

  /** `random` gives numbers in [0, 1). */
  constructor(readonly random: () => number, readonly trees = 100, readonly sample = 256) {}

  /** Grows the trees. */
  fit(rows: Matrix): void {
    this.#size = Math.min(this.sample, rows.rows);
    const limit = Math.ceil(Math.log2(Math.max(2, this.#size)));
    this.#trees = Array.from({ length: this.trees }, () => {
      const order = Uint32Array.from({ length: rows.rows }, (_, i) => i);
      for (let i = 0; i < this.#size; i++) {
        const j = i + Math.floor(this.random() * (rows.rows - i));
        [order[i], order[j]] = [order[j], order[i]];
      }
      return this.#grow(rows, order.subarray(0, this.#size), limit);
    });
  }

  #grow(data: Matrix, rows: Uint32Array, depth: number): Node {
    const leaf = { column: -1, cut: 0, rows: rows.length };
    if (depth === 0 || rows.length <= 1) return leaf;
    for (let tries = 0; tries < 32; tries++) { // most columns of sparse rows are constant
      const column = Math.floor(this.random() * data.width);
      let [low, high] = [Infinity, -Infinity];
      for (const row of rows) {
        const value = data.values[row * data.width + column];
        if (value < low) low = value;
        if (value > high) high = value;
      }
      if (!(high > low)) continue;
      const cut = low + (high - low) * this.random();
      const isBelow = (row: number) => data.values[row * data.width + column] < cut;
      const below = this.#grow(data, rows.filter(isBelow), depth - 1);
      const above = this.#grow(data, rows.filter((row) => !isBelow(row)), depth - 1);
      return { column, cut, below, above, rows: rows.length };
    }
    return leaf;
  }

  /** From 0 to 1; about 0.5 for a normal row. */
  score({ values, width, rows }: Matrix): Float64Array {
    const scale = this.#trees.length * Math.max(1e-9, meanDepth(this.#size));
    return Float64Array.from({ length: rows }, (_, row) => {
      let sum = 0;
      for (const tree of this.#trees) {
        let node = tree;
        let depth = 0;
        for (; node.below && node.above; depth++) {
          node = values[row * width + node.column] < node.cut ? node.below : node.above;
        }
        sum += depth + meanDepth(node.rows);
      }
      return 2 ** (-sum / scale);
    });
  }
}
