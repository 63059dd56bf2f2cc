import assert from "node:assert/strict";
import { column } from "@/features/schema.ts";
import { DIMENSIONS } from "@/features/vector.ts";
import { changes, type Hour } from "@/models/changes.ts";

const ALL = 0xffff;
const FAILED = column("logon_fail");
const STARTED = column("proc_count");

/** Hours that alternate around a mean of processes, with so many failures in each. */
function hours(n: number, late: boolean, failures: number, channels = ALL): Hour[] {
  return Array.from({ length: n }, (_, i) => {
    const values = new Float32Array(DIMENSIONS);
    values[STARTED] = 20 + (i % 2) * 4;
    values[FAILED] = failures;
    return { late, channels, values };
  });
}

Deno.test("a column that rose is found with its means, and those that did not are left out", () => {
  const found = changes([...hours(60, false, 0), ...hours(20, true, 6)]);
  assert.deepEqual(found.map(({ index }) => index), [FAILED]);
  assert.equal(found[0]!.before, 0);
  assert.equal(found[0]!.now, 6);
  assert.ok(found[0]!.t > 0);
  const [fell] = changes([...hours(60, false, 6), ...hours(20, true, 0)]);
  assert.ok(fell!.t < 0);
});

Deno.test("one event in a week, few hours, and columns without audit are no change", () => {
  const once = [...hours(60, false, 0), ...hours(20, true, 0)];
  once.at(-1)!.values[FAILED] = 1;
  assert.deepEqual(changes(once), []);
  assert.deepEqual(changes([...hours(60, false, 0), ...hours(7, true, 6)]), []);
  assert.deepEqual(changes([...hours(60, false, 0, 0), ...hours(20, true, 6, 0)]), []);
});
