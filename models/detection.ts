/**
 * Trains the detectors of many hosts at once: what jobs call.
 *
 * A fleet model on rows standardised by host comes first; it stands in for hosts with little
 * history, and its statistics steady those of the others. Then each host's own autoencoder and GAN,
 * their duel, their fusion, and one calibration a class over the held-out windows of all hosts.
 * @module
 */
import { DIMENSIONS } from "@/features/vector.ts";
import {
  type AutoencoderOptions,
  autoencoderRecipe,
  residuals,
  residualStatistics,
} from "./autoencoder.ts";
import { type Engine, openEngine, type TrainingJob } from "./engine.ts";
import { type GanOptions, ganRecipe } from "./gan.ts";
import { COUNTED, type HostRows } from "./host_model.ts";
import type { Matrix } from "./matrix.ts";
import { seedOf } from "./random.ts";
import { fleetMoments, type Moments } from "./scaling.ts";
import { finish, type Nets, type Read, readHost, type TrainedHost } from "./settling.ts";
import { fleetSample, prepare, type Prepared, scaled } from "./training_rows.ts";

export { HostModel, type HostRows, openModel, type Scored, TOP_COLUMNS } from "./host_model.ts";
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
