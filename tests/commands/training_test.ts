import assert from "node:assert/strict";
import { join } from "node:path";
import { readTraining } from "@/commands/training.ts";

Deno.test("a file of training settings is checked, and named where it is wrong", () => {
  const folder = Deno.makeTempDirSync();
  try {
    const file = join(folder, "training.json");
    const read = (text: string) => {
      Deno.writeTextFileSync(file, text);
      return readTraining(file);
    };
    assert.equal(readTraining(undefined), undefined);
    const wide = { autoencoder: { preset: "wide", steps: 300 }, gan: { discriminator: [64, 32] } };
    assert.deepEqual(read(JSON.stringify(wide)), wide);
    assert.throws(
      () => read(`{ "autoencoder": { "layers": [8] } }`),
      /training\.json: autoencoder takes preset, hidden, steps: got layers/,
    );
    assert.throws(() => read(`[]`), /training\.json: training takes an object/);
    assert.throws(() => read(`{`), /training\.json/);
    assert.throws(() => readTraining(join(folder, "none.json")), /none\.json/);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});
