/**
 * The computer's name as events carry it: fully qualified in a domain, where `hostname` is short.
 * @module
 */
import { utf16 } from "../evtx/value.ts";
import { LIBRARIES } from "./wevtapi.ts";

const DNS_FULLY_QUALIFIED = 3; // COMPUTER_NAME_FORMAT

/** The fully qualified name in lower case; the short one where Windows does not say. */
export function fullComputerName(): string {
  if (Deno.build.os !== "windows") return Deno.hostname().toLowerCase();
  const kernel32 = Deno.dlopen(LIBRARIES.kernel32, {
    GetComputerNameExW: { parameters: ["u32", "buffer", "buffer"], result: "i32" },
  });
  const name = new Uint8Array(1_024);
  const length = Uint32Array.of(name.length / 2);
  const ok = kernel32.symbols.GetComputerNameExW(
    DNS_FULLY_QUALIFIED,
    name,
    new Uint8Array(length.buffer),
  );
  kernel32.close();
  return (ok ? utf16(new DataView(name.buffer), 0, length[0]) : Deno.hostname()).toLowerCase();
}
