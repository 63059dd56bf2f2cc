/**
 * From trained nets to checkpoints: each host's readings on its held-out windows, the duel, and what
 * the hosts of a fleet say together: spreads, rarity, calibration.
 * @module
 */
import { SCHEMA_ID } from "@/features/schema.ts";
import { DIMENSIONS, ENTITY_CLASSES } from "@/features/vector.ts";
import {
  logSums,
  residualReader,
  residuals,
  residualStatistics,
  shrinkStatistics,
} from "./autoencoder.ts";
import { asPacked } from "./blocks.ts";
import { calibrateClasses, type Calibration, pValue } from "./calibration.ts";
import { GATE, separation, syntheticAnomalies } from "./duel.ts";
import type { Net } from "./engine.ts";
import { type FleetBasis, type FleetModel, type Nets, rarities } from "./fleet.ts";
import { habitsOf } from "./habits.ts";
import { collapsed, featureReader, featureStatistics } from "./gan.ts";
import { encodeModel } from "./host_checkpoint.ts";
import {
  COUNTED,
  type HostModelParts,
  type HostRows,
  modelInput,
  netsScore,
  READINGS,
  readRows,
  rowRarity,
  type Weights,
} from "./host_model.ts";
import { filledRows, type Matrix, takeRows } from "./matrix.ts";
import { neighbourParts, normalRows } from "./neighbours.ts";
import { IsolationForest } from "./plain/isolation_forest.ts";
import { PositiveSum } from "./plain/sums.ts";
import { seededRandom } from "./random.ts";
import { rarityTable } from "./rarity.ts";
import type { HostRole } from "./roles.ts";
import { scalingOf } from "./scaling.ts";
import { quantile, shrinkSpread, type Spread, spreadOf } from "./statistics/robust.ts";
import { type Prepared, scaled } from "./training_rows.ts";

/** Windows of the fleet that count into a host's statistics, and into its spreads. */
const STATISTICS_PRIOR = 50;
const SPREAD_PRIOR = 20;

/** How a host's training went; JSON-able. */
export interface HostFigures {
  /** Of the rows that the model reads. */
  readonly schema: string;
  /** What the host is used as. */
  readonly role: HostRole;
  /** Windows that trained. */
  readonly windows: number;
  /** Windows held out for calibration and the duel. */
  readonly heldOut: number;
  /** Of this training. */
  readonly seed: number;
  /** Name of the engine that trained. */
  readonly engine: string;
  /** Why the fleet's model stands in, if it does. */
  readonly standIn?: string;
  /** Last losses: squared error a value of the autoencoder, the discriminator's and generator's. */
  readonly losses: Readonly<Record<string, number | undefined>>;
  /** ROC AUC on held-out windows against synthetic anomalies, and who won by how much. */
  readonly duel: {
    readonly autoencoder: number;
    readonly gan: number;
    readonly fused: number;
    readonly winner: "autoencoder" | "gan";
    readonly margin: number;
    readonly rejected: readonly string[];
    readonly collapsed: boolean;
    /** The same of plain methods that judge nothing, to be looked at beside. */
    readonly plain: Readonly<Record<"isolationForest" | "neighbours" | "sumAboveMean", number>>;
  };
  /** Held-out windows of the fleet behind each class's p-values. */
  readonly calibration: readonly { readonly entityClass: string; readonly windows: number }[];
}

/** One host's outcome. */
export interface TrainedHost {
  /** The whole checkpoint, for {@link openModel}. */
  readonly bytes: Uint8Array;
  /** Windows that the host had to learn from. */
  readonly windows: number;
  /** Start of the first and of the last of them, milliseconds since 1970; NaN without any. */
  readonly fromMs: number;
  readonly toMs: number;
  /** Whether the fleet's model stands in. */
  readonly pooled: boolean;
  /** How it went. */
  readonly figures: HostFigures;
}

