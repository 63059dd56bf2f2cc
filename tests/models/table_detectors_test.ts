import assert from "node:assert/strict";
import { openEngine } from "@/models/engine.ts";
import { type Matrix, matrix } from "@/models/matrix.ts";
import { seededRandom } from "@/models/random.ts";
import { NetPair, standardiser } from "@/models/table_detectors.ts";

function cloud(rows: number): Matrix {
  const random = seededRandom(1, "cloud");
  return matrix(Float32Array.from({ length: rows * 4 }, () => random() + random()), 4);
}

Deno.test("units do not matter: a column times a factor, and moved, gives the same", () => {
  const rows = cloud(50);
  const other = { ...rows, values: rows.values.map((x, at) => x * [1, 1000, 0.01, 8][at % 4] + 5) };
  const [a, b] = [standardiser(rows)(rows).values, standardiser(other)(other).values];
  a.forEach((x, at) => assert.ok(Math.abs(x - b[at]) < 1e-2, `${x} ≠ ${b[at]}`));
});

Deno.test("what is far counts by its log, and a column that never changed is one column", () => {
  const rows = cloud(50);
  for (let r = 0; r < 50; r++) rows.values[4 * r] = 3;
  const [constant, far, usual] = [[4, 1, 1, 1], [3, 1e9, 1, 1], [3, 1, 1, 1]];
  const scaled = standardiser(rows)(matrix(Float32Array.from([...constant, ...far, ...usual]), 4));
  assert.ok(scaled.values.every((x) => Math.abs(x) <= 30));
  assert.ok(scaled.values[0] === 30 && scaled.values[5] > 10 && scaled.values[8] === 0);
});

Deno.test("tables of few rows, constant or missing columns and 10⁹ give finite scores", async (t) => {
  await using engine = await openEngine({ name: "fused", workers: 0 });
  const strange = matrix(Float32Array.from([1e9, 1, 1, NaN, 1, 1, 1, 1]), 4);
  for (const rows of [10, 20]) {
    await t.step(`${rows} rows`, async () => {
      const training = cloud(rows);
      for (let r = 0; r < rows; r++) {
        training.values[4 * r + 1] = 1;
        if (r % 4 === 0) training.values[4 * r + 2] = NaN;
        training.values[4 * r + 3] = NaN;
      }
      const scale = standardiser(training);
      const pair = new NetPair(engine, 1, { preset: "wide", steps: 60 });
      await pair.fit(scale(training));
      for (const which of ["fused", "fused with gan untrained", "neighbours", "gan"] as const) {
        const [far, usual] = pair.score(scale(strange), which);
        assert.ok(Number.isFinite(far) && Number.isFinite(usual), which);
        assert.ok(far > usual, `${which}: ${far} > ${usual}`);
      }
    });
  }
});
