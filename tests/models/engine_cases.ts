/** Jobs that the tests of every engine share. */
import assert from "node:assert/strict";
import fc from "fast-check";
import type {
  AutoencoderRecipe,
  Engine,
  GanRecipe,
  Net,
  TrainingJob,
  TrainingResult,
} from "@/models/engine.ts";
import { ForwardKernel } from "@/models/engines/forward.ts";
import { trainHost } from "@/models/engines/host.ts";
import type { Kernel } from "@/models/engines/kernel.ts";
import { initialNet } from "@/models/engines/layout.ts";
import { referenceKernel } from "@/models/engines/reference.ts";
import { normal, streamKey } from "@/models/engines/random.ts";

/** Rows near a plane of two dimensions, so that a narrow autoencoder can learn them. */
export function planeRows(rows: number, width: number, seed: number): Float32Array {
  const key = streamKey(seed, "latent");
  const values = new Float32Array(rows * width);
  for (let row = 0; row < rows; row++) {
    const [a, b] = [normal(key, 2 * row), normal(key, 2 * row + 1)];
    for (let i = 0; i < width; i++) values[row * width + i] = a * Math.sin(i) + b * Math.cos(2 * i);
  }
  return values;
}

export const SMALL_AUTOENCODER: AutoencoderRecipe = {
  kind: "autoencoder",
  architecture: { widths: [9, 7, 3, 7, 9], slope: 0 },
  optimiser: { learningRate: 3e-3, weightDecay: 1e-3 },
  steps: 100,
  batch: 20,
  checkEvery: 20,
  inputNoise: 0.1,
  inputMask: 0.1,
};

export const SMALL_GAN: GanRecipe = {
  kind: "gan",
  generator: { widths: [3, 8, 8, 8, 8, 8, 8, 9], slope: 0 },
  discriminator: { widths: [9, 16, 12, 8, 5, 1], slope: 0.2 },
  optimiser: { learningRate: 1e-3 },
  steps: 100,
  batch: 16,
};

export function job(id: string, changes: Partial<TrainingJob> = {}): TrainingJob {
  return { id, seed: 7, recipe: SMALL_AUTOENCODER, rows: planeRows(200, 9, 1), ...changes };
}

/** Results by id. */
export async function trainAll(engine: Engine, jobs: Iterable<TrainingJob>) {
  const results = new Map<string, TrainingResult>();
  for await (const result of engine.train(jobs)) results.set(result.id, result);
  return results;
}

/** The trained net and its losses; fails the test for any other outcome. */
export function trained(result: TrainingResult | undefined) {
  if (result && "net" in result) return result;
  throw new Error(`Not trained: ${JSON.stringify(result)}`);
}

/** Trains one job on the calling thread, without an engine around it. */
export function trainOn(kernel: Kernel, job: TrainingJob): TrainingResult {
  const training = trainHost(kernel, job);
  let next = training.next();
  while (!next.done) next = training.next();
  return next.value;
}

/** The greatest difference between two nets' weights. */
export function furthest(a: Net, b: Net): number {
  return a.weights.reduce((most, x, i) => Math.max(most, Math.abs(x - b.weights[i])), 0);
}

/** Throws unless a kernel trains the nets that the reference trains, within 1e-4 a weight. */
export function assertTrainsAlike(kernel: () => Kernel): void {
  const gaps = planeRows(150, 9, 3).map((x, i) => i % 7 === 0 ? NaN : x);
  for (const each of [job("a"), job("a", { rows: gaps }), job("g", { recipe: SMALL_GAN })]) {
    const [ours, plain] = [trainOn(kernel(), each), trainOn(referenceKernel, each)].map(trained);
    assert.ok(furthest(ours.net, plain.net) < 1e-4, `${each.id} ${furthest(ours.net, plain.net)}`);
    if (plain.generator) assert.ok(furthest(ours.generator!, plain.generator) < 1e-4);
    assert.ok(Math.abs(ours.losses.at(-1)!.loss - plain.losses.at(-1)!.loss) < 1e-4);
  }
}

/** Throws unless a kernel gives the units that the reference gives, for any widths and rows. */
export function assertReadsAlike(kernel: () => Kernel): void {
  const width = fc.integer({ min: 1, max: 40 });
  fc.assert(
    fc.property(fc.array(width, { minLength: 2, maxLength: 6 }), fc.nat(300), (widths, rows) => {
      const net = initialNet({ widths, slope: 0.2 }, 4);
      const values = planeRows(rows, widths[0], 5);
      const layers = widths.slice(1).map((_, i) => i + 1);
      const ours = new ForwardKernel(kernel()).run(net, values, layers);
      const plain = new ForwardKernel(referenceKernel).run(net, values, layers);
      for (const [i, layer] of plain.entries()) {
        assert.equal(ours[i].length, layer.length);
        for (const [at, x] of layer.entries()) assert.ok(Math.abs(ours[i][at] - x) < 1e-4);
      }
    }),
    { numRuns: 30, seed: 1 },
  );
}
