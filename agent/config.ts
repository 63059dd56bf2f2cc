/**
 * What an enrolled agent knows of itself: where its server is, its own key, the estate's keys. One
 * file that only its account may read; the private key was made here and never leaves.
 * @module
 */
import { generateKeyPairSync } from "node:crypto";
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { StateError } from "./store.ts";
import type { EstateKeys } from "./pseudonym.ts";

const FILE = "identity.json";
const PKCS8_BYTES = 16; // what stands before a raw Ed25519 private key, RFC 8410
const SPKI_BYTES = 12;

/** An agent's identity. */
export interface Identity extends EstateKeys {
  /** Address of the server. */
  readonly server: string;
  /** The computer's name at enrolment, lower case: whose model the server gives. */
  readonly host: string;
  /** The agent's id, a UUID that the server gave. */
  readonly agentId: string;
  /** Raw Ed25519 private key, 32 bytes. */
  readonly privateKey: Uint8Array;
  /** Names the estate key. */
  readonly estateKeyId: string;
  /** Raw Ed25519 key that the server signs settings and upgrades with; empty where it has none. */
  readonly serverKey: Uint8Array;
}

const BYTES = ["privateKey", "estateKey", "sealPublicKey", "serverKey"] as const;

/** A new Ed25519 key pair, both raw. */
export function newKeyPair(): { privateKey: Uint8Array; publicKey: Uint8Array } {
  const pair = generateKeyPairSync("ed25519");
  const secret = pair.privateKey.export({ format: "der", type: "pkcs8" });
  const open = pair.publicKey.export({ format: "der", type: "spki" });
  return {
    privateKey: new Uint8Array(secret.subarray(PKCS8_BYTES)),
    publicKey: new Uint8Array(open.subarray(SPKI_BYTES)),
  };
}

/** The identity in a state folder, undefined where none is; throws `StateError` where it is broken. */
export function readIdentity(stateFolder: string): Identity | undefined {
  const path = join(stateFolder, FILE);
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  try {
    const stored = JSON.parse(text) as Record<string, string>;
    const bytes = BYTES.map((name) => [
      name,
      Uint8Array.fromBase64(stored[name], { alphabet: "base64url" }),
    ]);
    return { ...stored, ...Object.fromEntries(bytes) } as Identity;
  } catch {
    throw new StateError(`Cannot read ${path}: it is damaged. Enrol this host again.`);
  }
}

/** Writes the identity, whole or not at all, readable by this account only. */
export function writeIdentity(stateFolder: string, identity: Identity): void {
  const stored = {
    ...identity,
    ...Object.fromEntries(BYTES.map((name) => [name, base64url(identity[name])])),
  };
  writeWhole(join(stateFolder, FILE), JSON.stringify(stored, null, 2) + "\n");
}

/** Replaces a file by a new one of this content, whole or not at all. */
export function writeWhole(path: string, content: string | Uint8Array): void {
  const part = `${path}.part`;
  writeFileSync(part, content, { mode: 0o600, flush: true });
  renameSync(part, path);
}

/** Bytes as base64url without padding. */
export function base64url(bytes: Uint8Array): string {
  return bytes.toBase64({ alphabet: "base64url", omitPadding: true });
}
