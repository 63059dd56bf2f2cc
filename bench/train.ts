/**
 * Training per-host nets beside Keras, PyTorch and TensorFlow.js. A model is 20 epochs over 2,000
 * rows; peers of one core run on one thread. Medians of paired runs; GFLOP/s and its share of
 * numpy's sgemm in the same minutes go to standard error.
 * Flags: `--fleet=N` hosts of the fleet case (default 1000, 0 leaves it out), `--repeats=N`.
 * @module
 */
import {
  type AutoencoderRecipe,
  type EngineName,
  forward,
  type GanRecipe,
  openEngine,
  type TrainingJob,
} from "@/models/engine.ts";
import { trainHosts } from "@/models/detection.ts";
import { initialNet, layoutOf } from "@/models/engines/layout.ts";
import { nativeLevel } from "@/models/engines/native.ts";
import { normal, streamKey } from "@/models/engines/random.ts";
import { type Figure, median, timeMs } from "./figure.ts";
import { fleetRows } from "./train_fleet.ts";
import { tensorflowRatio } from "./train_tfjs.ts";
import { type Peers, startPeers } from "./peers/train.ts";

/** As many as a worker takes at once. */
const HOSTS_A_JOB = 128;
const ROWS = 2_000;
const EPOCHS = 20;
const INSTALL = "pip install keras tensorflow-cpu torch (then HABIT_PYTHON=its python)";
const AUTOENCODER = { widths: [128, 64, 32, 16, 32, 64, 128], slope: 0 };
const GENERATOR = { widths: [32, 64, 64, 128, 128, 128, 128, 128], slope: 0 };
const DISCRIMINATOR = { widths: [128, 128, 64, 32, 16, 1], slope: 0.2 };

/** One core's race: ours by an engine, the peer by a case of train.py. */
interface Race {
  readonly name: string;
  readonly engine: EngineName;
  readonly net: "autoencoder" | "gan";
  readonly batch: number;
  readonly peer: string;
  readonly library: string;
  /** Models a run: ours and the peer's, so that both take about a second. */
  readonly models: readonly [number, number];
}

const fused = { engine: "fused", net: "autoencoder", models: [6, 1] } as const;
const native = { engine: "fused-native", net: "autoencoder", models: [16, 1] } as const;
const keras = { peer: "keras-256", library: "keras", batch: 256 } as const;
const keras32 = { peer: "keras-32", library: "keras", batch: 32 } as const;
const loop = { peer: "loop-256", library: "torch", batch: 256 } as const;
const loop32 = { peer: "loop-32", library: "torch", batch: 32 } as const;
const stacked = { peer: "stacked-256", library: "torch", batch: 256 } as const;
const stacked32 = { peer: "stacked-32", library: "torch", batch: 32 } as const;
const gan = { net: "gan", peer: "gan-256", library: "torch", batch: 256 } as const;
const RACES: readonly Race[] = [
  { name: "fused-vs-keras-1core", ...fused, ...keras },
  { name: "fused-vs-keras-1core-batch-32", ...fused, ...keras32 },
  { name: "fused-vs-torch-loop-1core", ...fused, ...loop, models: [6, 4] },
  { name: "fused-vs-torch-loop-1core-batch-32", ...fused, ...loop32, models: [6, 1] },
  { name: "native-vs-keras-1core", ...native, ...keras },
  { name: "native-vs-torch-stacked-1core", ...native, ...stacked, models: [16, 8] },
  { name: "native-vs-torch-stacked-1core-batch-32", ...native, ...stacked32, models: [16, 8] },
  { name: "gan-fused-vs-torch-stacked", ...fused, ...gan, models: [1, 1] },
  { name: "gan-native-vs-torch-stacked", ...native, ...gan, models: [3, 1] },
];

