/** Needs `deno task setup:kernel`; without its library these are skipped, by name. */
import assert from "node:assert/strict";
import { openEngine } from "@/models/engine.ts";
import { LEVELS, nativeKernel, nativeLevel } from "@/models/engines/native.ts";
import { assertReadsAlike, assertTrainsAlike, job, trainAll, trainOn } from "./engine_cases.ts";

const best = nativeLevel();
const here = best === undefined ? [] : LEVELS.slice(0, LEVELS.indexOf(best) + 1);

for (const level of LEVELS) {
  const ignore = !here.includes(level);
  Deno.test(`fused-native on ${level} trains the reference's nets`, { ignore }, () => {
    assertTrainsAlike(() => nativeKernel(level));
  });

  Deno.test(`fused-native on ${level} gives the reference's units`, { ignore }, () => {
    assertReadsAlike(() => nativeKernel(level));
  });
}

const ignore = best === undefined;
Deno.test("fused-native gives the same bits on Workers as on this thread", { ignore }, async () => {
  const jobs = Array.from({ length: 6 }, (_, i) => job(`h${i}`, { seed: i }));
  await using engine = await openEngine({ name: "fused-native", workers: 2 });
  for (const [id, result] of await trainAll(engine, jobs)) {
    assert.deepEqual(result, trainOn(nativeKernel(), jobs.find((each) => each.id === id)!));
  }
});
