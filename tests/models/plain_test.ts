import assert from "node:assert/strict";
import { type Matrix, matrixOf } from "@/models/matrix.ts";
import { IsolationForest } from "@/models/plain/isolation_forest.ts";
import { Mahalanobis } from "@/models/plain/mahalanobis.ts";
import { Knn, Lof } from "@/models/plain/nearest.ts";
import { PositiveSum } from "@/models/plain/sums.ts";
import { seededRandom } from "@/models/random.ts";
import { rarity, rarityTable } from "@/models/rarity.ts";
import { RELEVANCE } from "@/models/relevance.ts";
import { column } from "@/features/schema.ts";
import { DIMENSIONS } from "@/features/vector.ts";

/** A cloud around the origin, twice as wide in the first column. */
function cloud(rows: number): Matrix {
  const random = seededRandom(3, "cloud");
  const normal = () => random() + random() + random() + random() - 2;
  return matrixOf(Array.from({ length: rows }, () => [2 * normal(), normal()]));
}

Deno.test("Knn gives the distance to the k-th nearest row", () => {
  const knn = new Knn(2);
  knn.fit(matrixOf([[0], [1], [3], [10]]));
  assert.deepEqual([...knn.score(matrixOf([[0], [12]]))], [1, 9]);
});

Deno.test("Knn of fewer rows than k takes what there is", () => {
  const knn = new Knn(5);
  knn.fit(matrixOf([[0, 0]]));
  assert.deepEqual([...knn.score(matrixOf([[3, 4]]))], [5]);
});

Deno.test("Lof is about 1 within a cloud, and large where density falls", () => {
  const lof = new Lof(10);
  lof.fit(cloud(200));
  const [inside, outside] = lof.score(matrixOf([[0, 0], [0, 9]]));
  assert.ok(inside > 0.8 && inside < 1.3, `${inside}`);
  assert.ok(outside > 5, `${outside}`);
});

Deno.test("Mahalanobis weighs a column by its spread", () => {
  const detector = new Mahalanobis();
  detector.fit(cloud(2000));
  const [along, across] = detector.score(matrixOf([[2, 0], [0, 2]]));
  assert.ok(across > 3 * along && across < 5 * along, `${across} against ${along}`);
});

Deno.test("IsolationForest finds a lone row, and repeats from its seed", () => {
  const scores = () => {
    const forest = new IsolationForest(seededRandom(5, "forest"));
    forest.fit(cloud(300));
    return forest.score(matrixOf([[0, 0], [20, 20]]));
  };
  const [inside, outside] = scores();
  assert.ok(outside > 0.65 && inside < 0.55, `${inside}, ${outside}`);
  assert.deepEqual(scores(), scores());
});

Deno.test("PositiveSum adds what lies above the mean", () => {
  assert.deepEqual([...new PositiveSum().score(matrixOf([[1, -5, 2]]))], [3]);
  assert.deepEqual([...new PositiveSum([1, 2]).score(matrixOf([[1, -5, 2]]))], [2]);
});

Deno.test("rarity is the weighed surprisal of columns, by class", () => {
  const dcsync = column("dcsync");
  const programs = column("proc_new_host");
  const rows = 1000;
  const values = new Float32Array(rows * DIMENSIONS);
  for (let r = 0; r < rows; r += 10) values[r * DIMENSIONS + programs] = 3;
  const table = rarityTable([{ values, classes: new Uint8Array(rows) }]);
  const parts = new Float32Array(DIMENSIONS);
  const of = (i: number, value: number) => {
    const row = new Float32Array(DIMENSIONS);
    row[i] = value;
    return rarity(table, 0, row, row, 0, 0, parts);
  };
  assert.equal(of(programs, 0), 0);
  // One in ten: surprisal 2.3, so nothing beyond the everyday 2 at steps of a half.
  assert.equal(of(programs, 3), 0);
  // Never: ln(1001 / 0.5) = 7.6, and of 1 + 1 over the highest 1 + 0 by a tail of 0.15 ln 2 / 0.15
  // = 4.6 more; less 2, floored to 10, twice for its weight of 2.
  assert.equal(of(dcsync, 1), 2 * 10);
  assert.equal(parts[dcsync], 20);
  assert.equal(RELEVANCE[0][column("hour_sin")], 0);
});
