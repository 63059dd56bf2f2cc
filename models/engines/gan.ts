/**
 * Trains one generator and discriminator on one kernel.
 * @module
 */
import type { GanRecipe, LossPoint, TrainingJob, TrainingResult } from "@/models/engine.ts";
import { diverged, isFinite, loadNet, savedNet } from "./autoencoder.ts";
import { boxAround, copyRow, fillGaps, latentOf, Shuffle, type Table } from "./batches.ts";
import { adamStep, type Kernel, type KernelNet } from "./kernel.ts";
import { initialNet } from "./layout.ts";
import { mix, streamKey, uniform } from "./random.ts";

/** Yields at every look, as {@link trainAutoencoder}; what it returns scores by the discriminator. */
export function* trainGan(
  kernel: Kernel,
  job: TrainingJob,
  recipe: GanRecipe,
  table: Table,
): Generator<LossPoint, TrainingResult> {
  const { steps, checkEvery = 100 } = recipe;
  const pair = new GanPair(kernel, job, recipe, table);
  const losses: LossPoint[] = [];
  let sum = { loss: 0, generatorLoss: 0, steps: 0 };
  for (let step = 1; step <= steps; step++) {
    sum.loss += pair.trainDiscriminator(step);
    sum.generatorLoss += pair.trainGenerator(step);
    sum.steps++;
    if (step % checkEvery !== 0 && step !== steps) continue;
    const [loss, generatorLoss] = [sum.loss / sum.steps, sum.generatorLoss / sum.steps];
    const point = { step, loss, generatorLoss };
    losses.push(point);
    yield point;
    if (!Number.isFinite(loss + generatorLoss)) return diverged(job.id, step, losses);
    sum = { loss: 0, generatorLoss: 0, steps: 0 };
  }
  const net = savedNet(recipe.discriminator, pair.discriminator);
  const generator = savedNet(recipe.generator, pair.generator);
  if (!isFinite(net) || !isFinite(generator)) return diverged(job.id, steps, losses);
  return { id: job.id, outcome: "trained", net, generator, step: steps, losses };
}

class GanPair {
  readonly generator: KernelNet;
  readonly discriminator: KernelNet;
  readonly #shuffle: Shuffle;
  readonly #box: ReturnType<typeof boxAround>;
  readonly #seed: number;
  readonly #negatives: boolean;

  constructor(
    kernel: Kernel,
    job: TrainingJob,
    readonly recipe: GanRecipe,
    readonly table: Table,
  ) {
    const { batch, uniformNegatives = true } = recipe;
    this.#negatives = uniformNegatives;
    [this.generator, this.discriminator] = kernel.allocate([
      { architecture: recipe.generator, rows: batch },
      { architecture: recipe.discriminator, rows: batch * (uniformNegatives ? 3 : 2) },
    ]);
    this.#seed = job.seed;
    loadNet(initialNet(recipe.generator, mix(job.seed)), this.generator);
    loadNet(initialNet(recipe.discriminator, job.seed), this.discriminator);
    this.#shuffle = new Shuffle(table.rows, job.seed);
    this.#box = boxAround(table);
  }

  /** Generated, real and uniform rows in one batch; the mean cross-entropy before the step. */
  trainDiscriminator(step: number): number {
    const { batch, optimiser } = this.recipe;
    const rows = batch * (this.#negatives ? 3 : 2);
    this.#generate(2 * step);
    this.#copyReal(batch);
    if (this.#negatives) this.#copyUniform(2 * batch, step);
    this.discriminator.forward(rows);
    const loss = crossEntropy(this.discriminator, rows, (row) => row >= batch && row < 2 * batch);
    this.discriminator.backward(rows, "weights");
    this.discriminator.adam(adamStep(optimiser, step, 1 / rows));
    return loss / rows;
  }

  /** Fresh rows that the discriminator should take for real (the non-saturating loss). */
  trainGenerator(step: number): number {
    const { batch, optimiser } = this.recipe;
    this.#generate(2 * step + 1);
    this.discriminator.forward(batch);
    const loss = crossEntropy(this.discriminator, batch, () => true);
    this.discriminator.backward(batch, "input");
    const floats = batch * this.generator.layout.widths.at(-1)!;
    this.generator.outputGradient.set(this.discriminator.inputGradient.subarray(0, floats));
    this.generator.backward(batch, "weights");
    this.generator.adam(adamStep(optimiser, step, 1 / batch));
    return loss / batch;
  }

  /** A batch from latent noise, as the discriminator's first rows. */
  #generate(draw: number) {
    const { batch, generator } = this.recipe;
    const latent = generator.widths[0];
    const padded = this.generator.layout.widths[0];
    const noise = latentOf(this.#seed, draw);
    this.generator.units[0].fill(0, 0, batch * padded);
    for (let row = 0; row < batch; row++) {
      this.generator.corruptInput(row, latent, row * latent, noise);
    }
    this.generator.forward(batch);
    const floats = batch * this.generator.layout.widths.at(-1)!;
    this.discriminator.units[0].set(this.generator.units.at(-1)!.subarray(0, floats));
  }

  #copyReal(firstRow: number) {
    const { units, layout } = this.discriminator;
    for (let row = firstRow; row < firstRow + this.recipe.batch; row++) {
      copyRow(this.table, this.#shuffle.next(), units[0], row * layout.widths[0]);
      if (this.table.gaps) fillGaps(units[0], row * layout.widths[0], this.table.width);
    }
  }

  #copyUniform(firstRow: number, step: number) {
    const { width } = this.table;
    const { low, span } = this.#box;
    const key = streamKey(this.#seed, "negatives", step);
    const { units, layout } = this.discriminator;
    for (let row = 0; row < this.recipe.batch; row++) {
      const at = (firstRow + row) * layout.widths[0];
      for (let i = 0; i < width; i++) {
        units[0][at + i] = low[i] + span[i] * uniform(key, row * width + i);
      }
    }
  }
}

/** Summed binary cross-entropy of the logits; writes the output gradient, sigmoid(z) - target. */
function crossEntropy(net: KernelNet, rows: number, isReal: (row: number) => boolean): number {
  const width = net.layout.widths.at(-1)!;
  const logits = net.units.at(-1)!;
  let sum = 0;
  for (let row = 0; row < rows; row++) {
    const logit = logits[row * width];
    const target = isReal(row) ? 1 : 0;
    net.outputGradient[row * width] = 1 / (1 + Math.exp(-logit)) - target;
    sum += Math.max(logit, 0) - logit * target + Math.log1p(Math.exp(-Math.abs(logit)));
  }
  return sum;
}
