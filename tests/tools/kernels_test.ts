import assert from "node:assert/strict";
import * as reader from "@/agent/evtx/wasm_text.ts";
import * as engine from "@/models/kernel/wasm_text.ts";
import { sourcesDigest } from "@/tools/build_kernels.ts";

const KERNELS = [
  { source: "agent/evtx/assembly/reader.ts", ...reader },
  { source: "models/kernel/assembly/kernel.ts", ...engine },
];

for (const { source, SOURCE_SHA256, WASM } of KERNELS) {
  Deno.test(`what runs of ${source} was built from it as it stands`, () => {
    assert.equal(sourcesDigest(source), SOURCE_SHA256, "run `deno task build:kernel`");
    for (const text of Object.values(WASM)) {
      assert.ok(
        WebAssembly.Module.exports(new WebAssembly.Module(Uint8Array.fromBase64(text))).length,
      );
    }
  });
}
