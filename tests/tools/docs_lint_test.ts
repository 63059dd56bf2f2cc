import assert from "node:assert/strict";
import { brokenLinks, undocumented } from "@/tools/docs_lint.ts";

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

Deno.test("only what has no doc comment is named of what the lint says", () => {
  const lint = "\x1b[31merror[missing-jsdoc]\x1b[0m: exported symbol\n  --> a.ts:3:1\n  |\n\n" +
    "error[missing-explicit-type]: exported symbol\n --> b.ts:1:1\n";
  assert.deepEqual(undocumented(lint), ["a.ts:3:1"]);
});
