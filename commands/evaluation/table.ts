/**
 * `evaluate table`: detectors on labelled tables.
 * @module
 */
import type { Detector } from "@/models/detector.ts";
import { type Engine, openEngine } from "@/models/engine.ts";
import { filledRows, type Matrix, takeRows } from "@/models/matrix.ts";
import { IsolationForest } from "@/models/plain/isolation_forest.ts";
import { Mahalanobis } from "@/models/plain/mahalanobis.ts";
import { Knn, Lof } from "@/models/plain/nearest.ts";
import { PositiveSum } from "@/models/plain/sums.ts";
import { seededRandom } from "@/models/random.ts";
import { averagePrecision, bootstrapMean, rocAuc } from "@/models/statistics/ranking.ts";
import { minMaxScaler, NetPair, PairDetector, standardiser } from "@/models/table_detectors.ts";
import type { Peers } from "./peers.ts";
import { readTable, type Table } from "./tables.ts";

/** How training rows are drawn. */
export type Protocol = "normal-only" | "contaminated";

/** One detector's figures on one table and seed. */
export interface TableFigure {
  readonly table: string;
  readonly seed: number;
  readonly detector: string;
  readonly auc: number;
  readonly ap: number;
}

/** The score that the product selects. */
export const SELECTED = "habit";
const TRAINING_ROWS = 1500;
const TEST_ROWS = 3000;

/** Every detector on every table with every seed. */
export async function* evaluateTables(
  paths: readonly string[],
  { label, protocol, seeds, peers, signal }: {
    readonly label: string;
    readonly protocol: Protocol;
    readonly seeds: number;
    /** Others that judge the same rows. */
    readonly peers?: Peers;
    readonly signal?: AbortSignal;
  },
): AsyncGenerator<TableFigure> {
  await using engine = await openEngine();
  for (const path of paths) {
    const table = readTable(path, label);
    checkLabels(table, path);
    for (let seed = 1; seed <= seeds; seed++) {
      signal?.throwIfAborted();
      const { training, test, labels } = split(table, protocol, seed);
      const found = await scores(training, test, seed, engine);
      const theirs = await peers?.score(training, test, seed) ?? [];
      for (const [detector, score] of [...found, ...theirs]) {
        const [auc, ap] = [rocAuc(score, labels), averagePrecision(score, labels)];
        yield { table: table.name, seed, detector, auc, ap };
      }
    }
  }
}

function checkLabels({ labels }: Table, path: string) {
  const strange = labels.reduce((sum, label) => sum + label, 0);
  if (strange > 0 && labels.length - strange >= 20) return;
  throw new RangeError(
    `Cannot evaluate on ${path}: it has ${strange} strange of ${labels.length} rows; wanted are at least 1 and 20 normal ones`,
  );
}

/**
 * Normal-only: half of the normal rows train, the rest and the strange ones, at most a fifth, test.
 * Contaminated: the same rows train and test, labels unseen.
 */
function split({ data, labels }: Table, protocol: Protocol, seed: number) {
  const random = seededRandom(seed, "split");
  const order = shuffled(data.rows, random);
  if (protocol === "contaminated") {
    const all = order.slice(0, TEST_ROWS);
    const rows = takeRows(data, all);
    return {
      training: takeRows(data, all.slice(0, TRAINING_ROWS)),
      test: rows,
      labels: Uint8Array.from(all, (row) => labels[row]),
    };
  }
  const normal = order.filter((row) => labels[row] === 0);
  const half = Math.floor(normal.length / 2);
  const tested = normal.slice(half, half + TEST_ROWS);
  const strange = order.filter((row) => labels[row] === 1)
    .slice(0, Math.max(1, Math.floor(tested.length / 4)));
  const test = [...tested, ...strange];
  return {
    training: takeRows(data, normal.slice(0, Math.min(half, TRAINING_ROWS))),
    test: takeRows(data, test),
    labels: Uint8Array.from(test, (row) => labels[row]),
  };
}

