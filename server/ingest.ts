/**
 * Takes agents' batches in exactly once. Batches that arrive together share one transaction: the
 * hosts' ledger rows are locked, what follows on is copied, and only after COMMIT is anything
 * acknowledged. A batch that was there already is acknowledged again and changes nothing.
 * @module
 */
import { zstdDecompressSync } from "node:zlib";
import { getLogger } from "@logtape/logtape";
import type { Database } from "@/db/open.ts";
import { BatchStore, type Stored } from "@/db/store_batches.ts";
import { SCHEMA_ID } from "@/features/schema.ts";
import { type Batch, decodeBatch } from "@/features/wire.ts";
import { readBody } from "@/server/http/body.ts";
import { HttpError, json } from "@/server/http/responses.ts";

const log = getLogger(["habit", "server", "ingest"]);

const EARLIEST_MS = Date.UTC(2000, 0);
const LATEST_MS = Date.UTC(2100, 0);

/** What ingest accepts and holds back. */
export interface IngestLimits {
  /** Bytes of a request's body. */
  readonly maxBytes: number;
  /** Bytes of the batch once decompressed. */
  readonly maxDecompressed: number;
  /** Rows that may wait for a transaction; more are answered 429. */
  readonly maxWaiting: number;
  /** Rows of one transaction. */
  readonly maxFlush: number;
  /** How long a body may take, milliseconds. */
  readonly timeoutMs: number;
}

const LIMITS: IngestLimits = {
  maxBytes: 4 << 20,
  maxDecompressed: 32 << 20,
  maxWaiting: 200_000,
  maxFlush: 20_000,
  timeoutMs: 30_000,
};

/** Who sent a request, by its signature; a server without enrolment trusts its token alone. */
export interface Sender {
  /** Agent's id; undefined where a token stands for any agent. */
  readonly agentId?: string;
  /** Hosts that the agent may write; undefined for any. */
  readonly mayWrite?: (host: string) => boolean;
}

/** What happens in the transaction of a flush, beside the rows. */
export interface IngestHooks {
  /** Called with the hosts that got rows, before COMMIT; `sql` is the transaction. */
  readonly due?: (sql: Database["sql"], stored: readonly Stored[]) => Promise<void>;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

interface Waiting {
  readonly batch: Batch;
  readonly sender: Sender;
  readonly resolve: (stored: Stored) => void;
  readonly reject: (error: unknown) => void;
}

/** Takes requests to `POST /v1/vectors`. */
export type Ingest = (request: Request, sender: Sender) => Promise<Response>;

/** Ingest into a database. */
export function createIngest(
  database: Database,
  hooks: IngestHooks = {},
  limits: Partial<IngestLimits> = {},
): Ingest {
  const bound = { ...LIMITS, ...limits };
  const queue = new FlushQueue(database, hooks, bound);
  return async (request, sender) => {
    const body = await readBody(request, bound);
    const batch = parse(body, request.headers.get("content-encoding"), bound);
    if (batch.schema !== SCHEMA_ID) {
      return json(409, { error: "unknown-schema", known: [SCHEMA_ID] });
    }
    if (sender.mayWrite && !sender.mayWrite(batch.host)) {
      throw new HttpError(403, "other-host", "This agent may not write the rows of that host.");
    }
    const stored = await queue.add(batch, sender);
    if (stored.outcome === "other-agent") {
      throw new HttpError(
        403,
        "other-host",
        "The host belongs to another agent; revoke that first.",
      );
    }
    if (stored.outcome === "gap") return json(409, { error: "gap", next: stored.lastSeq + 1 });
    return json(200, { acknowledged: stored.lastSeq });
  };
}

function parse(body: Uint8Array, encoding: string | null, limits: IngestLimits): Batch {
  try {
    if (encoding !== null && encoding !== "zstd" && encoding !== "identity") {
      throw new HttpError(415, "unknown-encoding", "The body may be zstd or plain.");
    }
    const bytes = encoding === "zstd"
      ? zstdDecompressSync(body, { maxOutputLength: limits.maxDecompressed })
      : body;
    const batch = decodeBatch(bytes);
    const odd = batch.rows.find(({ startMs }) => startMs < EARLIEST_MS || startMs > LATEST_MS);
    if (odd) {
      throw new RangeError(`Cannot store a window of ${odd.startMs} ms: not in 2000 to 2100`);
    }
    return batch;
  } catch (error) {
    if (error instanceof HttpError) throw error;
    if ((error as { code?: string }).code === "ERR_BUFFER_TOO_LARGE") {
      throw new HttpError(413, "too-large", "The batch is too large once decompressed.");
    }
    throw new HttpError(400, "broken-batch", (error as Error).message);
  }
}

/** Transactions at a time: while one waits for its commit, the next one's rows travel. */
const FLUSHES = 2;

/** Batches that wait for the next transaction. */
class FlushQueue {
  readonly #batches: BatchStore;
  readonly #hooks: IngestHooks;
  readonly #limits: IngestLimits;
  #waiting: Waiting[] = [];
  #rows = 0;
  #running = 0;

  constructor(database: Database, hooks: IngestHooks, limits: IngestLimits) {
    this.#batches = new BatchStore(database.sql);
    this.#hooks = hooks;
    this.#limits = limits;
  }

  add(batch: Batch, sender: Sender): Promise<Stored> {
    if (this.#rows + batch.rows.length > this.#limits.maxWaiting) {
      throw new HttpError(429, "busy", "Too much waits to be stored; send it again later.", {
        "retry-after": "2",
      });
    }
    this.#rows += batch.rows.length;
    return new Promise((resolve, reject) => {
      this.#waiting.push({ batch, sender, resolve, reject });
      if (this.#running < FLUSHES) this.#run();
    });
  }

  async #run(): Promise<void> {
    this.#running++;
    while (this.#waiting.length > 0) await this.#flush(this.#take());
    this.#running--;
  }

  #take(): Waiting[] {
    let rows = 0;
    let count = 0;
    while (count < this.#waiting.length && (count === 0 || rows < this.#limits.maxFlush)) {
      rows += this.#waiting[count++].batch.rows.length;
    }
    return this.#waiting.splice(0, count);
  }

  async #flush(taken: readonly Waiting[]): Promise<void> {
    try {
      await this.#store(taken);
    } catch (error) {
      // One batch that Postgres refuses must not hold up the others: each by itself, then.
      const alone = taken.length > 1 && /^(22|23)/.test((error as { code?: string }).code ?? "");
      const refused = alone ? undefined : notStored(taken.length, error);
      for (const one of taken) {
        if (refused) one.reject(refused);
        else await this.#store([one]).catch((reason) => one.reject(notStored(1, reason)));
      }
    } finally {
      for (const { batch } of taken) this.#rows -= batch.rows.length;
    }
  }

  async #store(taken: readonly Waiting[]): Promise<void> {
    const stored = await this.#batches.store(
      taken.map(({ batch, sender }) => ({ batch, agentId: sender.agentId })),
      (this.#hooks.now ?? Date.now)(),
      this.#hooks.due,
    );
    taken.forEach(({ resolve }, i) => resolve(stored[i]));
  }
}

/** Tells the log, and makes what the agent is told. */
function notStored(batches: number, error: unknown): HttpError {
  const reason = (error as { code?: string }).code ?? (error as Error).name;
  log.warn("Batches were not stored; agents keep them and send them again.", { batches, reason });
  return new HttpError(503, "not-stored", "The database did not take the batch.", {
    "retry-after": "2",
  });
}
