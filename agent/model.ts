/**
 * Keeps this host's current model at hand: asked of the server now and then, kept in the state, so
 * that windows are judged at once and without the network.
 * @module
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { writeWhole } from "./config.ts";
import type { Authorise } from "./request.ts";

const FILE = "model.bin";
const TAG_FILE = "model.tag";
const PATH = "/v1/model";
/** A model is about 190 KiB; what is much larger is none. */
const LARGEST_BYTES = 1 << 20;

function readOr<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** The model kept in the state, undefined where none came yet. */
export function keptModel(stateFolder: string): Uint8Array | undefined {
  return readOr(() => new Uint8Array(readFileSync(join(stateFolder, FILE))));
}

/**
 * Asks the server for a newer model than the kept one, and keeps it. Undefined where there is none,
 * or the server cannot be reached: the kept one goes on.
 */
export async function newerModel(
  stateFolder: string,
  server: string,
  authorise: Authorise,
): Promise<Uint8Array | undefined> {
  const tag = readOr(() => readFileSync(join(stateFolder, TAG_FILE), "utf8"));
  let response: Response;
  try {
    response = await fetch(new URL(PATH, server), {
      headers: {
        ...authorise("GET", PATH, new Uint8Array(0)),
        ...tag ? { "if-none-match": tag } : {},
      },
      signal: AbortSignal.timeout(30_000),
    });
  } catch {
    return undefined;
  }
  const bytes = new Uint8Array(await response.arrayBuffer());
  if (response.status !== 200 || bytes.length > LARGEST_BYTES) return undefined;
  writeWhole(join(stateFolder, FILE), bytes);
  writeWhole(join(stateFolder, TAG_FILE), response.headers.get("etag") ?? "");
  return bytes;
}
