/**
 * Sends what waits in the spool: one batch at a time, the same bytes' worth again until the server
 * has acknowledged it, slower and slower while it does not answer.
 * @module
 */
import { zstdCompressSync } from "node:zlib";
import { getLogger } from "@logtape/logtape";
import { encodeBatch } from "@/features/wire.ts";
import type { Authorise } from "./request.ts";
import type { Spool } from "./spool.ts";

const log = getLogger(["habit", "agent"]);

/** Rows a batch holds at most: about 100 KiB as it travels. */
const BATCH_ROWS = 2_048;
const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 5 * 60_000;
const REQUEST_MS = 60_000;
const PATH = "/v1/vectors";

/** The server will never take what we send; a person must act. */
export class RefusedError extends Error {
  /** The class's name. */
  override name = "RefusedError";
}

/** Where and how to send. */
export interface ShipOptions {
  /** Address of the server. */
  readonly server: string;
  /** Headers that prove who we are. */
  readonly authorise: Authorise;
  /** In [0, 1): spreads retries. */
  readonly random: () => number;
  /** Pause between two batches, milliseconds: what keeps a catch-up from being a flood. */
  readonly paceMs?: number;
  /** Told after each acknowledgment, with the rows that it covers. */
  readonly onAcknowledged?: (rows: number) => void;
}

/** Wait before retry `attempt`: doubles up to five minutes, spread over its upper half. */
export function backoffMs(attempt: number, random: () => number): number {
  return Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** attempt) * (0.5 + random() / 2);
}

/** Waits, or returns at once when the signal aborts. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener("abort", end);
  });
}

/** What the server's answer asks for: go on, or wait so many milliseconds and try again. */
type Outcome = { readonly retryMs?: number };

/** Sends batches until the spool is empty. */
export class Shipper {
  readonly #spool: Spool;
  readonly #options: ShipOptions;
  #attempt = 0;
  #sending: Promise<void> | undefined;
  #failure: unknown;

  /** Sends from `spool`. */
  constructor(spool: Spool, options: ShipOptions) {
    this.#spool = spool;
    this.#options = options;
  }

  /** Failures since the last acknowledgment. */
  get attempt(): number {
    return this.#attempt;
  }

  /**
   * Sends all that waits; returns when the spool is empty or the signal aborts. Throws
   * {@link RefusedError} where no retry can help.
   */
  async drain(signal: AbortSignal): Promise<void> {
    while (!signal.aborted && this.#spool.length > 0) {
      for (const host of this.#spool.hosts()) {
        if (signal.aborted) return;
        const { retryMs } = await this.#sendOne(host, signal);
        const waitMs = retryMs ?? (this.#options.paceMs ?? 0) * (0.5 + this.#options.random());
        if (waitMs > 0) await pause(waitMs, signal);
      }
    }
  }

  /** Starts sending beside other work, where that is not going on; `check` tells of a refusal. */
  start(signal: AbortSignal): void {
    if (this.#sending || this.#spool.length === 0) return;
    this.#sending = this.drain(signal)
      .catch((error) => this.#failure = error)
      .finally(() => this.#sending = undefined);
  }

  /** Throws what ended the sending that was started. */
  check(): void {
    if (this.#failure === undefined) return;
    const failure = this.#failure;
    this.#failure = undefined;
    throw failure;
  }

  /** Waits until nothing is being sent, so that the store can be closed. */
  async settle(): Promise<void> {
    await this.#sending;
  }

  /** Sends a host's next batch. */
  async #sendOne(host: string, signal: AbortSignal): Promise<Outcome> {
    const batch = this.#spool.batch(host, BATCH_ROWS);
    if (!batch) return {};
    const body = new Uint8Array(zstdCompressSync(encodeBatch(batch)));
    const response = await this.#post(body, signal);
    if (response === undefined) return this.#failed("the server cannot be reached");
    const answer = await response.json().catch(() => ({})) as Record<string, unknown>;
    if (response.ok && typeof answer.acknowledged === "number") {
      this.#attempt = 0;
      this.#spool.acknowledge(host, answer.acknowledged);
      this.#options.onAcknowledged?.(batch.rows.length);
      return {};
    }
    if (response.status === 409 && answer.error === "gap" && typeof answer.next === "number") {
      this.#spool.resume(host, answer.next);
      return this.#failed(`the server expects row ${answer.next}`);
    }
    if (response.status === 429 || response.status >= 500) {
      const after = Number(response.headers.get("retry-after"));
      const { retryMs } = this.#failed(`the server is busy (${response.status})`);
      return { retryMs: Math.max(retryMs!, after > 0 ? after * 1000 : 0) };
    }
    throw new RefusedError(refusal(response.status, answer));
  }

  async #post(body: Uint8Array<ArrayBuffer>, signal: AbortSignal): Promise<Response | undefined> {
    try {
      return await fetch(new URL(PATH, this.#options.server), {
        method: "POST",
        body,
        headers: {
          "content-type": "application/x-habit-batch",
          "content-encoding": "zstd",
          ...this.#options.authorise("POST", PATH, body),
        },
        signal: AbortSignal.any([signal, AbortSignal.timeout(REQUEST_MS)]),
      });
    } catch (error) {
      const expected = error instanceof TypeError || error instanceof DOMException;
      if (expected) return undefined; // no connection, a broken one, too slow, or we stop
      throw error;
    }
  }

  #failed(reason: string): Outcome {
    const retryMs = backoffMs(this.#attempt++, this.#options.random);
    log.warn("Batch not taken; it stays spooled.", { reason, attempt: this.#attempt, retryMs });
    return { retryMs };
  }
}

function refusal(status: number, answer: Record<string, unknown>): string {
  const said = typeof answer.error === "string" ? answer.error : `status ${status}`;
  const advice: Record<number, string> = {
    401: "Enrol again with a new token, or set the host's clock.",
    403: "The agent was revoked; enrol again with a new token.",
    404: "The address is not a Habit server's; check --server.",
    409: "Upgrade the server first: it does not know the columns of this agent.",
    413: "Raise the server's limit for a batch.",
  };
  return `The server refuses our rows (${said}); they stay spooled. ${advice[status] ?? ""}`.trim();
}
