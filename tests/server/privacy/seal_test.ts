import assert from "node:assert/strict";
import { randomBytes, webcrypto } from "node:crypto";
import fc from "fast-check";
import { SEAL_INFO, SEAL_OVERHEAD } from "@/features/seal.ts";
import { deriveKeys } from "@/server/privacy/keys.ts";
import { seal, unseal } from "@/server/privacy/seal.ts";

const keys = deriveKeys(new Uint8Array(32).fill(7));

Deno.test("what is sealed opens again, for any text, and costs the stated bytes", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", maxLength: 64 }), (name) => {
      const sealed = seal(name, keys.sealPublicKey);
      assert.equal(sealed.length, SEAL_OVERHEAD + new TextEncoder().encode(name).length);
      assert.equal(unseal(sealed, keys.unmaskKey, keys.sealPublicKey), name);
    }),
    { numRuns: 40 },
  );
});

Deno.test("the form is the documented one: WebCrypto opens it step by step", async () => {
  const sealed = seal("CORP\\ada", keys.sealPublicKey);
  const pkcs8 = keys.unmaskKey.export({ format: "der", type: "pkcs8" });
  const { subtle } = webcrypto;
  const mine = await subtle.importKey("pkcs8", pkcs8, "X25519", false, ["deriveBits"]);
  const theirs = await subtle.importKey("raw", sealed.slice(0, 32), "X25519", true, []);
  const shared = await subtle.deriveBits({ name: "X25519", public: theirs }, mine, 256);
  const secret = await subtle.importKey("raw", shared, "HKDF", false, ["deriveKey"]);
  const salt = Buffer.concat([sealed.subarray(0, 32), keys.sealPublicKey]);
  const info = new TextEncoder().encode(SEAL_INFO);
  const key = await subtle.deriveKey(
    { name: "HKDF", hash: "SHA-256", salt, info },
    secret,
    { name: "AES-GCM", length: 256 },
    false,
    ["decrypt"],
  );
  const iv = sealed.slice(32, 44);
  const plain = await subtle.decrypt({ name: "AES-GCM", iv }, key, sealed.slice(44));
  assert.equal(new TextDecoder().decode(plain), "CORP\\ada");
});

Deno.test("a changed byte, a short text or another server's key does not open", () => {
  const sealed = seal("ada", keys.sealPublicKey);
  for (let at = 0; at < sealed.length; at++) {
    const changed = sealed.slice();
    changed[at]! ^= 1;
    // X25519 ignores the highest bit of the last key byte, but the salt covers every bit.
    assert.throws(() => unseal(changed, keys.unmaskKey, keys.sealPublicKey), RangeError);
  }
  assert.throws(
    () => unseal(sealed.subarray(0, 59), keys.unmaskKey, keys.sealPublicKey),
    /60 bytes/,
  );
  const other = deriveKeys(randomBytes(32));
  assert.throws(() => unseal(sealed, other.unmaskKey, other.sealPublicKey), /another key/);
});
