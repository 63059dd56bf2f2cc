import assert from "node:assert/strict";
import { FEATURES } from "@/features/schema.ts";
import { DIMENSIONS } from "@/features/vector.ts";
import { attributeDistances } from "@/models/attribution.ts";
import { addHeights, ganParts } from "@/models/contributions.ts";
import { openModel, trainHosts } from "@/models/detection.ts";
import { openEngine } from "@/models/engine.ts";
import { featureDistances } from "@/models/gan.ts";
import { COUNTED, modelInput, netsScore, readRows, rowRarity } from "@/models/host_model.ts";
import { filledRows } from "@/models/matrix.ts";
import { neighbourParts } from "@/models/neighbours.ts";
import { seededRandom } from "@/models/random.ts";
import { scaleRows } from "@/models/scaling.ts";
import { LOGONS, NEW_PROGRAMS, office, QUICK } from "./office.ts";

const CYCLIC = FEATURES.flatMap(({ kind }, i) => kind === "cyclic" ? [i] : []);

async function model() {
  await using engine = await openEngine({ name: "fused", workers: 0 });
  const hosts = new Map([["a", office(240, 1)], ["b", office(240, 2)]]);
  return openModel((await trainHosts(hosts, { seed: 7, engine, ...QUICK })).get("a")!.bytes);
}

/** Office windows of which every third is strange, as the detectors read them. */
function strange() {
  const rows = office(30, 21);
  for (let r = 0; r < rows.n; r += 3) {
    rows.values[r * DIMENSIONS + NEW_PROGRAMS] = 5 + r;
    rows.values[r * DIMENSIONS + LOGONS] = 400;
  }
  return rows;
}

const near = (actual: number, expected: number, of: string) =>
  assert.ok(
    Math.abs(actual - expected) <= 2e-3 * (1 + Math.abs(expected)),
    `${of}: ${actual} ≠ ${expected}`,
  );

Deno.test("contributions of columns add up", async (t) => {
  const { parts } = await model();
  const rows = strange();
  const scaled = scaleRows(modelInput(rows), parts.scaling);
  const filled = filledRows(scaled, COUNTED);
  const readings = readRows(parts, scaled, filled);
  const sumOf = (values: Float32Array, row: number) =>
    values.subarray(row * DIMENSIONS, (row + 1) * DIMENSIONS).reduce((sum, x) => sum + x, 0);

  await t.step("to the squared error, the Mahalanobis distance and the surprise", () => {
    readings.parts.forEach((own, k) => {
      for (let r = 0; r < rows.n; r++) {
        near(Math.log(sumOf(own, r)), readings.logs[k][r], `reading ${k}`);
      }
    });
  });

  await t.step("to the mean squared distance to the five nearest normal windows", () => {
    const random = seededRandom(5, "normal");
    const normal = Float32Array.from({ length: 40 * DIMENSIONS }, () => random());
    const own = neighbourParts(normal, filled);
    for (let r = 0; r < rows.n; r++) {
      const squares: number[] = [];
      for (let at = 0; at < normal.length; at += DIMENSIONS) {
        let square = 0;
        for (let i = 0; i < DIMENSIONS; i++) {
          square += (filled.values[r * DIMENSIONS + i] - normal[at + i]) ** 2;
        }
        squares.push(square);
      }
      const five = squares.sort((a, b) => a - b).slice(0, 5);
      near(sumOf(own, r), five.reduce((sum, x) => sum + x) / 5, `row ${r}`);
    }
  });

  await t.step("to the GAN's distance beyond the mean window's", () => {
    const { discriminator, features } = parts;
    const mean = { values: new Float32Array(DIMENSIONS), width: DIMENSIONS, rows: 1 };
    const [from] = featureDistances(discriminator, features, mean).map(Math.exp);
    const distances = featureDistances(discriminator, features, filled).map(Math.exp);
    const own = attributeDistances(discriminator, features, filled);
    for (let r = 0; r < rows.n; r++) near(sumOf(own, r), distances[r] - from, `row ${r}`);
  });

  await t.step("to the score of a strange window, and its rarity to the rarity", () => {
    const attributed = ganParts(parts, readings, filled);
    for (let r = 0; r < rows.n; r += 3) {
      const heights = new Float32Array(DIMENSIONS);
      const rare = rowRarity(parts, rows, r, scaled, r, heights);
      near(heights.reduce((sum, x) => sum + x, 0), rare, `rarity of row ${r}`);
      const added = addHeights(parts, readings, attributed.get(r), r, heights);
      const score = rare + netsScore(readings.logs, parts.spreads, parts.weights, r);
      near(rare + added, score, `row ${r}`);
      near(heights.reduce((sum, x) => sum + x, 0), score, `row ${r}`);
    }
  });
});

Deno.test("the hour alone is no reason: the GAN does not see it, no column names it", async () => {
  const own = await model();
  const rows = strange();
  const other = { ...rows, values: rows.values.slice() };
  const random = seededRandom(3, "hours");
  for (let r = 0; r < rows.n; r++) {
    for (const i of CYCLIC) other.values[r * DIMENSIONS + i] = 2 * random() - 1;
  }
  const read = (rows: ReturnType<typeof office>) => {
    const scaled = scaleRows(modelInput(rows), own.parts.scaling);
    return readRows(own.parts, scaled, filledRows(scaled, COUNTED)).logs[3];
  };
  assert.deepEqual(read(other), read(rows));
  const { topColumns, topShares } = own.score(other);
  const named = [...topColumns].filter((_, k) => topShares[k] > 0);
  assert.ok(named.length > 0 && named.every((column) => !CYCLIC.includes(column)));
});
