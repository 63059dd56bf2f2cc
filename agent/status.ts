/**
 * What `agent status` says, from the health that the running agent writes once a minute.
 * @module
 */
import { getLogger } from "@logtape/logtape";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { writeWhole } from "./config.ts";
import type { EventCounts } from "./hosts.ts";
import type { SpoolReport } from "./spool.ts";
import type { ChannelStatus } from "./windows/channel_log.ts";

const log = getLogger(["habit", "agent"]);
/** File in the state folder that `agent status` reads. */
const STATUS_FILE = "status.json";
/** Age after which an agent that writes every minute has ended, milliseconds. */
const OLD_MS = 3 * 60_000;

/** How the agent fares. */
export interface Health {
  /** When this was written, milliseconds since 1970. */
  readonly atMs: number;
  /** What became of the events since the start. */
  readonly counts: EventCounts;
  /** What waits to be sent. */
  readonly spool: SpoolReport;
  /** Last acknowledgment, milliseconds since 1970; undefined where none came since the start. */
  readonly acknowledgedMs: number | undefined;
  /** Why the server refuses what is sent; undefined where it does not. */
  readonly problem: string | undefined;
  /** Failures to send since then. */
  readonly failures: number;
  /** Resident memory, bytes. */
  readonly memoryBytes: number;
  /** How each channel of the live log fares. */
  readonly channels: readonly object[];
  /** Records of files that could not be read, by reason. */
  readonly skipped?: Readonly<Record<string, number>>;
}

/**
 * Writes how the agent fares. Where it cannot be written (a full disk, a scanner that holds the
 * file), that is logged, and no reason to stop reading.
 */
export function writeHealth(stateFolder: string, health: Health): void {
  try {
    writeWhole(join(stateFolder, STATUS_FILE), JSON.stringify(health, null, 2));
  } catch (error) {
    log.error("The status could not be written; it is tried again in a minute.", { error });
  }
}

/** The last health of an agent; undefined where it never ran. */
export function readHealth(stateFolder: string): Health | undefined {
  try {
    return JSON.parse(readFileSync(join(stateFolder, STATUS_FILE), "utf8"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

const minutes = (ms: number) => `${Math.round(ms / 60_000)} min`;

/** The health as lines for a person; `nowMs` is the time of day. */
export function statusLines(health: Health, nowMs: number): string[] {
  const { counts, spool, acknowledgedMs, failures, problem, memoryBytes } = health;
  const age = nowMs - health.atMs;
  const lines = [
    age > OLD_MS ? `NOT RUNNING: last sign of life ${minutes(age)} ago` : "running",
    `events    ${counts.events} counted, ${counts.late} late, ${counts.duplicates} twice, ` +
    `${counts.impossibleTime} of an impossible time, ${counts.nameless ?? 0} of no computer`,
    `odd       ${counts.badFields ?? 0} bad fields, ${counts.unknownVersions ?? 0} of an unknown ` +
    `version, ${counts.clockSteps ?? 0} clock steps, ` +
    `${counts.estimatedHours ?? 0} hours with more than is kept, ` +
    `${counts.setAside ?? 0} memories set aside`,
    `windows   ${counts.windows} made, ${spool.rows} waiting (${spool.bytes} bytes), ` +
    `${spool.dropped} dropped`,
    acknowledgedMs === undefined
      ? `server    nothing acknowledged since the start, ${failures} failures`
      : `server    last acknowledged ${
        minutes(nowMs - acknowledgedMs)
      } ago, ${failures} failures since`,
    `memory    ${Math.round(memoryBytes / 2 ** 20)} MiB`,
  ];
  if (problem) lines.push(`problem   ${problem}`);
  const skipped = Object.entries(health.skipped ?? {});
  if (skipped.length > 0) {
    lines.push(`files     not readable: ${skipped.map(([why, n]) => `${n} x ${why}`).join(", ")}`);
  }
  for (const channel of health.channels as readonly ChannelStatus[]) {
    const lag = channel.lastTimeMs > 0 ? minutes(nowMs - channel.lastTimeMs) : "-";
    const errors = Object.entries(channel.errors).map(([name, count]) => `${name} x${count}`);
    lines.push(
      `${channel.channel}: ${channel.state}, record ${channel.lastRecordId}, last event ${lag} ago, ` +
        `${channel.behind} behind, ${channel.missed} missed in ${channel.gaps} gaps, ` +
        `${channel.unreadable} not readable, ${channel.stalls} stalls` +
        (channel.problem ? `; ${channel.problem}` : "") +
        (errors.length > 0 ? `; ${errors.join(", ")}` : ""),
    );
  }
  return lines;
}
