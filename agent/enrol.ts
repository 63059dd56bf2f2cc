/**
 * Enrolment: a one-time token becomes an identity. The host makes its own key and sends the public
 * half; the server answers with the estate's keys.
 * @module
 */
import { mkdirSync } from "node:fs";
import { base64url, type Identity, newKeyPair, readIdentity, writeIdentity } from "./config.ts";

/** The server did not enrol this host; the message says what to do. */
export class EnrolError extends Error {
  /** The class's name. */
  override name = "EnrolError";
}

/** What enrolment needs. */
export interface EnrolOptions {
  /** Address of the server. */
  readonly server: string;
  /** One-time token that an administrator made. */
  readonly token: string;
  /** Computer name, lower case. */
  readonly host: string;
  /** Folder of the agent's state. */
  readonly stateFolder: string;
  /** Replaces an identity that is there. */
  readonly again?: boolean;
}

const KEY_BYTES = 32;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Checks a server's address: HTTPS, or HTTP on this machine alone. */
export function checkServer(server: string): URL {
  let url: URL;
  try {
    url = new URL(server);
  } catch {
    throw new EnrolError(`Cannot use the server "${server}": name it as https://HOST[:PORT].`);
  }
  const local = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname);
  if (url.protocol === "https:" || (url.protocol === "http:" && local)) return url;
  throw new EnrolError(
    `Cannot use the server "${server}": keys travel only over https:// (http:// on this machine).`,
  );
}

/** Enrols this host and writes its identity. Throws {@link EnrolError} where that fails. */
export async function enrol(options: EnrolOptions): Promise<Identity> {
  const { server, token, host, stateFolder } = options;
  const url = checkServer(server);
  mkdirSync(stateFolder, { recursive: true, mode: 0o700 });
  const known = options.again ? undefined : readIdentity(stateFolder);
  if (known) {
    throw new EnrolError(
      `This host is enrolled at ${known.server} as ${known.agentId}. Add --again to replace that.`,
    );
  }
  const { privateKey, publicKey } = newKeyPair();
  const answer = await ask(new URL("/v1/enrol", url), {
    token,
    publicKey: base64url(publicKey),
    host,
  });
  const identity: Identity = {
    server: url.origin,
    host,
    agentId: text(answer, "agentId", UUID),
    privateKey,
    estateKeyId: text(answer, "estateKeyId", /^[\w-]{1,64}$/),
    estateKey: key(answer, "estateKey"),
    sealPublicKey: key(answer, "sealPublicKey"),
    serverKey: answer.serverKey === undefined ? new Uint8Array(0) : key(answer, "serverKey"),
  };
  writeIdentity(stateFolder, identity);
  return identity;
}

async function ask(url: URL, body: Record<string, string>): Promise<Record<string, unknown>> {
  let response: Response;
  try {
    response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(30_000),
    });
  } catch {
    throw new EnrolError(`Cannot reach ${url.origin}: check the address, the firewall, the proxy.`);
  }
  const answer = await response.json().catch(() => ({})) as Record<string, unknown>;
  if (response.ok) return answer;
  const said = typeof answer.error === "string" ? answer.error : `status ${response.status}`;
  throw new EnrolError(
    response.status === 401 || response.status === 403
      ? `The server refuses the token (${said}). Tokens work once and expire; make a new one.`
      : `The server does not enrol this host (${said}).`,
  );
}

function text(answer: Record<string, unknown>, name: string, form: RegExp): string {
  const value = answer[name];
  if (typeof value === "string" && form.test(value)) return value;
  throw new EnrolError(`Cannot enrol: the server's answer has no ${name}. Is it a Habit server?`);
}

function key(answer: Record<string, unknown>, name: string): Uint8Array {
  const bytes = Uint8Array.fromBase64(text(answer, name, /^[\w-]{43}=?$/), {
    alphabet: "base64url",
  });
  if (bytes.length === KEY_BYTES) return bytes;
  throw new EnrolError(`Cannot enrol: the server's ${name} has not ${KEY_BYTES} bytes.`);
}
