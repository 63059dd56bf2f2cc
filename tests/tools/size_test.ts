import assert from "node:assert/strict";
import { codeLines, lowerMedian } from "@/tools/size.ts";

Deno.test("comments and blank lines are not code", () => {
  assert.equal(codeLines("/** a\n * b\n */\n\n// c\nconst a = 1; // d\n}\n"), 2);
});

Deno.test("of two middles the lower is the median", () => {
  assert.equal(lowerMedian([9, 1, 5, 3]), 3);
  assert.equal(lowerMedian([]), 0);
});
