/**
 * Passwords at rest by scrypt of node:crypto: memory-hard, and needs neither a native addon nor
 * the permission to load one.
 * @module
 */
import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";

// OWASP's first choice of parameters for scrypt; 128 MiB and about 0.45 s a password here.
const COST = { N: 2 ** 17, r: 8, p: 1 };
const KEY_BYTES = 32;

/** Shortest password of a local account. */
export const MIN_PASSWORD_LENGTH = 12;
/** Longest; longer text is refused rather than cut. */
export const MAX_PASSWORD_LENGTH = 256;

/** Checks a password to be. @throws RangeError if it is too short or too long to be accepted. */
export function checkPassword(password: string): void {
  const { length } = password;
  if (length >= MIN_PASSWORD_LENGTH && length <= MAX_PASSWORD_LENGTH) return;
  throw new RangeError(
    `A password has ${MIN_PASSWORD_LENGTH} to ${MAX_PASSWORD_LENGTH} characters: this one has ${length}`,
  );
}

function derive(password: string, salt: Uint8Array, cost: typeof COST): Promise<Buffer> {
  const maxmem = 128 * cost.N * cost.r * 2;
  return new Promise((resolve, reject) =>
    scrypt(
      password.normalize("NFKC"),
      salt,
      KEY_BYTES,
      { ...cost, maxmem },
      (error, key) => error ? reject(error) : resolve(key),
    )
  );
}

/** Password -> `scrypt$N$r$p$salt$key`, safe to store; `cost` only for tests in a hurry. */
export async function hashPassword(password: string, cost = COST): Promise<string> {
  checkPassword(password);
  const salt = randomBytes(16);
  const key = await derive(password, salt, cost);
  const { N, r, p } = cost;
  return ["scrypt", N, r, p, salt.toString("base64url"), key.toString("base64url")].join("$");
}

/** A hash that no password matches, so that an unknown account costs as much time as a known one. */
const NOBODY = `scrypt$${COST.N}$${COST.r}$${COST.p}$AAAAAAAAAAAAAAAAAAAAAA$${"A".repeat(43)}`;

/** Whether the password fits the stored hash; undefined stands for an account that is not there. */
export async function verifyPassword(
  password: string,
  stored: string | undefined,
): Promise<boolean> {
  const [, N, r, p, salt, key] = (stored ?? NOBODY).split("$");
  const cost = { N: Number(N), r: Number(r), p: Number(p) };
  const bounded = password.slice(0, MAX_PASSWORD_LENGTH + 1);
  const derived = await derive(bounded, Buffer.from(salt!, "base64url"), cost);
  return timingSafeEqual(derived, Buffer.from(key!, "base64url")) && stored !== undefined;
}
