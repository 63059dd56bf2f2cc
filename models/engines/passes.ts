/**
 * A kernel over compiled passes that work on addresses: those of WebAssembly and those of C are the
 * same functions, so nets, offsets and the order of calls are written once.
 * @module
 */
import type { Architecture } from "@/models/engine.ts";
import type { Corruption } from "./batches.ts";
import type { AdamStep, Kernel, KernelNet } from "./kernel.ts";
import { type Layout, layoutOf, roundUp } from "./layout.ts";

/** What models/kernel exports; addresses in bytes, sizes in floats. */
export interface Passes {
  /** One layer: `to` = leaky(`from` × `weights` + `biases`). */
  dense(
    rows: number,
    inputs: number,
    outputs: number,
    from: number,
    weights: number,
    biases: number,
    to: number,
    slope: number,
  ): void;
  /** Adds a block's share to a layer's gradients. */
  addWeightGradient(
    rows: number,
    inputs: number,
    outputs: number,
    units: number,
    gradient: number,
    weights: number,
    biases: number,
  ): void;
  /** From a layer's outputs to its inputs. */
  back(
    rows: number,
    inputs: number,
    outputs: number,
    gradient: number,
    weights: number,
    scratch: number,
    units: number,
    to: number,
    slope: number,
  ): void;
  /** Noise and masks on a row of the input. */
  corrupt(
    count: number,
    values: number,
    index: number,
    scale: number,
    below: number,
    noiseKey: number,
    maskKey: number,
  ): void;
  /** Sum of squared errors; writes twice the error. */
  squaredLoss(count: number, output: number, target: number, gradient: number): number;
  /** One step of Adam. */
  adam(
    count: number,
    weights: number,
    gradient: number,
    moment1: number,
    moment2: number,
    learningRate: number,
    weightDecay: number,
    beta1: number,
    take1: number,
    beta2: number,
    take2: number,
    epsilon: number,
    correction1: number,
    correction2: number,
    gradientScale: number,
  ): void;
}

/** Memory that passes can reach: floats from `start` in `buffer`, whose byte 0 is at `address`. */
export interface Region {
  /** What views are made over. */
  readonly buffer: ArrayBufferLike;
  /** Byte in the buffer at which the region starts. */
  readonly start: number;
  /** Address, to the passes, of the buffer's byte 0. */
  readonly address: number;
}

/** Whole AVX-512 registers, and whole tiles of every kernel. */
const LANES = 16;
/** Rows are padded to whole tiles: 4 of WebAssembly's, 8 of C's. */
const ROW_TILE = 8;
const CACHE_LINE = 64;

/** Lays nets out one after the other and calls the passes on them. */
export class PassKernel<P extends Passes = Passes> implements Kernel {
  /** See {@link Kernel.lanes}. */
  readonly lanes: number = LANES;

  /** `reserve` gives zeroed memory, whose earlier contents are void. */
  constructor(readonly passes: P, readonly reserve: (bytes: number) => Region) {}

  allocate(
    nets: readonly { readonly architecture: Architecture; readonly rows: number }[],
  ): KernelNet[] {
    const plans = nets.map(({ architecture, rows }) => new Plan(architecture, rows));
    const region = this.reserve(plans.reduce((sum, { bytes }) => sum + bytes, 0));
    let at = region.start;
    return plans.map((plan) => {
      const net = new PassNet(this.passes, plan, { ...region, start: at });
      at += plan.bytes;
      return net;
    });
  }
}

/** Where each array of a net lies, in bytes from its start. */
class Plan {
  readonly layout: Layout;
  bytes = 0;
  readonly weights: number;
  readonly gradient: number;
  readonly moment1: number;
  readonly moment2: number;
  readonly scratch: number;
  readonly target: number;
  readonly units: readonly number[];
  readonly unitGradients: readonly number[];

  constructor(readonly architecture: Architecture, rows: number) {
    this.layout = layoutOf(architecture, LANES);
    const { size, widths, layers } = this.layout;
    this.rows = roundUp(rows, ROW_TILE);
    this.weights = this.#take(size);
    this.gradient = this.#take(size);
    this.moment1 = this.#take(size);
    this.moment2 = this.#take(size);
    this.scratch = this.#take(Math.max(...layers.map(({ inputs, outputs }) => inputs * outputs)));
    this.target = this.#take(this.rows * widths.at(-1)!);
    this.units = widths.map((width) => this.#take(this.rows * width));
    this.unitGradients = widths.map((width) => this.#take(this.rows * width));
  }

  readonly rows: number;

  #take(floats: number): number {
    const at = this.bytes;
    this.bytes += roundUp(floats * 4, CACHE_LINE);
    return at;
  }
}

class PassNet implements KernelNet {
  readonly layout: Layout;
  readonly weights: Float32Array;
  readonly gradient: Float32Array;
  readonly units: readonly Float32Array[];
  readonly target: Float32Array;
  readonly outputGradient: Float32Array;
  readonly inputGradient: Float32Array;
  readonly #moments: Float32Array;
  readonly #passes: Passes;
  readonly #plan: Plan;
  /** Address of the net's byte 0. */
  readonly #base: number;

