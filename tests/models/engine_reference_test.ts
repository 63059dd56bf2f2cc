import assert from "node:assert/strict";
import { decodeNet, encodeNet, forward, openEngine } from "@/models/engine.ts";
import { loadNet } from "@/models/engines/autoencoder.ts";
import { initialNet } from "@/models/engines/layout.ts";
import { normal, streamKey } from "@/models/engines/random.ts";
import { referenceKernel } from "@/models/engines/reference.ts";
import { job, planeRows, SMALL_AUTOENCODER, SMALL_GAN, trainAll, trained } from "./engine_cases.ts";

for (const slope of [0, 0.2]) {
  Deno.test(`gradients of a net with slope ${slope} agree with finite differences`, () => {
    const architecture = { widths: [5, 7, 1, 4, 5], slope };
    const [net] = referenceKernel.allocate([{ architecture, rows: 6 }]);
    loadNet(initialNet(architecture, 3), net);
    for (let i = 0; i < net.weights.length; i++) net.weights[i] += 0.2 * normal(5, i); // off kinks
    net.units[0].set(planeRows(6, 5, 2));
    net.target.set(planeRows(6, 5, 4));
    net.target[3] = NaN;
    const loss = () => (net.forward(6), net.squaredLoss(6));
    loss();
    net.backward(6, "weights");
    agreesWithDifferences(net.weights, net.gradient, loss);
    loss();
    net.backward(6, "input");
    agreesWithDifferences(net.units[0], net.inputGradient.slice(), loss);
  });
}

function agreesWithDifferences(at: Float32Array, gradient: Float32Array, loss: () => number) {
  const step = 1e-3;
  let far = 0;
  for (let i = 0; i < at.length; i++) {
    const value = at[i];
    at[i] = value + step;
    const above = loss();
    at[i] = value - step;
    const numeric = (above - loss()) / (2 * step);
    at[i] = value;
    if (Math.abs(numeric - gradient[i]) > 2e-2 * Math.max(1, Math.abs(numeric))) far++;
  }
  // A kink of ReLU within one step of a weight makes a difference meaningless, which is rare.
  assert.ok(far <= at.length / 50, `${far} of ${at.length} differ`);
  assert.ok(gradient.some((value) => Math.abs(value) > 0.1));
}

Deno.test("noise has mean 0, variance 1 and no repeats between steps", () => {
  const key = streamKey(1, "noise", 1);
  const draws = Array.from({ length: 20_000 }, (_, i) => normal(key, i));
  const mean = draws.reduce((sum, x) => sum + x) / draws.length;
  const variance = draws.reduce((sum, x) => sum + (x - mean) ** 2, 0) / draws.length;
  assert.ok(Math.abs(mean) < 0.03 && Math.abs(variance - 1) < 0.03, `${mean} ${variance}`);
  assert.notEqual(normal(streamKey(1, "noise", 2), 0), draws[0]);
});

Deno.test("an autoencoder learns rows of a plane and finds what leaves it", async () => {
  await using engine = await openEngine({ name: "reference", workers: 0 });
  const recipe = { ...SMALL_AUTOENCODER, steps: 800, inputNoise: 0, inputMask: 0 };
  const rows = planeRows(300, 9, 1);
  const { net, losses } = trained((await trainAll(engine, [job("a", { recipe, rows })])).get("a"));
  assert.ok(losses.at(-1)!.loss < losses[0].loss / 10, JSON.stringify(losses));
  const error = (row: Float32Array) =>
    forward(net, row)[0].reduce((sum, x, i) => sum + (x - row[i]) ** 2, 0);
  const strange = planeRows(1, 9, 99).map((x, i) => x + (i % 2 ? 1.5 : -1.5));
  assert.ok(error(strange) > 10 * error(planeRows(1, 9, 99)));
});

Deno.test("a discriminator learns to tell real rows from uniform ones", async () => {
  await using engine = await openEngine({ name: "reference", workers: 0 });
  const recipe = { ...SMALL_GAN, steps: 600 };
  const { net, generator } = trained((await trainAll(engine, [job("g", { recipe })])).get("g"));
  const logit = (rows: Float32Array) => {
    const [values] = forward(net, rows);
    return values.reduce((sum, x) => sum + x) / values.length;
  };
  const noise = Float32Array.from({ length: 900 }, (_, i) => 2 * normal(5, i));
  assert.ok(logit(planeRows(100, 9, 5)) > logit(noise) + 1);
  assert.equal(generator?.architecture.widths.at(-1), 9);
  assert.deepEqual(forward(net, planeRows(2, 9, 5), [4, 5]).map((x) => x.length), [10, 2]);
});

