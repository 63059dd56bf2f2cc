/**
 * Chooses an engine.
 * @module
 */
import { availableParallelism } from "node:os";
import type { Engine, EngineName } from "@/models/engine.ts";
import { KernelEngine } from "./kernel_engine.ts";
import { nativeLevel } from "./native.ts";
import { HAS_RELAXED_SIMD } from "./wasm.ts";

/** Which engine, and how much of the machine. */
export interface OpenOptions {
  /** Default: the fastest that works here. */
  readonly name?: EngineName;
  /** Threads to train on. Default: one a core; 0 is the calling thread. */
  readonly workers?: number;
}

/** What one engine can do on this machine. */
export interface EngineReport {
  readonly name: EngineName;
  /** What runs it, such as the name of a library or of an instruction set. */
  readonly detail: string;
  readonly usable: boolean;
  /** Why not, or what to do to get it. */
  readonly reason?: string;
}

/** Engines that a caller who names none may get, the fastest first. */
function fastest(): EngineName {
  return nativeLevel() ? "fused-native" : "fused";
}

/** Opens an engine; what is not set up here is an error that says what to do. */
export async function openEngine(
  { name = fastest(), workers }: OpenOptions = {},
): Promise<Engine> {
  if (name === "tensorflow" || name === "webgpu") {
    const { openTensorflow } = await import("./tensorflow/engine.ts");
    return await openTensorflow(name, name);
  }
  return new KernelEngine(name, workers ?? availableParallelism());
}

/** Every engine, usable here or not. */
export function describeEngines(): Promise<EngineReport[]> {
  const simd = HAS_RELAXED_SIMD ? "WebAssembly, relaxed SIMD" : "WebAssembly, SIMD";
  const level = nativeLevel();
  return Promise.resolve([
    {
      name: "fused-native",
      detail: level ? `C, ${level}` : "C",
      usable: level !== undefined,
      ...(level === undefined && { reason: "not built: deno task setup:kernel" }),
    },
    { name: "fused", detail: simd, usable: true },
    { name: "reference", detail: "plain TypeScript", usable: true },
  ]);
}
