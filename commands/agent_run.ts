/** Composes a running agent: where events come from, what judges windows, who is told. @module */
import { readIdentity } from "@/agent/config.ts";
import type { Identity } from "@/agent/config.ts";
import { runLive } from "@/agent/live.ts";
import { logFile } from "@/agent/log_file.ts";
import { type FolderSummary, runFolder } from "@/agent/pipeline.ts";
import { bySignature } from "@/agent/request.ts";
import { type OfferOutcome, takeOffers } from "@/agent/offers.ts";
import { readSettings } from "@/agent/settings.ts";
import { confirm } from "@/agent/upgrade.ts";
import { pause } from "@/agent/ship.ts";
import { CHANNELS, FORWARDED_FIELDS } from "@/agent/windows/channels.ts";
import { LiveLog } from "@/agent/windows/live_log.ts";
import { openWevtapi } from "@/agent/windows/wevtapi.ts";
import { configure, getConsoleSink, jsonLinesFormatter } from "@logtape/logtape";
import { join } from "node:path";
import { enrolHost } from "./agent_manage.ts";
import { followModel } from "./agent_scorer.ts";
import { stderrProgress } from "./progress.ts";

/** The server is asked for settings and releases this often. */
const OFFERS_MS = 15 * 60_000;
/** Code with which the agent ends for the task scheduler to start its new release. */
const RESTART_CODE = 75;

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
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    if (Deno.build.os === "windows" && signal === "SIGTERM") continue;
    Deno.addSignalListener(signal, () => stop.abort());
  }
  if (options.logs === undefined) await runHost(identity, state, stop.signal);
  else await runFolders({ ...options, logs: options.logs }, identity, stop.signal);
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

async function runHost(identity: Identity, state: string, signal: AbortSignal): Promise<void> {
  if (Deno.build.os !== "windows") {
    throw new Error("The live log is on Windows only. Read a folder: agent run --logs DIR");
  }
  using api = openWevtapi();
  const authorise = bySignature(identity.agentId, identity.privateKey, Date.now);
  const scorer = followModel(state, identity.server, authorise, signal);
  while (!signal.aborted) {
    const settings = readSettings(state);
    const change = new AbortController();
    let outcome: OfferOutcome = "nothing";
    const ask = async () => {
      outcome = await takeOffers(state, identity, authorise);
      if (outcome !== "nothing") change.abort();
    };
    ask();
    const timer = setInterval(ask, OFFERS_MS);
    const without = new Set(settings.withoutChannels);
    const channels = [...CHANNELS, FORWARDED_FIELDS].filter((each) => !without.has(each.channel));
    try {
      await runLive({
        scorer,
        open: (positions) => new LiveLog(api, channels, positions, Date.now),
        stateFolder: state,
        server: identity.server,
        authorise,
        keys: identity,
        signal: AbortSignal.any([signal, change.signal]),
        offsetMinutes: (timeMs) => -new Date(timeMs).getTimezoneOffset(),
        now: Date.now,
        random: Math.random,
        latenessMs: settings.latenessMinutes * 60_000,
        spoolBytes: settings.spoolMiB * 2 ** 20,
        limits: { memoryBytes: settings.memoryMiB * 2 ** 20, cpuShare: settings.cpuShare },
        onHealth: ({ acknowledgedMs }) => acknowledgedMs !== undefined && confirm(state),
      });
    } finally {
      clearInterval(timer);
    }
    if ((outcome as OfferOutcome) === "bundle") Deno.exit(RESTART_CODE);
  }
}

async function runFolders(
  options: RunFlags & { logs: string },
  identity: Identity,
  signal: AbortSignal,
): Promise<void> {
  const progress = stderrProgress();
  do {
    const summary = await runFolder({
      folder: options.logs,
      stateFolder: options.state,
      server: identity.server,
      token: bySignature(identity.agentId, identity.privateKey, Date.now),
      keys: identity,
      signal,
      complete: options.follow === undefined,
      onProgress: ({ phase, bytes, bytesTotal, events, windows, acknowledged }) => {
        const [done, total] = phase === "ship" ? [acknowledged, windows] : [bytes, bytesTotal];
        const detail = `${events} events, ${windows} windows, ${acknowledged} acknowledged`;
        progress.show(phase, done, total, detail);
      },
    });
    report(summary, options.json === true);
    if (options.follow !== undefined) await pause(options.follow * 1000, signal);
  } while (options.follow !== undefined && !signal.aborted);
}

function report(summary: FolderSummary, json: boolean): void {
  if (json) {
    console.log(JSON.stringify({ ...summary, skipped: Object.fromEntries(summary.skipped) }));
    return;
  }
  const { files, hosts, events, windows, acknowledged, dropped, refused, late, before } = summary;
  console.log(
    `${events} events of ${hosts} hosts in ${files} logs became ${windows} windows; ` +
      `${acknowledged} acknowledged.`,
  );
  for (const { reason } of refused.slice(0, 5)) console.log(reason);
  if (refused.length > 5) console.log(`… and ${refused.length - 5} more files that are no logs.`);
  if (before > 0) console.log(`${before} events lie in windows that an earlier run closed.`);
  if (late > 0) console.log(`${late} events came after their window was closed: not counted.`);
  if (dropped > 0) console.log(`${dropped} windows were dropped as the spool was full.`);
}
