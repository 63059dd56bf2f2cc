/**
 * Secrets that the server must read again (a webhook's signing key, a client secret) rest as
 * `nonce || AES-256-GCM ciphertext || tag` under a key that is not in the database.
 * @module
 */
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Encrypts a secret; `context` (the row's id) is authenticated, so that rows cannot be swapped. */
export function lock(secret: string, key: Uint8Array, context: string): Uint8Array {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(Buffer.from(context));
  const body = Buffer.concat([cipher.update(secret, "utf8"), cipher.final()]);
  return new Uint8Array(Buffer.concat([nonce, body, cipher.getAuthTag()]));
}

/** Opens what {@link lock} made. @throws RangeError if the key, the context or the bytes differ. */
export function unlock(locked: Uint8Array, key: Uint8Array, context: string): string {
  try {
    const decipher = createDecipheriv("aes-256-gcm", key, locked.subarray(0, NONCE_BYTES))
      .setAAD(Buffer.from(context));
    decipher.setAuthTag(locked.subarray(-TAG_BYTES));
    const body = locked.subarray(NONCE_BYTES, -TAG_BYTES);
    return Buffer.concat([decipher.update(body), decipher.final()]).toString("utf8");
  } catch (cause) {
    throw new RangeError(
      "Cannot open a stored secret: the key file is not the one it was stored under. " +
        "Restore the key file, or enter the secret again.",
      { cause },
    );
  }
}
