import assert from "node:assert/strict";
import { BLOCKS, type Column, column, columnMask, FEATURES } from "@/features/schema.ts";
import { MASK_CHANNELS } from "@/features/column.ts";
import { KINDS } from "@/features/kinds/all.ts";
import { onlySeen } from "@/features/kinds/define.ts";
import { FIELD_NAMES } from "@/features/fields.ts";
import { DIMENSIONS } from "@/features/vector.ts";

Deno.test("the schema has 128 columns in twelve blocks, each name once", () => {
  assert.equal(FEATURES.length, DIMENSIONS);
  assert.equal(new Set(FEATURES.map(({ name }) => name)).size, DIMENSIONS);
  const sizes = [..."ABCDEFGHIJKL"].map((each) => BLOCKS.filter((block) => block === each).length);
  assert.deepEqual(sizes, [8, 8, 16, 12, 8, 10, 8, 12, 20, 8, 10, 8]);
  assert.equal(column("log_gap"), 127);
});

Deno.test("wire integers stay exact in float32", () => {
  for (const { name, wireRange: [low, high] } of FEATURES as readonly Column[]) {
    assert.ok(low <= 0 && high > 0 && -low < 2 ** 24 && high < 2 ** 24, name);
  }
});

Deno.test("a column counts where any of its channels is audited", () => {
  assert.equal(columnMask(0).reduce((sum, bit) => sum + bit), 0);
  assert.equal(columnMask(0xffff).reduce((sum, bit) => sum + bit), DIMENSIONS);
  MASK_CHANNELS.forEach((channel, bit) => {
    const mask = columnMask(1 << bit);
    FEATURES.forEach((feature: Column, i) => {
      assert.equal(
        mask[i],
        Number(feature.mask.includes(channel)),
        `${feature.name} by ${channel}`,
      );
    });
  });
});

Deno.test("each list of names has sources with a licence, and names in lower case and order", async () => {
  const folder = new URL("../../features/lists/", import.meta.url);
  for (const { name } of Deno.readDirSync(folder)) {
    const { about, sources, names, groups } = JSON.parse(
      await Deno.readTextFile(new URL(name, folder)),
    );
    assert.ok(about.length > 10 && sources.length > 0, name);
    for (const { title, url, licence } of sources) {
      assert.ok(title && licence && url.startsWith("https://"), name);
    }
    if (groups) continue;
    const tidy = [...new Set(names.map((each: string) => each.toLowerCase()))].sort();
    assert.deepEqual(names, tidy, name);
  }
});

/** What says of which class an account is, beside what columns count. */
const OF_CLASSES = { fields: ["GroupMembership"], events: ["Security 4627"] };

Deno.test("the columns together want the fields that readers are asked for", () => {
  const wanted = new Set<string>(FEATURES.flatMap(({ fields }: Column) => fields));
  for (const field of OF_CLASSES.fields) wanted.add(field);
  assert.deepEqual(FIELD_NAMES.filter((name) => !wanted.has(name)), []);
});

Deno.test("the columns name the events that count, and every one that they name counts", () => {
  const named = new Set(FEATURES.flatMap(({ events }: Column) => events));
  for (const event of OF_CLASSES.events) named.add(event);
  const kinds = KINDS.map(({ channel, eventId }) => `${channel} ${eventId}`);
  assert.equal(new Set(kinds).size, kinds.length, "no kind twice");
  const single = [...named].filter((event) => !event.endsWith("*"));
  assert.deepEqual(single.filter((event) => !kinds.includes(event)), []);
  const counting = KINDS.filter(({ count }) => count !== onlySeen);
  const counted = counting.map(({ channel, eventId }) => `${channel} ${eventId}`);
  assert.deepEqual(counted.filter((event) => !named.has(event)), []);
});
