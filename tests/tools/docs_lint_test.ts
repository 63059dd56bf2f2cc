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

Deno.test("an exported symbol without a doc comment is named with its line", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const file = `${folder}/module.ts`;
    await Deno.writeTextFile(
      file,
      "/**\n * A module.\n * @module\n */\n/** Said. */\nexport const a = 1;\nexport const b = 2;\nconst c = 3;\nvoid c;\n",
    );
    const [symbol, ...more] = await undocumented([file]);
    assert.match(symbol!, /module\.ts:6 b$/);
    assert.deepEqual(more, []);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
