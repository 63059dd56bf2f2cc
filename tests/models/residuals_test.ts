/**
 * The three readings of what an autoencoder leaves, beside their definitions in plain loops.
 * @module
 */
import assert from "node:assert/strict";
import { forward, type ResidualReader } from "@/models/engine.ts";
import { initialNet } from "@/models/engines/layout.ts";
import { ResidualKernel } from "@/models/engines/residuals.ts";
import { HAS_RELAXED_SIMD } from "@/models/engines/wasm.ts";
import { seededRandom } from "@/models/random.ts";

/** What no kernel does: one row at a time, in double precision. */
function plainReadings(
  residuals: Float64Array,
  { means, precisions, whitening }: ResidualReader,
): Float64Array[] {
  const present = residuals.filter((left) => left !== 0).length;
  const squares = residuals.map((left) => left * left / Math.max(1, present));
  const centred = residuals.map((left, i) => left === 0 ? 0 : left - means[i]);
  const surprises = centred.map((left, i) => Math.min(400, left * left * precisions[i]));
  const least = surprises.toSorted().at(-8) ?? 0;
  const [whitened] = forward(whitening, Float32Array.from(centred));
  return [
    squares,
    Float64Array.from(whitened, (x) => x * x),
    surprises.map((surprise) => surprise >= least ? surprise : 0),
  ];
}

/** Rows in which values are missing, and single ones are far out. */
function someRows(width: number, rows: number, random: () => number): Float32Array {
  return Float32Array.from({ length: rows * width }, () => {
    const draw = random();
    return draw < 0.1 ? NaN : draw > 0.95 ? 40 * random() : 2 * random() - 1;
  });
}

const near = (actual: number, expected: number, of: string) =>
  assert.ok(
    Math.abs(actual - expected) <= 1e-4 * (1 + Math.abs(expected)),
    `${of}: ${actual} ≠ ${expected}`,
  );

for (const relaxed of HAS_RELAXED_SIMD ? [true, false] : [false]) {
  Deno.test(`residuals are read as defined on ${relaxed ? "relaxed" : "plain"} SIMD`, () => {
    const kernel = new ResidualKernel({ relaxed });
    for (const [width, rows] of [[128, 130], [20, 3], [5, 1], [128, 1]]) {
      const random = seededRandom(width, `rows ${rows}`);
      const net = initialNet({ widths: [width, 8, width], slope: 0 }, 1);
      const numbers = () => Float32Array.from({ length: width }, random);
      const whitening = initialNet({ widths: [width, width], slope: 0 }, 2);
      const reader = { means: numbers(), precisions: numbers(), whitening };
      const counted = Uint8Array.from({ length: width }, (_, i) => i % 7 === 3 ? 0 : 1);
      const values = someRows(width, rows, random);
      const [outputs] = forward(net, values);
      const { parts, logs } = kernel.read(net, reader, values, counted);
      for (let row = 0; row < rows; row++) {
        const left = Float64Array.from({ length: width }, (_, i) => {
          const at = row * width + i;
          return counted[i] === 0 || Number.isNaN(values[at]) ? 0 : values[at] - outputs[at];
        });
        plainReadings(left, reader).forEach((expected, k) => {
          const of = `reading ${k} of row ${row}, ${width} columns`;
          expected.forEach((part, i) => near(parts[k][row * width + i], part, of));
          near(logs[k][row], Math.log(1e-9 + expected.reduce((sum, x) => sum + x, 0)), of);
        });
      }
    }
  });
}
