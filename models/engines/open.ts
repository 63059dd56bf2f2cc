/**
 * Chooses an engine.
 * @module
 */
import { availableParallelism } from "node:os";
import type { Engine, EngineName } from "@/models/engine.ts";
import { KernelEngine } from "./kernel_engine.ts";
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

/** Opens an engine. */
export function openEngine({ name = "fused", workers }: OpenOptions = {}): Promise<Engine> {
  if (name !== "reference" && name !== "fused") {
    throw new RangeError(`Cannot open engine "${name}"`);
  }
  return Promise.resolve(new KernelEngine(name, workers ?? availableParallelism()));
}

/** Every engine, usable here or not. */
export function describeEngines(): Promise<EngineReport[]> {
  const simd = HAS_RELAXED_SIMD ? "WebAssembly, relaxed SIMD" : "WebAssembly, SIMD";
  return Promise.resolve([
    { name: "fused", detail: simd, usable: true },
    { name: "reference", detail: "plain TypeScript", usable: true },
  ]);
}
