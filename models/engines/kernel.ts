/**
 * What the training loops ask of a kernel: memory for nets on one thread, and the four passes.
 * Loops, chance and losses of one value a row stay in TypeScript, shared by every kernel; so two
 * kernels differ in the order of their sums alone.
 * @module
 */
import type { Architecture, Optimiser } from "@/models/engine.ts";
import type { Corruption } from "./batches.ts";
import type { Layout } from "./layout.ts";

/** Hyper-parameters of one Adam step, with what depends on the step worked out. */
export interface AdamStep {
  /** Length of a step. */
  readonly learningRate: number;
  /** Decoupled decay. */
  readonly weightDecay: number;
  /** Memory of the mean. */
  readonly beta1: number;
  /** Memory of the square. */
  readonly beta2: number;
  /** Keeps the quotient finite. */
  readonly epsilon: number;
  /** 1 - beta1 ^ step. */
  readonly correction1: number;
  /** 1 - beta2 ^ step. */
  readonly correction2: number;
  /** What the summed gradient is multiplied with: 1 over the number of values in the loss. */
  readonly gradientScale: number;
}

/** Fills in the defaults of {@link Optimiser} for step 1, 2, … */
export function adamStep(optimiser: Optimiser, step: number, gradientScale: number): AdamStep {
  const { learningRate, weightDecay = 0, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-7 } = optimiser;
  const [correction1, correction2] = [1 - beta1 ** step, 1 - beta2 ** step];
  return {
    learningRate,
    weightDecay,
    beta1,
    beta2,
    epsilon,
    correction1,
    correction2,
    gradientScale,
  };
}

/** A net in a kernel's memory with room for a batch. The arrays are views, stable until released. */
export interface KernelNet {
  /** Where each layer lies in `weights` and `gradient`. */
  readonly layout: Layout;
  /** In the kernel's layout. */
  readonly weights: Float32Array;
  /** Sum over the rows since the last `backward` that did not add. */
  readonly gradient: Float32Array;
  /** Rows × padded width for the input (0), each hidden layer, and the output. */
  readonly units: readonly Float32Array[];
  /** What the output should be; NaN where the loss skips. Rows × padded output width. */
  readonly target: Float32Array;
  /** Derivative of the summed loss by the output; `squaredLoss` writes it, or the caller. */
  readonly outputGradient: Float32Array;
  /** Derivative of the summed loss by the input, after `backward(…, "input")`. */
  readonly inputGradient: Float32Array;
  /** Noise and masks on one row of the input, whose first value has number `index`. */
  corruptInput(row: number, width: number, index: number, corruption: Corruption): void;
  /** Input to output for the first `rows` rows. */
  forward(rows: number): void;
  /** Sum of (output - target)² over values present; writes the output gradient. */
  squaredLoss(rows: number): number;
  /** From the output gradient to `gradient` (replaced, or added to) or to `inputGradient`. */
  backward(rows: number, want: "weights" | "add weights" | "input"): void;
  /** Moves the weights by the gradient. */
  adam(step: AdamStep): void;
  /** Forgets the optimiser's moments, as for a new net. */
  reset(): void;
}

/** Memory and passes on one thread. */
export interface Kernel {
  /** Widths are padded to multiples of this. */
  readonly lanes: number;
  /** Room for these nets, each for up to `rows` rows; whatever was allocated before is void. */
  allocate(
    nets: readonly { readonly architecture: Architecture; readonly rows: number }[],
  ): KernelNet[];
}
