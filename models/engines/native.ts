/**
 * The `fused-native` kernel: models/kernel/native compiled by `deno task setup:kernel` and called in
 * place. The library holds every level of its CPU family and is asked which one may run here.
 * @module
 */
import { createHash } from "node:crypto";
import type { Kernel } from "./kernel.ts";
import { type Passes, PassKernel } from "./passes.ts";

const SOURCES = ["passes.c", "level.c"];
const FOLDER = new URL("../kernel/native/", import.meta.url);
const CACHE = new URL("../../.cache/", import.meta.url);
const CACHE_LINE = 64;
const EXTENSIONS: Partial<Record<typeof Deno.build.os, string>> = {
  windows: "dll",
  darwin: "dylib",
};

/** Levels by their number in level.c. */
export const LEVELS = ["base", "avx2", "avx512"] as const;
/** An instruction set of the library. */
export type Level = typeof LEVELS[number];

/** Where the library of these very sources belongs, so that a stale one is never loaded. */
export function libraryFile(): URL {
  const digest = createHash("sha256");
  for (const source of SOURCES) digest.update(Deno.readFileSync(new URL(source, FOLDER)));
  const extension = EXTENSIONS[Deno.build.os] ?? "so";
  const name = `habit-kernel-${Deno.build.arch}-${digest.digest("hex").slice(0, 16)}`;
  return new URL(`${name}.${extension}`, CACHE);
}

const ADDRESS = "usize";
const SIGNATURES = {
  dense: { parameters: ["i32", "i32", "i32", ADDRESS, ADDRESS, ADDRESS, ADDRESS, "f32"] },
  addWeightGradient: { parameters: ["i32", "i32", "i32", ADDRESS, ADDRESS, ADDRESS, ADDRESS] },
  back: {
    parameters: ["i32", "i32", "i32", ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, "f32"],
  },
  corrupt: { parameters: ["i32", ADDRESS, "i32", "f32", "i32", "i32", "i32"] },
  squaredLoss: { parameters: ["i32", ADDRESS, ADDRESS, ADDRESS], result: "f32" },
  adam: {
    parameters: ["i32", ADDRESS, ADDRESS, ADDRESS, ADDRESS, ...Array(10).fill("f32")],
  },
} as const;

/** The best level of the library that this CPU runs; undefined if the library was not built. */
export function nativeLevel(): Level | undefined {
  try {
    const library = Deno.dlopen(libraryFile(), { level: { parameters: [], result: "i32" } });
    const level = LEVELS[library.symbols.level()];
    library.close();
    return level;
  } catch {
    return undefined; // not built, or --allow-ffi was not given
  }
}

/** A kernel on the library's best level, or on a lower one. */
export function nativeKernel(level: Level | undefined = nativeLevel()): Kernel {
  if (level === undefined) {
    throw new Error("Cannot open the native kernel before it is built: `deno task setup:kernel`");
  }
  const symbols = Object.entries(SIGNATURES).map(([name, signature]) => {
    return [name, { result: "void", ...signature, name: `${name}_${level}` }] as const;
  });
  const library = Deno.dlopen(
    libraryFile(),
    Object.fromEntries(symbols) as Deno.ForeignLibraryInterface,
  );
  return new PassKernel(library.symbols as unknown as Passes, (bytes) => {
    const buffer = new ArrayBuffer(bytes + CACHE_LINE);
    const pointer = Deno.UnsafePointer.of(new Uint8Array(buffer));
    const address = Number(Deno.UnsafePointer.value(pointer));
    return { buffer, start: (CACHE_LINE - address % CACHE_LINE) % CACHE_LINE, address };
  });
}
