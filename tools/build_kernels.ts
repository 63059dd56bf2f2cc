/**
 * Compiles AssemblyScript to WebAssembly, which is committed as base64 in a module beside a digest of
 * its sources, so that a bundle is whole and needs no file. The compiler is downloaded by this task
 * only. With `--check` it writes nothing, and fails where a module is not what its source gives.
 * @module
 */
import { createHash } from "node:crypto";

const COMPILER = "npm:assemblyscript@0.28.20/asc";

/** The source that leads to all others of its folder, the module that holds what it gives, and by name the compiler's flags. */
interface Kernel {
  readonly source: string;
  readonly module: string;
  readonly variants: Readonly<Record<string, readonly string[]>>;
}

const KERNELS: readonly Kernel[] = [
  {
    source: "models/kernel/assembly/kernel.ts",
    module: "models/kernel/wasm_text.ts",
    variants: {
      "fused.wasm": ["--enable", "simd"],
      "fused_relaxed.wasm": ["--enable", "simd,relaxed-simd"],
    },
  },
  {
    source: "agent/evtx/assembly/reader.ts",
    module: "agent/evtx/wasm_text.ts",
    variants: { "reader.wasm": ["--enable", "simd", "--importMemory"] },
  },
];
const root = new URL("../", import.meta.url);

/** SHA-256 of all files in the folder of a source, by their names. */
export function sourcesDigest(source: string): string {
  const folder = new URL("./", new URL(source, root));
  const hash = createHash("sha256");
  const names = [...Deno.readDirSync(folder)].map(({ name }) => name).filter((each) =>
    each.endsWith(".ts")
  );
  for (const name of names.sort()) hash.update(Deno.readFileSync(new URL(name, folder)));
  return hash.digest("hex");
}

/** Builds or checks all kernels. */
async function main(): Promise<void> {
  for (const { source, module, variants } of KERNELS) {
    let text = [
      "/**",
      ` * What ${source} gives, as base64; written by \`deno task build:kernel\`.`,
      " * @module",
      " */",
      "",
      "/** SHA-256 of the sources. */",
      `export const SOURCE_SHA256 = "${sourcesDigest(source)}";`,
      "",
      "/** Base64 by variant. */",
      "export const WASM = {",
      "",
    ].join("\n");
    for (const [name, flags] of Object.entries(variants)) {
      const bytes = await compile(new URL(source, root).pathname, flags);
      console.log(`${name}: ${bytes.length} bytes`);
      text += `  "${name}":\n    "${bytes.toBase64()}",\n`;
    }
    text += "};\n";
    const target = new URL(module, root);
    if (!Deno.args.includes("--check")) await Deno.writeTextFile(target, text);
    else if (text !== await Deno.readTextFile(target)) {
      throw new Error(`${module} is not what ${source} gives: run \`deno task build:kernel\``);
    }
  }
}

async function compile(source: string, flags: readonly string[]): Promise<Uint8Array> {
  const out = await Deno.makeTempFile({ suffix: ".wasm" });
  try {
    const { success } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-lock", "--no-config", "--node-modules-dir=none", COMPILER]
        .concat(source, "-O3", "--noAssert", "--runtime", "stub", flags, "-o", out),
    }).spawn().status;
    if (!success) throw new Error(`AssemblyScript could not compile ${source}`);
    return await Deno.readFile(out);
  } finally {
    await Deno.remove(out);
  }
}

if (import.meta.main) await main();
