/** Jobs that the tests of every engine share. */
import type { AutoencoderRecipe, Engine, GanRecipe, TrainingJob } from "@/models/engine.ts";
import type { TrainingResult } from "@/models/engine.ts";
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