/** All cases, or those whose name holds `--only=…`. */
export async function* figures(flags: readonly string[]): AsyncGenerator<Figure> {
  const text = (name: string) => flags.find((each) => each.startsWith(`--${name}=`))?.split("=")[1];
  const only = text("only") ?? "";
  const repeats = Number(text("repeats") ?? 5);
  const hosts = Number(text("fleet") ?? 1_000);
  const wanted = (name: string) => name.includes(only);
  if (!nativeLevel()) console.error("fused-native is not built: deno task setup:kernel");
  const races = RACES.filter((each) => {
    return wanted(each.name) && (each.engine !== "fused-native" || nativeLevel());
  });
  if (races.length > 0) {
    await using peers = await startPeers();
    if (!peers.cases.includes("keras-256") || !peers.cases.includes("loop-256")) {
      console.error(`Some peers are not installed: ${INSTALL}`);
    }
    for (const each of races) yield await race(each, peers, repeats);
  }
  for (const engine of engines()) {
    if (wanted("two-cores")) yield await twoCores(engine, repeats);
  }
  for (const hosts of [1, 16, 64, 256, 1_000]) if (wanted("stack")) yield await stackOf(hosts);
  if (wanted("score")) yield await scoring(repeats);
  const recipe = recipeOf("autoencoder", 256) as AutoencoderRecipe;
  const ratio = wanted("tfjs") && await tensorflowRatio(planeRows(1), EPOCHS, recipe, repeats);
  if (ratio) yield ratio;
  for (const engine of engines()) {
    if (wanted("fleet") && hosts > 0) yield await fleet(engine, hosts);
  }
}

const engines = (): EngineName[] => nativeLevel() ? ["fused", "fused-native"] : ["fused"];

async function race(each: Race, peers: Peers, repeats: number): Promise<Figure> {
  const [ours, theirs] = each.models;
  const jobs = jobsOf(ours, recipeOf(each.net, each.batch));
  const has = peers.cases.includes(each.peer);
  const times: [number[], number[], number[]] = [[], [], []];
  await trainAll(each.engine, 0, jobs.slice(0, 1));
  for (let i = 0; i < repeats; i++) {
    times[0].push(await timeMs(() => trainAll(each.engine, 0, jobs)) / ours);
    if (has) times[1].push(await peers.run(each.peer, theirs) / theirs);
    if (peers.cases.includes("sgemm")) times[2].push(await peers.run("sgemm", 1));
  }
  const [mine, other, sgemm] = times.map((list) => list.length ? median(list) : null);
  tellShare(each, mine!, sgemm);
  return figure(each.name, mine!, other, peers.versions[each.library] ?? each.library);
}

function figure(name: string, oursMs: number, peerMs: number | null, peer: string | null): Figure {
  const perSecond = (ms: number) => Number((1_000 / ms).toFixed(3));
  return {
    case: name,
    value: perSecond(oursMs),
    unit: "models/s",
    peer,
    peerValue: peerMs && perSecond(peerMs),
    ratio: peerMs && Number((peerMs / oursMs).toFixed(3)),
  };
}

/** Multiply-adds of a step: forward, both gradients; the GAN's rows pass as gan.ts says. */
function flops({ net, batch }: Race): number {
  const weights = (widths: readonly number[]) =>
    layoutOf({ widths, slope: 0 }).layers.reduce(
      (sum, each) => sum + each.inputs * each.outputs,
      0,
    );
  const steps = Math.ceil(EPOCHS * ROWS / batch);
  if (net === "autoencoder") return 6 * weights(AUTOENCODER.widths) * batch * steps;
  const [g, d] = [weights(GENERATOR.widths), weights(DISCRIMINATOR.widths)];
  return (2 * g + 6 * 3 * d + 6 * g + 4 * d) * batch * steps;
}

function tellShare(each: Race, ms: number, sgemmMs: number | null) {
  const ours = flops(each) / ms / 1e6;
  const peak = sgemmMs && 2 * 2_048 ** 3 / sgemmMs / 1e6;
  const share = peak ? `, ${(100 * ours / peak).toFixed(0)} % of numpy's sgemm` : "";
  console.error(`  ${each.name}: ${ours.toFixed(1)} GFLOP/s${share}`);
}

function recipeOf(net: "autoencoder" | "gan", batch: number): AutoencoderRecipe | GanRecipe {
  const steps = Math.ceil(EPOCHS * ROWS / batch);
  const common = { optimiser: { learningRate: 1e-3 }, steps, batch, checkEvery: steps };
  return net === "autoencoder"
    ? { kind: "autoencoder", architecture: AUTOENCODER, ...common }
    : { kind: "gan", generator: GENERATOR, discriminator: DISCRIMINATOR, ...common };
}

