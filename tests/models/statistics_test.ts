import assert from "node:assert/strict";
import { budgetThreshold, calibrate, calibrateClasses, pValue } from "@/models/calibration.ts";
import { matrixOf } from "@/models/matrix.ts";
import { seededRandom } from "@/models/random.ts";
import { columnMeans, eigen, inverseRoot, ledoitWolf } from "@/models/statistics/covariance.ts";
import { averagePrecision, rocAuc } from "@/models/statistics/ranking.ts";
import { quantile, shrinkSpread, spreadOf } from "@/models/statistics/robust.ts";
import { exceedance, fitTail } from "@/models/statistics/tail.ts";
import { splitByTime } from "@/models/split.ts";
import { fleetMoments, momentsOf, scaleRows, scalingOf } from "@/models/scaling.ts";
import { separation } from "@/models/duel.ts";

const near = (actual: number, expected: number, tolerance = 1e-6) =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not ${expected}`);

Deno.test("rocAuc counts ties half", () => {
  assert.equal(rocAuc([1, 2, 3, 4], [0, 0, 1, 1]), 1);
  assert.equal(rocAuc([4, 3, 2, 1], [0, 0, 1, 1]), 0);
  assert.equal(rocAuc([1, 1, 1, 1], [0, 1, 0, 1]), 0.5);
  near(rocAuc([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1]), 0.75); // scikit-learn's own example
});

Deno.test("what is not a number has no rank", () => {
  assert.throws(() => rocAuc([1, NaN], [0, 1]), /Cannot rank score 1: it is not a number/);
  assert.throws(() => averagePrecision([NaN, 2], [0, 1]), /Cannot rank score 0/);
});

Deno.test("averagePrecision agrees with scikit-learn's example", () => {
  near(averagePrecision([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1]), 0.8333333, 1e-6);
  assert.equal(averagePrecision([1, 1, 1, 1], [1, 0, 0, 0]), 0.25);
});

Deno.test("quantile is linear between neighbours", () => {
  assert.equal(quantile([1, 2, 3, 4], 0.5), 2.5);
  assert.equal(quantile([1, 2, 3, 4], 1), 4);
  assert.ok(Number.isNaN(quantile([], 0.5)));
});

Deno.test("shrinkSpread takes the fleet's where a host has nothing, and never a hair's breadth", () => {
  const fleet = { median: 1, range: 2 };
  assert.deepEqual(shrinkSpread(spreadOf([]), 0, fleet, 20), fleet);
  near(shrinkSpread({ median: 5, range: 0 }, 1e9, fleet, 20).range, 0.2);
  near(shrinkSpread({ median: 3, range: 4 }, 20, fleet, 20).median, 2);
});

Deno.test("a generalised Pareto tail of exponential scores is exponential", () => {
  const random = seededRandom(1, "tail");
  const scores = Float64Array.from({ length: 20_000 }, () => -Math.log(1 - random())).sort();
  const tail = fitTail(scores, 0.9)!;
  for (const share of [1e-2, 1e-3, 1e-4]) {
    const ratio = exceedance(tail, -Math.log(share)) / share;
    assert.ok(ratio > 0.6 && ratio < 1.7, `${ratio} at ${share}`);
  }
  assert.equal(fitTail([1, 2, 3]), undefined);
});

Deno.test("conformal p-values of fresh normal scores are uniform", () => {
  const random = seededRandom(2, "conformal");
  const normal = () => random() + random() + random() + random();
  const calibration = calibrate(Array.from({ length: 5000 }, normal));
  for (const target of [0.5, 0.1, 0.01]) {
    const fresh = Array.from({ length: 20_000 }, () => pValue(calibration, normal()));
    const ratio = fresh.filter((p) => p <= target).length / fresh.length / target;
    assert.ok(ratio > 0.75 && ratio < 1.3, `${ratio} at ${target}`);
  }
});

Deno.test("pValue falls as the score grows, also beyond the calibration", () => {
  const calibration = calibrate(Array.from({ length: 3000 }, (_, i) => Math.sqrt(i)));
  let last = 1;
  for (let score = -5; score < 90; score += 0.37) {
    const p = pValue(calibration, score);
    assert.ok(p > 0 && p <= last, `${p} after ${last} at ${score}`);
    last = p;
  }
  assert.equal(pValue(calibrate([]), 3), 1);
});

Deno.test("a class with few scores uses those of all", () => {
  const scores = Array.from({ length: 2500 }, (_, i) => i);
  const [many, few] = calibrateClasses(scores, scores.map((i) => i < 2400 ? 0 : 1), 2);
  assert.equal(many.n, 2400);
  assert.equal(few.n, 2500);
});

Deno.test("budgetThreshold spends a budget over a user's windows", () => {
  near(budgetThreshold(9, 9), 0.001);
  assert.throws(() => budgetThreshold(-1, 9), /-1 alerts a day/);
});

Deno.test("eigen takes a symmetric matrix apart", () => {
  const { values } = eigen(Float64Array.of(2, 1, 1, 2), 2);
  assert.deepEqual([...values].sort().map((x) => Math.round(x * 1e9) / 1e9), [1, 3]);
});

Deno.test("inverseRoot whitens: W·C·W = 1", () => {
  const covariance = Float64Array.of(4, 1, 0.5, 1, 3, 0.2, 0.5, 0.2, 1);
  const w = inverseRoot(covariance, 3);
  const multiply = (a: Float64Array, b: Float64Array) =>
    Float64Array.from({ length: 9 }, (_, at) => {
      const [i, j] = [Math.floor(at / 3), at % 3];
      return a[i * 3] * b[j] + a[i * 3 + 1] * b[3 + j] + a[i * 3 + 2] * b[6 + j];
    });
  multiply(multiply(w, covariance), w).forEach((value, at) => near(value, at % 4 === 0 ? 1 : 0));
});

Deno.test("ledoitWolf keeps the trace and shrinks what is off the diagonal", () => {
  const rows = matrixOf([[1, 2], [2, 1], [3, 5], [4, 3]]);
  const { covariance, shrinkage } = ledoitWolf(rows, columnMeans(rows));
  // The biased sample covariance is [[1.25, 0.875], [0.875, 2.1875]].
  near(covariance[0] + covariance[3], 1.25 + 2.1875, 1e-6);
  near(covariance[1], (1 - shrinkage) * 0.875, 1e-6);
  assert.ok(shrinkage > 0 && shrinkage < 1);
});

Deno.test("splitByTime holds out the last third of days", () => {
  const startMs = Float64Array.from({ length: 9 * 24 }, (_, i) => i * 3_600_000);
  const { training, heldOut } = splitByTime(startMs, startMs.length);
  assert.equal(training.length, 6 * 24);
  assert.equal(heldOut[0], 6 * 24);
  assert.equal(splitByTime(new Float64Array(0), 0).training.length, 0);
  assert.equal(splitByTime(Float64Array.of(1, 2, 3), 3).heldOut.length, 1);
});

Deno.test("scaling floors the deviation, leaves gaps, and caps 10⁹", () => {
  const own = momentsOf(matrixOf([[0, 5], [0, NaN], [0, 7]]));
  const scaling = scalingOf(own, fleetMoments([own], 2));
  near(scaling.factor[0], 1 / 0.15, 1e-4);
  near(scaling.centre[1], 6, 1e-6);
  const { values } = scaleRows(matrixOf([[1e9, NaN]]), scaling);
  assert.equal(values[0], 30);
  assert.ok(Number.isNaN(values[1]));
});

Deno.test("separation is the ROC AUC of strange over normal", () => {
  assert.equal(separation([1, 2], [3, 4]), 1);
  assert.equal(separation([1, 3], [2, 2]), 0.5);
});
