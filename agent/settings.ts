/**
 * Settings that the server signs: never older than the last ones, within bounds, and not against the
 * local lock, a file that names what may not be changed from afar.
 * @module
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Signed } from "@/features/signed.ts";
import { writeWhole } from "./config.ts";
import { DEFAULT_LIMITS } from "./governor.ts";
import { openSigned, UntrustedError } from "./signed.ts";
import { SPOOL_BYTES } from "./spool.ts";

/** What can be set. */
export interface Settings {
  /** Counts up with each change. */
  readonly version: number;
  /** How late an event may come after its hour. */
  readonly latenessMinutes: number;
  /** Share of one core while the agent catches up, in (0, 1]. */
  readonly cpuShare: number;
  /** Events a second while it catches up or reads files. */
  readonly eventsPerSecond: number;
  /** Resident memory after which the agent starts anew. */
  readonly memoryMiB: number;
  /** What may wait to be sent. */
  readonly spoolMiB: number;
  /** Channels that are not read. */
  readonly withoutChannels: readonly string[];
}

/** Settings of an agent that was told none. */
export const DEFAULT_SETTINGS: Settings = {
  version: 0,
  latenessMinutes: 15,
  cpuShare: DEFAULT_LIMITS.cpuShare,
  eventsPerSecond: DEFAULT_LIMITS.eventsPerSecond,
  memoryMiB: DEFAULT_LIMITS.memoryBytes / 2 ** 20,
  spoolMiB: SPOOL_BYTES / 2 ** 20,
  withoutChannels: [],
};

/** Least and most of each number. */
const BOUNDS: Readonly<Record<string, readonly [number, number]>> = {
  version: [1, Number.MAX_SAFE_INTEGER],
  latenessMinutes: [1, 24 * 60],
  cpuShare: [0.01, 1],
  eventsPerSecond: [10, 1_000_000],
  memoryMiB: [64, 4_096],
  spoolMiB: [1, 4_096],
};

const FILE = "settings.json";
/** Names, as a JSON list, of settings that keep their local value; written by an administrator. */
export const LOCK_FILE = "settings.lock.json";

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

function check(offered: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(offered)) {
    if (name === "withoutChannels") {
      if (Array.isArray(value) && value.every((channel) => typeof channel === "string")) continue;
      throw new UntrustedError("Cannot use settings: withoutChannels must be a list of names.");
    }
    const bounds = BOUNDS[name];
    if (!bounds) throw new UntrustedError(`Cannot use settings: "${name}" is not known here.`);
    if (typeof value === "number" && value >= bounds[0] && value <= bounds[1]) continue;
    throw new UntrustedError(
      `Cannot use settings: ${name} must be in [${bounds.join(", ")}]: current value is ${value}`,
    );
  }
}

/** The settings in force: the last that were taken, or the defaults. */
export function readSettings(stateFolder: string): Settings {
  return { ...DEFAULT_SETTINGS, ...readJson(join(stateFolder, FILE)) as Partial<Settings> };
}

/** Settings as the options that runs take. */
export function runOptions(settings: Settings) {
  const { latenessMinutes, spoolMiB, memoryMiB, cpuShare, eventsPerSecond } = settings;
  return {
    latenessMs: latenessMinutes * 60_000,
    spoolBytes: spoolMiB * 2 ** 20,
    limits: { memoryBytes: memoryMiB * 2 ** 20, cpuShare, eventsPerSecond },
  };
}

/**
 * Takes signed settings over the local ones, but for what the lock names. Returns those now in force,
 * undefined where nothing changed. Throws {@link UntrustedError}; the old ones then stay.
 */
export function takeSettings(
  stateFolder: string,
  signed: Signed,
  serverKey: Uint8Array,
): Settings | undefined {
  const offered = openSigned("settings", signed, serverKey) as Record<string, unknown>;
  check(offered);
  const known = readSettings(stateFolder);
  if (offered.version === known.version) return undefined;
  if (!(Number(offered.version) > known.version)) {
    throw new UntrustedError(
      `Cannot use settings ${offered.version}: those in force are ${known.version}, which is newer.`,
    );
  }
  const locked = (readJson(join(stateFolder, LOCK_FILE)) ?? []) as string[];
  const open = Object.entries(offered).filter(([name]) => !locked.includes(name));
  const settings: Settings = {
    ...known,
    ...Object.fromEntries(open),
    version: Number(offered.version),
  };
  writeWhole(join(stateFolder, FILE), JSON.stringify(settings, null, 2) + "\n");
  return settings;
}