function shuffled(rows: number, random: () => number): number[] {
  const order = Array.from({ length: rows }, (_, i) => i);
  for (let i = rows - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}

async function scores(
  rawTraining: Matrix,
  rawTest: Matrix,
  seed: number,
  engine: Engine,
): Promise<Map<string, Float64Array>> {
  const standard = standardiser(rawTraining);
  const boxed = minMaxScaler(rawTraining);
  const [training, test] = [standard(rawTraining), standard(rawTest)];
  const wide = new NetPair(engine, seed, { preset: "wide" });
  const narrow = new NetPair(engine, seed, { preset: "seed", uniformNegatives: false });
  const detectors: [name: string, detector: Detector, boxed: boolean][] = [
    [SELECTED, new PairDetector(wide, "fused", true), false],
    ["autoencoder", new PairDetector(wide, "autoencoder", false), false],
    ["GAN, feature layer", new PairDetector(wide, "gan", false), false],
    ["GAN untrained, feature layer", new PairDetector(wide, "gan untrained", false), false],
    ["both nets", new PairDetector(wide, "nets", false), false],
    ["neighbours", new PairDetector(wide, "neighbours", false), false],
    ["habit with GAN untrained", new PairDetector(wide, "fused with gan untrained", false), false],
    ["seed autoencoder, squared error", new PairDetector(narrow, "squared error", true), false],
    ["seed GAN, feature layer", new PairDetector(narrow, "gan", false), false],
    ["seed GAN, discriminator", new PairDetector(narrow, "discriminator", false), false],
    ["5th nearest neighbour, log and min-max", new Knn(5), true],
    ["local outlier factor, log and min-max", new Lof(20), true],
    ["Mahalanobis", new Mahalanobis(), false],
    ["isolation forest", new IsolationForest(seededRandom(seed, "forest")), false],
    ["sum of z", new PositiveSum(), false],
  ];
  const found = new Map<string, Float64Array>();
  const all = new Uint8Array(training.width).fill(1);
  // Plain methods know no gaps: what is missing is the mean to them, the least value if boxed.
  const plain = (rows: Matrix) => filledRows(rows, all);
  for (const [name, detector, isBoxed] of detectors) {
    const scaled = detector instanceof PairDetector
      ? [training, test]
      : isBoxed
      ? [plain(boxed(rawTraining)), plain(boxed(rawTest))]
      : [plain(training), plain(test)];
    await detector.fit(scaled[0]);
    found.set(name, await detector.score(scaled[1]));
  }
  return found;
}

/** A detector's mean over tables, and how far the selected score lies above it. */
export interface TableSummary {
  readonly detector: string;
  readonly auc: number;
  readonly ap: number;
  /** Selected score minus this one: mean and 95 % bootstrap interval over tables. */
  readonly lead: { readonly auc: Interval; readonly ap: Interval };
}

type Interval = ReturnType<typeof bootstrapMean>;

/**
 * One line a detector, the best average precision first. `first` leads: the selected score, or the
 * GAN over its control.
 */
export function summarise(figures: readonly TableFigure[], first = SELECTED): TableSummary[] {
  const tables = [...new Set(figures.map(({ table }) => table))];
  const detectors = [...new Set(figures.map(({ detector }) => detector))];
  const mean = (detector: string, table: string, key: "auc" | "ap") => {
    const own = figures.filter((one) => one.detector === detector && one.table === table);
    return own.reduce((sum, one) => sum + one[key], 0) / own.length;
  };
  return detectors.map((detector) => {
    const of = (key: "auc" | "ap", name = detector) =>
      tables.map((table) => mean(name, table, key));
    const lead = (key: "auc" | "ap") =>
      bootstrapMean(
        of(key, first).map((value, i) => value - of(key)[i]),
        seededRandom(1, `bootstrap ${detector} ${key}`),
      );
    const average = (values: number[]) => values.reduce((sum, x) => sum + x, 0) / values.length;
    return {
      detector,
      auc: average(of("auc")),
      ap: average(of("ap")),
      lead: { auc: lead("auc"), ap: lead("ap") },
    };
  }).sort((a, b) => b.ap - a.ap);
}
