/**
 * The agent's own log: lines in a file that is put aside at a size, so that it never fills a disk.
 * @module
 */
import { appendFileSync, renameSync, statSync } from "node:fs";

const LARGEST_BYTES = 4 * 2 ** 20;

/** Appends lines to a file; at 4 MiB it becomes `FILE.1` and a new one begins. */
export function logFile(path: string, largest = LARGEST_BYTES): (line: string) => void {
  let bytes = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  return (line) => {
    if (bytes + line.length > largest && bytes > 0) {
      renameSync(path, `${path}.1`);
      bytes = 0;
    }
    appendFileSync(path, line, { mode: 0o600 });
    bytes += line.length;
  };
}
