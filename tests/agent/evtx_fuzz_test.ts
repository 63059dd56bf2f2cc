import assert from "node:assert/strict";
import { fuzz } from "./evtx_fuzz.ts";

Deno.test("a damaged chunk neither throws nor hangs, and most of its records are still read", () => {
  const { records } = fuzz(300, 20_260_101);
  assert.ok(records > 300 * 5, `${records} records of 300 damaged chunks`);
});
