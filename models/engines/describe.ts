/**
 * What each engine can do on this machine: `doctor`'s part on engines.
 * @module
 */
import type { EngineName } from "@/models/engine.ts";
import { KernelEngine } from "./kernel_engine.ts";
import { measureGflops } from "./measure.ts";
import { nativeLevel } from "./native.ts";
import { usualEngine } from "./open.ts";
import { probe } from "./probe.ts";
import { HAS_RELAXED_SIMD } from "./wasm.ts";

/** One engine on this machine. */
export interface EngineReport {
  /** As in {@link OpenOptions.name}. */
  readonly name: EngineName;
  /** What runs it: a library and its version, an instruction set, a GPU. */
  readonly detail: string;
  /** Whether it can be opened here. */
  readonly usable: boolean;
  /** Whether it is used where none is asked for. */
  readonly chosen: boolean;
  /** Why it is not used, and what to do to get it; undefined for the chosen one. */
  readonly reason?: string;
  /** GFLOP/s of training, if measured: of one core for our kernels, of the machine for others. */
  readonly gflops?: number;
}

/** What is asked of {@link describeEngines}. */
export interface DescribeOptions {
  /** Measure each usable engine for about so long, such as 1,000; 0, the default, measures none. */
  readonly measureMs?: number;
}

/** Every engine, usable here or not, the one that is used first. */
export async function describeEngines(
  { measureMs = 0 }: DescribeOptions = {},
): Promise<EngineReport[]> {
  const chosen = usualEngine();
  const reports = [
    await native(measureMs),
    await kernel("fused", HAS_RELAXED_SIMD ? "WebAssembly, relaxed SIMD" : "WebAssembly, SIMD", {
      reason: "fused-native is built, or HABIT_ENGINE names another",
      measureMs,
    }),
    await kernel("reference", "plain TypeScript", { reason: "for tests: slow", measureMs }),
    await tensorflow("tensorflow", measureMs),
    await tensorflow("webgpu", measureMs),
  ];
  return reports.map(({ reason, ...report }): EngineReport => {
    return report.name === chosen
      ? { ...report, chosen: true }
      : { ...report, chosen: false, reason };
  }).sort((a, b) => Number(b.chosen) - Number(a.chosen));
}

type Report = Omit<EngineReport, "chosen">;

async function kernel(
  name: "fused" | "fused-native" | "reference",
  detail: string,
  { reason, measureMs }: { reason: string; measureMs: number },
): Promise<Report> {
  if (measureMs === 0) return { name, detail, usable: true, reason };
  await using engine = new KernelEngine(name, 0);
  return { name, detail, usable: true, reason, gflops: await measureGflops(engine, measureMs, 1) };
}

async function native(measureMs: number): Promise<Report> {
  const level = nativeLevel();
  if (level) {
    return await kernel("fused-native", `C, ${level}`, {
      reason: "HABIT_ENGINE names another",
      measureMs,
    });
  }
  const reason = "not built: deno task setup:kernel";
  return { name: "fused-native", detail: "C", usable: false, reason };
}

/** Loaded in a process of its own, which takes a second or two. */
async function tensorflow(name: "tensorflow" | "webgpu", measureMs: number): Promise<Report> {
  const found = await probe(name, measureMs);
  if (typeof found === "string") {
    return { name, detail: "TensorFlow.js", usable: false, reason: found };
  }
  return { name, usable: true, reason: `only when asked for: HABIT_ENGINE=${name}`, ...found };
}
