/**
 * The kernel to check the others against: plain loops over Float32Array, nothing blocked, padded or
 * fused.
 * @module
 */
import type { Architecture } from "@/models/engine.ts";
import { corrupt, type Corruption } from "./batches.ts";
import type { AdamStep, Kernel, KernelNet } from "./kernel.ts";
import { type Layer, type Layout, layoutOf } from "./layout.ts";

/** Plain TypeScript on the calling thread. */
export const referenceKernel: Kernel = {
  lanes: 1,
  allocate: (nets) => nets.map(({ architecture, rows }) => new ReferenceNet(architecture, rows)),
};

class ReferenceNet implements KernelNet {
  readonly layout: Layout;
  readonly weights: Float32Array;
  readonly gradient: Float32Array;
  readonly units: readonly Float32Array[];
  readonly target: Float32Array;
  readonly outputGradient: Float32Array;
  readonly inputGradient: Float32Array;
  readonly #slope: number;
  readonly #unitGradients: readonly Float32Array[];
  readonly #moment1: Float32Array;
  readonly #moment2: Float32Array;

  constructor(architecture: Architecture, rows: number) {
    this.layout = layoutOf(architecture);
    const { size, widths } = this.layout;
    this.#slope = architecture.slope;
    this.weights = new Float32Array(size);
    this.gradient = new Float32Array(size);
    this.#moment1 = new Float32Array(size);
    this.#moment2 = new Float32Array(size);
    this.units = widths.map((width) => new Float32Array(rows * width));
    this.#unitGradients = widths.map((width) => new Float32Array(rows * width));
    this.target = new Float32Array(rows * widths.at(-1)!);
    this.inputGradient = this.#unitGradients[0];
    this.outputGradient = this.#unitGradients.at(-1)!;
  }

  corruptInput(row: number, width: number, index: number, corruption: Corruption): void {
    corrupt(this.units[0], row * this.layout.widths[0], width, index, corruption);
  }

  forward(rows: number): void {
    const last = this.layout.layers.length - 1;
    for (const [i, layer] of this.layout.layers.entries()) {
      dense(this.weights, layer, this.units[i], this.units[i + 1], rows);
      if (i < last) leak(this.units[i + 1], rows * layer.outputs, this.#slope);
    }
  }

  squaredLoss(rows: number): number {
    const output = this.units.at(-1)!;
    let sum = 0;
    for (let i = 0; i < rows * this.layout.widths.at(-1)!; i++) {
      const error = Number.isNaN(this.target[i]) ? 0 : output[i] - this.target[i];
      this.outputGradient[i] = 2 * error;
      sum += error * error;
    }
    return sum;
  }

  backward(rows: number, want: "weights" | "add weights" | "input"): void {
    if (want === "weights") this.gradient.fill(0);
    for (let i = this.layout.layers.length - 1; i >= 0; i--) {
      const layer = this.layout.layers[i];
      const gradient = this.#unitGradients[i + 1];
      if (want !== "input") addWeightGradient(this.gradient, layer, this.units[i], gradient, rows);
      if (i === 0 && want !== "input") break;
      back(this.weights, layer, gradient, this.#unitGradients[i], rows);
      if (i > 0) unleak(this.#unitGradients[i], this.units[i], rows * layer.inputs, this.#slope);
    }
  }

  adam(step: AdamStep): void {
    const { beta1, beta2, epsilon, learningRate, weightDecay, gradientScale } = step;
    const [weights, moment1, moment2] = [this.weights, this.#moment1, this.#moment2];
    for (let i = 0; i < weights.length; i++) {
      const gradient = this.gradient[i] * gradientScale;
      moment1[i] = beta1 * moment1[i] + (1 - beta1) * gradient;
      moment2[i] = beta2 * moment2[i] + (1 - beta2) * gradient * gradient;
      const mean = moment1[i] / step.correction1;
      const deviation = Math.sqrt(moment2[i] / step.correction2);
      weights[i] -= learningRate * (mean / (deviation + epsilon) + weightDecay * weights[i]);
    }
  }

  reset(): void {
    this.#moment1.fill(0);
    this.#moment2.fill(0);
  }
}

function dense(
  weights: Float32Array,
  { inputs, outputs, weightsAt, biasesAt }: Layer,
  from: Float32Array,
  to: Float32Array,
  rows: number,
) {
  for (let row = 0; row < rows; row++) {
    const out = to.subarray(row * outputs, (row + 1) * outputs);
    out.set(weights.subarray(biasesAt, biasesAt + outputs));
    for (let i = 0; i < inputs; i++) {
      const value = from[row * inputs + i];
      const at = weightsAt + i * outputs;
      for (let j = 0; j < outputs; j++) out[j] += value * weights[at + j];
    }
  }
}

function leak(units: Float32Array, length: number, slope: number) {
  for (let i = 0; i < length; i++) if (units[i] <= 0) units[i] *= slope;
}

function unleak(gradient: Float32Array, units: Float32Array, length: number, slope: number) {
  for (let i = 0; i < length; i++) if (units[i] <= 0) gradient[i] *= slope;
}

function addWeightGradient(
  sum: Float32Array,
  { inputs, outputs, weightsAt, biasesAt }: Layer,
  units: Float32Array,
  gradient: Float32Array,
  rows: number,
) {
  for (let row = 0; row < rows; row++) {
    const g = gradient.subarray(row * outputs, (row + 1) * outputs);
    for (let i = 0; i < inputs; i++) {
      const value = units[row * inputs + i];
      const at = weightsAt + i * outputs;
      for (let j = 0; j < outputs; j++) sum[at + j] += value * g[j];
    }
    for (let j = 0; j < outputs; j++) sum[biasesAt + j] += g[j];
  }
}

function back(
  weights: Float32Array,
  { inputs, outputs, weightsAt }: Layer,
  gradient: Float32Array,
  to: Float32Array,
  rows: number,
) {
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < inputs; i++) {
      const at = weightsAt + i * outputs;
      let sum = 0;
      for (let j = 0; j < outputs; j++) sum += gradient[row * outputs + j] * weights[at + j];
      to[row * inputs + i] = sum;
    }
  }
}