  constructor(passes: Passes, plan: Plan, { buffer, start, address }: Region) {
    const { layout, rows } = plan;
    const view = (at: number, floats: number) => new Float32Array(buffer, start + at, floats);
    this.layout = layout;
    this.weights = view(plan.weights, layout.size);
    this.gradient = view(plan.gradient, layout.size);
    this.#moments = view(plan.moment1, (plan.scratch - plan.moment1) / 4);
    this.units = layout.widths.map((width, i) => view(plan.units[i], rows * width));
    this.target = view(plan.target, rows * layout.widths.at(-1)!);
    this.inputGradient = view(plan.unitGradients[0], rows * layout.widths[0]);
    this.outputGradient = view(plan.unitGradients.at(-1)!, rows * layout.widths.at(-1)!);
    this.#passes = passes;
    this.#plan = plan;
    this.#base = address + start;
  }

  corruptInput(row: number, width: number, index: number, corruption: Corruption): void {
    const { scale, below, noiseKey, maskKey } = corruption;
    const values = this.#base + this.#plan.units[0] + 4 * row * this.layout.widths[0];
    this.#passes.corrupt(width, values, index, scale, below, noiseKey | 0, maskKey | 0);
  }

  forward(rows: number): void {
    const { weights, units, architecture } = this.#plan;
    const last = this.layout.layers.length - 1;
    for (const [i, { inputs, outputs, weightsAt, biasesAt }] of this.layout.layers.entries()) {
      this.#passes.dense(
        rows,
        inputs,
        outputs,
        this.#base + units[i],
        this.#base + weights + 4 * weightsAt,
        this.#base + weights + 4 * biasesAt,
        this.#base + units[i + 1],
        i < last ? architecture.slope : 1,
      );
    }
  }

  squaredLoss(rows: number): number {
    const { units, target, unitGradients } = this.#plan;
    return this.#passes.squaredLoss(
      rows * this.layout.widths.at(-1)!,
      this.#base + units.at(-1)!,
      this.#base + target,
      this.#base + unitGradients.at(-1)!,
    );
  }

  backward(rows: number, want: "weights" | "add weights" | "input"): void {
    if (want === "weights") this.gradient.fill(0);
    for (let i = this.layout.layers.length - 1; i >= 0; i--) {
      if (want !== "input") this.#addWeightGradient(rows, i);
      if (i > 0 || want === "input") this.#back(rows, i);
    }
  }

  #addWeightGradient(rows: number, i: number) {
    const { gradient, units, unitGradients } = this.#plan;
    const { inputs, outputs, weightsAt, biasesAt } = this.layout.layers[i];
    this.#passes.addWeightGradient(
      rows,
      inputs,
      outputs,
      this.#base + units[i],
      this.#base + unitGradients[i + 1],
      this.#base + gradient + 4 * weightsAt,
      this.#base + gradient + 4 * biasesAt,
    );
  }

  #back(rows: number, i: number) {
    const { weights, scratch, units, unitGradients, architecture } = this.#plan;
    const { inputs, outputs, weightsAt } = this.layout.layers[i];
    this.#passes.back(
      rows,
      inputs,
      outputs,
      this.#base + unitGradients[i + 1],
      this.#base + weights + 4 * weightsAt,
      this.#base + scratch,
      this.#base + units[i],
      this.#base + unitGradients[i],
      i > 0 ? architecture.slope : 1,
    );
  }

  adam(step: AdamStep): void {
    const { weights, gradient, moment1, moment2 } = this.#plan;
    this.#passes.adam(
      this.layout.size,
      this.#base + weights,
      this.#base + gradient,
      this.#base + moment1,
      this.#base + moment2,
      step.learningRate,
      step.weightDecay,
      step.beta1,
      1 - step.beta1,
      step.beta2,
      1 - step.beta2,
      step.epsilon,
      step.correction1,
      step.correction2,
      step.gradientScale,
    );
  }

  reset(): void {
    this.#moments.fill(0);
  }
}
