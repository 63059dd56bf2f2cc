/**
 * What `agent status` says, from the health that the running agent writes once a minute.
 * @module
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Health, STATUS_FILE } from "./live.ts";
import type { ChannelStatus } from "./windows/channel_log.ts";

/** Age after which an agent that writes every minute has ended, milliseconds. */
const OLD_MS = 3 * 60_000;

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
    `${counts.impossibleTime} of an impossible time`,
    `odd       ${counts.badFields ?? 0} bad fields, ${counts.clockSteps ?? 0} clock steps, ` +
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
  for (const channel of health.channels as readonly ChannelStatus[]) {
    const lag = channel.lastTimeMs > 0 ? minutes(nowMs - channel.lastTimeMs) : "-";
    const errors = Object.entries(channel.errors).map(([name, count]) => `${name} x${count}`);
    lines.push(
      `${channel.channel}: ${channel.state}, record ${channel.lastRecordId}, last event ${lag} ago, ` +
        `${channel.missed} missed in ${channel.gaps} gaps, ${channel.stalls} stalls` +
        (channel.problem ? `; ${channel.problem}` : "") +
        (errors.length > 0 ? `; ${errors.join(", ")}` : ""),
    );
  }
  return lines;
}
