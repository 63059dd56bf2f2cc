/**
 * Kernels by the name of their engine, for the calling thread and for Workers alike.
 * @module
 */
import type { Kernel } from "./kernel.ts";
import { referenceKernel } from "./reference.ts";
import { wasmKernel } from "./wasm.ts";

/** Engines that train host by host on a kernel. */
export type KernelName = "reference" | "fused";

/** A kernel with memory of its own. */
export function createKernel(name: KernelName): Kernel {
  return name === "fused" ? wasmKernel() : referenceKernel;
}
