/**
 * Trains the detectors of many hosts at once: what jobs call.
 *
 * A fleet model on rows standardised by host comes first; it stands in for hosts with little
 * history, and its statistics steady those of the others. Then each host's own autoencoder and GAN,
 * their duel, their fusion, and one calibration a class over the held-out windows of all hosts.
 * @module
 */
import { DIMENSIONS, ENTITY_CLASSES } from "@/features/vector.ts";
import {
  type AutoencoderOptions,
  autoencoderRecipe,
  residualReader,
  residuals,
  type ResidualStatistics,
  residualStatistics,
  shrinkStatistics,
} from "./autoencoder.ts";
import { calibrateClasses } from "./calibration.ts";
import { GATE, separation, syntheticAnomalies } from "./duel.ts";
import { type Engine, type Net, openEngine, type TrainingJob } from "./engine.ts";
import { collapsed, featureReader, type GanOptions, ganRecipe } from "./gan.ts";
import {
  COUNTED,
  encodeModel,
  type HostModelParts,
  type HostRows,
  modelInput,
  netsScore,
  readRows,
  rowRarity,
} from "./host_model.ts";
import { type Matrix, stackRows, takeRows } from "./matrix.ts";
import { IsolationForest } from "./plain/isolation_forest.ts";
import { seededRandom, seedOf } from "./random.ts";
import { rarityTable } from "./rarity.ts";
import { fleetMoments, type Moments, momentsOf, scaleRows, scalingOf } from "./scaling.ts";
import { splitByTime } from "./split.ts";
import { quantile, shrinkSpread, type Spread, spreadOf } from "./statistics/robust.ts";

export { HostModel, type HostRows, openModel, type Scored, TOP_COLUMNS } from "./host_model.ts";

/** Windows from which a host has a model of its own. */
export const MIN_WINDOWS = 48;
/** Rows that the fleet model is trained on at most. */
const FLEET_ROWS = 8192;
/** Windows of the fleet that count into a host's statistics. */
const STATISTICS_PRIOR = 50;
const SPREAD_PRIOR = 20;

/** What a caller may set, watch and stop. */
export interface TrainHostsOptions {
  /** Same rows, same seed, same engine: same bytes. */
  readonly seed: number;
  /** Aborting ends the training with its reason. */
  readonly signal?: AbortSignal;
  /** Called as hosts are done. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Default: the fastest here, opened and closed by the call. */
  readonly engine?: Engine;
  /**
   * Share of each host's training windows to drop first, those that an isolation forest finds
   * strangest: for an estate that is suspected to have been attacked already. About 0.12 then;
   * default 0, as it also drops rare honest work.
   */
  readonly trim?: number;
  /** Layers and steps. */
  readonly autoencoder?: AutoencoderOptions;
  /** Steps and negatives. */
  readonly gan?: GanOptions;
}

/** How a host's training went; JSON-able. */
export interface HostFigures {
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
  /** Whether the fleet's model stands in. */
  readonly pooled: boolean;
  /** How it went. */
  readonly figures: HostFigures;
}

interface Nets {
  readonly autoencoder: Net;
  readonly discriminator: Net;
  readonly generator?: Net;
  readonly losses: HostFigures["losses"];
}

interface Prepared {
  readonly id: string;
  readonly rows: HostRows;
  readonly training: Uint32Array;
  readonly heldOut: Uint32Array;
  readonly moments: Moments;
}

/** A host whose detectors are known, but not yet how its scores compare with other hosts'. */
interface Read {
  readonly host: Prepared;
  readonly nets: Nets;
  readonly pooled: boolean;
  readonly standIn?: string;
  readonly parts: Pick<
    HostModelParts,
    "scaling" | "autoencoder" | "reader" | "discriminator" | "normal"
  >;
  /** Scaled. */
  readonly heldOut: Matrix;
  readonly logs: readonly Float64Array[];
  readonly strangeLogs: readonly Float64Array[];
}

/**
 * Trains every host; the result has each host that was given, unless no host has any window.
 * @throws the signal's reason once it is aborted.
 */
export async function trainHosts(
  hosts: ReadonlyMap<string, HostRows>,
  options: TrainHostsOptions,
): Promise<Map<string, TrainedHost>> {
  if (options.engine) return await train(hosts, options, options.engine);
  await using engine = await openEngine();
  return await train(hosts, options, engine);
}

