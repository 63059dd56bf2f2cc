/**
 * Every detector's p-values on the test weeks of an estate: ours, each part of ours alone, and plain
 * rivals on the same scaled rows. Ours have the p-values that the product gives; the others are
 * calibrated by the same rules on the same held-out windows.
 * @module
 */
import { FEATURES } from "@/features/schema.ts";
import { DIMENSIONS, ENTITY_CLASSES } from "@/features/vector.ts";
import { calibrateClasses, pValue } from "@/models/calibration.ts";
import { openModel, trainHosts, type TrainHostsOptions } from "@/models/detection.ts";
import type { Detector } from "@/models/detector.ts";
import { discriminatorScores } from "@/models/gan.ts";
import {
  autoencoderScore,
  COUNTED,
  type HostModelParts,
  type HostRows,
  modelInput,
  netsScore,
  readRows,
  rowRarity,
} from "@/models/host_model.ts";
import { filledRows, type Matrix, takeRows } from "@/models/matrix.ts";
import { IsolationForest } from "@/models/plain/isolation_forest.ts";
import { Knn, Lof } from "@/models/plain/nearest.ts";
import { PositiveSum } from "@/models/plain/sums.ts";
import { seededRandom } from "@/models/random.ts";
import { scaleRows } from "@/models/scaling.ts";
import { splitByTime } from "@/models/split.ts";
import { robustZ, spreadOf } from "@/models/statistics/robust.ts";
import { type EvaluatedEstate, selectRows } from "./estate_rows.ts";

/** The score that the product selects. */
export const SELECTED = "habit";
/** Detectors that are no part of ours. */
export const RIVALS: readonly string[] = [
  "5 nearest neighbours",
  "local outlier factor",
  "isolation forest",
  "sum of z",
  "sum of first-seen",
];
/** Columns that count what was never seen before. */
const FIRST_SEEN = FEATURES.flatMap(({ name }, i) => /new|first/.test(name) ? [i] : []);
const RIVAL_ROWS = 1000;

/** One test window under every detector. */
export interface TestWindow {
  readonly host: string;
  /** Row number in the host's rows. */
  readonly row: number;
  readonly entityClass: number;
  /** By detector. */
  readonly p: Readonly<Record<string, number>>;
  readonly topColumns: readonly number[];
}

/**
 * Trains on what is before `fromMs` and scores what is after, training anew every `everyMs` on all
 * that is before: as servers do once a host's history has grown by a quarter. Attacks that have
 * happened by then are in what is learned.
 */
export async function scoreEstate(
  { hosts }: EvaluatedEstate,
  { fromMs, untilMs, everyMs }: {
    readonly fromMs: number;
    readonly untilMs: number;
    readonly everyMs: number;
  },
  options: TrainHostsOptions,
  rivals = true,
): Promise<TestWindow[]> {
  const windows: TestWindow[] = [];
  for (let cutMs = fromMs; cutMs < untilMs; cutMs += everyMs) {
    const endMs = cutMs + everyMs < untilMs ? cutMs + everyMs : Infinity;
    windows.push(...await scoreSpell(hosts, cutMs, endMs, options, rivals));
  }
  return windows;
}

/** Trains on what is before `cutMs`, and scores what is from there to `endMs`. */
async function scoreSpell(
  hosts: EvaluatedEstate["hosts"],
  cutMs: number,
  endMs: number,
  options: TrainHostsOptions,
  rivals: boolean,
): Promise<TestWindow[]> {
  const training = new Map<string, HostRows>();
  const tested = new Map<string, number[]>();
  for (const [host, { rows }] of hosts) {
    const numbers = Array.from({ length: rows.n }, (_, i) => i);
    training.set(host, selectRows(rows, numbers.filter((i) => rows.startMs[i] < cutMs)));
    tested.set(
      host,
      numbers.filter((i) => rows.startMs[i] >= cutMs && rows.startMs[i] < endMs),
    );
  }
  const models = await trainHosts(training, options);
  const held: Record<string, number[]> = {};
  const heldClasses: number[] = [];
  const found: {
    host: string;
    row: number;
    p: number;
    scores: Record<string, number>;
    top: number[];
  }[] = [];
  for (const [host, { rows }] of hosts) {
    const model = openModel(models.get(host)!.bytes);
    const own = training.get(host)!;
    const split = splitByTime(own.startMs, own.n);
    const test = selectRows(rows, tested.get(host)!);
    const calibration = selectRows(own, [...split.heldOut]);
    const scorer = rivals
      ? detectors(model.parts, selectRows(own, [...split.training]), options.seed)
      : (rows: HostRows) => ours(model.parts, rows, scaledFor(model.parts, rows));
    const before = scorer(calibration);
    const after = scorer(test);
    heldClasses.push(...calibration.classes);
    for (const [name, scores] of Object.entries(before)) (held[name] ??= []).push(...scores);
    const { topColumns, p } = model.score(test);
    tested.get(host)!.forEach((row, i) => {
      const scores = Object.fromEntries(
        Object.entries(after).map(([name, values]) => [name, values[i]]),
      );
      found.push({ host, row, p: p[i], scores, top: [...topColumns.subarray(i * 5, i * 5 + 5)] });
    });
  }
  const calibrations = Object.fromEntries(
    Object.entries(held).map((
      [name, scores],
    ) => [name, calibrateClasses(scores, heldClasses, ENTITY_CLASSES.length)]),
  );
  return found.map(({ host, row, p: selected, scores, top }) => {
    const entityClass = hosts.get(host)!.rows.classes[row];
    const p = Object.fromEntries(
      Object.entries(scores).map((
        [name, score],
      ) => [name, pValue(calibrations[name][entityClass], score)]),
    );
    return { host, row, entityClass, p: { ...p, [SELECTED]: selected }, topColumns: top };
  });
}

