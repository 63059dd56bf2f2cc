/**
 * Chooses an engine.
 * @module
 */
import { availableParallelism } from "node:os";
import type { Engine, EngineName } from "@/models/engine.ts";
import { KernelEngine } from "./kernel_engine.ts";
import { nativeLevel } from "./native.ts";

/** Which engine, and how much of the machine. */
export interface OpenOptions {
  /** Default: the fastest that works here. */
  readonly name?: EngineName;
  /** Threads to train on. Default: one a core; 0 is the calling thread. */
  readonly workers?: number;
}

/** The engine of a caller who names none: the fastest that needs no library of others. */
export function fastestEngine(): EngineName {
  return nativeLevel() ? "fused-native" : "fused";
}

/** Opens an engine; what is not set up here is an error that says what to do. */
export async function openEngine(
  { name = fastestEngine(), workers }: OpenOptions = {},
): Promise<Engine> {
  if (name === "tensorflow" || name === "webgpu") {
    const { openTensorflow } = await import("./tensorflow/engine.ts");
    return await openTensorflow(name, name);
  }
  return new KernelEngine(name, workers ?? availableParallelism());
}
