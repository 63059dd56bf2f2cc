/**
 * How fast an engine trains the autoencoder here: the figure that `doctor` prints.
 * @module
 */
import type { AutoencoderRecipe, Engine, TrainingJob } from "@/models/engine.ts";
import { layoutOf } from "./layout.ts";
import { normal } from "./random.ts";

const ARCHITECTURE = { widths: [128, 64, 32, 16, 32, 64, 128], slope: 0 };
const BATCH = 256;

/** Billions of floating-point operations a second over about `ms`, for so many hosts at once. */
export async function measureGflops(engine: Engine, ms: number, hosts: number): Promise<number> {
  const rows = Float32Array.from({ length: 512 * ARCHITECTURE.widths[0] }, (_, i) => normal(1, i));
  const weights = layoutOf(ARCHITECTURE).layers.reduce((sum, { inputs, outputs }) => {
    return sum + inputs * outputs;
  }, 0);
  for (let steps = 1;; steps *= 2) {
    const recipe: AutoencoderRecipe = {
      kind: "autoencoder",
      architecture: ARCHITECTURE,
      optimiser: { learningRate: 1e-3 },
      steps,
      batch: BATCH,
      checkEvery: steps,
    };
    const jobs = Array.from({ length: hosts }, (_, seed): TrainingJob => {
      return { id: `${seed}`, seed, recipe, rows };
    });
    const start = performance.now();
    for await (const _ of engine.train(jobs));
    const elapsed = performance.now() - start;
    // Each weight takes a multiplication and an addition forward, and in both gradients.
    if (elapsed > ms / 3) return 6 * weights * BATCH * steps * hosts / elapsed / 1e6;
  }
}
