import assert from "node:assert/strict";
import { column, MASK_CHANNELS } from "@/features/schema.ts";
import { toModelInput } from "@/features/transform.ts";

Deno.test("counts become logarithms, shares fractions, masked columns NaN", () => {
  const values = new Int32Array(128);
  values[column("logon_ok")] = 9;
  values[column("ntlm_share")] = 500;
  values[column("hour_surprise")] = 1000;
  const out = new Float32Array(128);
  toModelInput(values, 1 << MASK_CHANNELS.indexOf("logon"), out);
  assert.equal(out[column("logon_ok")], Math.fround(Math.log(10)));
  assert.equal(out[column("ntlm_share")], 0.5);
  assert.equal(out[column("hour_surprise")], 1);
  assert.ok(Number.isNaN(out[column("ps_blocks")]));
});
