/**
 * Trains the autoencoders of many hosts as one stack. Chance, batches and looks are those of the
 * kernels' loop (../autoencoder.ts), so both learn from the same numbers.
 * @module
 */
import type { AutoencoderRecipe, LossPoint, Net, TrainingResult } from "@/models/engine.ts";
import { diverged, isFinite } from "@/models/engines/autoencoder.ts";
import {
  copyRow,
  corrupt,
  corruptionOf,
  fillGaps,
  Shuffle,
  type Table,
} from "@/models/engines/batches.ts";
import { initialNet } from "@/models/engines/layout.ts";
import type { Tensor, Tensorflow } from "./library.ts";
import { Stack } from "./stack.ts";

/** A job that passed its checks. */
export interface Checked {
  /** The job's. */
  readonly id: string;
  /** The job's. */
  readonly seed: number;
  /** Rows to train on. */
  readonly table: Table;
  /** Rows for the held-out loss. */
  readonly heldOut: Table | undefined;
}

/** Called at each look of each host that still trains. */
export type Report = (id: string, point: LossPoint) => void | Promise<void>;

/** One result per job, in their order. */
export async function trainAutoencoders(
  tf: Tensorflow,
  jobs: readonly Checked[],
  recipe: AutoencoderRecipe,
  report: Report,
): Promise<TrainingResult[]> {
  const { steps, checkEvery = 100, patience } = recipe;
  using stack = new Stack(
    tf,
    jobs.map(({ seed }) => initialNet(recipe.architecture, seed)),
    recipe.optimiser,
  );
  const hosts = jobs.map((job) => new Host(job));
  const batches = jobs.map(({ table, seed }) => new Shuffle(table.rows, seed));
  const sums = new LossSums(tf, jobs.length);
  let step = 0;
  while (step < steps && hosts.some(({ ended }) => !ended)) {
    trainStep(tf, stack, fillBatch(stack.widths[0], jobs, batches, recipe, ++step), sums);
    if (step % checkEvery !== 0 && step !== steps) continue;
    const losses = await sums.take();
    const heldOut = await heldOutLosses(tf, stack, jobs);
    const nets = patience === undefined ? undefined : await stack.read();
    for (const [i, host] of hosts.entries()) {
      if (host.ended) continue;
      const heldOutLoss = heldOut[i];
      const point = { step, loss: losses[i], ...(heldOutLoss !== undefined && { heldOutLoss }) };
      await report(jobs[i].id, point);
      host.look(point, nets?.[i], patience);
    }
  }
  const last = await stack.read();
  return hosts.map((host, i) => host.result(last[i], steps));
}

/** How far one host of the stack has come. */
class Host {
  readonly losses: LossPoint[] = [];
  ended = false;
  #best: Net | undefined;
  #bestLoss = Infinity;
  #bestStep = 0;
  #stale = 0;

  constructor(readonly job: Checked) {}

