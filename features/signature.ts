/**
 * What an agent signs of a request, by RFC 9421 (HTTP Message Signatures) with one fixed list of
 * components, and Content-Digest by RFC 9530. Agent and server build the same text from here, so
 * that neither can drift.
 * @module
 */

/** The components that every agent's request covers, in this order. */
const COMPONENTS = `("@method" "@path" "content-digest")`;

/** How far a request's time may be from the server's, milliseconds either way. */
export const SIGNATURE_WINDOW_MS = 5 * 60_000;

/** What one request's signature covers. */
export interface SignedParts {
  /** Upper-case method. */
  readonly method: string;
  /** Path without query. */
  readonly path: string;
  /** Value of the Content-Digest header: `sha-256=:BASE64:` of the body as sent. */
  readonly digest: string;
  /** Seconds since 1970 UTC, by the agent's clock. */
  readonly created: number;
  /** Used once within the window; 16 random bytes as base64url. */
  readonly nonce: string;
  /** The agent's id, a UUID. */
  readonly agentId: string;
}

/** Value of the Signature-Input header after `habit=`, itself part of what is signed. */
export function signatureParameters(parts: SignedParts): string {
  const { created, nonce, agentId } = parts;
  return `${COMPONENTS};created=${created};nonce="${nonce}";keyid="${agentId}";alg="ed25519"`;
}

/** The text that Ed25519 signs (RFC 9421 section 2.5). */
export function signatureBase(parts: SignedParts): string {
  return `"@method": ${parts.method}\n"@path": ${parts.path}\n` +
    `"content-digest": ${parts.digest}\n"@signature-params": ${signatureParameters(parts)}`;
}

const INPUT =
  /^habit=\("@method" "@path" "content-digest"\);created=(\d{1,12});nonce="([\w-]{16,64})";keyid="([0-9a-f-]{36})";alg="ed25519"$/;

/** Created, nonce and agent of a Signature-Input header; undefined if it is not in our form. */
export function parseSignatureInput(
  header: string,
): Pick<SignedParts, "created" | "nonce" | "agentId"> | undefined {
  const match = INPUT.exec(header);
  return match ? { created: Number(match[1]), nonce: match[2]!, agentId: match[3]! } : undefined;
}
