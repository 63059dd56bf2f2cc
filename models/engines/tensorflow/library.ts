/**
 * TensorFlow.js, loaded only when its engine is chosen, from where `deno task setup:native` put it.
 * @module
 */
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import util from "node:util";

/** Where the packages, and TensorFlow's library, lie. */
export const FOLDER: string = fileURLToPath(
  new URL("../../../.cache/tensorflow", import.meta.url),
);

/** npm packages by exact version. */
export const PACKAGES = {
  "@tensorflow/tfjs": "4.22.0",
  "@tensorflow/tfjs-node": "4.22.0",
  "@tensorflow/tfjs-backend-webgpu": "4.22.0",
  "node-api-headers": "1.9.0",
};

/** What runs the operations: the native library, a GPU through WebGPU, or plain JavaScript. */
export type Backend = "tensorflow" | "webgpu" | "cpu";

/** A tensor, as far as we use one. */
export interface Tensor {
  /** Sizes by axis. */
  readonly shape: number[];
  /** Element by element, with broadcasting. */
  add(other: Tensor | number): Tensor;
  /** Element by element, with broadcasting. */
  sub(other: Tensor | number): Tensor;
  /** Element by element, with broadcasting. */
  mul(other: Tensor | number): Tensor;
  /** Element by element. */
  abs(): Tensor;
  /** Element by element. */
  neg(): Tensor;
  /** Element by element. */
  exp(): Tensor;
  /** log(1 + x). */
  log1p(): Tensor;
  /** max(x, 0). */
  relu(): Tensor;
  /** x above 0, slope × x below. */
  leakyRelu(slope: number): Tensor;
  /** A part by its start and size. */
  slice(start: number[], size: number[]): Tensor;
  /** Element by element. */
  square(): Tensor;
  /** Over the axes, or over all. */
  sum(axes?: number[]): Tensor;
  /** Values, row by row. */
  data(): Promise<Float32Array>;
  /** Frees its memory. */
  dispose(): void;
}

/** A tensor that training moves. */
export interface Variable extends Tensor {
  /** Key of its gradient. */
  readonly name: string;
  /** Replaces its values. */
  assign(value: Tensor): void;
}

/** An optimiser of TensorFlow.js. */
export interface TensorOptimiser {
  /** One step; gradients by variable. */
  applyGradients(gradients: Record<string, Tensor>): void;
  /** Frees its memory. */
  dispose(): void;
}

/** TensorFlow.js, as far as we use it. */
export interface Tensorflow {
  /** Copies values to the device. */
  tensor(values: Float32Array, shape: number[]): Tensor;
  /** A tensor that can be assigned to. */
  variable(value: Tensor): Variable;
  /** Products of the last two axes. */
  matMul(a: Tensor, b: Tensor): Tensor;
  /** Parts one after the other. */
  concat(parts: Tensor[], axis: number): Tensor;
  /** Frees every tensor made inside but the result. */
  tidy<T>(work: () => T): T;
  /** Exempts a tensor from `tidy`. */
  keep<T extends Tensor>(tensor: T): T;
  /** A loss and its gradients. */
  variableGrads(
    loss: () => Tensor,
    by: Variable[],
  ): { value: Tensor; grads: Record<string, Tensor> };
  /** Optimisers. */
  train: { adam(rate: number, beta1: number, beta2: number, epsilon: number): TensorOptimiser };
  /** What is allocated. */
  memory(): { numTensors: number };
  /** Whether the backend works here. */
  setBackend(name: string): Promise<boolean>;
  /** Waits for the backend. */
  ready(): Promise<void>;
  /** By package. */
  version: Record<string, string>;
}

/** The library with the backend that it was asked for. */
export interface Loaded {
  /** The library. */
  readonly tf: Tensorflow;
  /** Versions, and the device where there is one. */
  readonly detail: string;
}

let chosen: Backend | undefined;

/**
 * Loads TensorFlow.js on one backend, which stays the process's: the library knows only one.
 * @throws {Error} if it was not set up, or the backend does not work here.
 */
export async function loadTensorflow(backend: Backend): Promise<Loaded> {
  if (chosen !== undefined && chosen !== backend) {
    throw new Error(`Cannot load backend "${backend}" beside "${chosen}" in one process`);
  }
  const tf = requirePackages(backend);
  if (!await tf.setBackend(backend)) {
    throw new Error(`TensorFlow.js found no "${backend}" that works here`);
  }
  await tf.ready();
  chosen = backend;
  return { tf, detail: await detailOf(tf, backend) };
}

function requirePackages(backend: Backend): Tensorflow {
  // The only function of old Node that tfjs-node 4.22 calls and that is gone (tensorflow/tfjs#8609).
  const old = util as unknown as { isNullOrUndefined?: (value: unknown) => boolean };
  old.isNullOrUndefined ??= (value) => value === null || value === undefined;
  Deno.env.set("TF_CPP_MIN_LOG_LEVEL", Deno.env.get("TF_CPP_MIN_LOG_LEVEL") ?? "3");
  const require = createRequire(`${FOLDER}/package.json`);
  try {
    if (backend === "tensorflow") return require("@tensorflow/tfjs-node");
    const tf = require("@tensorflow/tfjs");
    if (backend === "webgpu") require("@tensorflow/tfjs-backend-webgpu");
    return tf;
  } catch (error) {
    throw new Error(`Cannot load TensorFlow.js; try \`deno task setup:native\`: ${error}`);
  }
}

async function detailOf(tf: Tensorflow, backend: Backend): Promise<string> {
  const { "tfjs-core": core, tfjs = core } = tf.version;
  if (backend === "tensorflow") {
    return `@tensorflow/tfjs-node ${tfjs}, TensorFlow ${
      tf.version.tensorflow ?? nativeVersion(tf)
    }`;
  }
  if (backend === "cpu") return `@tensorflow/tfjs ${tfjs}, plain JavaScript`;
  const adapter = await navigator.gpu?.requestAdapter({ powerPreference: "high-performance" });
  return `@tensorflow/tfjs ${tfjs}, WebGPU on ${adapter?.info.description || "a GPU"}`;
}

/** The native library's version, by its binding. */
function nativeVersion(tf: Tensorflow): string {
  const { backend } = tf as unknown as { backend?: () => { binding?: { TF_Version?: string } } };
  return backend?.().binding?.TF_Version ?? "of unknown version";
}
