/**
 * The product's detectors on rows of any width, for tables that are not Windows estates: same
 * recipes, same readings, same fusion; only the transform and the scaling know no schema.
 * @module
 */
import {
  autoencoderRecipe,
  logSums,
  residualReader,
  residuals,
  residualStatistics,
} from "./autoencoder.ts";
import type { Detector } from "./detector.ts";
import type { Engine, Net, TrainingJob } from "./engine.ts";
import { initialNet } from "./engines/layout.ts";
import {
  discriminatorScores,
  featureDistances,
  featureReader,
  featureStatistics,
  ganRecipe,
} from "./gan.ts";
import { autoencoderScore, type HostModelParts, netsScore, readRows } from "./host_model.ts";
import { filledRows, type Matrix, takeRows } from "./matrix.ts";
import { neighbourParts, normalRows } from "./neighbours.ts";
import { momentsOf, SCALED_CAP } from "./scaling.ts";
import { robustZ, type Spread, spreadOf } from "./statistics/robust.ts";

/** Which score of the nets and neighbours a detector gives. */
export type NetScore =
  | "fused"
  | "nets"
  | "autoencoder"
  | "squared error"
  | "gan"
  | "gan untrained"
  | "fused with gan untrained"
  | "neighbours"
  | "discriminator";

/** Deviations from the mean up to which a value is taken about as it is; its log beyond. */
const LINEAR = 3;
/** Least deviation, as a share of a column's range: rare values of a column are not infinitely far. */
const RANGE_FLOOR = 0.2;

/**
 * z-scores, logarithmic beyond about three deviations, then standardised again with a floor. Units
 * do not matter: a column times a factor gives the same.
 */
export function standardiser(rows: Matrix): (rows: Matrix) => Matrix {
  const raw = momentsOf(rows);
  const bend = ({ values, width, rows }: Matrix): Matrix => ({
    values: values.map((x, at) => {
      const i = at % width;
      const deviation = Math.sqrt(raw.variances[i]) || 1;
      return LINEAR * Math.asinh((x - raw.means[i]) / deviation / LINEAR);
    }),
    width,
    rows,
  });
  const bent = bend(rows);
  const { means, variances } = momentsOf(bent);
  const { low, high } = rangesOf(bent);
  const deviations = variances.map((variance, i) =>
    Math.sqrt(variance + (RANGE_FLOOR * (high[i] - low[i])) ** 2 + 1e-6)
  );
  return (other) => {
    const scaled = bend(other);
    for (let at = 0; at < scaled.values.length; at++) {
      const i = at % scaled.width;
      const z = (scaled.values[at] - means[i]) / deviations[i];
      scaled.values[at] = Math.min(SCALED_CAP, Math.max(-SCALED_CAP, z));
    }
    return scaled;
  };
}

function rangesOf({ values, width }: Matrix) {
  const low = new Float64Array(width).fill(Infinity);
  const high = new Float64Array(width).fill(-Infinity);
  for (let at = 0; at < values.length; at++) {
    const i = at % width;
    if (values[at] < low[i]) low[i] = values[at];
    if (values[at] > high[i]) high[i] = values[at];
  }
  return { low, high };
}

/** Smallest and largest value of a column to 0 and 1, after sign · log(1 + |x|). */
export function minMaxScaler(rows: Matrix): (rows: Matrix) => Matrix {
  const logs = ({ values, width, rows }: Matrix): Matrix => ({
    values: values.map((x) => Math.sign(x) * Math.log1p(Math.abs(x))),
    width,
    rows,
  });
  const { low, high } = rangesOf(logs(rows));
  return (other) => {
    const { values, width, rows } = logs(other);
    return {
      values: values.map((x, at) => {
        const i = at % width;
        return (x - low[i]) / Math.max(1e-9, high[i] - low[i]);
      }),
      width,
      rows,
    };
  };
}

type Parts = Pick<HostModelParts, "autoencoder" | "reader" | "discriminator" | "features">;

