/**
 * Answers outside GraphQL: JSON with a sentence that says what to do, and the headers that every
 * answer carries.
 * @module
 */

/** Content-Security-Policy of the console: nothing from elsewhere, no framing, no plugins. */
const CSP = "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; " +
  "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  "content-security-policy": CSP,
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": "camera=(), microphone=(), geolocation=()",
};

/** Puts the security headers on an answer, and HSTS where the connection is TLS. */
export function secure(response: Response, tls: boolean): Response {
  for (const name in SECURITY_HEADERS) {
    if (!response.headers.has(name)) response.headers.set(name, SECURITY_HEADERS[name]!);
  }
  if (tls) response.headers.set("strict-transport-security", "max-age=31536000");
  return response;
}

/** A JSON answer that nobody may store. */
export function json(
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): Response {
  return Response.json(body, { status, headers: { "cache-control": "no-store", ...headers } });
}

/** An error that a route answers with; its message is a sentence fit for the caller. */
export class HttpError extends Error {
  /** Name. */
  override readonly name = "HttpError";
  /** Takes what it is made of. */
  constructor(
    /** Of the answer. */
    readonly status: number,
    /** For programs. */
    readonly code: string,
    message: string,
    /** Beside it. */
    readonly headers: Record<string, string> = {},
  ) {
    super(message);
  }

  /** The answer that tells the caller. */
  response(): Response {
    return json(this.status, { error: this.code, message: this.message }, this.headers);
  }
}
