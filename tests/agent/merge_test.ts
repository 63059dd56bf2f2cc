import { MergedCursor } from "@/agent/merge.ts";
import type { EventCursor, EventView } from "@/features/event.ts";
import assert from "node:assert/strict";
import fc from "fast-check";

let open = 0;
let mostOpen = 0;

function source(times: readonly number[]) {
  return {
    firstMs: Math.min(...times.filter((time) => !Number.isNaN(time))),
    open(): EventCursor {
      mostOpen = Math.max(mostOpen, ++open);
      let at = 0;
      const report = { records: 0, skipped: new Map([["damaged", 1]]), skippedBytes: 2 };
      return {
        report,
        next() {
          if (at >= times.length) return undefined;
          report.records++;
          return { timeMs: times[at++] } as EventView;
        },
        [Symbol.dispose]: () => void open--,
      };
    },
  };
}

function drain(cursor: MergedCursor): number[] {
  const times: number[] = [];
  for (let event = cursor.next(); event; event = cursor.next()) times.push(event.timeMs);
  return times;
}

Deno.test("any sources merge into one order of time, and every one is closed", () => {
  fc.assert(fc.property(
    fc.array(fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1 }), { maxLength: 12 }),
    (lists) => {
      const sorted = lists.map((list) => list.toSorted((a, b) => a - b));
      using cursor = new MergedCursor(sorted.map(source));
      assert.deepEqual(drain(cursor), lists.flat().sort((a, b) => a - b));
      assert.equal(cursor.report.records, lists.flat().length);
      assert.equal(cursor.report.skipped.get("damaged") ?? 0, lists.length);
      assert.equal(open, 0);
    },
  ));
});

Deno.test("a file opens when the stream reaches it: consecutive files are never open together", () => {
  mostOpen = 0;
  const files = Array.from({ length: 50 }, (_, i) => source([10 * i, 10 * i + 5]));
  using cursor = new MergedCursor(files);
  assert.equal(drain(cursor).length, 100);
  assert.ok(mostOpen <= 2, `${mostOpen} open`);
});

Deno.test("an event of a broken clock does not hold its source up", () => {
  using cursor = new MergedCursor([source([1, 9_999, 3, NaN, 5]), source([2, 4, 6])], 100);
  assert.deepEqual(drain(cursor), [1, 9_999, 2, 3, NaN, 4, 5, 6]);
});

Deno.test("a stream that is left early closes what is open", () => {
  {
    using cursor = new MergedCursor([source([1, 2]), source([1, 3])]);
    cursor.next();
  }
  assert.equal(open, 0);
});
