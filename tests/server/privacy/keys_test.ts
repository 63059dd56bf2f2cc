import assert from "node:assert/strict";
import { join } from "node:path";
import { deriveKeys, openKeys } from "@/server/privacy/keys.ts";
import { lock, unlock } from "@/server/privacy/secret_box.ts";

Deno.test("the key file is made once, for its owner only, and gives the same keys again", () => {
  const folder = Deno.makeTempDirSync();
  try {
    const file = join(folder, "sub", "server.key");
    const first = openKeys(file);
    assert.equal(openKeys(file).estateKeyId, first.estateKeyId);
    if (Deno.build.os !== "windows") assert.equal(Deno.statSync(file).mode! & 0o777, 0o600);
    Deno.writeTextFileSync(file, "not a key");
    assert.throws(() => openKeys(file), /64 hexadecimal digits. Restore it from a backup/);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

Deno.test("each use of the root secret has a key of its own", () => {
  const keys = deriveKeys(new Uint8Array(32));
  const all = [keys.estateKey, keys.sealPublicKey, keys.secretsKey].map((key) =>
    Buffer.from(key).toString("hex")
  );
  assert.equal(new Set(all).size, 3);
  assert.notEqual(deriveKeys(new Uint8Array(32).fill(1)).estateKeyId, keys.estateKeyId);
});

Deno.test("a stored secret opens only under its own key and its own row", () => {
  const [one, two] = [deriveKeys(new Uint8Array(32)), deriveKeys(new Uint8Array(32).fill(1))];
  const locked = lock("s3cret", one.secretsKey, "row-1");
  assert.equal(unlock(locked, one.secretsKey, "row-1"), "s3cret");
  assert.throws(() => unlock(locked, one.secretsKey, "row-2"), /Restore the key file/);
  assert.throws(() => unlock(locked, two.secretsKey, "row-1"), RangeError);
  assert.ok(!Buffer.from(locked).toString("latin1").includes("s3cret"));
});
