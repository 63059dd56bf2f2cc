/**
 * Trains the detectors of many hosts at once: what jobs call.
 *
 * A fleet model comes first, from a sample of hosts: its nets stand in for hosts with little
 * history, its statistics steady those of the others, its calibrations hold for all. Then each host's
 * own autoencoder and GAN, their duel, their fusion.
 * @module
 */
import { SCHEMA_ID } from "@/features/schema.ts";
import { DIMENSIONS } from "@/features/vector.ts";
import {
  type AutoencoderOptions,
  autoencoderRecipe,
  residuals,
  residualStatistics,
} from "./autoencoder.ts";
import { type Engine, openEngine, type TrainingJob } from "./engine.ts";
import {
  asStored,
  encodeFleet,
  type FleetBasis,
  type FleetFigures,
  type FleetModel,
  type Nets,
} from "./fleet.ts";
import { featureStatistics, type GanOptions, ganRecipe } from "./gan.ts";
import { COUNTED, type HostRows } from "./host_model.ts";
import { filledRows, type Matrix } from "./matrix.ts";
import { seedOf } from "./random.ts";
import { fleetMoments } from "./scaling.ts";
import {
  calibrateFleet,
  calibrationFigures,
  checkpoint,
  fleetStatistics,
  type Read,
  readHost,
  settle,
  type TrainedHost,
} from "./settling.ts";
import { fleetSample, prepare, type Prepared, scaled } from "./training_rows.ts";

export { openModel } from "./host_checkpoint.ts";
export { HostModel, type HostRows, roomFor, type Scored, TOP_COLUMNS } from "./host_model.ts";
export { type FleetFigures, type FleetModel, openFleet } from "./fleet.ts";
export type { HostFigures, TrainedHost } from "./settling.ts";

/** Windows from which a host has a model of its own. */
export const MIN_WINDOWS = 48;

