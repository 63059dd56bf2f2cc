/**
 * The demo's path: the agent reads and ships, the worker trains and scores, until nothing is due.
 * @module
 */
import { join } from "node:path";
import type { FolderProgress, FolderSummary } from "@/agent/pipeline.ts";
import { runAgent } from "./demo_agent.ts";
import type { Progress } from "./progress.ts";
import type { Serving } from "./serve.ts";

const POLL_MS = 200;
/** Ingest lets training wait this long for more of the same backlog. */
const SETTLE_MS = 2_500;

/** What the path runs on. */
export interface PathOptions {
  readonly folder: string;
  readonly data: string;
  readonly token: string;
  readonly server: Serving;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** Runs it all; gives what the agent came to. */
export async function runPath(options: PathOptions): Promise<FolderSummary> {
  const { folder, data, token, server, progress, signal } = options;
  const summary = await runAgent(
    {
      folder,
      stateFolder: join(data, "agent"),
      server: server.url,
      token,
      keys: { estateKey: server.keys.estateKey, sealPublicKey: server.keys.sealPublicKey },
    },
    signal,
    (news) => showAgent(progress, news),
  );
  progress.done(
    "agent",
    `${summary.events} events of ${summary.hosts} hosts in ${summary.files} logs`,
  );
  // Only now, when every job is due: one training of all hosts, on their whole history.
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  await server.work();
  for (;;) {
    const due = await server.jobs.pending();
    if (due === 0) break;
    signal.throwIfAborted();
    const { done, total, message } = await server.jobs.running() ??
      { done: 0, total: due, message: `${due} jobs wait` };
    progress.show("models", done, total, message);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  progress.done("models", "all hosts have a model, all windows a score");
  return summary;
}

function showAgent(progress: Progress, news: FolderProgress): void {
  const { phase, bytes, bytesTotal, events, windows, acknowledged } = news;
  const [done, total] = phase === "ship" ? [acknowledged, windows] : [bytes, bytesTotal];
  progress.show("agent", done, total, `${phase}: ${events} events, ${windows} windows`);
}
