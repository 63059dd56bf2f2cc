/**
 * The `fused` kernel: models/kernel/assembly compiled to WebAssembly, with relaxed SIMD (fused
 * multiply-add) where the runtime has it and plain SIMD elsewhere.
 * @module
 */
import { WASM } from "@/models/kernel/wasm_text.ts";
import { type Passes, PassKernel } from "./passes.ts";

/** What is in WebAssembly alone: passes that read rows. Addresses in bytes, sizes in floats. */
export interface ReadingPasses extends Passes {
  /** Copies values; 0 stands where there is none. */
  fillGaps(count: number, from: number, to: number): void;
  /** Squared errors, centred residuals and surprises of rows; sums of the first and the last. */
  readResiduals(
    rows: number,
    width: number,
    values: number,
    outputs: number,
    means: number,
    precisions: number,
    counted: number,
    squares: number,
    centred: number,
    surprises: number,
    squareSums: number,
    surpriseSums: number,
  ): void;
  /** Squares values in place, and sums each row's. */
  squareRows(rows: number, width: number, values: number, sums: number): void;
}

const PAGE_BYTES = 65_536;

/** From text in a module, so that a bundle (the agent's) is whole and needs no file beside it. */
const load = (file: keyof typeof WASM) => Uint8Array.fromBase64(WASM[file]);

/** Whether this runtime compiles relaxed SIMD. */
export const HAS_RELAXED_SIMD: boolean = WebAssembly.validate(load("fused_relaxed.wasm"));

const modules = new Map<boolean, WebAssembly.Module>();

/**
 * A kernel with a memory of its own, in which a view's offset is its address. `relaxed: false` is for
 * tests.
 */
export function wasmKernel({ relaxed = HAS_RELAXED_SIMD } = {}): PassKernel<ReadingPasses> {
  let module = modules.get(relaxed);
  if (!module) {
    module = new WebAssembly.Module(load(relaxed ? "fused_relaxed.wasm" : "fused.wasm"));
    modules.set(relaxed, module);
  }
  const { exports } = new WebAssembly.Instance(module);
  const memory = exports.memory as WebAssembly.Memory;
  return new PassKernel(exports as unknown as ReadingPasses, (bytes) => {
    const pages = Math.ceil(bytes / PAGE_BYTES) + 1 - memory.buffer.byteLength / PAGE_BYTES;
    if (pages > 0) memory.grow(pages);
    // The compiler's own data, if any, lies in the first page.
    new Uint8Array(memory.buffer, PAGE_BYTES).fill(0);
    return { buffer: memory.buffer, start: PAGE_BYTES, address: 0 };
  });
}
