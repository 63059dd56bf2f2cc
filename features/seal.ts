/**
 * The form of a sealed name: what the agent writes and only the server's unmask operation opens.
 * A sealed name is `ephemeral X25519 public key || nonce || AES-256-GCM ciphertext || tag`, its key
 * HKDF-SHA256(shared secret, salt = ephemeral public || recipient public, info = {@link SEAL_INFO}).
 * @module
 */

/** HKDF's info: binds a key to this use and this version of the form. */
export const SEAL_INFO = "habit/seal/1";

/** Bytes of a raw X25519 public key. */
export const SEAL_KEY_BYTES = 32;

/** Bytes of the AES-GCM nonce. */
export const SEAL_NONCE_BYTES = 12;

/** Bytes of the AES-GCM tag. */
export const SEAL_TAG_BYTES = 16;

/** What sealing adds to the UTF-8 bytes of a name. */
export const SEAL_OVERHEAD = SEAL_KEY_BYTES + SEAL_NONCE_BYTES + SEAL_TAG_BYTES;
