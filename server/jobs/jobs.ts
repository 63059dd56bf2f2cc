/**
 * What makes a job due, and how it gets into its queue.
 * @module
 */
import { getLogger } from "@logtape/logtape";
import type { PgBoss } from "pg-boss";
import type { Database, Sql } from "@/db/open.ts";
import type { Stored } from "@/db/store_batches.ts";
import { deadQueue, HOST_QUEUES, inTransaction, PRIORITY, type Queue, startBoss } from "./boss.ts";

const log = getLogger(["habit", "server", "jobs"]);

/** A model is trained again once this share of what it was trained on has come in since. */
const GROWTH = 0.25;
const AT_LEAST_MORE = 24;
/** Training waits this long for more of the same backlog. */
const SETTLE_SECONDS = 2;

/** The queues, seen from whoever puts jobs in. */
export interface Jobs {
  readonly boss: PgBoss;
  /** Enqueues what a flush of ingest has made due; runs in its transaction. */
  readonly due: (sql: Sql, stored: readonly Stored[]) => Promise<void>;
  /** Enqueues one job in the transaction of `sql`; gives its id, "" where the same one waits. */
  readonly enqueue: (
    sql: Sql,
    queue: string,
    data: Readonly<Record<string, unknown>>,
  ) => Promise<string>;
  /** Enqueues one job for each host in a queue of hosts' work. */
  readonly insert: (
    sql: Sql,
    queue: Queue,
    hostIds: readonly string[],
    data?: Readonly<Record<string, unknown>>,
  ) => Promise<void>;
  /** Jobs of hosts that wait or run. */
  readonly pending: () => Promise<number>;
  /** How far the job is that was last heard of. */
  readonly running: () => Promise<{ done: number; total: number; message: string } | undefined>;
  /** Sends a queue's dead jobs back to it, in the transaction of `inside`; gives how many. */
  readonly redrive: (queue: Queue, inside: Sql) => Promise<number>;
  /** Stops asking for work; jobs that run are given time to end. */
  readonly stop: () => Promise<void>;
}

/** The work of one host. */
export interface HostJob {
  readonly hostId: string;
  /** Of a baseline: count everything again. */
  readonly full?: boolean;
}

/** Opens the queues on a database. */
export async function createJobs(database: Database): Promise<Jobs> {
  const { sql } = database;
  const { boss, stop } = await startBoss(database.url, (error) => {
    log.warn("The job queue did not answer; it is asked again.", { reason: error.message });
  });

  async function insert(
    inside: Sql,
    queue: Queue,
    hostIds: readonly string[],
    data: Readonly<Record<string, unknown>> = {},
  ): Promise<void> {
    if (hostIds.length === 0) return;
    const startAfter = queue === "train" ? SETTLE_SECONDS : 0;
    const jobs = hostIds.map((hostId) => ({
      data: { ...data, hostId },
      singletonKey: hostId,
      startAfter,
      priority: PRIORITY[queue],
    }));
    await boss.insert(queue, jobs, { db: inTransaction(inside) });
  }

  return {
    boss,
    insert,
    async due(inside, stored) {
      const { train, score } = await dueHosts(inside, stored.map(({ hostId }) => hostId));
      await insert(inside, "train", train);
      await insert(inside, "score", score);
    },
    async enqueue(inside, queue, data) {
      const key = data.hostId ?? data.reportId;
      const singletonKey = typeof key === "string" ? key : undefined;
      const options = { singletonKey, priority: PRIORITY[queue as Queue] ?? 0 };
      return await boss.send(queue, data, { ...options, db: inTransaction(inside) }) ?? "";
    },
    async pending() {
      const [{ n }] = await sql<{ n: number }[]>`
        select count(*)::int as n
        from pgboss.job
        where name = any(${[...HOST_QUEUES]}) and state in ('created', 'retry', 'active')`;
      return n;
    },
    async running() {
      const [job] = await sql<{ done: number; total: number; message: string }[]>`
        select done, total, message from job_progress
        where ended_at is null
        order by updated_at desc
        limit 1`;
      return job;
    },
    redrive: (queue, inside) => boss.redrive(deadQueue(queue), { db: inTransaction(inside) }),
    stop,
  };
}

/** Hosts whose model is missing or too old for their history, and those that only need scores. */
async function dueHosts(
  sql: Sql,
  hostIds: readonly string[],
): Promise<{ train: string[]; score: string[] }> {
  const rows = await sql<{ hostId: string; grown: boolean }[]>`
    select l.host_id as "hostId",
      m.host_id is null
        or l.stored - m.stored >= greatest(${GROWTH}::float8 * m.windows, ${AT_LEAST_MORE}) as grown
    from ledger l
    left join models m on m.host_id = l.host_id and m.active
    where l.host_id = any(${hostIds as string[]}::uuid[])
    order by l.host_id`;
  const { train = [], score = [] } = Object.groupBy(
    rows,
    ({ grown }) => grown ? "train" : "score",
  );
  return { train: train.map(({ hostId }) => hostId), score: score.map(({ hostId }) => hostId) };
}
