/** The fake of wevtapi in C, for load: built where a C compiler is at hand. */
import { type EventLogApi, KERNEL32, WEVTAPI } from "@/agent/windows/wevtapi.ts";
import { WAIT } from "@/agent/windows/codes.ts";
import { addressOf } from "./fake_wevtapi.ts";

const SOURCE = new URL("./fake_wevtapi.c", import.meta.url).pathname;
const CONTROL = {
  FakeReset: { parameters: ["u64", "u64"], result: "void" },
  FakeAppend: { parameters: ["u64"], result: "void" },
  FakeOpenHandles: { parameters: [], result: "i64" },
} as const satisfies Deno.ForeignLibraryInterface;

/** The functions of the log, and those that play it. */
export interface NativeFake extends Disposable {
  readonly api: EventLogApi;
  /** Empties the log; `eventsPerHour` of event time, an error 1734 every so many calls (0: never). */
  reset(eventsPerHour: number, refuseEvery?: number): void;
  append(events: number): void;
  openHandles(): number;
}

/** Builds and loads the fake; undefined, with a line that says so, where no C compiler is. */
export function nativeFake(): NativeFake | undefined {
  const folder = Deno.makeTempDirSync();
  const library = `${folder}/fake_wevtapi.so`;
  try {
    const { code, stderr } = new Deno.Command("cc", {
      args: ["-O2", "-shared", "-fPIC", "-o", library, SOURCE],
    }).outputSync();
    if (code !== 0) throw new Error(new TextDecoder().decode(stderr));
    const opened = Deno.dlopen(library, { ...WEVTAPI, ...KERNEL32, ...CONTROL });
    const { FakeReset, FakeAppend, FakeOpenHandles, ...symbols } = opened.symbols;
    let signalled = true;
    let wake = () => {};
    const api: EventLogApi = {
      ...symbols,
      address: addressOf,
      ResetEvent() {
        signalled = false;
        return 1;
      },
      async wait(_handles, timeoutMs) {
        if (!signalled) {
          await new Promise<void>((resolve) => {
            const timer = setTimeout(resolve, timeoutMs);
            wake = () => (clearTimeout(timer), resolve());
          });
        }
        return signalled ? WAIT.first : WAIT.timeout;
      },
      [Symbol.dispose]: () => opened.close(),
    };
    return {
      api,
      reset: (eventsPerHour, refuseEvery = 0) =>
        FakeReset(BigInt(eventsPerHour), BigInt(refuseEvery)),
      append(events) {
        FakeAppend(BigInt(events));
        signalled = true;
        wake();
      },
      openHandles: () => Number(FakeOpenHandles()),
      [Symbol.dispose]: () => opened.close(),
    };
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    console.error("skipped: no C compiler (apt-get install gcc) to build the fake of wevtapi");
    return undefined;
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}