  look(point: LossPoint, net: Net | undefined, patience: number | undefined) {
    this.losses.push(point);
    const seen = point.heldOutLoss ?? point.loss;
    if (!Number.isFinite(point.loss)) this.ended = true;
    else if (seen < this.#bestLoss) {
      [this.#best, this.#bestLoss, this.#bestStep, this.#stale] = [net, seen, point.step, 0];
    } else this.#stale++;
    if (patience !== undefined && this.#stale >= patience) this.ended = true;
  }

  result(last: Net, steps: number): TrainingResult {
    const { job: { id }, losses } = this;
    const [net, step] = this.#best ? [this.#best, this.#bestStep] : [last, steps];
    const end = losses.at(-1)!;
    if (!Number.isFinite(end.loss) || !isFinite(net)) return diverged(id, end.step, losses);
    return { id, outcome: end.step < steps ? "stopped early" : "trained", net, step, losses };
  }
}

/** Rows of every host as one block, host by host. */
interface Block {
  readonly shape: number[];
  readonly input: Float32Array;
  /** 0 where nothing is present. */
  readonly target: Float32Array;
  /** 1 where a value is present, 0 elsewhere; undefined if all are. */
  readonly present: Float32Array | undefined;
  /** Values present, per host. */
  readonly counts: Float32Array;
}

function emptyBlock(hosts: number, rows: number, width: number, gaps: boolean): Block {
  const size = hosts * rows * width;
  return {
    shape: [hosts, rows, width],
    input: new Float32Array(size),
    target: new Float32Array(size),
    present: gaps ? new Float32Array(size) : undefined,
    counts: new Float32Array(hosts),
  };
}

function copyToBlock(
  block: Block,
  host: number,
  row: number,
  table: Table,
  source: number,
): number {
  const [, rows, width] = block.shape;
  const at = (host * rows + row) * width;
  block.counts[host] += copyRow(table, source, block.input, at);
  const values = block.input.subarray(at, at + width);
  block.present?.set(values.map((value) => Number.isNaN(value) ? 0 : 1), at);
  block.target.set(values, at);
  if (table.gaps) fillGaps(block.target, at, width);
  return at;
}

function fillBatch(
  width: number,
  jobs: readonly Checked[],
  batches: readonly Shuffle[],
  recipe: AutoencoderRecipe,
  step: number,
): Block {
  const { batch } = recipe;
  const block = emptyBlock(jobs.length, batch, width, jobs.some(({ table }) => table.gaps));
  for (const [host, { table, seed }] of jobs.entries()) {
    const corruption = corruptionOf(recipe, seed, step);
    for (let row = 0; row < batch; row++) {
      const at = copyToBlock(block, host, row, table, batches[host].next());
      if (corruption) corrupt(block.input, at, table.width, row * table.width, corruption);
      else if (table.gaps) fillGaps(block.input, at, table.width);
    }
  }
  return block;
}

function trainStep(tf: Tensorflow, stack: Stack, block: Block, sums: LossSums) {
  tf.tidy(() => {
    const inverse = tf.tensor(block.counts.map((n) => n > 0 ? 1 / n : 0), [block.counts.length]);
    stack.step(() => {
      const squares = squaresOf(tf, stack, block);
      sums.add(squares, block.counts);
      return squares.mul(inverse).sum();
    });
  });
}

/** Summed squared error over what is present, per host. */
function squaresOf(tf: Tensorflow, stack: Stack, { shape, input, target, present }: Block): Tensor {
  const errors = stack.output(tf.tensor(input, shape)).sub(tf.tensor(target, shape));
  const counted = present ? errors.mul(tf.tensor(present, shape)) : errors;
  return counted.square().sum([1, 2]);
}

const HELD_OUT_ROWS = 128;

async function heldOutLosses(
  tf: Tensorflow,
  stack: Stack,
  jobs: readonly Checked[],
): Promise<(number | undefined)[]> {
  const most = Math.max(...jobs.map(({ heldOut }) => heldOut?.rows ?? 0));
  if (most === 0) return [];
  const width = stack.widths[0];
  const sums = new LossSums(tf, jobs.length);
  for (let start = 0; start < most; start += HELD_OUT_ROWS) {
    const block = emptyBlock(jobs.length, HELD_OUT_ROWS, width, true);
    for (const [host, { heldOut }] of jobs.entries()) {
      const end = Math.min(start + HELD_OUT_ROWS, heldOut?.rows ?? 0);
      for (let row = start; row < end; row++) {
        const at = copyToBlock(block, host, row - start, heldOut!, row);
        if (heldOut!.gaps) fillGaps(block.input, at, width);
      }
    }
    tf.tidy(() => sums.add(squaresOf(tf, stack, block), block.counts));
  }
  const losses = await sums.take();
  return jobs.map(({ heldOut }, i) => heldOut && losses[i]);
}

/** Squares on the device and counts beside it, until a look needs their quotient. */
class LossSums {
  #squares: Tensor | undefined;
  readonly #counts: Float64Array;

  constructor(readonly tf: Tensorflow, hosts: number) {
    this.#counts = new Float64Array(hosts);
  }

  add(squares: Tensor, counts: Float32Array) {
    const sum = this.tf.keep(this.#squares ? this.#squares.add(squares) : squares.mul(1));
    this.#squares?.dispose();
    this.#squares = sum;
    for (const [i, count] of counts.entries()) this.#counts[i] += count;
  }

  /** Mean per value and host since the last call. */
  async take(): Promise<number[]> {
    const squares = await this.#squares!.data();
    const losses = Array.from(squares, (sum, i) => sum / Math.max(1, this.#counts[i]));
    this.#squares!.dispose();
    this.#squares = undefined;
    this.#counts.fill(0);
    return losses;
  }
}
