/**
 * Secrets that we hand out (API tokens, enrolment tokens, sessions) and how they rest: 32 random
 * bytes need no slow hash, so a database that leaks holds only their SHA-256.
 * @module
 */
import { createHash, randomBytes } from "node:crypto";

/** What a secret is for; its prefix lets a person and a secret scanner recognise it. */
export const SECRET_PREFIX = {
  token: "habit_pat_",
  enrolment: "habit_enrol_",
  session: "habit_session_",
} as const;

/** A new secret of 256 bits with its kind's prefix. */
export function newSecret(kind: keyof typeof SECRET_PREFIX): string {
  return SECRET_PREFIX[kind] + randomBytes(32).toString("base64url");
}

/** What is stored of a secret, and looked up by. */
export function hashSecret(secret: string): Buffer {
  return createHash("sha256").update(secret).digest();
}

/** A code of 80 random bits that a person can read from a log and type, as `XXXX-XXXX-XXXX-XXXX`. */
export function newOneTimeCode(): string {
  const alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"; // 32 letters, none easily confused
  const letters = Array.from(randomBytes(16), (byte) => alphabet[byte & 31]).join("");
  return letters.match(/.{4}/g)!.join("-");
}
