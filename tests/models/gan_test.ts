import assert from "node:assert/strict";
import { trainHosts } from "@/models/detection.ts";
import { type Engine, openEngine } from "@/models/engine.ts";
import { office, QUICK } from "./office.ts";

/** An engine whose generators of chosen hosts say one thing whatever they are asked. */
function collapsing(engine: Engine, id: string): Engine {
  return {
    name: engine.name,
    forward: (...given) => engine.forward(...given),
    async *train(...given) {
      for await (const result of engine.train(...given)) {
        if (!("net" in result) || !result.generator || !result.id.endsWith(id)) yield result;
        else {
          const { architecture, weights } = result.generator;
          const last = architecture.widths.at(-1)!;
          const forced = new Float32Array(weights.length).fill(0.5, weights.length - last);
          yield { ...result, generator: { architecture, weights: forced } };
        }
      }
    },
    [Symbol.asyncDispose]: () => engine[Symbol.asyncDispose](),
  };
}

Deno.test("a collapsed generator is noticed and said of its host alone", async () => {
  await using engine = await openEngine({ name: "fused", workers: 0 });
  const hosts = new Map([["a", office(240, 1)], ["b", office(240, 2)]]);
  const trained = await trainHosts(hosts, { seed: 7, engine: collapsing(engine, "b"), ...QUICK });
  assert.deepEqual([...trained.values()].map(({ figures }) => figures.duel.collapsed), [
    false,
    true,
  ]);
});
