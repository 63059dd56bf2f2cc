/**
 * The server's one root secret and what is derived from it. It lies in a file beside the data, never
 * in the database, so that a stolen dump can neither unmask a name nor open an export's secret.
 * @module
 */
import {
  createPrivateKey,
  createPublicKey,
  hkdfSync,
  type KeyObject,
  randomBytes,
} from "node:crypto";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

const ROOT_BYTES = 32;

/** Keys derived from the root secret; each use has its own. */
export interface ServerKeys {
  /** Names the estate key, so that an agent notices a change: 16 hexadecimal digits. */
  readonly estateKeyId: string;
  /** HMAC key of the agents' pseudonyms, 32 bytes; handed out at enrolment only. */
  readonly estateKey: Uint8Array;
  /** X25519 private key that opens sealed names. */
  readonly unmaskKey: KeyObject;
  /** Raw X25519 public key that agents seal to, 32 bytes. */
  readonly sealPublicKey: Uint8Array;
  /** Ed25519 private key that signs settings and upgrades for agents. */
  readonly signKey: KeyObject;
  /** Its raw public half, 32 bytes; agents get it at enrolment. */
  readonly signPublicKey: Uint8Array;
  /** AES-256 key for secrets that must be read again (webhook keys), 32 bytes. */
  readonly secretsKey: Uint8Array;
}

function derived(root: Uint8Array, use: string): Uint8Array {
  return new Uint8Array(hkdfSync("sha256", root, new Uint8Array(0), `habit/${use}/1`, 32));
}

// RFC 8410: what stands before the 32 raw bytes in PKCS #8 and SPKI.
const X25519_PKCS8 = Buffer.from("302e020100300506032b656e04220420", "hex");
const X25519_SPKI = Buffer.from("302a300506032b656e032100", "hex");

const ED25519_PKCS8 = Buffer.from("302e020100300506032b657004220420", "hex");
const ED25519_SPKI_BYTES = 12;

/** A raw X25519 private key as a key object. */
export function x25519Private(raw: Uint8Array): KeyObject {
  return createPrivateKey({
    key: Buffer.concat([X25519_PKCS8, raw]),
    format: "der",
    type: "pkcs8",
  });
}

/** A raw X25519 public key as a key object. */
export function x25519Public(raw: Uint8Array): KeyObject {
  return createPublicKey({ key: Buffer.concat([X25519_SPKI, raw]), format: "der", type: "spki" });
}

/** The raw 32 bytes of an X25519 public key. */
export function x25519Raw(key: KeyObject): Uint8Array {
  return new Uint8Array(key.export({ format: "der", type: "spki" }).subarray(X25519_SPKI.length));
}

/** All keys of one root secret of 32 bytes. */
export function deriveKeys(root: Uint8Array): ServerKeys {
  const estateKey = derived(root, "estate");
  const unmaskKey = x25519Private(derived(root, "unmask"));
  const signKey = createPrivateKey({
    key: Buffer.concat([ED25519_PKCS8, derived(root, "sign")]),
    format: "der",
    type: "pkcs8",
  });
  const signSpki = createPublicKey(signKey).export({ format: "der", type: "spki" });
  return {
    estateKeyId: Buffer.from(derived(estateKey, "estate-id")).toString("hex").slice(0, 16),
    estateKey,
    unmaskKey,
    sealPublicKey: x25519Raw(createPublicKey(unmaskKey)),
    signKey,
    signPublicKey: new Uint8Array(signSpki.subarray(ED25519_SPKI_BYTES)),
    secretsKey: derived(root, "secrets"),
  };
}

/** Keys of the root secret in `file`; made there on first start, readable by its owner only. */
export function openKeys(file: string): ServerKeys {
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, randomBytes(ROOT_BYTES).toString("hex") + "\n", {
      flag: "wx",
      mode: 0o600,
    });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    chmodSync(file, 0o600);
  }
  const text = readFileSync(file, "utf8").trim();
  if (/^[0-9a-f]{64}$/.test(text)) return deriveKeys(Buffer.from(text, "hex"));
  throw new SyntaxError(
    `Cannot use the key file ${file}: it must hold 64 hexadecimal digits. Restore it from a backup; ` +
      `a new one could not open the names that are sealed already.`,
  );
}
