/** Composes a running agent: where events come from, what judges windows, who is told. @module */
import { readIdentity } from "@/agent/config.ts";
import type { Identity } from "@/agent/config.ts";
import { FolderStatus } from "@/agent/folder_status.ts";
import { Governor } from "@/agent/governor.ts";
import { runLive } from "@/agent/live.ts";
import { logFile } from "@/agent/log_file.ts";
import { type FolderSummary, runFolder } from "@/agent/pipeline.ts";
import { repeat } from "@/agent/repeat.ts";
import { type Authorise, bySignature } from "@/agent/request.ts";
import { type OfferOutcome, takeOffers } from "@/agent/offers.ts";
import { readSettings, runOptions, type Settings } from "@/agent/settings.ts";
import { confirm, RESTART_CODE } from "@/agent/upgrade.ts";
import { pause } from "@/agent/ship.ts";
import { auditedChannels, readBackup } from "@/agent/windows/audit.ts";
import { CHANNELS, FORWARDED_FIELDS } from "@/agent/windows/channels.ts";
import { fullComputerName } from "@/agent/windows/host_name.ts";
import { LiveLog } from "@/agent/windows/live_log.ts";
import { openWevtapi } from "@/agent/windows/wevtapi.ts";
import { configure, getConsoleSink, getLogger, jsonLinesFormatter } from "@logtape/logtape";
import { join } from "node:path";
import { enrolHost } from "./agent_manage.ts";
import { followModel, type ModelScorer } from "./agent_scorer.ts";
import { stderrProgress } from "./progress.ts";

const log = getLogger(["habit", "agent"]);

/** The server is asked for settings and releases this often. */
const OFFERS_MS = 15 * 60_000;

/** Flags of `agent run` and `agent backfill`. */
export interface RunFlags {
  /** Folder of logs; without it the live log is read. */
  logs?: string;
  /** Folder of the state. */
  state: string;
  /** Server and token to enrol with. */
  server?: string;
  /** See `server`. */
  token?: string;
  /** Computer name to enrol under. */
  host?: string;
  /** Seconds between two looks at the folder. */
  follow?: number;
  /** What `auditpol /backup` wrote. */
  auditPolicy?: string;
  /** Prints JSON. */
  json?: boolean;
}

/** Runs the agent until it is done or told to stop. */
export async function runAgent(options: RunFlags): Promise<void> {
  if (options.follow !== undefined && !(options.follow >= 1)) {
    throw new RangeError("Cannot use --follow: name seconds, at least 1.");
  }
  const { server, token, host, state } = options;
  if (server && token && !readIdentity(state)) await enrolHost({ server, token, state, host });
  const identity = readIdentity(state);
  if (!identity) {
    throw new Error(
      `This host is not enrolled. Run: agent enrol --state ${state} --server URL --token T`,
    );
  }
  await configureLog(state, options.logs === undefined);
  globalThis.addEventListener("unhandledrejection", ({ reason }) => {
    log.fatal("The agent ends by an error that nothing expected.", { error: reason });
  });
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    if (Deno.build.os === "windows" && signal === "SIGTERM") continue;
    Deno.addSignalListener(signal, () => stop.abort());
  }
  try {
    await run(options, identity, stop.signal);
  } catch (error) {
    log.fatal("The agent ends by an error; the task starts it again.", { error });
    throw error;
  }
  // A signal listener keeps the process alive; all is written, so end.
  Deno.exit(stop.signal.aborted ? 130 : 0);
}

async function configureLog(state: string, live: boolean): Promise<void> {
  const append = live ? logFile(join(state, "agent.log")) : undefined;
  await configure({
    sinks: {
      here: append ? (record) => append(jsonLinesFormatter(record)) : getConsoleSink(),
    },
    loggers: [
      { category: ["habit"], sinks: ["here"], lowestLevel: live ? "info" : "warning" },
      { category: ["logtape", "meta"], sinks: ["here"], lowestLevel: "error" },
    ],
  });
}

/** What runs have in common, whatever they read. */
interface Common {
  readonly stateFolder: string;
  readonly server: string;
  readonly authorise: Authorise;
  readonly keys: Identity;
  readonly scorer: ModelScorer;
}

