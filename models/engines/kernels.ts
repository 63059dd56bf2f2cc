/**
 * Kernels by the name of their engine, for the calling thread and for Workers alike.
 * @module
 */
import type { Kernel } from "./kernel.ts";
import { referenceKernel } from "./reference.ts";
import { nativeKernel } from "./native.ts";
import { wasmKernel } from "./wasm.ts";

/** Engines that train host by host on a kernel. */
export type KernelName = "reference" | "fused" | "fused-native";

const KERNELS: Record<KernelName, () => Kernel> = {
  "reference": () => referenceKernel,
  "fused": () => wasmKernel(),
  "fused-native": () => nativeKernel(),
};

/** A kernel with memory of its own. */
export function createKernel(name: KernelName): Kernel {
  return KERNELS[name]();
}
