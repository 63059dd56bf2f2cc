/**
 * How users leave the host: a pseudonym that only the estate's key can make, and a name that only
 * the server's unmask operation can open (form in features/seal.ts).
 * @module
 */
import {
  createCipheriv,
  createHmac,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  randomBytes,
} from "node:crypto";
import { SEAL_INFO, SEAL_KEY_BYTES, SEAL_NONCE_BYTES } from "@/features/seal.ts";

const PSEUDONYM_BYTES = 16;
const KEY_BYTES = 32;
const X25519_SPKI = Buffer.from("302a300506032b656e032100", "hex"); // RFC 8410
/** Users whose pseudonym and sealed name are kept, as sealing costs about 0.2 ms. */
const KEPT = 20_000;
/** Longest name that is sealed, characters; Windows allows 20 + 15 for an account with its domain. */
const MAX_NAME = 256;

/** What an agent needs of the estate's keys. */
export interface EstateKeys {
  /** HMAC key of the pseudonyms, 32 bytes. */
  readonly estateKey: Uint8Array;
  /** Raw X25519 public key that names are sealed to, 32 bytes. */
  readonly sealPublicKey: Uint8Array;
}

/** First 16 bytes of HMAC-SHA-256 of the SID (or `SYSTEM`, or another stable id). */
export function pseudonym(estateKey: Uint8Array, sid: string): Uint8Array {
  const mac = createHmac("sha256", estateKey).update(sid, "utf8").digest();
  return new Uint8Array(mac.subarray(0, PSEUDONYM_BYTES));
}

/** Seals a name to the raw X25519 public key of whoever may open it. */
export function sealName(name: string, recipient: Uint8Array): Uint8Array {
  const { privateKey, publicKey } = generateKeyPairSync("x25519");
  const spki = publicKey.export({ format: "der", type: "spki" });
  const ephemeral = spki.subarray(X25519_SPKI.length);
  const shared = diffieHellman({
    privateKey,
    publicKey: createPublicKey({
      key: Buffer.concat([X25519_SPKI, recipient]),
      format: "der",
      type: "spki",
    }),
  });
  const salt = Buffer.concat([ephemeral, recipient]);
  const key = new Uint8Array(hkdfSync("sha256", shared, salt, SEAL_INFO, KEY_BYTES));
  const nonce = randomBytes(SEAL_NONCE_BYTES);
  const cipher = createCipheriv("aes-256-gcm", key, nonce);
  const body = Buffer.concat([cipher.update(name, "utf8"), cipher.final()]);
  return new Uint8Array(Buffer.concat([ephemeral, nonce, body, cipher.getAuthTag()]));
}

/** A user as it travels. */
export interface MaskedUser {
  /** 16 bytes. */
  readonly user: Uint8Array;
  /** Sealed name, empty where the name is not known. */
  readonly sealedName: Uint8Array;
}

/** Turns SIDs and names into their travelling form, each once. */
export class Masker {
  readonly #keys: EstateKeys;
  readonly #known = new Map<string, MaskedUser>();

  /** Throws `RangeError` where a key has not 32 bytes. */
  constructor(keys: EstateKeys) {
    checkKey("estate key", keys.estateKey, KEY_BYTES);
    checkKey("seal key", keys.sealPublicKey, SEAL_KEY_BYTES);
    this.#keys = keys;
  }

  /** Pseudonym and sealed name of a user. */
  mask(sid: string, name: string): MaskedUser {
    const key = `${sid}\0${name}`;
    const known = this.#known.get(key);
    if (known) return known;
    const masked = {
      user: pseudonym(this.#keys.estateKey, sid),
      sealedName: name === ""
        ? new Uint8Array(0)
        : sealName(name.slice(0, MAX_NAME), this.#keys.sealPublicKey),
    };
    if (this.#known.size >= KEPT) this.#known.delete(this.#known.keys().next().value!);
    this.#known.set(key, masked);
    return masked;
  }
}

function checkKey(what: string, key: Uint8Array, bytes: number): void {
  if (key.length === bytes) return;
  throw new RangeError(`Cannot mask users: the ${what} must have ${bytes} bytes: ${key.length}`);
}
