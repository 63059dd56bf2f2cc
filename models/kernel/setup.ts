/**
 * Compiles models/kernel/native with the C compiler at hand (`cc`, or what CC names) into `.cache/`,
 * once for each level of the CPU family, and says which level runs here.
 * @module
 */
import { fileURLToPath } from "node:url";
import { libraryFile, nativeLevel } from "@/models/engines/native.ts";

const CC = Deno.env.get("CC") ?? "cc";
const FLAGS = ["-O3", "-std=gnu11", "-fPIC", "-fvisibility=hidden", "-fno-math-errno"];
const LEVELS: Record<string, string[]> = {
  base: ["-DBYTES=16"],
  ...(Deno.build.arch === "x86_64" && {
    avx2: ["-DBYTES=32", "-mavx2", "-mfma"],
    avx512: ["-DBYTES=64", "-mavx512f", "-mavx512dq", "-mfma"],
  }),
};
const source = (file: string) => fileURLToPath(new URL(`native/${file}`, import.meta.url));

async function cc(...args: string[]) {
  const command = new Deno.Command(CC, { args: [...FLAGS, ...args] });
  const status = await command.spawn().status.catch((error) => {
    throw new Error(`Cannot compile without a C compiler, such as gcc or clang: ${error.message}`);
  });
  if (!status.success) throw new Error(`${CC} ${args.join(" ")} failed with ${status.code}`);
}

const folder = await Deno.makeTempDir({ prefix: "habit-kernel-" });
try {
  const objects: string[] = [];
  for (const [level, flags] of Object.entries(LEVELS)) {
    objects.push(`${folder}/${level}.o`);
    await cc(...flags, `-DLEVEL=${level}`, "-c", source("passes.c"), "-o", objects.at(-1)!);
  }
  const library = fileURLToPath(libraryFile());
  await Deno.mkdir(new URL("./", libraryFile()), { recursive: true });
  await cc("-shared", source("level.c"), ...objects, "-lm", "-o", `${folder}/library`);
  await Deno.copyFile(`${folder}/library`, library);
  console.log(`Built ${library}; this CPU runs its level "${nativeLevel()}"`);
} finally {
  await Deno.remove(folder, { recursive: true });
}
