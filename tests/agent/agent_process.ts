/** An agent in a process of its own, for tests to kill: folder, state, server. */
import { runFolder } from "@/agent/pipeline.ts";

const [folder, stateFolder, server, sealPublicKey] = Deno.args;
await runFolder({
  folder,
  stateFolder,
  server,
  token: "test",
  keys: {
    estateKey: new Uint8Array(32).fill(7),
    sealPublicKey: Uint8Array.fromHex(sealPublicKey),
  },
  random: () => 0,
});
