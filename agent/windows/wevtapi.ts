/**
 * The functions of wevtapi.dll and kernel32.dll that the live log needs, and how they are loaded.
 * Handles are u64, so that none becomes an object per event. Calls return at once (timeout 0), so
 * they need no thread of their own; only the wait runs on one.
 * @module
 */

const SYSTEM32 = "C:\\Windows\\System32";

/** The libraries by absolute path: what `--allow-ffi` must name, and nothing on PATH can replace. */
export const LIBRARIES = {
  wevtapi: `${SYSTEM32}\\wevtapi.dll`,
  kernel32: `${SYSTEM32}\\kernel32.dll`,
} as const;

/** Signatures of wevtapi.dll. */
export const WEVTAPI = {
  EvtSubscribe: {
    parameters: ["u64", "u64", "buffer", "buffer", "u64", "u64", "u64", "u32"],
    result: "u64",
  },
  EvtNext: { parameters: ["u64", "u32", "buffer", "u32", "u32", "buffer"], result: "i32" },
  EvtCreateRenderContext: { parameters: ["u32", "buffer", "u32"], result: "u64" },
  EvtRender: {
    parameters: ["u64", "u64", "u32", "u32", "buffer", "buffer", "buffer"],
    result: "i32",
  },
  EvtClose: { parameters: ["u64"], result: "i32" },
  EvtCreateBookmark: { parameters: ["buffer"], result: "u64" },
  EvtUpdateBookmark: { parameters: ["u64", "u64"], result: "i32" },
  EvtOpenLog: { parameters: ["u64", "buffer", "u32"], result: "u64" },
  EvtGetLogInfo: { parameters: ["u64", "u32", "u32", "buffer", "buffer"], result: "i32" },
} as const satisfies Deno.ForeignLibraryInterface;

/** Signatures of kernel32.dll. */
export const KERNEL32 = {
  GetLastError: { parameters: [], result: "u32" },
  CreateEventW: { parameters: ["u64", "i32", "i32", "u64"], result: "u64" },
  ResetEvent: { parameters: ["u64"], result: "i32" },
  CloseHandle: { parameters: ["u64"], result: "i32" },
} as const satisfies Deno.ForeignLibraryInterface;

const WAITING = {
  WaitForMultipleObjects: {
    parameters: ["u32", "buffer", "i32", "u32"],
    result: "u32",
    nonblocking: true,
  },
} as const satisfies Deno.ForeignLibraryInterface;

/** A value there and back is the address itself: how kernel32 tells one, see {@link openWevtapi}. */
const POINTERS = {
  EncodePointer: { parameters: ["buffer"], result: "u64" },
  DecodePointer: { parameters: ["u64"], result: "u64" },
} as const satisfies Deno.ForeignLibraryInterface;

/** The live log's functions; the real ones by {@link openWevtapi}, in tests made of callbacks. */
export type EventLogApi =
  & Deno.DynamicLibrary<typeof WEVTAPI>["symbols"]
  & Deno.DynamicLibrary<typeof KERNEL32>["symbols"]
  & Disposable
  & {
    /** Waits until one of the event objects is signalled: its index, or a code of `WAIT`. */
    wait(handles: BigUint64Array<ArrayBuffer>, timeoutMs: number): Promise<number>;
    /** Address of a buffer's first byte. */
    address(bytes: Uint8Array<ArrayBuffer>): bigint;
  };

/**
 * Loads the libraries. Throws where this is not Windows or `--allow-ffi` does not name them. No
 * `Deno.UnsafePointer`: it asks for `--allow-ffi` without names, which the agent is not given.
 */
export function openWevtapi(): EventLogApi {
  const wevtapi = Deno.dlopen(LIBRARIES.wevtapi, WEVTAPI);
  const kernel32 = Deno.dlopen(LIBRARIES.kernel32, { ...KERNEL32, ...WAITING, ...POINTERS });
  const { WaitForMultipleObjects, EncodePointer, DecodePointer, ...rest } = kernel32.symbols;
  return {
    ...wevtapi.symbols,
    ...rest,
    wait: (handles, timeoutMs) =>
      WaitForMultipleObjects(handles.length, new Uint8Array(handles.buffer), 0, timeoutMs),
    address: (bytes) => DecodePointer(EncodePointer(bytes)),
    [Symbol.dispose]() {
      wevtapi.close();
      kernel32.close();
    },
  };
}

/** Text as UTF-16 with a closing NUL. */
export function wide(text: string): Uint8Array<ArrayBuffer> {
  const units = new Uint16Array(text.length + 1);
  for (let i = 0; i < text.length; i++) units[i] = text.charCodeAt(i);
  return new Uint8Array(units.buffer);
}