async function train(
  hosts: ReadonlyMap<string, HostRows>,
  options: TrainHostsOptions,
  engine: Engine,
): Promise<Map<string, TrainedHost>> {
  const prepared = [...hosts].map(([id, rows]) => prepare(id, rows, options));
  if (prepared.every(({ rows }) => rows.n === 0)) return new Map();
  const fleet = fleetMoments(prepared.map(({ moments }) => moments), DIMENSIONS);
  const sample = fleetSample(prepared, fleet);
  const fleetNets = await trainFleet(sample, options, engine);
  const statistics = residualStatistics(residuals(fleetNets.autoencoder, sample, COUNTED));

  const own = prepared.filter(({ rows }) => rows.n >= MIN_WINDOWS);
  const reads = new Map<string, Read>();
  for await (const { id, nets, reason } of trainNets(own, fleet, options, engine)) {
    const host = own.find((one) => one.id === id)!;
    const read = nets
      ? readHost(host, nets, fleet, statistics, options.seed)
      : readHost(host, fleetNets, fleet, statistics, options.seed, reason);
    reads.set(id, read);
    options.onProgress?.(reads.size, prepared.length);
  }
  for (const host of prepared) {
    if (reads.has(host.id)) continue;
    const reason = `not enough history: ${host.rows.n} of ${MIN_WINDOWS} windows`;
    reads.set(host.id, readHost(host, fleetNets, fleet, statistics, options.seed, reason));
  }
  return finish(prepared.map(({ id }) => reads.get(id)!), options, engine.name);
}

function prepare(id: string, rows: HostRows, { seed, trim = 0 }: TrainHostsOptions): Prepared {
  const split = splitByTime(rows.startMs, rows.n);
  const training = trim > 0 ? trimmed(id, rows, split.training, trim, seed) : split.training;
  const moments = momentsOf(takeRows(modelInput(rows), training));
  return { id, rows, training, heldOut: split.heldOut, moments };
}

/** The rows without the `share` that an isolation forest finds strangest. */
function trimmed(id: string, rows: HostRows, training: Uint32Array, share: number, seed: number) {
  if (!(share < 0.5)) throw new RangeError(`Cannot trim ${share} of the windows: at most half`);
  const input = takeRows(modelInput(rows), training);
  const plain = { ...input, values: input.values.map((value) => Number.isNaN(value) ? 0 : value) };
  const forest = new IsolationForest(seededRandom(seed, `trim ${id}`));
  forest.fit(plain);
  const scores = forest.score(plain);
  const limit = quantile(scores.toSorted(), 1 - share);
  return training.filter((_, i) => scores[i] <= limit);
}

function scaled(host: Prepared, fleet: Moments, rows: Uint32Array): Matrix {
  return scaleRows(takeRows(modelInput(host.rows), rows), scalingOf(host.moments, fleet));
}

/** Rows of all hosts, each host's share alike, standardised by host. */
function fleetSample(hosts: readonly Prepared[], fleet: Moments): Matrix {
  const each = Math.max(8, Math.ceil(FLEET_ROWS / hosts.length));
  return stackRows(hosts.map((host) => {
    const { training, heldOut } = host;
    const rows = training.length > 0 ? training : heldOut;
    const count = Math.min(each, rows.length);
    const chosen = Uint32Array.from(
      { length: count },
      (_, i) => rows[Math.floor(i * rows.length / count)],
    );
    return scaled(host, fleet, chosen);
  }));
}

async function trainFleet(
  sample: Matrix,
  options: TrainHostsOptions,
  engine: Engine,
): Promise<Nets> {
  for await (const { nets, reason } of runJobs(jobsOf("fleet", sample, options), options, engine)) {
    if (nets) return nets;
    throw new RangeError(`Cannot train the fleet's model: ${reason}`);
  }
  throw new RangeError("Cannot train the fleet's model: the engine gave no result");
}

function jobsOf(id: string, { values }: Matrix, options: TrainHostsOptions): TrainingJob[] {
  const seed = seedOf(`${options.seed} ${id}`);
  return [
    {
      id: `autoencoder ${id}`,
      seed,
      rows: values,
      recipe: autoencoderRecipe(DIMENSIONS, options.autoencoder),
    },
    { id: `gan ${id}`, seed, rows: values, recipe: ganRecipe(DIMENSIONS, options.gan) },
  ];
}

function trainNets(
  hosts: readonly Prepared[],
  fleet: Moments,
  options: TrainHostsOptions,
  engine: Engine,
) {
  function* jobs() {
    for (const host of hosts) {
      yield* jobsOf(host.id, scaled(host, fleet, host.training), options);
    }
  }
  return runJobs(jobs(), options, engine);
}

/** Brings the two results of a host together; a reason in place of nets if either failed. */
async function* runJobs(
  jobs: Iterable<TrainingJob>,
  { signal }: TrainHostsOptions,
  engine: Engine,
): AsyncGenerator<{ id: string; nets?: Nets; reason?: string }> {
  type Result = Awaited<ReturnType<ReturnType<Engine["train"]>["next"]>>["value"];
  const waiting = new Map<string, Result>();
  for await (const result of engine.train(jobs, { signal })) {
    const id = result.id.slice(result.id.indexOf(" ") + 1);
    const other: Result | undefined = waiting.get(id);
    if (other === undefined) {
      waiting.set(id, result);
      continue;
    }
    waiting.delete(id);
    const [autoencoder, gan] = result.id.startsWith("gan ") ? [other, result] : [result, other];
    if (!("net" in autoencoder)) yield { id, reason: autoencoder.reason };
    else if (!("net" in gan)) yield { id, reason: gan.reason };
    else {
      yield {
        id,
        nets: {
          autoencoder: autoencoder.net,
          discriminator: gan.net,
          generator: gan.generator,
          losses: {
            autoencoder: autoencoder.losses.at(-1)?.loss,
            discriminator: gan.losses.at(-1)?.loss,
            generator: gan.losses.at(-1)?.generatorLoss,
          },
        },
      };
    }
  }
}

