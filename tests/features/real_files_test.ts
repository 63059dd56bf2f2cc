import assert from "node:assert/strict";
import { column, type FeatureName } from "@/features/schema.ts";
import { filledColumns } from "@/tools/feature_files.ts";
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
