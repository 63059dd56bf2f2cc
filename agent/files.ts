/**
 * Which files of a folder were read, to which size and time of change, kept in the agent's store.
 * @module
 */
import type { DatabaseSync } from "node:sqlite";
import { type FileStamp, type LogFile, type Refused, scanOrRefuse } from "./catalogue.ts";

/** A file, and whether all its events lie in closed windows. */
export interface KnownFile {
  /** What a scan found. */
  readonly file: LogFile;
  /** Nothing of it needs to be read again. */
  readonly done: boolean;
}

/** What an earlier scan found of an unchanged file. */
function recall(store: DatabaseSync, stamp: FileStamp): KnownFile | undefined {
  const row = store.prepare(
    "select about, done from log_file where path = ? and size = ? and mtime_ms = ?",
  ).get(stamp.path, stamp.size, stamp.mtimeMs) as { about: string; done: number } | undefined;
  // Scans of earlier versions did not tell how far times step back.
  return row && { file: { backMs: 0, ...stamp, ...JSON.parse(row.about) }, done: row.done === 1 };
}

function remember(store: DatabaseSync, file: LogFile): void {
  const { path, size, mtimeMs, ...about } = file;
  store.prepare(
    `insert into log_file (path, size, mtime_ms, about, done)
     values (?, ?, ?, ?, 0)
     on conflict (path) do update set
       size = excluded.size, mtime_ms = excluded.mtime_ms, about = excluded.about, done = 0`,
  ).run(path, size, mtimeMs, JSON.stringify(about));
}

/** The file as known, or looked at now; or why it is no log. */
export function lookAt(store: DatabaseSync, stamp: FileStamp): KnownFile | Refused {
  const known = recall(store, stamp);
  if (known) return known;
  const found = scanOrRefuse(stamp);
  if ("reason" in found) return found;
  remember(store, found);
  return { file: found, done: false };
}

/** Marks files whose events lie in closed windows, inside the caller's transaction. */
export function markDone(store: DatabaseSync, files: Iterable<LogFile>): void {
  const mark = store.prepare(
    "update log_file set done = 1 where path = ? and size = ? and mtime_ms = ?",
  );
  for (const { path, size, mtimeMs } of files) mark.run(path, size, mtimeMs);
}
