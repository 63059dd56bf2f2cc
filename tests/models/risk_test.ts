import assert from "node:assert/strict";
import fc from "fast-check";
import { daySurprise, FREE_SURPRISE, HALF_LIFE_DAYS, userRisk } from "@/models/risk.ts";

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

Deno.test("odds halve in a week, and grow with criticality", () => {
  const now = userRisk([day(1e-6)]).risk;
  assert.ok(Math.abs(odds(userRisk([day(1e-6, HALF_LIFE_DAYS)]).risk) / odds(now) - 0.5) < 1e-9);
  assert.ok(Math.abs(odds(userRisk([day(1e-6, 0, 8, 2)]).risk) / odds(now) - 2) < 1e-9);
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

Deno.test("a day that one usual day in five exceeds counts for nothing", () => {
  assert.equal(userRisk([day(0.2, 0, 1)]).risk < 1e-9, true);
  assert.ok(daySurprise(0.19, 1) > FREE_SURPRISE);
  assert.equal(userRisk([]).risk, 0);
});