Deno.test("training stops early on the held-out loss and keeps its best weights", async () => {
  await using engine = await openEngine({ name: "reference", workers: 0 });
  const recipe = { ...SMALL_AUTOENCODER, steps: 5000, patience: 3, checkEvery: 10 };
  const heldOut = planeRows(50, 9, 8);
  const result = trained(
    (await trainAll(engine, [job("a", { recipe, rows: planeRows(6, 9, 1), heldOut })])).get("a"),
  );
  assert.equal(result.outcome, "stopped early");
  const least = Math.min(...result.losses.map((point) => point.heldOutLoss!));
  const [output] = forward(result.net, heldOut);
  const loss = output.reduce((sum, x, i) => sum + (x - heldOut[i]) ** 2, 0) / heldOut.length;
  assert.ok(Math.abs(loss - least) < 1e-5, `${loss} ${least}`);
  assert.equal(result.losses.find((point) => point.heldOutLoss === least)?.step, result.step);
});

Deno.test("bad rows give a sentence for their host and leave the others as they were", async () => {
  await using engine = await openEngine({ name: "reference", workers: 0 });
  const alone = trained((await trainAll(engine, [job("good")])).get("good"));
  const infinite = planeRows(20, 9, 1);
  infinite[30] = Infinity;
  const wild = { ...SMALL_AUTOENCODER, optimiser: { learningRate: 1e30 } };
  const results = await trainAll(engine, [
    job("none", { rows: new Float32Array(0) }),
    job("infinite", { rows: infinite }),
    job("missing", { rows: new Float32Array(90).fill(NaN) }),
    job("ragged", { rows: new Float32Array(10) }),
    job("wild", { recipe: wild }),
    job("good"),
    job("one", { rows: planeRows(1, 9, 1) }),
    job("constant", { rows: new Float32Array(90).fill(3) }),
  ]);
  const said = (id: string) => JSON.stringify(results.get(id));
  assert.match(said("none"), /refused.*0 rows/);
  assert.match(said("infinite"), /refused.*row 3, column 3/);
  assert.match(said("missing"), /refused.*every value is missing/);
  assert.match(said("ragged"), /refused.*rows of 9/);
  assert.match(said("wild"), /diverged.*learning rate/);
  assert.deepEqual(trained(results.get("good")).net, alone.net);
  for (const id of ["one", "constant"]) {
    assert.ok(Number.isFinite(trained(results.get(id)).losses.at(-1)!.loss));
  }
});

Deno.test("a missing value is read as 0 and bears no loss", async () => {
  await using engine = await openEngine({ name: "reference", workers: 0 });
  const rows = planeRows(100, 9, 1).map((x, i) => i % 9 === 4 ? NaN : x);
  const result = trained((await trainAll(engine, [job("gaps", { rows })])).get("gaps"));
  const start = initialNet(SMALL_AUTOENCODER.architecture, 7);
  const bias = (net: typeof start) => net.weights.subarray(-9);
  assert.equal(bias(result.net)[4], 0); // only weight decay moves it, and it started at 0
  assert.notEqual(bias(result.net)[3], 0);
  assert.ok(forward(result.net, rows)[0].every(Number.isFinite));
});

Deno.test("an abort stops training with its reason", async () => {
  await using engine = await openEngine({ name: "reference", workers: 0 });
  const stop = new AbortController();
  const training = engine.train([job("a", { recipe: { ...SMALL_AUTOENCODER, steps: 1e9 } })], {
    signal: stop.signal,
    onProgress: () => stop.abort(new DOMException("enough", "AbortError")),
  });
  await assert.rejects(() => training.next(), /enough/);
});

Deno.test("a checkpoint gives its net back, and damage is an error", () => {
  const net = initialNet({ widths: [5, 3, 1], slope: 0.2 }, 1);
  const bytes = encodeNet(net, "ueba-win-128/2");
  assert.deepEqual(decodeNet(bytes), { net, schema: "ueba-win-128/2" });
  const shifted = new Uint8Array(bytes.length + 1);
  shifted.set(bytes, 1);
  assert.deepEqual(decodeNet(shifted.subarray(1)).net, net);
  assert.throws(() => decodeNet(bytes.subarray(0, -4)), /damaged/);
  assert.throws(() => decodeNet(bytes.with(-1, bytes.at(-1)! ^ 1)), /damaged/);
  assert.throws(() => decodeNet(bytes.subarray(1)), /HABITNET/);
  assert.throws(() => decodeNet(bytes.subarray(0, 20)), /cut off/);
});
