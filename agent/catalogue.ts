/**
 * What lies in a folder of logs: which files are logs, of which hosts, from when to when. Files that
 * share a host belong together, since only one stream in the order of time may feed its windows.
 * @module
 */
import { EARLIEST_MS, LATEST_MS } from "@/features/featuriser.ts";
import { eventLogs } from "./event_logs.ts";
import { MAX_HOSTS, MAX_NAME } from "./hosts.ts";
import { NotALogError, openLog } from "./open_log.ts";

/** A log file as it was when it was looked at. */
export interface LogFile {
  /** Where it lies. */
  readonly path: string;
  /** Its size in bytes and time of change: another pair means that it must be read again. */
  readonly size: number;
  /** Milliseconds since 1970. */
  readonly mtimeMs: number;
  /** Earliest and latest event, milliseconds since 1970; 0 where no event has a time. */
  readonly firstMs: number;
  /** See `firstMs`. */
  readonly lastMs: number;
  /** How far its times step back at most, milliseconds: all of it in a file with the newest first. */
  readonly backMs: number;
  /** Events that can be read. */
  readonly records: number;
  /** Computers of its events, lower case. */
  readonly hosts: readonly string[];
}

/** A file of the folder that is no log, and why. */
export interface Refused {
  /** Where it lies. */
  readonly path: string;
  /** One sentence that says what to do. */
  readonly reason: string;
}

/** A file's path, size and time of change. */
export type FileStamp = Pick<LogFile, "path" | "size" | "mtimeMs">;

/** The logs of a folder with their sizes; throws `NotALogError` where there are none. */
export function listFiles(folder: string): FileStamp[] {
  return eventLogs(folder).map((path) => {
    const { size, mtime } = Deno.statSync(path);
    return { path, size, mtimeMs: mtime?.getTime() ?? 0 };
  });
}

/**
 * Reads a file once for its hosts and times. The whole of it, as a computer that was renamed
 * changes its name somewhere in the middle, and forwarded logs hold many computers.
 */
export function scan(stamp: FileStamp): LogFile {
  using cursor = openLog(stamp.path);
  const hosts = new Set<string>();
  let [firstMs, lastMs, records, last] = [Infinity, -Infinity, 0, ""];
  let [latestMs, backMs] = [-Infinity, 0];
  for (let event = cursor.next(); event; event = cursor.next()) {
    records++;
    if (event.timeMs < firstMs) firstMs = event.timeMs;
    if (event.timeMs > lastMs) lastMs = event.timeMs;
    if (event.timeMs >= EARLIEST_MS && event.timeMs <= LATEST_MS) {
      latestMs = Math.max(latestMs, event.timeMs);
      backMs = Math.max(backMs, latestMs - event.timeMs);
    }
    if (event.computer === last) continue;
    last = event.computer;
    if (last.length <= MAX_NAME && hosts.size < MAX_HOSTS) hosts.add(last.toLowerCase());
  }
  if (firstMs === Infinity) firstMs = lastMs = 0;
  return { ...stamp, firstMs, lastMs, backMs, records, hosts: [...hosts].sort() };
}

/** {@link scan}, or why the file is no log. */
export function scanOrRefuse(stamp: FileStamp): LogFile | Refused {
  try {
    return scan(stamp);
  } catch (error) {
    if (error instanceof NotALogError) return { path: stamp.path, reason: error.message };
    throw error;
  }
}

/** Files in groups that share no host, the group with the earliest event first. */
export function groupByHost(files: readonly LogFile[]): LogFile[][] {
  const groupOf = new Map<string, Set<LogFile>>();
  for (const file of files) {
    const joined = new Set([file]);
    for (const host of file.hosts) for (const other of groupOf.get(host) ?? []) joined.add(other);
    for (const { hosts } of joined) for (const host of hosts) groupOf.set(host, joined);
  }
  const earliest = (group: LogFile[]) => Math.min(...group.map(({ firstMs }) => firstMs));
  return [...new Set(groupOf.values())].map((group) => [...group])
    .sort((a, b) => earliest(a) - earliest(b));
}
