import assert from "node:assert/strict";
import fc from "fast-check";
import { column } from "@/features/schema.ts";
import { DIMENSIONS } from "@/features/vector.ts";
import type { HostRows } from "@/models/detection.ts";
import { decodeHabits, encodeHabits, habitsOf } from "@/models/habits.ts";
import { levelOf, rarity, rarityTable } from "@/models/rarity.ts";

const DAY = 86_400_000;
const REMOTE = column("explicit_targets");

/** A window a day of each account: the value of one column by account and day. */
function rowsOf(days: readonly (readonly number[])[]): HostRows {
  const n = days.flat().length;
  const rows = {
    values: new Float32Array(n * DIMENSIONS),
    channels: new Uint16Array(n).fill(0xffff),
    startMs: new Float64Array(n),
    users: new Uint32Array(n),
    classes: new Uint8Array(n),
    n,
  };
  let at = 0;
  days.forEach((values, account) =>
    values.forEach((value, day) => {
      rows.values[at * DIMENSIONS + REMOTE] = value;
      rows.startMs[at] = day * DAY;
      rows.users[at++] = 0xfffffff0 + account;
    })
  );
  return rows;
}

/** A fleet in which the column is 0 but once in a thousand windows, where it is 1. */
const fleet = Array.from({ length: 4_000 }, (_, i) => i % 1_000 === 0 ? 1 : 0);
const values = new Float32Array(fleet.length * DIMENSIONS);
fleet.forEach((value, i) => values[i * DIMENSIONS + REMOTE] = value);
const table = rarityTable([{ values, classes: new Uint8Array(fleet.length) }]);

/** The same of every column. */
const wide = rarityTable([{
  values: values.map((_, at) => Math.floor(at / DIMENSIONS) % 1_000 === 0 ? 1 : 0),
  classes: new Uint8Array(fleet.length),
}]);

Deno.test("a habit is what an account did on three days; two are none", () => {
  const rows = rowsOf([[9, 9, 9, 0, 0], [9, 9, 0, 0, 0], [1, 9, 1, 1, 0]]);
  const habits = habitsOf(table, rows, Uint32Array.from({ length: rows.n }, (_, i) => i));
  const [high, low] = [9, 1].map((value) => levelOf(table, 0, REMOTE, value));
  assert.ok(high > low && low > 0, `levels ${high} and ${low}`);
  assert.deepEqual(
    [0, 1, 2].map((account) => habits.get(0xfffffff0 + account)?.[REMOTE]),
    [high, undefined, low],
  );
});

Deno.test("what is a habit is not rare, and what goes beyond it is less rare than for others", () => {
  const row = new Float32Array(DIMENSIONS);
  const scaled = new Float32Array(DIMENSIONS).fill(1);
  const rare = (value: number, habitual: number) => {
    row[REMOTE] = value;
    const habit = new Uint8Array(DIMENSIONS);
    habit[REMOTE] = habitual;
    return rarity(table, 0, row, scaled, 0, 0, new Float32Array(DIMENSIONS), habit);
  };
  const [high, low] = [9, 1].map((value) => levelOf(table, 0, REMOTE, value));
  assert.ok(rare(9, 0) > 0);
  assert.equal(rare(9, high), 0);
  assert.equal(rare(1, low), 0);
  assert.ok(rare(9, low) < rare(9, 0));
});

Deno.test("past what the fleet has shown, more is rarer, up to a bound", () => {
  const levels = [1, 2, 9, 1e9].map((value) => levelOf(table, 0, REMOTE, value));
  assert.ok(levels[0] < levels[1] && levels[1] < levels[2], `${levels}`);
  assert.equal(levels[2], levels[3]);
});

Deno.test("several columns count more than the strangest of them, and less than their sum", () => {
  const scaled = new Float32Array(DIMENSIONS).fill(1);
  const rare = (columns: readonly number[]) => {
    const row = new Float32Array(DIMENSIONS);
    for (const i of columns) row[i] = 1;
    const parts = new Float32Array(DIMENSIONS);
    const total = rarity(wide, 0, row, scaled, 0, 0, parts);
    assert.ok(Math.abs(parts.reduce((sum, part) => sum + part, 0) - total) < 1e-4);
    return total;
  };
  const [a, b] = [REMOTE, column("svc_state")];
  const both = rare([a, b]);
  assert.ok(both > Math.max(rare([a]), rare([b])) && both < rare([a]) + rare([b]));
});

Deno.test("habits come back from a checkpoint's numbers", () => {
  const levels = fc.array(fc.nat(25), { minLength: DIMENSIONS, maxLength: DIMENSIONS });
  const account = fc.nat(0xffffffff);
  fc.assert(fc.property(
    fc.uniqueArray(fc.tuple(account, levels), {
      selector: ([key]) => key,
      maxLength: 20,
    }),
    (entries) => {
      const habits = new Map(entries.map(([key, each]) => [key, Uint8Array.from(each)]));
      assert.deepEqual(decodeHabits(encodeHabits(habits)), habits);
    },
  ));
});
