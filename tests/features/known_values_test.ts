import assert from "node:assert/strict";
import { Featuriser } from "@/features/featuriser.ts";
import { column, type FeatureName, FEATURES } from "@/features/schema.ts";
import { ALICE, STORIES } from "./known_values.ts";

for (const { title, events, user = ALICE, expected } of STORIES) {
  Deno.test(`known values: ${title}`, () => {
    const featuriser = new Featuriser({ host: "ws-1.ex.org" });
    for (const event of events) featuriser.add(event);
    const row = featuriser.finish().findLast((row) => row.user === user);
    assert.ok(row, `no row of ${user}`);
    const got = Object.keys(expected).map((name) => [
      name,
      row.values[column(name as FeatureName)],
    ]);
    assert.deepEqual(Object.fromEntries(got), expected);
  });
}

Deno.test("every column has a story that fills it", () => {
  const filled = new Set(
    STORIES.flatMap(({ expected }) =>
      Object.entries(expected).filter(([, value]) => value !== 0).map(([name]) => name)
    ),
  );
  assert.deepEqual(FEATURES.map(({ name }) => name).filter((name) => !filled.has(name)), []);
});
