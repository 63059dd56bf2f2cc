import assert from "node:assert/strict";
import fc from "fast-check";
import { daySurprise, DRIFT, HALF_LIFE_DAYS, userRisk } from "@/models/risk.ts";

const day = (p: number, age = 0, windows = 8, criticality = 1) => ({
  p,
  age,
  windows,
  criticality,
});
const odds = (risk: number) => risk / (100 - risk);

Deno.test("a usual day's surprise is exponential with mean 1, however many windows it has", () => {
  for (const windows of [1, 8, 200]) {
    // p of the day's strangest of n uniform windows, at evenly spread quantiles of its distribution
    const n = 20_000;
    let sum = 0;
    for (let i = 0; i < n; i++) {
      sum += daySurprise(1 - (1 - (i + 0.5) / n) ** (1 / windows), windows);
    }
    assert.ok(Math.abs(sum / n - 1) < 0.01, `mean ${sum / n} with ${windows} windows`);
  }
});

Deno.test("odds fall by more than half in a week, to 0 in the end, and grow with criticality", () => {
  const now = userRisk([day(1e-12)]).risk;
  const later = odds(userRisk([day(1e-12, HALF_LIFE_DAYS)]).risk) / odds(now);
  assert.ok(later > 0 && later < 0.5, `${later}`);
  assert.equal(userRisk([day(1e-12, 28)]).risk, 0);
  assert.ok(Math.abs(odds(userRisk([day(1e-12, 0, 8, 2)]).risk) / odds(now) - 2) < 1e-9);
});

Deno.test("days without windows take away as usual ones do, from all days before alike", () => {
  const strange = [day(1e-8, 5), day(1e-6, 4)];
  const gap = userRisk([...strange, day(0.02, 0)]);
  const sure = day(1, 0, 1); // a day whose surprise is 0
  const filled = userRisk([
    ...strange,
    ...[3, 2, 1].map((age) => ({ ...sure, age })),
    day(0.02, 0),
  ]);
  assert.ok(Math.abs(gap.risk - filled.risk) < 1e-9, `${gap.risk} ${filled.risk}`);
  const [first, second] = userRisk(strange).share;
  assert.ok(Math.abs(gap.share[0] / gap.share[1] - first / second) < 1e-9);
});

Deno.test("risk stays within 0 and 100, its shares sum to 1, and more never lowers it", () => {
  const days = fc.array(
    fc.record({
      p: fc.double({ min: 0, max: 1, noNaN: true }),
      age: fc.double({ min: 0, max: 30, noNaN: true }),
      windows: fc.integer({ min: 1, max: 500 }),
      criticality: fc.constantFrom(0.5, 1, 1.5, 2),
    }),
    { maxLength: 30 },
  );
  fc.assert(fc.property(days, (list) => {
    const { risk, share } = userRisk(list);
    assert.ok(risk >= 0 && risk < 100);
    const sum = share.reduce((total, part) => total + part, 0);
    assert.ok(risk === 0 ? sum === 0 : Math.abs(sum - 1) < 1e-9);
    assert.ok(userRisk([...list, day(1e-9)]).risk >= risk);
  }));
});

Deno.test("a usual day adds nothing", () => {
  assert.equal(userRisk([day(0.14, 0, 1)]).risk, 0);
  assert.ok(daySurprise(0.13, 1) > DRIFT);
  assert.equal(userRisk([]).risk, 0);
});
