/**
 * Sealing and opening of names, form in features/seal.ts. The agent seals with the public key only;
 * this side opens. Both directions are here so that each tests the other.
 * @module
 */
import {
  createCipheriv,
  createDecipheriv,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
  randomBytes,
} from "node:crypto";
import {
  SEAL_INFO,
  SEAL_KEY_BYTES,
  SEAL_NONCE_BYTES,
  SEAL_OVERHEAD,
  SEAL_TAG_BYTES,
} from "@/features/seal.ts";
import { x25519Public, x25519Raw } from "@/server/privacy/keys.ts";

function sealKey(shared: Uint8Array, ephemeral: Uint8Array, recipient: Uint8Array): Uint8Array {
  const salt = Buffer.concat([ephemeral, recipient]);
  return new Uint8Array(hkdfSync("sha256", shared, salt, SEAL_INFO, 32));
}

/** Seals text to the raw X25519 public key of whoever may open it. */
export function seal(text: string, recipient: Uint8Array): Uint8Array {
  const { privateKey, publicKey } = generateKeyPairSync("x25519");
  const ephemeral = x25519Raw(publicKey);
  const shared = diffieHellman({ privateKey, publicKey: x25519Public(recipient) });
  const nonce = randomBytes(SEAL_NONCE_BYTES);
  const cipher = createCipheriv("aes-256-gcm", sealKey(shared, ephemeral, recipient), nonce);
  const body = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
  return new Uint8Array(Buffer.concat([ephemeral, nonce, body, cipher.getAuthTag()]));
}

/** Opens what {@link seal} made. @throws RangeError if it is too short, forged or for another key. */
export function unseal(sealed: Uint8Array, unmaskKey: KeyObject, recipient: Uint8Array): string {
  if (sealed.length < SEAL_OVERHEAD) {
    throw new RangeError(`A sealed name has at least ${SEAL_OVERHEAD} bytes: got ${sealed.length}`);
  }
  const ephemeral = sealed.subarray(0, SEAL_KEY_BYTES);
  const bodyAt = SEAL_KEY_BYTES + SEAL_NONCE_BYTES;
  const tagAt = sealed.length - SEAL_TAG_BYTES;
  try {
    const shared = diffieHellman({ privateKey: unmaskKey, publicKey: x25519Public(ephemeral) });
    const key = sealKey(shared, ephemeral, recipient);
    const decipher = createDecipheriv("aes-256-gcm", key, sealed.subarray(SEAL_KEY_BYTES, bodyAt));
    decipher.setAuthTag(sealed.subarray(tagAt));
    const body = sealed.subarray(bodyAt, tagAt);
    return Buffer.concat([decipher.update(body), decipher.final()]).toString("utf8");
  } catch (cause) {
    throw new RangeError(
      "Cannot open a sealed name: it was sealed to another key, or changed on its way",
      { cause },
    );
  }
}
