import assert from "node:assert/strict";
import { brokenLinks } from "@/tools/docs_lint.ts";

Deno.test("a link to a file that is not there is named with the page it stands on", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const page = `${folder}/page.md`;
    await Deno.writeTextFile(page, "[a](page.md) [b](missing.md#x) [c](https://a.example) [d](#e)");
    assert.deepEqual(brokenLinks([page]), [`${page}: missing.md`]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