function readHost(
  host: Prepared,
  nets: Nets,
  fleet: Moments,
  fleetStatistics: ResidualStatistics,
  seed: number,
  standIn?: string,
): Read {
  const training = scaled(host, fleet, host.training);
  const { autoencoder, discriminator } = nets;
  const own = residualStatistics(residuals(autoencoder, training, COUNTED));
  const statistics = shrinkStatistics(own, fleetStatistics, STATISTICS_PRIOR);
  const normal = featureReader(discriminator, training.rows > 0 ? training : blank(training));
  const parts = {
    scaling: scalingOf(host.moments, fleet),
    autoencoder,
    reader: residualReader(statistics),
    discriminator,
    normal: normal.normal,
  };
  const heldOut = scaled(host, fleet, host.heldOut);
  const strange = syntheticAnomalies(heldOut, COUNTED, seededRandom(seed, host.id));
  return {
    host,
    nets,
    pooled: standIn !== undefined,
    standIn,
    parts,
    heldOut,
    logs: readRows(parts, heldOut).logs,
    strangeLogs: readRows(parts, strange).logs,
  };
}

/** The mean window, which a host without windows is compared with. */
function blank({ width }: Matrix): Matrix {
  return { values: new Float32Array(width), width, rows: 1 };
}

function finish(
  reads: readonly Read[],
  options: TrainHostsOptions,
  engine: string,
): Map<string, TrainedHost> {
  const fleetSpreads = [0, 1, 2, 3].map((k) => fleetSpread(reads.map(({ logs }) => logs[k])));
  const settled = reads.map((read) => {
    const spreads = read.logs.map((logs, k) =>
      shrinkSpread(spreadOf(logs), logs.length, fleetSpreads[k], SPREAD_PRIOR)
    );
    return { read, spreads, ...judge(read, spreads, options.seed) };
  });
  const scores: number[] = [];
  const classes: number[] = [];
  const table = rarityTable(reads.map(({ host }) => wireRows(host)));
  const parts = new Float32Array(DIMENSIONS);
  for (const { read: { host, logs, heldOut }, spreads, weights } of settled) {
    for (let i = 0; i < host.heldOut.length; i++) {
      const rare = rowRarity(table, host.rows, host.heldOut[i], heldOut, i, parts);
      scores.push(rare + netsScore(logs, spreads, weights, i));
      classes.push(host.rows.classes[host.heldOut[i]]);
    }
  }
  const calibrations = calibrateClasses(scores, classes, ENTITY_CLASSES.length);
  return new Map(settled.map(({ read, spreads, weights, duel }) => {
    const { host, pooled, standIn, nets } = read;
    const figures: HostFigures = {
      windows: host.training.length,
      heldOut: host.heldOut.length,
      seed: options.seed,
      engine,
      ...(standIn !== undefined && { standIn }),
      losses: nets.losses,
      duel,
      calibration: ENTITY_CLASSES.map((entityClass, i) => ({
        entityClass,
        windows: calibrations[i].n,
      })),
    };
    const parts: HostModelParts = {
      ...read.parts,
      windows: host.training.length,
      pooled,
      spreads,
      weights,
      rarity: table,
      calibrations,
      usual: usualRanges(host),
    };
    const bytes = encodeModel(parts, { figures });
    return [host.id, { bytes, windows: host.rows.n, pooled, figures }];
  }));
}

/** Training windows in wire units, NaN where a column is not audited. */
function wireRows({ rows, training }: Prepared) {
  const input = takeRows(modelInput(rows), training).values;
  const values = input.map((value, at) => {
    const row = training[Math.floor(at / DIMENSIONS)];
    return Number.isNaN(value) ? NaN : rows.values[row * DIMENSIONS + at % DIMENSIONS];
  });
  return { values, classes: Uint8Array.from(training, (row) => rows.classes[row]) };
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
function judge({ logs, strangeLogs, nets }: Read, spreads: readonly Spread[], seed: number) {
  const rows = logs[0].length;
  const score = (of: readonly Float64Array[], weights: HostModelParts["weights"]) =>
    Float64Array.from({ length: rows }, (_, i) => netsScore(of, spreads, weights, i));
  const auc = (weights: HostModelParts["weights"]) =>
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
