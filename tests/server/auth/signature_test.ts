import assert from "node:assert/strict";
import { generateKeyPairSync, sign } from "node:crypto";
import { signatureBase, signatureParameters, type SignedParts } from "@/features/signature.ts";
import { contentDigest, readSignature, SignatureError } from "@/server/auth/signature.ts";

const NOW = 1_700_000_000_000;
const { publicKey, privateKey } = generateKeyPairSync("ed25519");
const raw = publicKey.export({ format: "der", type: "spki" }).subarray(12);
const body = new TextEncoder().encode("vectors");

const parts: SignedParts = {
  method: "POST",
  path: "/v1/vectors",
  digest: contentDigest(body),
  created: NOW / 1000,
  nonce: "abcdefghijklmnop",
  agentId: "01234567-89ab-cdef-0123-456789abcdef",
};

function request(change: Partial<SignedParts> = {}, sent: Partial<SignedParts> = {}) {
  const signed = { ...parts, ...change };
  const onWire = { ...signed, ...sent };
  const signature = sign(null, Buffer.from(signatureBase(signed)), privateKey).toString("base64");
  return new Request(`http://localhost${onWire.path}`, {
    method: onWire.method,
    headers: {
      "content-digest": onWire.digest,
      "signature-input": `habit=${signatureParameters(onWire)}`,
      signature: `habit=:${signature}:`,
    },
  });
}

function check(...args: Parameters<typeof request>) {
  const claim = readSignature(request(...args), body, NOW);
  claim.verify(raw);
  return claim;
}

Deno.test("the signed text has the form of RFC 9421 section 2.5", () => {
  assert.equal(
    signatureBase(parts),
    `"@method": POST\n"@path": /v1/vectors\n"content-digest": ${parts.digest}\n` +
      `"@signature-params": ("@method" "@path" "content-digest");created=1700000000;` +
      `nonce="abcdefghijklmnop";keyid="01234567-89ab-cdef-0123-456789abcdef";alg="ed25519"`,
  );
});

Deno.test("a request that its agent signed passes, and says who and which nonce", () => {
  const { agentId, nonce, createdMs } = check();
  assert.deepEqual({ agentId, nonce, createdMs }, {
    agentId: parts.agentId,
    nonce: parts.nonce,
    createdMs: NOW,
  });
});

Deno.test("nothing that is signed can be exchanged on the way", () => {
  for (
    const sent of [
      { method: "PUT" },
      { path: "/v1/other" },
      { nonce: "qrstuvwxyzabcdef" },
      { created: NOW / 1000 + 1 },
      { agentId: "11234567-89ab-cdef-0123-456789abcdef" },
    ]
  ) {
    assert.throws(() => check({}, sent), /does not fit the agent's key/, JSON.stringify(sent));
  }
});

Deno.test("another body, another key, no signature and a clock an hour off are told apart", () => {
  assert.throws(() => check({ digest: contentDigest(new Uint8Array(3)) }), /digest of the body/);
  const stranger = generateKeyPairSync("ed25519").publicKey
    .export({ format: "der", type: "spki" }).subarray(12);
  assert.throws(() => readSignature(request(), body, NOW).verify(stranger), SignatureError);
  assert.throws(
    () => readSignature(new Request("http://localhost/"), body, NOW),
    /Sign the request/,
  );
  assert.throws(() => check({ created: NOW / 1000 - 3600 }), /-3600 s .* Set the host's clock/);
  assert.throws(() => check({ created: NOW / 1000 + 301 }), /301 s/);
});
