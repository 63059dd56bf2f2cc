import assert from "node:assert/strict";
import { FEATURES } from "@/features/schema.ts";
import {
  ago,
  amount,
  counted,
  duration,
  oneIn,
  percent,
  sentenceParts,
  usual,
  utc,
} from "@/server/console/app/format.ts";
import { TACTICS } from "@/server/console/app/pages/attack_names.ts";
import { readFigures } from "@/server/console/app/pages/figures.ts";
import { usualBand } from "@/server/console/app/ui/band.ts";
import { csv, csvCell } from "@/server/console/app/ui/csv.ts";

Deno.test("amounts carry their units, and ranges name them once", () => {
  assert.equal(amount(12, "count"), "12");
  assert.equal(amount(0.25, "share"), "25 %");
  assert.equal(amount(1, "flag"), "yes");
  assert.equal(amount(5.326, "nats"), "5.33 nats");
  assert.equal(usual(0, 0, "count"), "0");
  assert.equal(usual(0, 2.6, "nats"), "0 to 2.6 nats");
  assert.equal(usual(0.333, 0.5, "share"), "33.3 to 50 %");
  assert.equal(usual(0, 1, "flag"), "yes or no");
  assert.equal(percent(0.00034), "0.034 %");
  assert.equal(counted(1, "host"), "1 host");
  assert.equal(counted(1_200, "host"), "1,200 hosts");
});

Deno.test("rarity is told in round odds", () => {
  assert.equal(oneIn(0.7), "usual");
  assert.equal(oneIn(0.01), "1 in 100");
  assert.equal(oneIn(1 / 4_321), "1 in 4,300");
  assert.equal(oneIn(0), "1 in 1,000,000,000");
});

Deno.test("times are told from now, lengths in the unit that fits", () => {
  const now = Date.UTC(2026, 10, 23, 12);
  assert.equal(ago(now - 5 * 60_000, now), "5 minutes ago");
  assert.equal(ago(now - 86_400_000, now), "yesterday");
  assert.equal(ago(now + 3 * 3_600_000, now), "in 3 hours");
  assert.equal(utc(new Date(now)), "2026-11-23 12:00 UTC");
  assert.equal(duration(850), "850 ms");
  assert.equal(duration(90_000), "1.5 min");
  assert.equal(duration(7_200_000), "2 h");
});

Deno.test("an alert's sentence is parted from its techniques, each once", () => {
  const sentence = "failed logons: 3 (usually 0) [T1110]; many accounts: 3 [T1110.003, T1110]";
  assert.deepEqual(sentenceParts(sentence), {
    text: "Failed logons: 3 (usually 0); many accounts: 3",
    techniques: ["T1110", "T1110.003"],
  });
});

Deno.test("CSV quotes what RFC 4180 wants, and formulas; numbers stay numbers", () => {
  assert.equal(csvCell('a "b", c'), '"a ""b"", c"');
  assert.equal(csvCell("line\nbreak"), '"line\nbreak"');
  for (const formula of ["=1+1", "+1", "-1", "@a", "\t=1"]) {
    assert.equal(csvCell(formula).replace(/^"/, "")[0], "'", formula);
  }
  assert.equal(csvCell(-1.5), "-1.5");
  assert.equal(csv([["a", "b"], [1, "x"]]), "a,b\r\n1,x\r\n");
});

Deno.test("the band holds nine in ten of the four weeks before, and nothing of the week itself", () => {
  const week = 7 * 24;
  const hours = Array.from({ length: 6 * week }, (_, i) => 100 * week + i);
  // Five weeks go evenly from 0 to 1 by the hour of the week; the sixth is strange throughout.
  const values = hours.map((_, i) => i < 5 * week ? (i % week) / week : 9);
  const { low, high } = usualBand(hours, values);
  const last = hours.length - 1;
  assert.ok(Math.abs(low[last]! - 0.05) < 0.01, `${low[last]}`);
  assert.ok(Math.abs(high[last]! - 0.95) < 0.01, `${high[last]}`);
  assert.equal(high[5 * week], high[last], "one band for the whole week");
  const few = usualBand(hours.slice(0, 19), values.slice(0, 19));
  assert.ok(few.low.every((it) => it === null), "too few to say what is usual");
});

Deno.test("a model's figures are read as training writes them, and whatever else is there left out", () => {
  const figures = readFigures({
    duel: {
      autoencoder: 0.99,
      gan: 0.9,
      fused: 0.98,
      winner: "autoencoder",
      margin: 0.09,
      rejected: ["gan"],
      collapsed: false,
      plain: { isolationForest: 0.8 },
    },
    losses: { autoencoder: 0.05, generator: undefined },
    heldOut: 351,
    engine: "fused",
  });
  assert.deepEqual(figures.rivals, [
    { name: "Autoencoder", auc: 0.99, isRejected: false, isPlain: false },
    { name: "Both, fused", auc: 0.98, isRejected: false, isPlain: false },
    { name: "GAN", auc: 0.9, isRejected: true, isPlain: false },
    { name: "Isolation forest", auc: 0.8, isRejected: false, isPlain: true },
  ]);
  assert.equal(figures.winner, "Autoencoder");
  assert.equal(figures.margin, 0.09);
  assert.deepEqual(figures.losses, [["Autoencoder", 0.05]]);
  for (const other of [null, "text", [], { duel: 7, losses: [] }]) {
    assert.deepEqual(readFigures(other).rivals, []);
  }
});

Deno.test("every technique of the schema has a name and one place in the matrix", () => {
  const named = TACTICS.flatMap(([, names]) => Object.keys(names)).sort();
  const used = new Set(FEATURES.flatMap(({ attack }) => [...attack] as string[]));
  assert.deepEqual(named, [...used].sort());
});
