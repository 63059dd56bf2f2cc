import assert from "node:assert/strict";
import { featuresPage } from "@/tools/features_doc.ts";

Deno.test("docs/features.md is what the schema says", async () => {
  const page = await Deno.readTextFile(new URL("../../docs/features.md", import.meta.url));
  assert.equal(page, featuresPage(page), "run: deno run -A tools/features_doc.ts");
});
