/**
 * The demo's agent: a thread of its own, so that reading logs takes the second core and ends with
 * the demo, however that ends.
 * @module
 */
import type { FolderProgress, FolderSummary } from "@/agent/pipeline.ts";
import type { EstateKeys } from "@/agent/pseudonym.ts";

/** What the thread is asked to do. */
export interface AgentTask {
  readonly folder: string;
  readonly stateFolder: string;
  readonly server: string;
  readonly token: string;
  readonly keys: EstateKeys;
}

/** What it tells: how far it is, what it came to, or why it could not go on. */
export type AgentNews =
  | { readonly progress: FolderProgress }
  | { readonly summary: FolderSummary }
  | { readonly error: string };

/** Runs the agent over a folder in a thread; stops it when the signal is aborted. */
export function runAgent(
  task: AgentTask,
  signal: AbortSignal,
  onProgress: (progress: FolderProgress) => void,
): Promise<FolderSummary> {
  const thread = new Worker(import.meta.url, { type: "module", name: "agent" });
  return new Promise<FolderSummary>((resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    thread.onerror = (event) => {
      event.preventDefault();
      reject(new Error(event.message));
    };
    thread.onmessage = ({ data }: MessageEvent<AgentNews>) => {
      if ("progress" in data) onProgress(data.progress);
      else if ("summary" in data) resolve(data.summary);
      else reject(new Error(data.error));
    };
    thread.postMessage(task);
  }).finally(() => thread.terminate());
}

/** The global scope of a thread; undefined in the main one. */
const thread = globalThis as unknown as {
  onmessage?: unknown;
  postMessage?: (news: AgentNews) => void;
  name?: string;
};

if (thread.name === "agent" && typeof thread.postMessage === "function") {
  const tell = (news: AgentNews) => thread.postMessage!(news);
  thread.onmessage = async ({ data }: MessageEvent<AgentTask>) => {
    try {
      const { runFolder } = await import("@/agent/pipeline.ts");
      const summary = await runFolder({ ...data, onProgress: (progress) => tell({ progress }) });
      tell({ summary });
    } catch (error) {
      tell({ error: error instanceof Error ? error.message : String(error) });
    }
  };
}
