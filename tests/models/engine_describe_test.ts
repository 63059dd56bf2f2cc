import assert from "node:assert/strict";
import { describeEngines, openEngine } from "@/models/engine.ts";
import { measureGflops } from "@/models/engines/measure.ts";

Deno.test("every engine is described, one is chosen, and the others say why they are not", async () => {
  const reports = await describeEngines();
  const names = reports.map(({ name }) => name).sort();
  assert.deepEqual(names, ["fused", "fused-native", "reference", "tensorflow", "webgpu"]);
  const [chosen, ...others] = reports;
  await using engine = await openEngine();
  assert.deepEqual([chosen.name, chosen.chosen, chosen.usable], [engine.name, true, true]);
  for (const { name, chosen, reason } of others) assert.ok(!chosen && reason, name);
});

Deno.test("an engine's speed is above 0 and nobody's dream", async () => {
  await using engine = await openEngine({ name: "fused", workers: 0 });
  const gflops = await measureGflops(engine, 30, 1);
  assert.ok(gflops > 0 && gflops < 10_000, `${gflops}`);
});

Deno.test("HABIT_ENGINE names the engine, and a name that is none is an error", async () => {
  const before = Deno.env.get("HABIT_ENGINE");
  try {
    Deno.env.set("HABIT_ENGINE", "reference");
    await using engine = await openEngine();
    assert.equal(engine.name, "reference");
    Deno.env.set("HABIT_ENGINE", "abacus");
    await assert.rejects(() => openEngine(), /HABIT_ENGINE="abacus".*fused-native/);
  } finally {
    if (before === undefined) Deno.env.delete("HABIT_ENGINE");
    else Deno.env.set("HABIT_ENGINE", before);
  }
});