async function run(options: RunFlags, identity: Identity, signal: AbortSignal): Promise<void> {
  const { state: stateFolder, logs } = options;
  const { server } = identity;
  const authorise = bySignature(identity.agentId, identity.privateKey, Date.now);
  const scorer = followModel(stateFolder, identity, authorise, signal);
  const common = { stateFolder, server, authorise, keys: identity, scorer };
  if (logs === undefined) {
    await underOffers(
      common,
      signal,
      (settings, until) => runHost(common, options, settings, until),
    );
  } else if (options.follow === undefined) {
    await readFolder(common, { ...options, logs }, readSettings(stateFolder), signal);
  } else {
    const status = new FolderStatus(stateFolder, Date.now);
    await underOffers(common, signal, async (settings, until) => {
      const watchdog = new Governor(runOptions(settings).limits);
      while (!until.aborted) {
        await readFolder(common, { ...options, logs }, settings, until, status);
        watchdog.checkMemory();
        if (!until.aborted) confirm(stateFolder); // all was acknowledged
        await pause(options.follow! * 1000, until);
      }
    });
  }
}

/** Runs under the server's settings, anew whenever they change; a new release ends the process. */
async function underOffers(
  { stateFolder, keys, authorise }: Common,
  signal: AbortSignal,
  run: (settings: Settings, until: AbortSignal) => Promise<void>,
): Promise<void> {
  while (!signal.aborted) {
    const change = new AbortController();
    const until = AbortSignal.any([signal, change.signal]);
    let outcome: OfferOutcome = "nothing" as OfferOutcome;
    repeat(
      async () => {
        outcome = await takeOffers(stateFolder, keys, authorise);
        if (outcome !== "nothing") change.abort();
      },
      OFFERS_MS,
      until,
    );
    try {
      await run(readSettings(stateFolder), until);
    } finally {
      change.abort();
    }
    if (outcome === "bundle") Deno.exit(RESTART_CODE);
  }
}

async function runHost(
  common: Common,
  { auditPolicy }: RunFlags,
  settings: Settings,
  signal: AbortSignal,
): Promise<void> {
  if (Deno.build.os !== "windows") {
    throw new Error("The live log is on Windows only. Read a folder: agent run --logs DIR");
  }
  using api = openWevtapi();
  const without = new Set(settings.withoutChannels);
  const channels = [...CHANNELS, FORWARDED_FIELDS].filter((each) => !without.has(each.channel));
  await runLive({
    ...common,
    ...runOptions(settings),
    open: (positions) => new LiveLog(api, channels, positions, Date.now),
    signal,
    offsetMinutes: (timeMs) => -new Date(timeMs).getTimezoneOffset(),
    audited: auditPolicy === undefined ? undefined : byPolicy(fullComputerName(), auditPolicy),
    now: Date.now,
    random: Math.random,
    onHealth: ({ acknowledgedMs }) => acknowledgedMs !== undefined && confirm(common.stateFolder),
  });
}

/** The audited channels of this host by the policy in a file; other hosts' are not known here. */
function byPolicy(own: string, file: string): (host: string, seen: number) => number {
  return (host, seen) => {
    const backup = host === own ? readBackup(file, Date.now()) : undefined;
    return backup === undefined ? seen : auditedChannels(backup, seen);
  };
}

async function readFolder(
  { authorise, ...common }: Common,
  options: RunFlags & { logs: string },
  settings: Settings,
  signal: AbortSignal,
  status?: FolderStatus,
): Promise<void> {
  const progress = stderrProgress();
  const summary = await runFolder({
    ...common,
    ...runOptions(settings),
    folder: options.logs,
    token: authorise,
    signal,
    complete: options.follow === undefined,
    onProgress: (now) => {
      const { phase, bytes, bytesTotal, events, windows, acknowledged } = now;
      status?.progress(now);
      const [done, total] = phase === "ship" ? [acknowledged, windows] : [bytes, bytesTotal];
      const detail = `${events} events, ${windows} windows, ${acknowledged} acknowledged`;
      progress.show(phase, done, total, detail);
    },
  });
  status?.add(summary);
  report(summary, options.json === true);
}

function report(summary: FolderSummary, json: boolean): void {
  if (json) {
    console.log(JSON.stringify({ ...summary, skipped: Object.fromEntries(summary.skipped) }));
    return;
  }
  const { files, hosts, events, windows, acknowledged, spool, refused, late, before } = summary;
  console.log(
    `${events} events of ${hosts} hosts in ${files} logs became ${windows} windows; ` +
      `${acknowledged} acknowledged.`,
  );
  for (const { reason } of refused.slice(0, 5)) console.log(reason);
  if (refused.length > 5) console.log(`… and ${refused.length - 5} more files that are no logs.`);
  if (before > 0) console.log(`${before} events lie in windows that an earlier run closed.`);
  if (late > 0) console.log(`${late} events came after their window was closed: not counted.`);
  const { dropped } = spool;
  if (dropped > 0) console.log(`${dropped} windows were dropped as the spool was full.`);
}
