import assert from "node:assert/strict";
import { bar, Progress } from "@/commands/progress.ts";

Deno.test("a bar is as full as its share, and never over", () => {
  assert.equal(bar(0.5), "█".repeat(12) + "░".repeat(12));
  assert.equal(bar(7), "█".repeat(24));
  assert.equal(bar(-1), "░".repeat(24));
});

Deno.test("off a terminal a step prints at most every ten seconds, and its end always", () => {
  let nowMs = 0;
  const lines: string[] = [];
  const progress = new Progress((text) => void lines.push(text), false, () => nowMs);
  for (; nowMs < 25_000; nowMs += 1_000) progress.show("read", nowMs, 50_000, `${nowMs} ms`);
  progress.done("read", "all");
  assert.deepEqual(lines.map((line) => line.trim().split(" ").at(-1)), ["ms", "ms", "ms", "all"]);
  assert.ok(lines.every((line) => line.endsWith("\n") && !line.includes("\r")));
});
