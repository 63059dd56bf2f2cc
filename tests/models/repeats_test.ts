import assert from "node:assert/strict";
import { Raised } from "@/models/repeats.ts";

const DAY = 86_400_000;

Deno.test("an alert speaks for its account and leading column, a week long either way", () => {
  const raised = new Raised();
  raised.add("a", 3, 10 * DAY);
  assert.ok(raised.speaksFor("a", 3, 17 * DAY));
  assert.ok(raised.speaksFor("a", 3, 3 * DAY));
  assert.ok(!raised.speaksFor("a", 3, 17 * DAY + 1));
  assert.ok(!raised.speaksFor("a", 4, 10 * DAY));
  assert.ok(!raised.speaksFor("b", 3, 10 * DAY));
});

Deno.test("every alert of an account speaks", () => {
  const raised = new Raised();
  for (const day of [0, 30]) raised.add("a", 3, day * DAY);
  assert.deepEqual([5, 15, 25].map((day) => raised.speaksFor("a", 3, day * DAY)), [
    true,
    false,
    true,
  ]);
});