/** Rows that differ from host to host, near a plane of four dimensions. */
function planeRows(seed: number): Float32Array {
  const key = streamKey(seed, "latent");
  const rows = new Float32Array(ROWS * 128);
  for (let i = 0; i < rows.length; i++) {
    const [row, column] = [i >> 7, i & 127];
    for (let k = 0; k < 4; k++) {
      rows[i] += normal(key, 4 * row + k) * Math.sin(column * (k + 1)) / 2;
    }
  }
  return rows;
}

function jobsOf(hosts: number, recipe: AutoencoderRecipe | GanRecipe): TrainingJob[] {
  return Array.from({ length: hosts }, (_, seed) => {
    return { id: `host ${seed}`, seed, recipe, rows: planeRows(seed) };
  });
}

async function trainAll(engine: EngineName, workers: number, jobs: Iterable<TrainingJob>) {
  await using opened = await openEngine({ name: engine, workers });
  for await (const result of opened.train(jobs)) {
    if (!("net" in result)) throw new Error(result.reason);
  }
}

/** Two Workers over one; the peer of this case is ourselves. */
async function twoCores(engine: EngineName, repeats: number): Promise<Figure> {
  const jobs = jobsOf(engine === "fused" ? 24 : 64, recipeOf("autoencoder", 256));
  const [two, one]: number[][] = [[], []];
  for (let i = 0; i < repeats; i++) {
    two.push(await timeMs(() => trainAll(engine, 2, jobs)) / jobs.length);
    one.push(await timeMs(() => trainAll(engine, 1, jobs)) / jobs.length);
  }
  const name = engine === "fused" ? "two-cores" : "two-cores-native";
  return figure(name, median(two), median(one), "one Worker");
}

/** The rate does not depend on the number of hosts, nor does memory: resident size is told. */
async function stackOf(hosts: number): Promise<Figure> {
  const recipe = recipeOf("autoencoder", 256);
  const rows = planeRows(1);
  function* jobs() {
    for (let seed = 0; seed < hosts; seed++) yield { id: `host ${seed}`, seed, recipe, rows };
  }
  const engine = engines().at(-1)!;
  const ms = await timeMs(() => trainAll(engine, navigator.hardwareConcurrency, jobs()));
  const megabytes = (Deno.memoryUsage().rss / 2 ** 20).toFixed(0);
  console.error(`  ${hosts} hosts, ${engine}: resident ${megabytes} MB`);
  return figure(`hosts-${hosts}-all-cores`, ms / hosts, null, null);
}

/** The autoencoder's output for each row, one thread. */
async function scoring(repeats: number): Promise<Figure> {
  const net = initialNet(AUTOENCODER, 1);
  const rows = planeRows(1);
  const times = [];
  for (let i = 0; i < repeats + 2; i++) {
    times.push(
      await timeMs(() => {
        for (let round = 0; round < 20; round++) forward(net, rows);
      }),
    );
  }
  const value = Math.round(20 * ROWS / median(times.slice(2)) * 1_000);
  const none = { peer: null, peerValue: null, ratio: null };
  return { case: "score-vectors-per-s", value, unit: "vectors/s", ...none };
}

/**
 * Both nets by detection's own recipes, calibration and all: minutes for so many hosts, trained as
 * many at a time as a job takes.
 */
async function fleet(name: EngineName, hosts: number): Promise<Figure> {
  await using engine = await openEngine({ name });
  let peak = 0;
  const ms = await timeMs(async () => {
    for (let left = hosts; left > 0; left -= HOSTS_A_JOB) {
      await trainHosts(fleetRows(Math.min(left, HOSTS_A_JOB)), { seed: 1, engine });
      peak = Math.max(peak, Deno.memoryUsage().rss);
    }
  });
  console.error(`  ${hosts} hosts, ${name}: resident ${(peak / 2 ** 20).toFixed(0)} MB`);
  const suffix = name === "fused" ? "-fused" : "";
  const value = Number((ms / 60_000 * 1_000 / hosts).toFixed(2));
  const none = { peer: null, peerValue: null, ratio: null };
  return { case: `fleet-1000-minutes${suffix}`, value, unit: `min (${hosts} run)`, ...none };
}