/** A host whose detectors are known, but not yet how its scores compare with other hosts'. */
export interface Read {
  /** Whose. */
  readonly host: Prepared;
  /** Its own, or the fleet's. */
  readonly nets: Nets;
  /** Whether they are the fleet's. */
  readonly pooled: boolean;
  /** Why. */
  readonly standIn?: string;
  /** What reading rows takes. */
  readonly parts: Pick<
    HostModelParts,
    "scaling" | "autoencoder" | "reader" | "discriminator" | "features"
  >;
  /** Scaled. */
  readonly heldOut: Matrix;
  /** Readings of the held-out windows. */
  readonly logs: readonly Float64Array[];
  /** Readings of synthetic anomalies made from them. */
  readonly strangeLogs: readonly Float64Array[];
  /** How well plain methods tell the two apart. */
  readonly plain: HostFigures["duel"]["plain"];
}

/** A quarter of the usual hundred: some 20 ms for a host of 750 windows, of seconds of training. */
const FOREST_TREES = 25;

/** ROC AUC of plain methods between held-out windows and synthetic anomalies; none has gaps. */
function plainDuel(
  training: Matrix,
  heldOut: Matrix,
  strange: Matrix,
  random: () => number,
): HostFigures["duel"]["plain"] {
  if (heldOut.rows === 0 || training.rows === 0) {
    return { isolationForest: 1, neighbours: 1, sumAboveMean: 1 };
  }
  const sum = new PositiveSum();
  const forest = new IsolationForest(random, FOREST_TREES);
  forest.fit(training);
  const normal = normalRows(training);
  const near = (rows: Matrix) => logSums(neighbourParts(normal, rows), rows.width);
  return {
    isolationForest: separation(forest.score(heldOut), forest.score(strange)),
    neighbours: separation(near(heldOut), near(strange)),
    sumAboveMean: separation(sum.score(heldOut), sum.score(strange)),
  };
}

/** Reads a host's held-out windows, and synthetic anomalies, by its nets. */
export function readHost(
  host: Prepared,
  nets: Nets,
  fleet: FleetBasis,
  seed: number,
  standIn?: string,
): Read {
  const training = scaled(host, fleet.moments, host.trimmed);
  const autoencoder = packedNet(nets.autoencoder);
  const discriminator = packedNet(nets.discriminator);
  const own = residualStatistics(residuals(autoencoder, training, COUNTED));
  const statistics = shrinkStatistics(own, fleet.statistics, STATISTICS_PRIOR);
  const reader = residualReader(statistics);
  const filled = filledRows(training, COUNTED);
  const hidden = featureStatistics(discriminator, filled);
  const features = featureReader(
    standIn === undefined ? hidden : shrinkStatistics(hidden, fleet.hidden, STATISTICS_PRIOR),
  );
  const parts = {
    scaling: scalingOf(host.moments, fleet.moments),
    autoencoder,
    reader: { ...reader, whitening: packedNet(reader.whitening) },
    discriminator,
    features: { ...features, whitening: packedNet(features.whitening) },
  };
  const heldOut = scaled(host, fleet.moments, host.heldOut);
  const strange = syntheticAnomalies(heldOut, COUNTED, seededRandom(seed, host.id));
  const [usual, odd] = [filledRows(heldOut, COUNTED), filledRows(strange, COUNTED)];
  return {
    host,
    nets,
    pooled: standIn !== undefined,
    standIn,
    parts,
    heldOut,
    logs: readRows(parts, heldOut, usual).logs,
    strangeLogs: readRows(parts, strange, odd).logs,
    plain: plainDuel(filled, usual, odd, seededRandom(seed, `plain ${host.id}`)),
  };
}

/** The net as its checkpoint will have it. */
function packedNet(net: Net): Net {
  return { ...net, weights: asPacked(net.weights) };
}

/** Fewer hosts of a role than this say too little of it: all hosts do. */
const ROLE_HOSTS = 8;

/**
 * What all hosts say of their readings together. What is scored later is new to the rarity of all
 * windows, as held-out ones are to that of training windows, by which they calibrate.
 */
export function fleetStatistics(
  reads: readonly Read[],
): Pick<FleetModel, "spreads" | "rarity" | "trainingRarity"> {
  const hosts = reads.map(({ host }) => host);
  return {
    spreads: READINGS.map((_, k) => fleetSpread(reads.map(({ logs }) => logs[k]))),
    rarity: rarityByRole(hosts, ({ rows }) => everyRow(rows)),
    trainingRarity: rarityByRole(hosts, ({ training }) => training),
  };
}

