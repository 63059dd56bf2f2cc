/**
 * deno.exe under Wine, set up once in `.cache/wine`: a prefix, a copy of deno.exe that Wine 8 can
 * run, and our fake of wevtapi as the DLL that the agent finds in System32. Wine's own wevtapi has no
 * EvtCreateRenderContext, EvtRender, EvtCreateBookmark, EvtUpdateBookmark and EvtGetLogInfo: calling
 * them ends the process.
 */
import { fileURLToPath } from "node:url";

/** The npm package of deno.exe; of the newest releases not all are published for Windows. */
const DENO = "@deno/win32-x64@2.9.5";
const CACHE = fileURLToPath(new URL("../../../.cache/wine", import.meta.url));
const LOADERS = ["/usr/lib/wine/wine64", "/usr/bin/wine64", "/usr/bin/wine"];
const COMPILER = "x86_64-w64-mingw32-gcc";
const FAKE = fileURLToPath(new URL("./fake_wevtapi.c", import.meta.url));
/** bcryptprimitives.dll, which Wine 8 has not. */
const RANDOM_DLL = `#include <windows.h>
BOOLEAN NTAPI SystemFunction036(PVOID, ULONG);
BOOL WINAPI ProcessPrng(PBYTE bytes, SIZE_T size) { return SystemFunction036(bytes, size); }`;
/**
 * V8 reserves its cage by placeholders, which Wine 8's VirtualAlloc2 refuses; where GetProcAddress
 * finds no such functions it falls back to VirtualAlloc.
 */
const HIDDEN = ["VirtualAlloc2", "MapViewOfFile3", "UnmapViewOfFile2"];

async function run(program: string, args: string[], env: Record<string, string> = {}) {
  const { code, stdout, stderr } = await new Deno.Command(program, { args, env }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  if (code !== 0) throw new Error(`${program} ${args.join(" ")}: ${text(stderr)}${text(stdout)}`);
}

/** A copy of deno.exe without the functions that Wine 8 has by name only. */
async function denoForWine(path: string): Promise<void> {
  const forWindows = ["--force", "--os=win32", "--cpu=x64"]; // npm refuses it elsewhere by itself
  await run("npm", ["install", "--no-save", ...forWindows, "--prefix", CACHE, DENO]);
  const bytes = Deno.readFileSync(`${CACHE}/node_modules/@deno/win32-x64/deno.exe`);
  const text = new TextDecoder("latin1").decode(bytes);
  for (const name of HIDDEN) {
    const at = text.indexOf(`${name}\0`);
    if (at < 0) throw new Error(`${DENO} does not name ${name}: this copy needs another way.`);
    bytes[at + name.length - 1] = "X".charCodeAt(0);
  }
  Deno.writeFileSync(`${path}.part`, bytes);
  Deno.renameSync(`${path}.part`, path);
}

/** Programs of Windows, run by Wine in a prefix of ours. */
export class Wine implements AsyncDisposable {
  /** Folder in the prefix for the test's files, as Windows and as we name it. */
  readonly folder = { windows: "C:\\habit", here: `${CACHE}/prefix/drive_c/habit` };
  readonly #loader: string;

  private constructor(loader: string) {
    this.#loader = loader;
  }

  /** Sets everything up, at the first time in about a minute; a reason where something is missing. */
  static async open(): Promise<Wine | string> {
    const loader = LOADERS.find(exists);
    if (!loader) return "no Wine: apt-get install --no-install-recommends wine64";
    const compiled = await new Deno.Command(COMPILER, { args: ["--version"] }).output()
      .catch(() => undefined);
    if (!compiled) return `no ${COMPILER}: apt-get install gcc-mingw-w64-x86-64-win32`;
    const wine = new Wine(loader);
    await wine.#setUp();
    return wine;
  }

  async #setUp(): Promise<void> {
    const system = `${CACHE}/prefix/drive_c/windows/system32`;
    if (!exists(`${system}/kernel32.dll`)) {
      Deno.mkdirSync(CACHE, { recursive: true });
      await run(this.#loader, ["wineboot", "-i"], this.#env());
      await run(this.#loader, ["winecfg", "-v", "win10"], this.#env());
    }
    if (!exists(`${CACHE}/deno.exe`)) await denoForWine(`${CACHE}/deno.exe`);
    if (!exists(`${CACHE}/bcryptprimitives.dll`)) {
      Deno.writeTextFileSync(`${CACHE}/random.c`, RANDOM_DLL);
      const library = `${CACHE}/bcryptprimitives.dll`;
      await run(COMPILER, ["-O2", "-shared", "-o", library, `${CACHE}/random.c`, "-ladvapi32"]);
    }
    await run(COMPILER, ["-O2", "-shared", "-o", `${system}/wevtapi.dll`, FAKE]);
    if (exists(this.folder.here)) Deno.removeSync(this.folder.here, { recursive: true });
    Deno.mkdirSync(this.folder.here, { recursive: true });
  }

  #env(): Record<string, string> {
    return { WINEPREFIX: `${CACHE}/prefix`, WINEDEBUG: "-all", WINEDLLOVERRIDES: "wevtapi=n" };
  }

  /**
   * deno.exe with arguments; `events` are in the fake's log, so many of them in an hour. `std` is
   * null for what will be killed: Wine's own processes would hold the pipes open.
   */
  deno(
    args: readonly string[],
    { events = 0, perHour = 1_000, std = "piped" as "piped" | "null" } = {},
  ): Deno.Command {
    return new Deno.Command(this.#loader, {
      args: [`${CACHE}/deno.exe`, ...args],
      env: {
        ...this.#env(),
        HABIT_FAKE_EVENTS: String(events),
        HABIT_FAKE_PER_HOUR: String(perHour),
      },
      stdout: std,
      stderr: std,
    });
  }

  /** Removes the test's files and ends what Wine keeps running for this prefix. */
  async [Symbol.asyncDispose](): Promise<void> {
    Deno.removeSync(this.folder.here, { recursive: true });
    await new Deno.Command(this.#loader, { args: ["wineboot", "-k"], env: this.#env() }).output();
  }
}

function exists(path: string): boolean {
  try {
    return Deno.statSync(path) !== undefined;
  } catch {
    return false;
  }
}
