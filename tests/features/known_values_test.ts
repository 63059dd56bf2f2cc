import assert from "node:assert/strict";
import { CHANNELS } from "@/agent/windows/channels.ts";
import { FIELD_NAMES } from "@/features/fields.ts";
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

Deno.test("every field is asked for in some story, and on the live log by the story's channel", () => {
  const asked = new Set<string>();
  for (const { events } of STORIES) {
    const featuriser = new Featuriser({ host: "ws-1.ex.org" });
    for (const event of events) {
      const channel = CHANNELS.find(({ channel }) => channel === event.channel);
      assert.ok(channel, `${event.channel} is not followed`);
      const rendered: string[] = [...channel.eventData, ...Object.values(channel.userData).flat()];
      const text = (slot: number) => {
        const name = FIELD_NAMES[slot];
        asked.add(name);
        const value = event.text(slot);
        if (value !== "" && name !== "Data1" && name !== "Data2") {
          assert.ok(rendered.includes(name), `${name} of ${event.channel}`);
        }
        return value;
      };
      featuriser.add({ ...event, text, number: (slot) => (text(slot), event.number(slot)) });
    }
  }
  assert.deepEqual(FIELD_NAMES.filter((name) => !asked.has(name)), []);
});
