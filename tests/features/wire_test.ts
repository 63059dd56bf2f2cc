import assert from "node:assert/strict";
import fc from "fast-check";
import { FEATURES, SCHEMA_ID } from "@/features/schema.ts";
import { ENTITY_CLASSES, WINDOW_MS } from "@/features/vector.ts";
import { type Batch, decodeBatch, encodeBatch } from "@/features/wire.ts";

const row = fc.record({
  user: fc.constantFrom(1, 2, 3).map((n) => new Uint8Array(16).fill(n)),
  startMs: fc.integer({ min: 0, max: 600_000 }).map((hour) => hour * WINDOW_MS),
  offsetMinutes: fc.integer({ min: -720, max: 840 }),
  events: fc.nat(),
  channels: fc.nat(0xffff),
  values: fc.tuple(
    ...FEATURES.map(({ wireRange: [min, max] }) =>
      fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.integer({ min, max }))
    ),
  ).map((values) => Int32Array.from(values)),
}, { noNullPrototype: true }).map((fields) => ({
  ...fields,
  entityClass: ENTITY_CLASSES[fields.user[0] % 4],
  sealedName: fields.user.subarray(0, fields.user[0]),
}));
const batches: fc.Arbitrary<Batch> = fc.record({
  schema: fc.constant<string>(SCHEMA_ID),
  host: fc.string({ maxLength: 63 }),
  epoch: fc.uuid(),
  firstSeq: fc.maxSafeNat(),
  rows: fc.array(row, { maxLength: 5 }),
}, { noNullPrototype: true });

Deno.test("what was encoded is decoded, whatever it holds", () => {
  fc.assert(
    fc.property(batches, (batch) => {
      assert.deepEqual(decodeBatch(encodeBatch(batch)), batch);
    }),
    { numRuns: 50, seed: 1 },
  );
});

Deno.test("bytes cut or changed anywhere give a batch or a clear error, never anything else", () => {
  fc.assert(
    fc.property(batches, fc.nat(), fc.nat(255), (batch, place, byte) => {
      const bytes = encodeBatch(batch);
      assert.throws(() => decodeBatch(bytes.subarray(0, place % bytes.length)), RangeError);
      bytes[place % bytes.length] = byte;
      try {
        decodeBatch(bytes);
      } catch (error) {
        assert.ok(error instanceof RangeError || error instanceof TypeError, String(error));
      }
    }),
    { numRuns: 200, seed: 1 },
  );
});

Deno.test("a value outside its column's range is refused by name", () => {
  const values = new Int32Array(128);
  values[127] = 1001;
  const bytes = encodeBatch({
    schema: SCHEMA_ID,
    host: "a",
    epoch: "00000000-0000-4000-8000-000000000000",
    firstSeq: 0,
    rows: [{
      user: new Uint8Array(16),
      sealedName: new Uint8Array(),
      entityClass: "human",
      startMs: 0,
      offsetMinutes: 0,
      events: 1,
      channels: 1,
      values,
    }],
  });
  assert.throws(() => decodeBatch(bytes), /log_gap: 1001 is outside \[0, 1000\]/);
});
