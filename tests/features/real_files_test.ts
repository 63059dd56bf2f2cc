import assert from "node:assert/strict";
import { column, type FeatureName } from "@/features/schema.ts";
import { eventFields, filledColumns } from "@/tools/feature_files.ts";

import realEvents from "./real_events.json" with { type: "json" };
import realFiles from "./real_files.json" with { type: "json" };

const DATA = new URL("../../../shared/data/", import.meta.url);
const present = (() => {
  try {
    return Deno.statSync(DATA).isDirectory;
  } catch {
    console.log("skipped: columns in real event logs, as ../shared/data is absent");
    return false;
  }
})();

Deno.test({
  name: "each column counts in the real log that the documentation names",
  ignore: !present,
  fn() {
    const byFile = Map.groupBy(Object.entries(realFiles), ([, { file }]) => file);
    for (const [file, entries] of byFile) {
      const filled = filledColumns(new URL(file, DATA).pathname);
      for (const [name] of entries) {
        assert.notEqual(filled[column(name as FeatureName)], 0, `${name} in ${file}`);
      }
    }
  },
});

Deno.test({
  name: "each kind of event has the wanted fields in the real log that the documentation names",
  ignore: !present,
  fn() {
    const byFile = Map.groupBy(Object.entries(realEvents), ([, { file }]) => file);
    for (const [file, entries] of byFile) {
      const found = eventFields(new URL(file, DATA).pathname);
      for (const [event, { fields }] of entries) {
        assert.deepEqual([...found.get(event) ?? []].sort(), fields, `${event} in ${file}`);
      }
    }
  },
});