/** Both nets, trained once, and the neighbours: all that several scores are read from. */
export class NetPair {
  #parts?: Parts;
  /** The discriminator before its first step, read the same way: what training must beat. */
  #control?: Pick<Parts, "discriminator" | "features">;
  #normal: Float32Array = new Float32Array(0);
  #counted = new Uint8Array(0);
  #spreads: readonly Spread[] = [];
  #controlSpread: Spread = { median: 0, range: 1 };

  /** Trains nothing yet. */
  constructor(
    readonly engine: Engine,
    readonly seed: number,
    readonly options: {
      readonly preset?: "seed" | "wide";
      readonly uniformNegatives?: boolean;
      /** Of the autoencoder; the GAN has half. */
      readonly steps?: number;
    } = {},
  ) {}

  /** Trains on four fifths of the rows; the rest says how scores spread. */
  async fit(rows: Matrix): Promise<void> {
    const order = Uint32Array.from({ length: rows.rows }, (_, i) => i);
    const training = takeRows(rows, order.filter((i) => i % 5 !== 4));
    const heldOut = takeRows(rows, order.filter((i) => i % 5 === 4));
    const { preset, uniformNegatives, steps = 2000 } = this.options;
    const autoencoder = autoencoderRecipe(rows.width, { preset, steps });
    const gan = ganRecipe(rows.width, { uniformNegatives, steps: Math.ceil(steps / 2) });
    const jobs: TrainingJob[] = [
      { id: "autoencoder", seed: this.seed, rows: training.values, recipe: autoencoder },
      { id: "gan", seed: this.seed, rows: training.values, recipe: gan },
    ];
    const nets: Record<string, Net> = {};
    for await (const result of this.engine.train(jobs)) {
      if (!("net" in result)) {
        throw new RangeError(`Cannot train the ${result.id}: ${result.reason}`);
      }
      nets[result.id] = result.net;
    }
    this.#counted = new Uint8Array(rows.width).fill(1);
    const filled = filledRows(training, this.#counted);
    const hidden = (discriminator: Net) => ({
      discriminator,
      features: featureReader(featureStatistics(discriminator, filled)),
    });
    const left = residuals(nets.autoencoder, training, this.#counted);
    this.#parts = {
      autoencoder: nets.autoencoder,
      reader: residualReader(residualStatistics(left)),
      ...hidden(nets.gan),
    };
    this.#normal = normalRows(filled);
    this.#control = hidden(initialNet(gan.discriminator, this.seed));
    const floored = (logs: Float64Array): Spread => {
      const { median, range } = spreadOf(logs);
      return { median, range: Math.max(range, 1e-6) };
    };
    this.#spreads = this.#logs(heldOut).map(floored);
    this.#controlSpread = floored(this.#controlLogs(heldOut));
  }

  /** log of the nets' readings, then of the distance to neighbours. */
  #logs(rows: Matrix): Float64Array[] {
    const filled = filledRows(rows, this.#counted);
    const { logs } = readRows(this.#parts!, rows, filled, this.#counted);
    return [...logs, logSums(neighbourParts(this.#normal, filled), rows.width)];
  }

  #controlLogs(rows: Matrix): Float64Array {
    const { discriminator, features } = this.#control!;
    return featureDistances(discriminator, features, filledRows(rows, this.#counted));
  }

  /** One of the scores. */
  score(rows: Matrix, which: NetScore): Float64Array {
    if (which === "discriminator") return discriminatorScores(this.#parts!.discriminator, rows);
    if (which === "gan untrained") return this.#controlLogs(rows);
    const logs = this.#logs(rows);
    const spreads = [...this.#spreads];
    const each = (score: (row: number) => number) =>
      Float64Array.from({ length: rows.rows }, (_, row) => score(row));
    if (which === "squared error") return logs[0];
    if (which === "autoencoder") return each((row) => autoencoderScore(logs, spreads, row));
    if (which === "gan") return logs[3];
    if (which === "neighbours") return logs[4];
    if (which === "fused with gan untrained") {
      logs[3] = this.#controlLogs(rows);
      spreads[3] = this.#controlSpread;
    }
    const nets = each((row) => netsScore(logs, spreads, [1, 1], row));
    if (which === "nets") return nets;
    return nets.map((score, row) => (2 * score + robustZ(logs[4][row], spreads[4])) / 3);
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
