import assert from "node:assert/strict";
import { column, columnMask, FEATURES, MASK_CHANNELS } from "@/features/schema.ts";
import { toModelInput } from "@/features/transform.ts";

Deno.test("the schema has 128 columns with names of their own", () => {
  assert.equal(FEATURES.length, 128);
  assert.equal(new Set(FEATURES.map(({ name }) => name)).size, 128);
  assert.equal(column("log_gap"), 127);
});

Deno.test("a column counts where any of its channels is audited", () => {
  const session = 1 << MASK_CHANNELS.indexOf("session");
  assert.equal(columnMask(session)[column("logon_rdp")], 1);
  assert.equal(columnMask(session)[column("logon_ok")], 0);
});

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
