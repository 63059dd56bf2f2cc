/**
 * Opens a log file by what it holds, not by its name.
 * @module
 */
import type { EventCursor } from "@/features/event.ts";
import { fileSource } from "./evtx/chunks.ts";
import { evtxCursor } from "./evtx/cursor.ts";

/** A file that cannot be read as an event log; the message says what to do. */
export class NotALogError extends Error {
  override name = "NotALogError";
}

const EVTX_MAGIC = "ElfFile\0";

/**
 * A cursor over a log file. Throws {@link NotALogError} where there is none: a folder, an empty
 * file, no permission, or a format that is not known.
 */
export function openLog(path: string): EventCursor {
  const file = openFile(path);
  try {
    const magic = new Uint8Array(8);
    const got = file.readSync(magic) ?? 0;
    if (got === 0) {
      throw new NotALogError(`Cannot read ${path}: the file is empty; export the log again.`);
    }
    if (new TextDecoder("latin1").decode(magic) === EVTX_MAGIC) return evtxCursor(fileSource(file));
    throw new NotALogError(
      `Cannot read ${path}: it is no Windows event log (.evtx starts with "ElfFile").`,
    );
  } catch (error) {
    file.close();
    throw error;
  }
}

function openFile(path: string): Deno.FsFile {
  try {
    const file = Deno.openSync(path);
    if (file.statSync().isFile) return file;
    file.close();
    throw new NotALogError(`Cannot read ${path}: it is not a file; name the log files in it.`);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      throw new NotALogError(`Cannot read ${path}: there is no such file.`);
    }
    if (error instanceof Deno.errors.PermissionDenied || error instanceof Deno.errors.NotCapable) {
      throw new NotALogError(`Cannot read ${path}: no permission; run as a user who may read it.`);
    }
    throw error;
  }
}