/** A host whose scores compare with other hosts'. */
export interface Settled {
  readonly read: Read;
  readonly spreads: readonly Spread[];
  readonly weights: Weights;
  readonly duel: HostFigures["duel"];
}

/** Steadies a host's readings by its fleet's, and holds the duel. */
export function settle(
  read: Read,
  fleet: Pick<FleetModel, "spreads">,
  seed: number,
): Settled {
  const spreads = read.logs.map((logs, k) =>
    shrinkSpread(spreadOf(logs), logs.length, fleet.spreads[k], SPREAD_PRIOR)
  );
  return { read, spreads, ...judge(read, spreads, seed) };
}

/** Calibrates on the held-out windows of all hosts. */
export function calibrateFleet(
  settled: readonly Settled[],
  trainingRarity: FleetModel["rarity"],
): Calibration[] {
  const scores = settled.flatMap((one) => [...heldOutScores(one, trainingRarity)]);
  const classes = settled.flatMap(({ read: { host } }) =>
    [...host.heldOut].map((row) => host.rows.classes[row])
  );
  return calibrateClasses(scores, classes, ENTITY_CLASSES.length);
}

/** Scores of a host's held-out windows, by what was known before them. */
function heldOutScores(
  { read: { host, logs, heldOut }, spreads, weights }: Settled,
  trainingRarity: FleetModel["rarity"],
): Float64Array {
  const known = trainingKnowledge(host, trainingRarity);
  const parts = new Float32Array(DIMENSIONS);
  return Float64Array.from(host.heldOut, (row, i) => {
    const rare = rowRarity(known, host.rows, row, heldOut, i, parts);
    return rare + netsScore(logs, spreads, weights, i);
  });
}

/** A p-value that one window in 200 has, on a host that is like the others. */
const SMALL_P = 0.005;
/** What is new on a host after so many days is news. */
const YOUNG_MS = 14 * 86_400_000;

/**
 * How many times more of a young host's held-out windows have small p-values than of its fleet, at
 * least once: on a host that has just come everything is new, and where none was held out nothing is
 * known of it yet.
 */
function surplus(settled: Settled, fleet: Pick<FleetModel, "trainingRarity" | "calibrations">) {
  const { rows: { n, startMs, classes }, heldOut } = settled.read.host;
  if (n > 0 && startMs[n - 1] - startMs[0] > YOUNG_MS) return 1;
  const small = heldOutScores(settled, fleet.trainingRarity).filter((score, i) =>
    pValue(fleet.calibrations[classes[heldOut[i]]], score) <= SMALL_P
  );
  return Math.max(1, (small.length + 1) / ((heldOut.length + 1) * SMALL_P));
}

/** What a host's training windows alone know of rarity. */
function trainingKnowledge({ role, rows, training }: Prepared, rarity: FleetModel["rarity"]) {
  return { rarity: rarity[role], habits: habitsOf(rarity[role], rows, training) };
}

/** Held-out windows behind each class's p-values. */
export function calibrationFigures(
  calibrations: readonly Calibration[],
): HostFigures["calibration"] {
  return ENTITY_CLASSES.map((entityClass, i) => ({ entityClass, windows: calibrations[i].n }));
}

/** Writes a host's checkpoint. */
export function checkpoint(
  settled: Settled,
  fleet: Pick<FleetModel, "rarity" | "trainingRarity" | "calibrations">,
  options: { readonly seed: number },
  engine: string,
): TrainedHost {
  const { read, spreads, weights, duel } = settled;
  const { host, pooled, standIn, nets } = read;
  const figures: HostFigures = {
    schema: SCHEMA_ID,
    role: host.role,
    windows: host.trimmed.length,
    heldOut: host.heldOut.length,
    seed: options.seed,
    engine,
    ...(standIn !== undefined && { standIn }),
    losses: nets.losses,
    duel,
    calibration: calibrationFigures(fleet.calibrations),
  };
  const parts: HostModelParts = {
    ...read.parts,
    windows: host.trimmed.length,
    pooled,
    spreads,
    weights,
    rarity: fleet.rarity[host.role],
    habits: habitsOf(fleet.rarity[host.role], host.rows, everyRow(host.rows)),
    heldOut: {
      role: host.role,
      fromMs: host.heldOut.length > 0 ? host.rows.startMs[host.heldOut[0]] : Infinity,
      toMs: host.rows.startMs[host.rows.n - 1] ?? -Infinity,
      habits: trainingKnowledge(host, fleet.trainingRarity).habits,
    },
    calibrations: fleet.calibrations,
    surplus: surplus(settled, fleet),
    usual: usualRanges(host),
  };
  const bytes = encodeModel(parts, { figures });
  const { n, startMs } = host.rows;
  const [fromMs, toMs] = [startMs[0] ?? NaN, startMs[n - 1] ?? NaN];
  return { bytes, windows: n, fromMs, toMs, pooled, figures };
}

