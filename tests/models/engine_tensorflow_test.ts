/** Needs `deno task setup:native`; run by `deno task test:tensorflow`, skipped elsewhere by name. */
import assert from "node:assert/strict";
import { forward } from "@/models/engine.ts";
import { referenceKernel } from "@/models/engines/reference.ts";
import { openTensorflow } from "@/models/engines/tensorflow/engine.ts";
import type { Backend } from "@/models/engines/tensorflow/library.ts";
import { wasmKernel } from "@/models/engines/wasm.ts";
import {
  furthest,
  job,
  planeRows,
  SMALL_AUTOENCODER,
  SMALL_GAN,
  trainAll,
  trained,
  trainOn,
} from "./engine_cases.ts";

/** The backends that this run asks for, one process each: `HABIT_TENSORFLOW=tensorflow`. */
const backend = Deno.env.get("HABIT_TENSORFLOW") as Backend | undefined;
const gpu = backend === "webgpu" ? await navigator.gpu?.requestAdapter() : undefined;
const ignore = backend === undefined || (backend === "webgpu" && !gpu);
if (backend === "webgpu") {
  console.log(gpu ? `WebGPU: ${gpu.info.description}` : "No WebGPU adapter");
}
const options = { ignore, sanitizeOps: false, sanitizeResources: false };
const named = backend ?? "any backend";
const open = () => openTensorflow(backend === "webgpu" ? "webgpu" : "tensorflow", backend!);

Deno.test(
  `100 steps of Adam on ${named} give our kernels' weights within 1e-4`,
  options,
  async () => {
    await using engine = await open();
    const gaps = planeRows(150, 9, 3).map((x, i) => i % 7 === 0 ? NaN : x);
    // Where a gradient is near 0, Adam with a small epsilon makes large steps of rounding errors.
    const optimiser = { ...SMALL_AUTOENCODER.optimiser, epsilon: 1e-5 };
    const recipe = { ...SMALL_AUTOENCODER, optimiser };
    const jobs = [
      job("noise", { recipe }),
      job("gaps", { recipe, rows: gaps, seed: 3 }),
      job("held out", { recipe, heldOut: planeRows(150, 9, 5) }),
      job("gan", { recipe: SMALL_GAN }),
      job("seed gan", { recipe: { ...SMALL_GAN, uniformNegatives: false }, seed: 2 }),
    ];
    const theirs = await trainAll(engine, jobs);
    for (const each of jobs) {
      const their = trained(theirs.get(each.id));
      for (const kernel of [referenceKernel, wasmKernel()]) {
        const our = trained(trainOn(kernel, each));
        assert.ok(
          furthest(our.net, their.net) < 1e-4,
          `${each.id} ${furthest(our.net, their.net)}`,
        );
        if (our.generator) assert.ok(furthest(our.generator, their.generator!) < 1e-4);
        assert.equal(our.losses.length, their.losses.length);
        for (const [i, point] of our.losses.entries()) {
          for (const [name, value] of Object.entries(point)) {
            const other = their.losses[i][name as keyof typeof point]!;
            assert.ok(Math.abs(value - other) < 1e-4, `${each.id} ${name} ${value} ${other}`);
          }
        }
      }
    }
  },
);

Deno.test(`${named} gives the units that the fused kernel gives`, options, async () => {
  await using engine = await open();
  const { net } = trained((await trainAll(engine, [job("gan", { recipe: SMALL_GAN })])).get("gan"));
  const rows = planeRows(5000, 9, 6).map((x, i) => i % 11 === 0 ? NaN : x);
  const [theirs, ours] = [await engine.forward(net, rows, [4, 5]), forward(net, rows, [4, 5])];
  for (const [i, layer] of ours.entries()) {
    assert.equal(theirs[i].length, layer.length);
    for (const [at, x] of layer.entries()) assert.ok(Math.abs(theirs[i][at] - x) < 1e-4);
  }
});

Deno.test(`hosts on ${named} do not notice who else is in their stack`, options, async () => {
  await using engine = await open();
  const recipe = { ...SMALL_AUTOENCODER, patience: 2, steps: 40, checkEvery: 10 };
  const good = Array.from({ length: 3 }, (_, i) => {
    return job(`h${i}`, { seed: i, recipe, rows: planeRows(20 + i, 9, i) });
  });
  const infinite = planeRows(20, 9, 1).fill(1e38);
  const together = await trainAll(engine, [
    job("wild", { recipe, rows: infinite }),
    ...good,
    job("none", { recipe, rows: new Float32Array(0) }),
  ]);
  assert.equal(together.get("wild")?.outcome, "diverged");
  assert.equal(together.get("none")?.outcome, "refused");
  for (const each of good) {
    const alone = trained((await trainAll(engine, [each])).get(each.id));
    assert.deepEqual(trained(together.get(each.id)), alone);
  }
});

Deno.test(`training on ${named} stops on abort and leaks no tensor`, options, async () => {
  await using engine = await open();
  const { loaded: { tf } } = engine as unknown as {
    loaded: { tf: { memory(): { numTensors: number } } };
  };
  await trainAll(engine, [job("a"), job("g", { recipe: SMALL_GAN })]);
  const before = tf.memory().numTensors;
  await trainAll(engine, [
    job("a", { heldOut: planeRows(9, 9, 1) }),
    job("g", { recipe: SMALL_GAN }),
  ]);
  assert.equal(tf.memory().numTensors, before);
  const stop = new AbortController();
  const training = engine.train([job("a")], {
    signal: stop.signal,
    onProgress: () => stop.abort(new DOMException("enough")),
  });
  await assert.rejects(() => training.next(), /enough/);
});