/** A function that scores rows of one host by every detector, comparable between hosts. */
function detectors(parts: HostModelParts, training: HostRows, seed: number) {
  const scaled = (rows: HostRows) => scaledFor(parts, rows);
  const kept = filledRows(thinned(scaled(training)), COUNTED);
  const plain: [string, Detector][] = [
    ["5 nearest neighbours", new Knn(5)],
    ["local outlier factor", new Lof(20)],
    ["isolation forest", new IsolationForest(seededRandom(seed, "forest"))],
    ["sum of z", new PositiveSum()],
    ["sum of first-seen", new PositiveSum(FIRST_SEEN)],
  ];
  for (const [, detector] of plain) detector.fit(kept);
  const normalisers = new Map<string, (score: number) => number>();
  return (rows: HostRows): Record<string, Float64Array> => {
    const matrix = scaled(rows);
    const scores = ours(parts, rows, matrix);
    const clean = filledRows(matrix, COUNTED);
    for (const [name, detector] of plain) {
      scores[name] = logs(detector.score(clean) as Float64Array);
    }
    scores["GAN by its output"] = discriminatorScores(parts.discriminator, matrix);
    for (const name of [...plain.map(([name]) => name), "GAN by its output"]) {
      if (!normalisers.has(name)) { // the first rows are the held-out ones
        const { median, range } = spreadOf(scores[name]);
        const spread = { median: median || 0, range: Math.max(range || 0, 0.15) };
        normalisers.set(name, (score) => robustZ(score, spread));
      }
      scores[name] = scores[name].map(normalisers.get(name)!);
    }
    return scores;
  };
}

function scaledFor({ scaling }: HostModelParts, rows: HostRows): Matrix {
  return scaleRows(modelInput(rows), scaling);
}

function ours(parts: HostModelParts, rows: HostRows, matrix: Matrix): Record<string, Float64Array> {
  const { logs } = readRows(parts, matrix, filledRows(matrix, COUNTED));
  const scratch = new Float32Array(DIMENSIONS);
  const each = (score: (row: number) => number) =>
    Float64Array.from({ length: rows.n }, (_, row) => score(row));
  const rare = each((row) => rowRarity(parts, rows, row, matrix, row, scratch));
  const nets = each((row) => netsScore(logs, parts.spreads, parts.weights, row));
  return {
    [SELECTED]: rare.map((score, row) => score + nets[row]),
    "rarity alone": rare,
    "both nets": nets,
    "autoencoder": each((row) => autoencoderScore(logs, parts.spreads, row)),
    "GAN, feature layer": each((row) => robustZ(logs[3][row], parts.spreads[3])),
  };
}

function logs(scores: Float64Array): Float64Array {
  return scores.map((score) => Math.log(Math.max(1e-9, score)));
}

/** At most a thousand rows, evenly spread; one empty row where there is none. */
function thinned(rows: Matrix): Matrix {
  if (rows.rows === 0) return { values: new Float32Array(rows.width), width: rows.width, rows: 1 };
  const count = Math.min(RIVAL_ROWS, rows.rows);
  return takeRows(
    rows,
    Uint32Array.from({ length: count }, (_, i) => Math.floor(i * rows.rows / count)),
  );
}
