/**
 * What a server signs for its agents: a payload and an Ed25519 signature over its purpose and its
 * text, so that settings cannot be passed off as an upgrade.
 * @module
 */

/** A signed payload as it travels. */
export interface Signed {
  /** JSON. */
  readonly payload: string;
  /** Ed25519, base64url. */
  readonly signature: string;
}

/** What a signature can be for. */
export type SignedPurpose = "settings" | "bundle";

/** The text that is signed. */
export function signedText(purpose: SignedPurpose, payload: string): string {
  return `habit/${purpose}/1\n${payload}`;
}
