import { memorySource } from "@/agent/evtx/chunks.ts";
import { evtxCursor } from "@/agent/evtx/cursor.ts";
import { DEFINITIONS, type Value, type ValueType } from "@/estate/definitions.ts";
import type { LogEvent } from "@/estate/evtx_writer.ts";
import { wantedSlot } from "@/features/fields.ts";
import assert from "node:assert/strict";
import fc from "fast-check";
import { shown, writeLog } from "../estate/sample_events.ts";
import { readLines } from "./evtx_samples.ts";

const text = fc.string({ unit: "binary", maxLength: 300 })
  .map((each) => each.replaceAll("\0", "").toWellFormed());
const unsigned = (bits: number) => fc.bigInt(0n, 2n ** BigInt(bits) - 1n);
const number = (bits: number) => unsigned(bits).map(Number);
const hex = (digits: number) =>
  fc.array(fc.constantFrom(..."0123456789abcdef"), { minLength: digits, maxLength: digits })
    .map((each) => each.join(""));

/** Any value of a type, as the writer takes it. */
const VALUES: Readonly<Record<ValueType, fc.Arbitrary<Value>>> = {
  text,
  u8: number(8),
  u16: number(16),
  i32: fc.integer(),
  u32: number(32),
  u64: unsigned(64),
  bool: fc.boolean(),
  binary: fc.uint8Array({ maxLength: 100 }),
  guid: fc.tuple(hex(8), hex(4), hex(4), hex(4), hex(12)).map((parts) => `{${parts.join("-")}}`),
  pointer: number(32),
  filetime: fc.integer({ min: 0, max: Date.UTC(2100, 0) }),
  sid: fc.array(number(32), { minLength: 1, maxLength: 14 })
    .map((parts) => `S-1-5-${parts.join("-")}`),
  hex32: number(32),
  hex64: unsigned(64),
  fragment: fc.constant(null),
  strings: fc.array(text, { minLength: 1, maxLength: 4 }),
};

const event: fc.Arbitrary<LogEvent> = fc.constantFrom(...DEFINITIONS).chain((definition) =>
  fc.record({
    definition: fc.constant(definition),
    timeMs: fc.integer({ min: 0, max: Date.UTC(2100, 0) }),
    userSid: fc.option(fc.constantFrom("S-1-5-18", "S-1-5-21-1-2-3-1104")),
    processId: number(32),
    threadId: number(32),
    values: fc.tuple(...definition.fields.map(({ type }) => VALUES[type])),
  })
);

Deno.test("whatever events are written, the same are read back", () => {
  fc.assert(
    fc.property(fc.array(event, { maxLength: 40 }), (events) => {
      using cursor = evtxCursor(memorySource(writeLog(events)));
      for (const written of events) {
        const view = cursor.next();
        assert.ok(view);
        const { definition, values } = written;
        assert.deepEqual(
          [view.channel, view.provider, view.eventId, view.timeMs, view.userSid],
          [
            definition.channel,
            definition.provider,
            definition.eventId,
            written.timeMs,
            written.userSid ?? "",
          ],
        );
        const seen = new Set<number>();
        definition.fields.forEach(({ name, type }, i) => {
          const slot = wantedSlot(name);
          if (slot < 0 || seen.has(slot) || type === "strings" || type === "filetime") return;
          seen.add(slot);
          assert.equal(view.text(slot), shown(values[i], type), `${definition.eventId} ${name}`);
        });
      }
      assert.equal(cursor.next(), undefined);
      assert.equal(cursor.report.skipped.size, 0);
    }),
    { numRuns: 40, seed: 42 },
  );
});

Deno.test("whatever events are written, each is one line of JSON with every field", () => {
  fc.assert(
    fc.property(fc.array(event, { maxLength: 20 }), (events) => {
      const { lines } = readLines(writeLog(events));
      assert.equal(lines.length, events.length);
      lines.forEach((line, i) => {
        const { System: system } = JSON.parse(line).Event;
        assert.equal(system.EventRecordID, i + 1);
        for (const value of events[i].values) {
          if (typeof value !== "string" || value === "" || value.startsWith("{")) continue;
          assert.ok(line.includes(JSON.stringify(value).slice(1, -1)), `${value} in ${line}`);
        }
      });
    }),
    { numRuns: 25, seed: 42 },
  );
});
