/**
 * Finds the event logs of a folder.
 * @module
 */
import { join } from "node:path";
import { NotALogError } from "./open_log.ts";

const LOG_NAME = /\.(evtx|jsonl?|ndjson|gz|tgz|zip)$/i;

/**
 * The path itself where it is a file; else every log below it, sorted, links not followed. Throws
 * {@link NotALogError} where there is nothing to read.
 */
export function eventLogs(path: string): string[] {
  let info: Deno.FileInfo;
  try {
    info = Deno.statSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new NotALogError(`Cannot read ${path}: there is no such file or folder.`);
  }
  if (!info.isDirectory) return [path];
  const found = below(path).sort();
  if (found.length > 0) return found;
  throw new NotALogError(`Cannot read ${path}: no event log (*.evtx) is in the folder.`);
}

function below(folder: string): string[] {
  return [...Deno.readDirSync(folder)].flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory) return below(path);
    return entry.isFile && LOG_NAME.test(entry.name) ? [path] : [];
  });
}
