/**
 * What a server offers its agents, out of a folder that an administrator fills: `settings.json`, and
 * `agent-N.js`, of which the one with the highest number is the current release. All is signed with
 * the server's own key, which agents got at enrolment.
 * @module
 */
import { createHash, type KeyObject, sign } from "node:crypto";
import { Buffer } from "node:buffer";
import { type Signed, type SignedPurpose, signedText } from "@/features/signed.ts";

/** What an agent is offered; what is not there is not offered. */
export interface Offers {
  /** Settings, as `settings.json` says them. */
  readonly settings?: Signed;
  /** Version and SHA-256 of the current release. */
  readonly bundle?: Signed;
}

function signed(purpose: SignedPurpose, payload: string, key: KeyObject): Signed {
  const signature = sign(null, Buffer.from(signedText(purpose, payload)), key);
  return { payload, signature: signature.toString("base64url") };
}

function readIfThere(path: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Deno.readFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** The current release's number and bytes. */
export function currentBundle(
  folder: string,
): { version: number; bytes: Uint8Array<ArrayBuffer> } | undefined {
  const versions = [...Deno.readDirSync(folder)]
    .flatMap(({ name }) => /^agent-(\d{1,9})\.js$/.exec(name)?.[1] ?? []).map(Number);
  const version = Math.max(0, ...versions);
  const bytes = version > 0 ? readIfThere(`${folder}/agent-${version}.js`) : undefined;
  return bytes && { version, bytes };
}

/** What the folder offers now, signed. */
export function readOffers(folder: string, key: KeyObject): Offers {
  const settings = readIfThere(`${folder}/settings.json`);
  const bundle = currentBundle(folder);
  const sha256 = bundle && createHash("sha256").update(bundle.bytes).digest("hex");
  return {
    ...settings ? { settings: signed("settings", new TextDecoder().decode(settings), key) } : {},
    ...bundle
      ? { bundle: signed("bundle", JSON.stringify({ version: bundle.version, sha256 }), key) }
      : {},
  };
}
