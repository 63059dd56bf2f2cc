/**
 * Upgrades: a signed bundle is put beside the installed one and tried. It must report in to the
 * server, else the one before comes back. The signature is checked again at each start, since the
 * folder of the state is less well kept than the folder of programs.
 * @module
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Signed } from "@/features/signed.ts";
import { writeWhole } from "./config.ts";
import { openSigned, UntrustedError } from "./signed.ts";

/** Starts that a new bundle has to report in. */
const TRIAL_STARTS = 3;
/** Code with which the agent ends for the task scheduler to start it anew. */
export const RESTART_CODE = 75;
/** How long a start of a new bundle may go on without a report: one that hangs must not stay. */
export const TRIAL_MS = 4 * 3_600_000;
const FILE = "bundle.json";

/** What a server says of a bundle. */
interface BundleClaim {
  /** Counts up with each release. */
  readonly version: number;
  /** SHA-256 of its bytes, hexadecimal. */
  readonly sha256: string;
}

/** The bundle in the state folder, and how its trial stands. */
interface Installed {
  readonly signed: Signed;
  readonly version: number;
  /** Starts since it came; `confirmed` ends the trial. */
  readonly starts: number;
  readonly confirmed: boolean;
  /** The newest version that was rolled back; not tried again. */
  readonly refused: number;
  /** What was confirmed before it. */
  readonly previous?: { readonly signed: Signed; readonly version: number };
}

function read(stateFolder: string): Installed | undefined {
  try {
    return JSON.parse(readFileSync(join(stateFolder, FILE), "utf8"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

function write(stateFolder: string, installed: Installed): void {
  writeWhole(join(stateFolder, FILE), JSON.stringify(installed));
}

/** Where a version's bytes lie. */
export function bundlePath(stateFolder: string, version: number): string {
  return join(stateFolder, `agent-${version}.js`);
}

function checkBytes(signed: Signed, bytes: Uint8Array, serverKey: Uint8Array): BundleClaim {
  const claim = openSigned("bundle", signed, serverKey) as BundleClaim;
  const digest = createHash("sha256").update(bytes).digest("hex");
  if (digest === claim.sha256 && Number.isSafeInteger(claim.version)) return claim;
  throw new UntrustedError("The bundle is not the one that was signed; it is left alone.");
}

/** Whether a signed offer is newer than what runs (`running`) and was not rolled back before. */
export function isWanted(
  stateFolder: string,
  signed: Signed,
  serverKey: Uint8Array,
  running: number,
): boolean {
  const { version } = openSigned("bundle", signed, serverKey) as BundleClaim;
  const known = read(stateFolder);
  return version > Math.max(running, known?.version ?? 0, known?.refused ?? 0);
}

/** Puts a bundle in place for the next start. Throws {@link UntrustedError} where it is not signed. */
export function stage(
  stateFolder: string,
  signed: Signed,
  bytes: Uint8Array,
  serverKey: Uint8Array,
): void {
  const { version } = checkBytes(signed, bytes, serverKey);
  const known = read(stateFolder);
  const previous = known?.confirmed
    ? { signed: known.signed, version: known.version }
    : known?.previous;
  writeWhole(bundlePath(stateFolder, version), bytes);
  write(stateFolder, {
    signed,
    version,
    starts: 0,
    confirmed: false,
    refused: known?.refused ?? 0,
    ...previous ? { previous } : {},
  });
}

/**
 * The bundle to start instead of the installed one, undefined for the installed one. Counts the
 * start; after three without a report the bundle before it comes back.
 */
export function bundleToStart(stateFolder: string, serverKey: Uint8Array): string | undefined {
  const known = read(stateFolder);
  if (!known || known.version === 0) return undefined;
  if (!known.confirmed && known.starts >= TRIAL_STARTS) {
    write(stateFolder, rolledBack(known));
    return bundleToStart(stateFolder, serverKey);
  }
  if (!known.confirmed) write(stateFolder, { ...known, starts: known.starts + 1 });
  try {
    const path = bundlePath(stateFolder, known.version);
    checkBytes(known.signed, new Uint8Array(readFileSync(path)), serverKey);
    return path;
  } catch {
    return undefined; // gone or tampered with: the installed one is always sound
  }
}

function rolledBack(known: Installed): Installed {
  const { previous } = known;
  return {
    signed: previous?.signed ?? known.signed,
    version: previous?.version ?? 0,
    starts: 0,
    confirmed: true,
    refused: Math.max(known.refused, known.version),
  };
}

/** The bundle that runs has reported in: its trial is over. */
export function confirm(stateFolder: string): void {
  const known = read(stateFolder);
  if (known && !known.confirmed) write(stateFolder, { ...known, confirmed: true });
}

/** Waits, without keeping the process alive; true where the bundle has not reported in by then. */
export function trialFailed(stateFolder: string, waitMs: number = TRIAL_MS): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(read(stateFolder)?.confirmed === false), waitMs);
    Deno.unrefTimer(timer);
  });
}
