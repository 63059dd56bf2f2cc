/**
 * Nets of one architecture and many hosts as stacked tensors: weights [hosts, inputs, outputs],
 * biases [hosts, 1, outputs], rows [hosts, batch, width]. Gradients are TensorFlow.js's own. Widths
 * are padded with zeros to whole cache lines: a slice that starts elsewhere is summed in another
 * order, and a host's bits would depend on its place in the stack.
 * @module
 */
import type { Architecture, Net, Optimiser } from "@/models/engine.ts";
import { type Layout, layoutOf, relayout } from "@/models/engines/layout.ts";
import type { Tensor, Tensorflow, TensorOptimiser, Variable } from "./library.ts";

/** Floats in a cache line. */
const LANES = 16;

/** Trains every host of the stack by the same optimiser, each on its own slice. */
export class Stack implements Disposable {
  readonly #layout: Layout;
  readonly #dense: Layout;
  /** Weights and biases, layer by layer. */
  readonly #variables: Variable[];
  readonly #adam: TensorOptimiser;
  readonly #decay: number;

  /** Puts copies of these nets, of one architecture, on the device. */
  constructor(readonly tf: Tensorflow, readonly nets: readonly Net[], optimiser: Optimiser) {
    const { learningRate, weightDecay = 0, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-7 } = optimiser;
    this.#layout = layoutOf(this.architecture, LANES);
    this.#dense = layoutOf(this.architecture);
    const padded = nets.map(({ weights }) => {
      const room = new Float32Array(this.#layout.size);
      relayout(weights, this.#dense, room, this.#layout);
      return room;
    });
    this.#variables = this.#parts().map(({ at, shape }) => {
      const initial = tf.tensor(gather(padded, at, shape[1] * shape[2]), shape);
      const variable = tf.variable(initial);
      initial.dispose();
      return variable;
    });
    this.#adam = tf.train.adam(learningRate, beta1, beta2, epsilon);
    this.#decay = 1 - learningRate * weightDecay;
  }

  /** Padded widths: those of every tensor of rows or units. */
  get widths(): readonly number[] {
    return this.#layout.widths;
  }

  /** That of every net. */
  get architecture(): Architecture {
    return this.nets[0].architecture;
  }

  /** Where each variable lies in a padded net, and its shape. */
  #parts() {
    const hosts = this.nets.length;
    return this.#layout.layers.flatMap(({ inputs, outputs, weightsAt, biasesAt }) => [
      { at: weightsAt, shape: [hosts, inputs, outputs] },
      { at: biasesAt, shape: [hosts, 1, outputs] },
    ]);
  }

  /** Units of every layer, the input first. Call inside `tidy`. */
  units(input: Tensor): Tensor[] {
    const { slope } = this.architecture;
    const last = this.#layout.layers.length - 1;
    const units = [input];
    for (let i = 0; i <= last; i++) {
      const [weights, biases] = [this.#variables[2 * i], this.#variables[2 * i + 1]];
      const sum = this.tf.matMul(units[i], weights).add(biases);
      units.push(i === last ? sum : slope === 0 ? sum.relu() : sum.leakyRelu(slope));
    }
    return units;
  }

  /** Units of the last layer. Call inside `tidy`. */
  output(input: Tensor): Tensor {
    return this.units(input).at(-1)!;
  }

  /** One step of Adam down the gradient of a loss that is the sum of every host's own. */
  step(loss: () => Tensor): void {
    this.tf.tidy(() => {
      const { grads } = this.tf.variableGrads(loss, this.#variables);
      if (this.#decay !== 1) {
        for (const variable of this.#variables) variable.assign(variable.mul(this.#decay));
      }
      this.#adam.applyGradients(grads);
    });
  }

  /** The nets as they now are. */
  async read(): Promise<Net[]> {
    const padded = this.nets.map(() => new Float32Array(this.#layout.size));
    for (const [i, { at, shape }] of this.#parts().entries()) {
      const values = await this.#variables[i].data();
      const length = shape[1] * shape[2];
      for (const [host, weights] of padded.entries()) {
        weights.set(values.subarray(host * length, (host + 1) * length), at);
      }
    }
    return padded.map((values) => {
      const weights = new Float32Array(this.#dense.size);
      relayout(values, this.#layout, weights, this.#dense);
      return { architecture: this.architecture, weights };
    });
  }

  /** Frees the device's memory. */
  [Symbol.dispose](): void {
    for (const variable of this.#variables) variable.dispose();
    this.#adam.dispose();
  }
}

function gather(nets: readonly Float32Array[], at: number, length: number): Float32Array {
  const values = new Float32Array(nets.length * length);
  for (const [host, weights] of nets.entries()) {
    values.set(weights.subarray(at, at + length), host * length);
  }
  return values;
}
