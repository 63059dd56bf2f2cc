/**
 * How an agent's request says who sends it: by a signature of its own key, or, where one person runs
 * both sides on one machine, by a bearer token.
 * @module
 */
import { createHash, createPrivateKey, randomBytes, sign } from "node:crypto";
import { signatureBase, signatureParameters } from "@/features/signature.ts";

/** Headers that prove who sends a body. */
export type Authorise = (method: string, path: string, body: Uint8Array) => Record<string, string>;

/** Proves by a token alone. */
export function byToken(token: string): Authorise {
  return () => ({ authorization: `Bearer ${token}` });
}

const ED25519_PKCS8 = Buffer.from("302e020100300506032b657004220420", "hex"); // RFC 8410

/** Signs with an agent's raw Ed25519 private key; `now` is milliseconds since 1970. */
export function bySignature(agentId: string, key: Uint8Array, now: () => number): Authorise {
  const privateKey = createPrivateKey({
    key: Buffer.concat([ED25519_PKCS8, key]),
    format: "der",
    type: "pkcs8",
  });
  return (method, path, body) => {
    const parts = {
      method,
      path,
      digest: `sha-256=:${createHash("sha256").update(body).digest("base64")}:`,
      created: Math.floor(now() / 1000),
      nonce: randomBytes(16).toString("base64url"),
      agentId,
    };
    const signature = sign(null, Buffer.from(signatureBase(parts)), privateKey);
    return {
      "content-digest": parts.digest,
      "signature-input": `habit=${signatureParameters(parts)}`,
      "signature": `habit=:${signature.toString("base64")}:`,
    };
  };
}
