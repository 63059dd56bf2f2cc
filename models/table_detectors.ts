/**
 * The product's detectors on rows of any width, for tables that are not Windows estates: same
 * recipes, same readings, same fusion; only the transform and the scaling know no schema.
 * @module
 */
import {
  autoencoderRecipe,
  logSums,
  residualParts,
  type ResidualReader,
  residualReader,
  residuals,
  residualStatistics,
} from "./autoencoder.ts";
import type { Detector } from "./detector.ts";
import type { Engine, Net, TrainingJob } from "./engine.ts";
import { discriminatorScores, featureDistances, featureReader, ganRecipe } from "./gan.ts";
import { type Matrix, takeRows } from "./matrix.ts";
import { momentsOf } from "./scaling.ts";
import { robustZ, type Spread, spreadOf } from "./statistics/robust.ts";

/** Which score of the pair of nets a detector gives. */
export type NetScore = "fused" | "autoencoder" | "squared error" | "gan" | "discriminator";

/** sign · log(1 + |x|), then z-scores by the rows that it was made from. */
export function standardiser(rows: Matrix): (rows: Matrix) => Matrix {
  const logs = ({ values, width, rows }: Matrix): Matrix => ({
    values: values.map((x) => Math.sign(x) * Math.log1p(Math.abs(x))),
    width,
    rows,
  });
  const { means, variances } = momentsOf(logs(rows));
  return (other) => {
    const scaled = logs(other);
    for (let i = 0; i < scaled.values.length; i++) {
      const column = i % scaled.width;
      const z = (scaled.values[i] - means[column]) / Math.sqrt(variances[column] + 1e-6);
      scaled.values[i] = Math.min(30, Math.max(-30, z));
    }
    return scaled;
  };
}

/** Smallest and largest value of a column to 0 and 1, after sign · log(1 + |x|). */
export function minMaxScaler(rows: Matrix): (rows: Matrix) => Matrix {
  const log = (x: number) => Math.sign(x) * Math.log1p(Math.abs(x));
  const low = new Float64Array(rows.width).fill(Infinity);
  const high = new Float64Array(rows.width).fill(-Infinity);
  for (let i = 0; i < rows.values.length; i++) {
    const x = log(rows.values[i]);
    const column = i % rows.width;
    if (x < low[column]) low[column] = x;
    if (x > high[column]) high[column] = x;
  }
  return ({ values, width, rows }) => ({
    values: values.map((x, i) =>
      (log(x) - low[i % width]) / Math.max(1e-9, high[i % width] - low[i % width])
    ),
    width,
    rows,
  });
}

/** Both nets, trained once, from which several scores are read. */
export class NetPair {
  #autoencoder?: Net;
  #discriminator?: Net;
  #reader?: ResidualReader;
  #normal = new Float32Array(0);
  #counted = new Uint8Array(0);
  #spreads: Spread[] = [];

  /** Trains nothing yet. */
  constructor(
    readonly engine: Engine,
    readonly seed: number,
    readonly options: { readonly preset?: "seed" | "wide"; readonly uniformNegatives?: boolean } =
      {},
  ) {}

  /** Trains on four fifths of the rows; the rest says how scores spread. */
  async fit(rows: Matrix): Promise<void> {
    const order = Uint32Array.from({ length: rows.rows }, (_, i) => i);
    const training = takeRows(rows, order.filter((i) => i % 5 !== 4));
    const heldOut = takeRows(rows, order.filter((i) => i % 5 === 4));
    const jobs: TrainingJob[] = [
      {
        id: "autoencoder",
        seed: this.seed,
        rows: training.values,
        recipe: autoencoderRecipe(rows.width, { preset: this.options.preset }),
      },
      {
        id: "gan",
        seed: this.seed,
        rows: training.values,
        recipe: ganRecipe(rows.width, { uniformNegatives: this.options.uniformNegatives }),
      },
    ];
    for await (const result of this.engine.train(jobs)) {
      if (!("net" in result)) {
        throw new RangeError(`Cannot train the ${result.id}: ${result.reason}`);
      }
      if (result.id === "gan") this.#discriminator = result.net;
      else this.#autoencoder = result.net;
    }
    this.#counted = new Uint8Array(rows.width).fill(1);
    const statistics = residualStatistics(residuals(this.#autoencoder!, training, this.#counted));
    this.#reader = residualReader(statistics);
    this.#normal = featureReader(this.#discriminator!, training).normal as Float32Array<
      ArrayBuffer
    >;
    this.#spreads = this.#logs(heldOut).map((logs) => {
      const { median, range } = spreadOf(logs);
      return { median, range: Math.max(range, 1e-6) };
    });
  }

  #logs(rows: Matrix): Float64Array[] {
    const parts = residualParts(this.#autoencoder!, this.#reader!, rows, this.#counted);
    const distances = featureDistances(this.#discriminator!, { normal: this.#normal }, rows);
    return [...parts.map((part) => logSums(part, rows.width)), distances];
  }

  /** One of the scores. */
  score(rows: Matrix, which: NetScore): Float64Array {
    if (which === "discriminator") return discriminatorScores(this.#discriminator!, rows);
    const logs = this.#logs(rows);
    const z = (k: number, i: number) => robustZ(logs[k][i], this.#spreads[k]);
    const autoencoder = (i: number) => (z(0, i) + z(1, i) + z(2, i)) / 3;
    return Float64Array.from(
      { length: rows.rows },
      (_, i) =>
        which === "squared error"
          ? logs[0][i]
          : which === "autoencoder"
          ? autoencoder(i)
          : which === "gan"
          ? logs[3][i]
          : (autoencoder(i) + z(3, i)) / 2,
    );
  }
}

/** One score of a pair of nets as a detector. */
export class PairDetector implements Detector {
  /** One score of a pair; one of a pair's detectors trains it. */
  constructor(readonly pair: NetPair, readonly which: NetScore, readonly trains: boolean) {}

  /** Trains the pair, if this is the one of its detectors that does. */
  async fit(rows: Matrix): Promise<void> {
    if (this.trains) await this.pair.fit(rows);
  }

  /** The pair's score. */
  score(rows: Matrix): Float64Array {
    return this.pair.score(rows, this.which);
  }
}
