import assert from "node:assert/strict";
import golden from "./evtx_golden.json" with { type: "json" };
import { digest, readLines, SAMPLES } from "./evtx_samples.ts";

Deno.test({
  name: "real logs give the events that evtx_dump gave, every field the same",
  ignore: SAMPLES.length === 0,
  fn() {
    let compared = 0;
    for (const path of SAMPLES) {
      const wanted = (golden as Record<string, string>)[path.split("/").at(-1)!];
      if (wanted === undefined) continue; // damaged: more events than the peer reads
      const { lines } = readLines(Deno.readFileSync(path));
      assert.equal(digest(lines), wanted, path);
      compared += lines.length;
    }
    assert.ok(compared > 30_000, `${compared} events were compared`);
  },
});
