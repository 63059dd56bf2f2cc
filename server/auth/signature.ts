/**
 * Verifies an agent's signed request (features/signature.ts): who sent it, that the body is the one
 * signed, and that its time is near ours. Whether the nonce is new is asked of the database.
 * @module
 */
import { createHash, createPublicKey, type KeyObject, timingSafeEqual, verify } from "node:crypto";
import { parseSignatureInput, SIGNATURE_WINDOW_MS, signatureBase } from "@/features/signature.ts";

const ED25519_SPKI = Buffer.from("302a300506032b6570032100", "hex"); // RFC 8410
const KEY_BYTES = 32;

/** A raw Ed25519 public key as a key object. @throws RangeError if it has not 32 bytes. */
export function ed25519Public(raw: Uint8Array): KeyObject {
  if (raw.length !== KEY_BYTES) {
    throw new RangeError(`An Ed25519 public key has ${KEY_BYTES} bytes: got ${raw.length}`);
  }
  return createPublicKey({ key: Buffer.concat([ED25519_SPKI, raw]), format: "der", type: "spki" });
}

/** Value of the Content-Digest header for a body. */
export function contentDigest(body: Uint8Array): string {
  return `sha-256=:${createHash("sha256").update(body).digest("base64")}:`;
}

/** Why a signature is refused; what the agent should do follows from it. */
export class SignatureError extends Error {
  /** Name. */
  override readonly name = "SignatureError";
}

/** What a well-formed signature claims, before its key is known. */
export interface SignatureClaim {
  /** The agent's id. */
  readonly agentId: string;
  /** Used once. */
  readonly nonce: string;
  /** The agent's time. */
  readonly createdMs: number;
  /** Checks the claim by the agent's raw public key. @throws SignatureError if it does not hold. */
  verify(publicKey: Uint8Array): void;
}

/**
 * Reads a request's signature headers and checks all that needs no key.
 * @throws SignatureError saying what is missing or wrong, for instance the clock.
 */
export function readSignature(request: Request, body: Uint8Array, nowMs: number): SignatureClaim {
  const input = parseSignatureInput(request.headers.get("signature-input") ?? "");
  const signature = /^habit=:([A-Za-z0-9+/]{86}==):$/.exec(request.headers.get("signature") ?? "");
  if (!input || !signature) {
    throw new SignatureError(
      "Sign the request: Signature-Input and Signature are missing or malformed",
    );
  }
  const createdMs = input.created * 1000;
  if (Math.abs(createdMs - nowMs) > SIGNATURE_WINDOW_MS) {
    throw new SignatureError(
      `The request's time is ${Math.round((createdMs - nowMs) / 1000)} s from the server's; ` +
        `at most ${SIGNATURE_WINDOW_MS / 1000} s are accepted. Set the host's clock.`,
    );
  }
  const digest = contentDigest(body);
  const claimed = Buffer.from(request.headers.get("content-digest") ?? "");
  if (claimed.length !== digest.length || !timingSafeEqual(claimed, Buffer.from(digest))) {
    throw new SignatureError("Content-Digest is not the digest of the body");
  }
  const base = signatureBase({
    method: request.method,
    path: new URL(request.url).pathname,
    digest,
    ...input,
  });
  return {
    agentId: input.agentId,
    nonce: input.nonce,
    createdMs,
    verify(publicKey) {
      const bytes = Buffer.from(signature[1]!, "base64");
      if (verify(null, Buffer.from(base), ed25519Public(publicKey), bytes)) return;
      throw new SignatureError("The signature does not fit the agent's key");
    },
  };
}
