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
  /** Default: what HABIT_ENGINE says, else `fused-native` where it is built, else `fused`. */
  readonly name?: EngineName;
  /** Threads to train on. Default: one a core; 0 is the calling thread. */
  readonly workers?: number;
}

/** Every name, as the environment may give one. */
const NAMES: readonly EngineName[] = ["reference", "fused", "fused-native", "tensorflow", "webgpu"];

/**
 * The engine of a caller who names none: what HABIT_ENGINE says, else the fastest that needs no
 * library of others.
 * @throws {RangeError} if HABIT_ENGINE names no engine.
 */
export function usualEngine(): EngineName {
  const wanted = Deno.env.get("HABIT_ENGINE");
  if (wanted === undefined || wanted === "") return nativeLevel() ? "fused-native" : "fused";
  const name = NAMES.find((each) => each === wanted);
  if (name) return name;
  throw new RangeError(`Cannot use HABIT_ENGINE="${wanted}": it is one of ${NAMES.join(", ")}`);
}

/** Opens an engine; what is not set up here is an error that says what to do. */
export async function openEngine(
  { name = usualEngine(), workers }: OpenOptions = {},
): Promise<Engine> {
  if (name === "tensorflow" || name === "webgpu") {
    const { openTensorflow } = await import("./tensorflow/engine.ts");
    return await openTensorflow(name, name);
  }
  return new KernelEngine(name, workers ?? availableParallelism());
}
