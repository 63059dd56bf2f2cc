/**
 * Compiles `assembly/kernel.ts` to `fused.wasm` and `fused_relaxed.wasm` with AssemblyScript, which
 * only this task downloads. With `--check` it writes nothing and fails if the files are not, byte
 * for byte, what the source gives.
 * @module
 */
import { createHash } from "node:crypto";

const COMPILER = "npm:assemblyscript@0.28.20/asc";
const VARIANTS = { "fused.wasm": "simd", "fused_relaxed.wasm": "simd,relaxed-simd" };
const here = new URL("./", import.meta.url);

for (const [file, features] of Object.entries(VARIANTS)) {
  const built = await compile(features);
  const target = new URL(file, here);
  if (!Deno.args.includes("--check")) await Deno.writeFile(target, built);
  else if (!equal(built, await Deno.readFile(target))) {
    throw new Error(`${file} is not what its source gives: run \`deno task build:kernel\``);
  }
  console.log(`${file}: ${built.length} bytes, as its source gives`);
}

if (!Deno.args.includes("--check")) {
  let digests = "";
  for (const file of ["assembly/kernel.ts", ...Object.keys(VARIANTS)]) {
    const bytes = await Deno.readFile(new URL(file, here));
    digests += `${createHash("sha256").update(bytes).digest("hex")}  ${file}\n`;
  }
  await Deno.writeTextFile(new URL("fused.sha256", here), digests);
  const texts = Object.keys(VARIANTS).map((file) => {
    const base64 = Deno.readFileSync(new URL(file, here)).toBase64();
    return `  "${file}":\n    "${base64}",\n`;
  });
  const module = new URL("wasm_text.ts", here);
  const source = Deno.readTextFileSync(module);
  await Deno.writeTextFile(module, source.replace(/\{\n[^]*\}/, `{\n${texts.join("")}}`));
}

async function compile(features: string): Promise<Uint8Array> {
  const out = await Deno.makeTempFile({ suffix: ".wasm" });
  const source = new URL("assembly/kernel.ts", here).pathname;
  const asc = ["-O3", "--noAssert", "--runtime", "stub", "--enable", features, "-o", out];
  const { success } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-lock", "--no-config", "--node-modules-dir=none", COMPILER]
      .concat(source, asc),
  }).spawn().status;
  if (!success) throw new Error(`AssemblyScript could not compile ${source}`);
  try {
    return await Deno.readFile(out);
  } finally {
    await Deno.remove(out);
  }
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
