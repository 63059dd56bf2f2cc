/** One event of every kind with a value in every field, for tests that read them back. */
import { DEFINITIONS, type Value, type ValueType } from "@/estate/definitions.ts";
import { EvtxWriter, type LogEvent, type LogOptions } from "@/estate/evtx_writer.ts";

const SAMPLES: Readonly<Record<ValueType, (i: number) => Value>> = {
  text: (i) =>
    ["", "C:\\Windows\\System32\\cmd.exe", "Zoë \u{1f600} <&>\"'", `line\r\n\t${i}`][i % 4]!,
  u8: (i) => i % 256,
  u16: (i) => (i * 977) % 65_536,
  i32: (i) => i * 3,
  u32: (i) => (i * 2_654_435_761) % 4_294_967_296,
  u64: (i) => BigInt(i) * 1_000_000_007n ** 2n,
  bool: (i) => i % 2 === 0,
  binary: (i) => Uint8Array.from({ length: i % 9 }, (_, k) => k * 31 + i),
  guid: (i) =>
    `{54849625-5478-4994-A5BA-${(i * 1_234_567).toString(16).toUpperCase().padStart(12, "0")}}`,
  pointer: (i) => 4 * i,
  filetime: (i) => Date.UTC(2026, 2, 29, 1, 0, i),
  sid: (i) => ["S-1-5-18", `S-1-5-21-1004336348-1177238915-682003330-${1000 + i}`][i % 2]!,
  hex32: (i) => (0xc000006d + i) >>> 0,
  hex64: (i) => i % 3 === 0 ? 0x3e7 : BigInt(i) << 33n,
  fragment: () => null,
  strings: (i) => ["Available", "None", `NewEngineState=${i}`],
};

/** `rounds` events of every kind. */
export function sampleEvents(rounds: number): LogEvent[] {
  const events: LogEvent[] = [];
  for (let round = 0; round < rounds; round++) {
    for (const definition of DEFINITIONS) {
      const n = events.length;
      events.push({
        definition,
        timeMs: Date.UTC(2026, 0, 1) + n * 1500.5,
        userSid: n % 3 === 0 ? null : "S-1-5-18",
        processId: 4 + n,
        threadId: 8 + n,
        values: definition.fields.map(({ type }, i) => SAMPLES[type](n + i)),
      });
    }
  }
  return events;
}

/** The bytes of a log that holds these events. */
export function writeLog(
  events: readonly LogEvent[],
  options: Partial<LogOptions> = {},
): Uint8Array {
  let bytes = new Uint8Array(0);
  const writer = new EvtxWriter({
    write(offset, part) {
      if (offset + part.length > bytes.length) {
        const grown = new Uint8Array(offset + part.length);
        grown.set(bytes);
        bytes = grown;
      }
      bytes.set(part, offset);
    },
  }, { computer: "WS-014.corp.example", ...options });
  for (const event of events) writer.write(event);
  writer.close();
  return bytes;
}

/** How `evtx_dump` and our reader show a value: their text, without a difference of form. */
export function shown(value: Value, type: ValueType): string {
  if (value === null) return "";
  if (type === "filetime") return new Date(value as number).toISOString();
  if (type === "hex32" || type === "hex64" || type === "pointer") {
    return `0x${(value as number | bigint).toString(16)}`;
  }
  if (value instanceof Uint8Array) return value.toHex().toUpperCase();
  if (type === "guid") return String(value).toLowerCase();
  return String(value);
}
