/**
 * Trains the generators and discriminators of many hosts as two stacks, from the same numbers as the
 * kernels' loop (../gan.ts).
 * @module
 */
import type { GanRecipe, LossPoint, TrainingResult } from "@/models/engine.ts";
import { diverged, isFinite } from "@/models/engines/autoencoder.ts";
import {
  boxAround,
  copyRow,
  corrupt,
  fillGaps,
  latentOf,
  Shuffle,
} from "@/models/engines/batches.ts";
import { initialNet } from "@/models/engines/layout.ts";
import { mix, streamKey, uniform } from "@/models/engines/random.ts";
import type { Checked, Report } from "./autoencoder.ts";
import type { Tensor, Tensorflow } from "./library.ts";
import { Stack } from "./stack.ts";

/** One result per job, in their order. */
export async function trainGans(
  tf: Tensorflow,
  jobs: readonly Checked[],
  recipe: GanRecipe,
  report: Report,
): Promise<TrainingResult[]> {
  const { steps, checkEvery = 100 } = recipe;
  using pairs = new GanStacks(tf, jobs, recipe);
  const losses: LossPoint[][] = jobs.map(() => []);
  for (let step = 1, since = 0; step <= steps; step++) {
    pairs.trainDiscriminators(step);
    pairs.trainGenerators(step);
    since++;
    if (step % checkEvery !== 0 && step !== steps) continue;
    const [loss, generatorLoss] = await pairs.takeLosses(since);
    since = 0;
    for (const [i, points] of losses.entries()) {
      if (points.length > 0 && !isSane(points.at(-1)!)) continue; // this host has ended
      points.push({ step, loss: loss[i], generatorLoss: generatorLoss[i] });
      await report(jobs[i].id, points.at(-1)!);
    }
  }
  const [nets, generators] = [await pairs.discriminators.read(), await pairs.generators.read()];
  return jobs.map(({ id }, i) => {
    const [net, generator] = [nets[i], generators[i]];
    const last = losses[i].at(-1)!;
    const sane = isSane(last) && isFinite(net) && isFinite(generator);
    if (!sane) return diverged(id, last.step, losses[i]);
    return { id, outcome: "trained", net, generator, step: steps, losses: losses[i] };
  });
}

const isSane = ({ loss, generatorLoss }: LossPoint) => Number.isFinite(loss + generatorLoss!);

class GanStacks implements Disposable {
  readonly generators: Stack;
  readonly discriminators: Stack;
  readonly #shuffles: Shuffle[];
  readonly #boxes: ReturnType<typeof boxAround>[];
  readonly #groups: number;
  /** Sums of each kind of loss per host since they were last taken. */
  #sums: (Tensor | undefined)[] = [];

  constructor(
    readonly tf: Tensorflow,
    readonly jobs: readonly Checked[],
    readonly recipe: GanRecipe,
  ) {
    const { generator, discriminator, optimiser, uniformNegatives = true } = recipe;
    const generators = jobs.map(({ seed }) => initialNet(generator, mix(seed)));
    const discriminators = jobs.map(({ seed }) => initialNet(discriminator, seed));
    this.generators = new Stack(tf, generators, optimiser);
    this.discriminators = new Stack(tf, discriminators, optimiser);
    this.#shuffles = jobs.map(({ table, seed }) => new Shuffle(table.rows, seed));
    this.#boxes = jobs.map(({ table }) => boxAround(table));
    this.#groups = uniformNegatives ? 3 : 2;
  }

  trainDiscriminators(step: number): void {
    const { tf, recipe: { batch } } = this;
    const [hosts, rows] = [this.jobs.length, this.#groups * batch];
    const targets = new Float32Array(hosts * rows);
    for (let i = 0; i < targets.length; i++) {
      targets[i] = (i / batch | 0) % this.#groups === 1 ? 1 : 0;
    }
    tf.tidy(() => {
      const generated = this.generators.output(this.#latent(2 * step));
      const input = tf.concat([generated, this.#realAndUniform(step)], 1);
      const target = tf.tensor(targets, [hosts, rows, 1]);
      this.discriminators.step(() => this.#crossEntropy(0, input, target, rows));
    });
  }

  trainGenerators(step: number): void {
    const { tf, recipe: { batch } } = this;
    tf.tidy(() => {
      const latent = this.#latent(2 * step + 1);
      const target = tf.tensor(new Float32Array(this.jobs.length * batch).fill(1), [
        this.jobs.length,
        batch,
        1,
      ]);
      this.generators.step(() => {
        return this.#crossEntropy(1, this.generators.output(latent), target, batch);
      });
    });
  }

  /** Sum over hosts of the mean cross-entropy of the discriminators' logits; noted under `kind`. */
  #crossEntropy(kind: number, input: Tensor, target: Tensor, rows: number): Tensor {
    const outputs = this.discriminators.output(input);
    const logits = outputs.slice([0, 0, 0], [this.jobs.length, rows, 1]);
    const softplus = logits.abs().neg().exp().log1p();
    const losses = logits.relu().sub(logits.mul(target)).add(softplus).sum([1, 2]).mul(1 / rows);
    const before = this.#sums[kind];
    this.#sums[kind] = this.tf.keep(before ? before.add(losses) : losses.mul(1));
    before?.dispose();
    return losses.sum();
  }

  #latent(draw: number): Tensor {
    const { batch, generator: { widths: [latent] } } = this.recipe;
    const padded = this.generators.widths[0];
    const values = new Float32Array(this.jobs.length * batch * padded);
    for (const [host, { seed }] of this.jobs.entries()) {
      const noise = latentOf(seed, draw);
      for (let row = 0; row < batch; row++) {
        corrupt(values, (host * batch + row) * padded, latent, row * latent, noise);
      }
    }
    return this.tf.tensor(values, [this.jobs.length, batch, padded]);
  }

  #realAndUniform(step: number): Tensor {
    const { batch } = this.recipe;
    const padded = this.discriminators.widths[0];
    const [hosts, rows] = [this.jobs.length, (this.#groups - 1) * batch];
    const values = new Float32Array(hosts * rows * padded);
    for (const [host, { table }] of this.jobs.entries()) {
      const at = host * rows * padded;
      for (let row = 0; row < batch; row++) {
        copyRow(table, this.#shuffles[host].next(), values, at + row * padded);
      }
      fillGaps(values, at, batch * padded);
      if (this.#groups === 3) this.#fillUniform(values, at + batch * padded, host, step);
    }
    return this.tf.tensor(values, [hosts, rows, padded]);
  }

  #fillUniform(values: Float32Array, at: number, host: number, step: number) {
    const { low, span } = this.#boxes[host];
    const [width, padded] = [low.length, this.discriminators.widths[0]];
    const key = streamKey(this.jobs[host].seed, "negatives", step);
    for (let row = 0; row < this.recipe.batch; row++) {
      for (let i = 0; i < width; i++) {
        const share = uniform(key, row * width + i);
        values[at + row * padded + i] = low[i] + span[i] * share;
      }
    }
  }

  /** Mean losses per host over `steps` steps: the discriminators', then the generators'. */
  async takeLosses(steps: number): Promise<Float32Array[]> {
    const losses = await Promise.all(this.#sums.map(async (sum) => {
      const values = (await sum!.data()).map((value) => value / steps);
      sum!.dispose();
      return values;
    }));
    this.#sums = [];
    return losses;
  }

  [Symbol.dispose](): void {
    this.generators[Symbol.dispose]();
    this.discriminators[Symbol.dispose]();
  }
}
