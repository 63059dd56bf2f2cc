/**
 * Opens a log file by what it holds, not by its name.
 * @module
 */
import type { EventCursor } from "@/features/event.ts";
import { type ByteSource, fileSource } from "./evtx/chunks.ts";
import { evtxCursor, type EvtxOptions } from "./evtx/cursor.ts";
import type { JsonWriter } from "./evtx/json_writer.ts";
import { jsonCursor } from "./json_events.ts";
import { openFeed } from "./json_feed.ts";

/** A file that cannot be read as an event log; the message says what to do. */
export class NotALogError extends Error {
  /** Its name in reports. */
  override name = "NotALogError";
}

/** A cursor over a log file that also writes its current event as one line of JSON. */
export interface LogCursor extends EventCursor {
  /** Writes the event that `next()` gave last, with all its fields; false where it cannot be. */
  writeJson(writer: JsonWriter): boolean;
}

const EVTX_MAGIC = "ElfFile\0";

/**
 * A cursor over a log file: `.evtx`, or JSON lines, also packed as gzip, tar in gzip or zip.
 * Throws {@link NotALogError} where there is none: a folder, an empty file, no permission, or a
 * format that is not known. With `checksums`, chunks of `.evtx` whose checksum is wrong are counted.
 */
export function openLog(path: string, options: { checksums?: boolean } = {}): LogCursor {
  const source = fileSource(openFile(path));
  try {
    return openSource(source, path, options);
  } catch (error) {
    source[Symbol.dispose]();
    throw error;
  }
}

function openSource(source: ByteSource, path: string, options: EvtxOptions): LogCursor {
  const magic = new Uint8Array(8);
  if (source.read(magic, 0) === 0) {
    throw new NotALogError(`Cannot read ${path}: the file is empty; export the log again.`);
  }
  if (new TextDecoder("latin1").decode(magic) === EVTX_MAGIC) return evtxCursor(source, options);
  const feed = feedOf(source, path);
  if (feed !== undefined) return jsonCursor(source, feed);
  throw new NotALogError(
    `Cannot read ${path}: it is no Windows event log; an .evtx file starts with "ElfFile", ` +
      "a JSON log with one object a line, maybe packed as gzip or zip.",
  );
}

function feedOf(source: ByteSource, path: string): ReturnType<typeof openFeed> {
  try {
    return openFeed(source);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new NotALogError(`Cannot unpack ${path} (${reason}): unpack it by other means first.`);
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
    if (error instanceof Deno.errors.FilesystemLoop) {
      throw new NotALogError(`Cannot read ${path}: its links lead round in a circle.`);
    }
    throw error;
  }
}
