/**
 * Trains one autoencoder on one kernel.
 * @module
 */
import type {
  AutoencoderRecipe,
  LossPoint,
  Net,
  TrainingJob,
  TrainingResult,
} from "@/models/engine.ts";
import { copyRow, type Corruption, corruptionOf, fillGaps, Shuffle } from "./batches.ts";
import type { Table } from "./batches.ts";
import { adamStep, type Kernel, type KernelNet } from "./kernel.ts";
import { initialNet, layoutOf, relayout } from "./layout.ts";

/**
 * Rows that pass through a kernel at a time: activations and weights of the autoencoder stay within
 * 1 MB of level-two cache, and a batch of any size is the sum of such blocks.
 */
export const BLOCK_ROWS = 128;

/** Yields at every look, so that whoever drives it may report, or stop. */
export function* trainAutoencoder(
  kernel: Kernel,
  job: TrainingJob,
  recipe: AutoencoderRecipe,
  table: Table,
  heldOut: Table | undefined,
): Generator<LossPoint, TrainingResult> {
  const { architecture, steps, batch, optimiser, checkEvery = 100, patience } = recipe;
  const [net] = kernel.allocate([{ architecture, rows: Math.min(batch, BLOCK_ROWS) }]);
  loadNet(initialNet(architecture, job.seed), net);
  const shuffle = new Shuffle(table.rows, job.seed);
  const losses: LossPoint[] = [];
  const best = new BestWeights(net);
  const sum = { squares: 0, values: 0 };
  for (let step = 1; step <= steps; step++) {
    const corruption = corruptionOf(recipe, job.seed, step);
    const { squares, values } = gradientOfBatch(net, table, shuffle, batch, corruption);
    if (values > 0) net.adam(adamStep(optimiser, step, 1 / values));
    sum.squares += squares;
    sum.values += values;
    if (step % checkEvery !== 0 && step !== steps) continue;
    const point: LossPoint = {
      step,
      loss: sum.squares / Math.max(1, sum.values),
      ...(heldOut && { heldOutLoss: meanLoss(net, heldOut) }),
    };
    losses.push(point);
    yield point;
    if (!Number.isFinite(point.loss)) return diverged(job.id, step, losses);
    sum.squares = sum.values = 0;
    best.look(point);
    if (patience !== undefined && best.stale >= patience) break;
  }
  if (patience !== undefined) best.restore();
  return finish(job, recipe, net, losses, patience === undefined ? steps : best.step);
}

function finish(
  job: TrainingJob,
  { architecture, steps }: AutoencoderRecipe,
  trained: KernelNet,
  losses: readonly LossPoint[],
  step: number,
): TrainingResult {
  const net = savedNet(architecture, trained);
  if (!isFinite(net)) return diverged(job.id, step, losses);
  const outcome = (losses.at(-1)?.step ?? steps) < steps ? "stopped early" : "trained";
  return { id: job.id, outcome, net, step, losses };
}

/** One batch, block by block, into the net's gradient; how much of a loss it was. */
function gradientOfBatch(
  net: KernelNet,
  table: Table,
  shuffle: Shuffle,
  batch: number,
  corruption: Corruption | undefined,
) {
  const [from, to] = [net.layout.widths[0], net.layout.widths.at(-1)!];
  let [squares, values] = [0, 0];
  for (let start = 0; start < batch; start += BLOCK_ROWS) {
    const rows = Math.min(BLOCK_ROWS, batch - start);
    for (let row = 0; row < rows; row++) {
      const source = shuffle.next();
      values += copyRow(table, source, net.target, row * to);
      const at = row * from;
      copyRow(table, source, net.units[0], at);
      if (corruption) {
        net.corruptInput(row, table.width, (start + row) * table.width, corruption);
      } else if (table.gaps) fillGaps(net.units[0], at, table.width);
    }
    net.forward(rows);
    squares += net.squaredLoss(rows);
    net.backward(rows, start === 0 ? "weights" : "add weights");
  }
  return { squares, values };
}

/** Squared error a value over all rows, as they are. */
function meanLoss(net: KernelNet, table: Table): number {
  const [from, to] = [net.layout.widths[0], net.layout.widths.at(-1)!];
  const block = net.target.length / to | 0;
  let [squares, values] = [0, 0];
  for (let start = 0; start < table.rows; start += block) {
    const rows = Math.min(block, table.rows - start);
    for (let row = 0; row < rows; row++) {
      values += copyRow(table, start + row, net.target, row * to);
      copyRow(table, start + row, net.units[0], row * from);
      if (table.gaps) fillGaps(net.units[0], row * from, table.width);
    }
    net.forward(rows);
    squares += net.squaredLoss(rows);
  }
  return squares / Math.max(1, values);
}

/** Keeps the weights of the least held-out loss. */
class BestWeights {
  readonly #weights: Float32Array;
  #loss = Infinity;
  step = 0;
  /** Looks since the least. */
  stale = 0;

  constructor(readonly net: KernelNet) {
    this.#weights = net.weights.slice();
  }

  look({ step, heldOutLoss, loss }: LossPoint) {
    const seen = heldOutLoss ?? loss;
    if (!(seen < this.#loss)) return void this.stale++;
    [this.#loss, this.step, this.stale] = [seen, step, 0];
    this.#weights.set(this.net.weights);
  }

  restore() {
    this.net.weights.set(this.#weights);
  }
}

/** Copies a net into a kernel, whose moments start at 0. */
export function loadNet(net: Net, into: KernelNet): void {
  relayout(net.weights, layoutOf(net.architecture), into.weights, into.layout);
  into.reset();
}

/** Copies a net out of a kernel. */
export function savedNet(architecture: Net["architecture"], from: KernelNet): Net {
  const dense = layoutOf(architecture);
  const weights = new Float32Array(dense.size);
  relayout(from.weights, from.layout, weights, dense);
  return { architecture, weights };
}

/** Whether every weight is a finite number. */
export function isFinite({ weights }: Net): boolean {
  return weights.every((weight) => Number.isFinite(weight));
}

/** The result of a host whose loss or weights ran away. */
export function diverged(
  id: string,
  step: number,
  losses: readonly LossPoint[],
): TrainingResult {
  const reason = `Training diverged by step ${step}: lower the learning rate or scale the rows`;
  return { id, outcome: "diverged", reason, losses };
}
