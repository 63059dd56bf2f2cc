import assert from "node:assert/strict";
import { forward, openEngine } from "@/models/engine.ts";
import { ForwardKernel } from "@/models/engines/forward.ts";
import type { Kernel } from "@/models/engines/kernel.ts";
import { initialNet } from "@/models/engines/layout.ts";
import { HAS_RELAXED_SIMD, wasmKernel } from "@/models/engines/wasm.ts";
import {
  assertReadsAlike,
  assertTrainsAlike,
  job,
  planeRows,
  SMALL_AUTOENCODER,
  SMALL_GAN,
  trainAll,
  trained,
  trainOn,
} from "./engine_cases.ts";

const KERNELS: Record<string, () => Kernel> = {
  "plain SIMD": () => wasmKernel({ relaxed: false }),
  ...(HAS_RELAXED_SIMD && { "relaxed SIMD": () => wasmKernel({ relaxed: true }) }),
};

for (const [name, kernel] of Object.entries(KERNELS)) {
  Deno.test(`fused on ${name} trains the reference's autoencoder and GAN`, () => {
    assertTrainsAlike(kernel);
  });

  Deno.test(`fused on ${name} gives the reference's units for any widths and rows`, () => {
    assertReadsAlike(kernel);
  });
}

Deno.test("the same seed gives the same bits on any number of Workers, alone or in a crowd", async () => {
  const recipes = [SMALL_AUTOENCODER, SMALL_GAN, { ...SMALL_AUTOENCODER, batch: 300, steps: 10 }];
  const crowd = Array.from({ length: 12 }, (_, i) => {
    return job(`h${i}`, { seed: i, recipe: recipes[i % 3], rows: planeRows(50 + i, 9, i) });
  });
  const runs = [];
  for (const [workers, jobs] of [[0, crowd], [1, crowd.toReversed()], [3, crowd]] as const) {
    await using engine = await openEngine({ name: "fused", workers });
    runs.push(await trainAll(engine, jobs));
  }
  const [here, ...others] = runs;
  for (const other of others) {
    assert.equal(other.size, crowd.length);
    for (const [id, result] of other) assert.deepEqual(result, here.get(id));
  }
  const alone = trainOn(wasmKernel(), crowd[4]);
  assert.deepEqual(alone, here.get("h4"));
});

Deno.test("a host that diverges harms none of the 63 beside it", async () => {
  const wild = { ...SMALL_AUTOENCODER, optimiser: { learningRate: 1e30 } };
  const recipe = { ...SMALL_AUTOENCODER, steps: 20 };
  const good = Array.from({ length: 63 }, (_, i) => job(`h${i}`, { seed: i, recipe }));
  await using engine = await openEngine({ name: "fused", workers: 2 });
  const apart = await trainAll(engine, good);
  const together = await trainAll(engine, good.toSpliced(5, 0, job("wild", { recipe: wild })));
  assert.equal(together.get("wild")?.outcome, "diverged");
  together.delete("wild");
  assert.deepEqual(together, new Map([...together.keys()].map((id) => [id, apart.get(id)!])));
});

Deno.test("jobs are taken as they are needed, not all at once", async () => {
  let taken = 0;
  function* jobs() {
    const recipe = { ...SMALL_AUTOENCODER, steps: 2 };
    for (let i = 0; i < 40; i++, taken++) yield job(`h${i}`, { recipe });
  }
  await using engine = await openEngine({ name: "fused", workers: 1 });
  let done = 0;
  for await (const _ of engine.train(jobs())) assert.ok(taken - ++done <= 2, `${taken} ${done}`);
  assert.equal(done, 40);
});

Deno.test("an abort ends the Workers with its reason", async () => {
  await using engine = await openEngine({ name: "fused", workers: 2 });
  const stop = new AbortController();
  const endless = { ...SMALL_AUTOENCODER, steps: 1e9 };
  const training = engine.train([job("a", { recipe: endless }), job("b", { recipe: endless })], {
    signal: stop.signal,
    onProgress: (_id, { step }) => step > 50 && stop.abort(new DOMException("enough")),
  });
  await assert.rejects(() => training.next(), /enough/);
});

Deno.test("rows that share a larger buffer, or shared memory, train as rows of their own", async () => {
  const rows = planeRows(60, 9, 2);
  const larger = new Float32Array(1000);
  larger.set(rows, 100);
  const shared = new Float32Array(new SharedArrayBuffer(rows.byteLength));
  shared.set(rows);
  await using engine = await openEngine({ name: "fused", workers: 1 });
  const results = await trainAll(engine, [
    job("own", { rows }),
    job("view", { rows: larger.subarray(100, 640) }),
    job("shared", { rows: shared as unknown as Float32Array<ArrayBuffer> }),
  ]);
  const net = trained(results.get("own")).net;
  assert.deepEqual(trained(results.get("view")).net, net);
  assert.deepEqual(trained(results.get("shared")).net, net);
});

Deno.test("nets that are read in turns do not mix, however many", () => {
  const nets = Array.from(
    { length: 7 },
    (_, i) => initialNet({ widths: [9, 5 + i, 2], slope: 0 }, i),
  );
  const row = planeRows(1, 9, 3);
  const apart = nets.map((net) => new ForwardKernel(wasmKernel()).run(net, row, [2]));
  for (const i of [0, 1, 2, 0, 6, 5, 4, 3, 2, 1, 0, 0, 6]) {
    assert.deepEqual(forward(nets[i], row), apart[i]);
  }
});

Deno.test("a million rows train as any other number does", async () => {
  const rows = planeRows(1_000_000, 2, 1);
  const recipe = {
    ...SMALL_AUTOENCODER,
    architecture: { widths: [2, 3, 2], slope: 0 },
    batch: 1_000,
    steps: 60,
    inputNoise: 0,
  };
  await using engine = await openEngine({ name: "fused", workers: 1 });
  const { losses } = trained(
    (await trainAll(engine, [job("large", { recipe, rows })])).get("large"),
  );
  assert.ok(losses.at(-1)!.loss < losses[0].loss);
});
