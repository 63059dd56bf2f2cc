/**
 * Opens what the server signed; what it did not sign is never used.
 * @module
 */
import { createPublicKey, verify } from "node:crypto";
import { Buffer } from "node:buffer";
import { type Signed, type SignedPurpose, signedText } from "@/features/signed.ts";

const ED25519_SPKI = Buffer.from("302a300506032b6570032100", "hex"); // RFC 8410

/** Something claims to come from the server and does not, or cannot be used. */
export class UntrustedError extends Error {
  /** The class's name. */
  override name = "UntrustedError";
}

/** The payload of a signed message. Throws {@link UntrustedError} where the signature does not hold. */
export function openSigned(purpose: SignedPurpose, signed: Signed, serverKey: Uint8Array): unknown {
  if (serverKey.length !== 32) {
    throw new UntrustedError(
      "The server gave no key at enrolment: nothing it signs can be checked.",
    );
  }
  const key = createPublicKey({
    key: Buffer.concat([ED25519_SPKI, serverKey]),
    format: "der",
    type: "spki",
  });
  const text = Buffer.from(signedText(purpose, signed.payload));
  if (!verify(null, text, key, Buffer.from(signed.signature, "base64url"))) {
    throw new UntrustedError(`The signature of the ${purpose} is wrong; they are left alone.`);
  }
  return JSON.parse(signed.payload);
}
