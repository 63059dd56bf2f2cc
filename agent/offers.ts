/**
 * Asks the server what it offers: signed settings, and a signed release. What is refused is logged
 * and changes nothing.
 * @module
 */
import { getLogger } from "@logtape/logtape";
import type { Signed } from "@/features/signed.ts";
import type { Identity } from "./config.ts";
import type { Authorise } from "./request.ts";
import { takeSettings } from "./settings.ts";
import { UntrustedError } from "./signed.ts";
import { isWanted, stage } from "./upgrade.ts";

const log = getLogger(["habit", "agent"]);

/** Number of this release; the server's must be higher to be tried. */
export const RELEASE = 1;

/** What came of asking. */
export type OfferOutcome = "nothing" | "settings" | "bundle";

async function get(path: string, server: string, authorise: Authorise): Promise<Response> {
  return await fetch(new URL(path, server), {
    headers: authorise("GET", path, new Uint8Array(0)),
    signal: AbortSignal.timeout(60_000),
  });
}

/**
 * Takes what is new: `settings` are in force at once, a `bundle` at the next start. A server that
 * cannot be reached offers nothing.
 */
export async function takeOffers(
  stateFolder: string,
  identity: Identity,
  authorise: Authorise,
): Promise<OfferOutcome> {
  const { server, serverKey } = identity;
  try {
    const response = await get("/v1/offers", server, authorise);
    if (!response.ok) return "nothing";
    const { settings, bundle } = await response.json() as { settings?: Signed; bundle?: Signed };
    if (bundle && isWanted(stateFolder, bundle, serverKey, RELEASE)) {
      const code = await get("/v1/bundle", server, authorise);
      stage(stateFolder, bundle, new Uint8Array(await code.arrayBuffer()), serverKey);
      return "bundle";
    }
    return settings && takeSettings(stateFolder, settings, serverKey) ? "settings" : "nothing";
  } catch (error) {
    if (error instanceof UntrustedError) log.error(error.message);
    else log.warn("The server's offers could not be asked; asked again later.", { error });
    return "nothing";
  }
}