/** What a caller may set, watch and stop. */
export interface TrainHostsOptions {
  /** Same rows, same seed, same engine: same bytes. */
  readonly seed: number;
  /** Aborting ends the training with its reason. */
  readonly signal?: AbortSignal;
  /** Called as hosts are done. */
  readonly onProgress?: (done: number, total: number) => void;
  /** What the hosts take from their fleet. */
  readonly fleet?: FleetModel;
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

/**
 * Trains every host; the result has each host that was given, unless no host has any window. A
 * host's model depends on its rows, the seed and `fleet` alone; without one, the hosts given are
 * their own fleet.
 * @throws the signal's reason once it is aborted.
 */
export async function trainHosts(
  hosts: ReadonlyMap<string, HostRows>,
  options: TrainHostsOptions,
): Promise<Map<string, TrainedHost>> {
  const { fleet } = options;
  if (!fleet) return (await trainFleet(hosts, options))?.hosts ?? new Map();
  return await withEngine(options, async (engine) => {
    const prepared = [...hosts].map(([id, rows]) => prepare(id, rows, options));
    const reads = await readHosts(prepared, fleet, options, engine);
    return new Map(prepared.map(({ id }, i) => {
      const settled = settle(reads[i], fleet, options.seed);
      return [id, checkpoint(settled, fleet, options, engine.name)];
    }));
  });
}

/** A fleet's outcome. */
export interface TrainedFleet {
  /** The whole checkpoint, for {@link openFleet}. */
  readonly bytes: Uint8Array;
  /** Windows that it was learned from. */
  readonly windows: number;
  /** How it went. */
  readonly figures: FleetFigures;
  /** Models of the hosts that it was learned from, the same as training by this fleet gives. */
  readonly hosts: Map<string, TrainedHost>;
}

/**
 * Learns a fleet from hosts: all of them, or a sample. Undefined if none has any window. The order
 * of the hosts does not matter.
 * @throws the signal's reason once it is aborted.
 */
export async function trainFleet(
  hosts: ReadonlyMap<string, HostRows>,
  options: Omit<TrainHostsOptions, "fleet">,
): Promise<TrainedFleet | undefined> {
  const prepared = [...hosts].map(([id, rows]) => prepare(id, rows, options))
    .sort((a, b) => a.id < b.id ? -1 : 1);
  if (prepared.every(({ rows }) => rows.n === 0)) return undefined;
  return await withEngine(options, async (engine) => {
    const basis = await fleetBasis(prepared, options, engine);
    const reads = await readHosts(prepared, basis, options, engine);
    const statistics = fleetStatistics(reads);
    const settled = reads.map((read) => settle(read, statistics, options.seed));
    const calibrations = calibrateFleet(settled, statistics.trainingRarity);
    const fleet = { ...basis, ...statistics, calibrations };
    const sum = (count: (host: Prepared) => number) =>
      prepared.reduce((total, host) => total + count(host), 0);
    const figures: FleetFigures = {
      schema: SCHEMA_ID,
      hosts: prepared.length,
      ownNets: reads.filter(({ pooled }) => !pooled).length,
      roles: {
        personal: prepared.filter(({ role }) => role === "personal").length,
        shared: prepared.filter(({ role }) => role === "shared").length,
      },
      windows: sum(({ trimmed }) => trimmed.length),
      heldOut: sum(({ heldOut }) => heldOut.length),
      seed: options.seed,
      engine: engine.name,
      losses: basis.nets.losses,
      calibration: calibrationFigures(calibrations),
    };
    const models = new Map(
      settled.map((one) => [one.read.host.id, checkpoint(one, fleet, options, engine.name)]),
    );
    return {
      bytes: encodeFleet(fleet, figures),
      windows: sum(({ rows }) => rows.n),
      figures,
      hosts: new Map([...hosts.keys()].map((id) => [id, models.get(id)!])),
    };
  });
}

async function withEngine<Outcome>(
  options: TrainHostsOptions,
  run: (engine: Engine) => Promise<Outcome>,
): Promise<Outcome> {
  if (options.engine) return await run(options.engine);
  await using engine = await openEngine();
  return await run(engine);
}

/** Trains the fleet's nets on rows of all hosts. */
async function fleetBasis(
  hosts: readonly Prepared[],
  options: TrainHostsOptions,
  engine: Engine,
): Promise<FleetBasis> {
  const moments = fleetMoments(hosts.map(({ moments }) => moments), DIMENSIONS);
  const sample = fleetSample(hosts, moments);
  for await (const { nets, reason } of runJobs(jobsOf("fleet", sample, options), options, engine)) {
    if (!nets) throw new RangeError(`Cannot train the fleet's model: ${reason}`);
    const statistics = residualStatistics(residuals(nets.autoencoder, sample, COUNTED));
    const hidden = featureStatistics(nets.discriminator, filledRows(sample, COUNTED));
    return asStored({ moments, nets, statistics, hidden });
  }
  throw new RangeError("Cannot train the fleet's model: the engine gave no result");
}

/** Each host's readings, by nets of its own where it has the history for them. */
async function readHosts(
  hosts: readonly Prepared[],
  fleet: FleetBasis,
  options: TrainHostsOptions,
  engine: Engine,
): Promise<Read[]> {
  const own = new Map(
    hosts.filter(({ rows }) => rows.n >= MIN_WINDOWS).map((host) => [host.id, host]),
  );
  const reads = new Map<string, Read>();
  for await (const { id, nets, reason } of trainNets(own.values(), fleet, options, engine)) {
    reads.set(id, readHost(own.get(id)!, nets ?? fleet.nets, fleet, options.seed, reason));
    options.onProgress?.(reads.size, hosts.length);
  }
  return hosts.map((host) => {
    const reason = `not enough history: ${host.rows.n} of ${MIN_WINDOWS} windows`;
    return reads.get(host.id) ?? readHost(host, fleet.nets, fleet, options.seed, reason);
  });
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
  hosts: Iterable<Prepared>,
  fleet: FleetBasis,
  options: TrainHostsOptions,
  engine: Engine,
) {
  function* jobs() {
    for (const host of hosts) {
      yield* jobsOf(host.id, scaled(host, fleet.moments, host.trimmed), options);
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