function rarityByRole(
  hosts: readonly Prepared[],
  chosen: (host: Prepared) => Uint32Array,
): FleetModel["rarity"] {
  return rarities((role) => {
    const alike = hosts.filter((host) => host.role === role);
    const learned = alike.length < ROLE_HOSTS ? hosts : alike;
    return rarityTable(learned.map((host) => wireRows(host, chosen(host))));
  });
}

function everyRow({ n }: HostRows): Uint32Array {
  return Uint32Array.from({ length: n }, (_, row) => row);
}

/** Chosen windows in wire units, NaN where a column is not audited. */
function wireRows({ rows }: Prepared, chosen: Uint32Array) {
  const input = takeRows(modelInput(rows), chosen).values;
  const values = input.map((value, at) => {
    const row = chosen[Math.floor(at / DIMENSIONS)];
    return Number.isNaN(value) ? NaN : rows.values[row * DIMENSIONS + at % DIMENSIONS];
  });
  return { values, classes: Uint8Array.from(chosen, (row) => rows.classes[row]) };
}

/** The middle host's spread. */
function fleetSpread(logs: readonly Float64Array[]): Spread {
  const spreads = logs.filter((values) => values.length >= 8).map(spreadOf);
  if (spreads.length === 0) spreads.push(spreadOf(logs.flatMap((values) => [...values])));
  const middle = (values: number[]) => quantile(values.sort((a, b) => a - b), 0.5);
  const median = middle(spreads.map((spread) => spread.median));
  const range = middle(spreads.map((spread) => spread.range));
  return { median: median || 0, range: Math.max(range || 0, 0.1) };
}

/** The duel: who tells held-out windows from synthetic anomalies, and who may enter the fusion. */
function judge({ logs, strangeLogs, nets, plain }: Read, spreads: readonly Spread[], seed: number) {
  const rows = logs[0].length;
  const score = (of: readonly Float64Array[], weights: Weights) =>
    Float64Array.from({ length: rows }, (_, i) => netsScore(of, spreads, weights, i));
  const auc = (weights: Weights) =>
    rows === 0 ? 1 : separation(score(logs, weights), score(strangeLogs, weights));
  const [autoencoder, gan] = [auc([1, 0]), auc([0, 1])];
  const broken = nets.generator !== undefined && collapsed(nets.generator, seededRandom(seed, ""));
  const weights: [number, number] = [1, gan >= GATE || rows === 0 ? 1 : 0];
  if (autoencoder < GATE && weights[1] === 1) weights[0] = 0;
  const rejected = ["autoencoder", "gan"].filter((_, i) => weights[i] === 0);
  const winner: "autoencoder" | "gan" = autoencoder >= gan ? "autoencoder" : "gan";
  const margin = Math.abs(autoencoder - gan);
  const duel = {
    autoencoder,
    gan,
    fused: auc(weights),
    winner,
    margin,
    rejected,
    collapsed: broken,
    plain,
  };
  return { weights, duel };
}

/** 5th and 95th percentile of each column over the training windows, in wire units. */
function usualRanges({ rows, training }: Prepared): Float32Array {
  const usual = new Float32Array(2 * DIMENSIONS);
  const column = new Float32Array(training.length);
  for (let i = 0; i < DIMENSIONS && training.length > 0; i++) {
    for (let r = 0; r < training.length; r++) column[r] = rows.values[training[r] * DIMENSIONS + i];
    column.sort();
    usual[i] = quantile(column, 0.05);
    usual[DIMENSIONS + i] = quantile(column, 0.95);
  }
  return usual;
}
