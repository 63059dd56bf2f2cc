/**
 * What waits, runs, fails and has failed for good, from the queues' own table.
 * @module
 */
import type { Sql } from "@/db/open.ts";
import { deadQueue, QUEUES } from "./boss.ts";

/** A queue's state. */
export interface QueueState {
  readonly queue: string;
  /** Jobs that may run now or later. */
  readonly waiting: number;
  readonly running: number;
  /** Jobs that failed and will be tried again. */
  readonly failing: number;
  /** Jobs that failed every time. */
  readonly dead: number;
}

/**
 * The dead that need somebody. A job that fails while its like waits to be tried again is buried at
 * once, with tries left: the other does its work, so it is left out here.
 */
const dead = (sql: Sql) =>
  sql`
    from pgboss.job d
    where d.name = any(${QUEUES.map(deadQueue)}) and d.state = 'created' and not exists (
      select from pgboss.job s
      where s.name = d.source_name and s.id = d.source_id and s.retry_count < s.retry_limit)`;

/** Every queue's state, in the order of {@link QUEUES}. */
export async function queueStates(sql: Sql): Promise<QueueState[]> {
  const rows = await sql<QueueState[]>`
    select name as queue,
      count(*) filter (where state = 'created')::int as waiting,
      count(*) filter (where state = 'active')::int as running,
      count(*) filter (where state = 'retry')::int as failing,
      0 as dead
    from pgboss.job
    where state in ('created', 'retry', 'active')
    group by name`;
  const buried = await sql<{ queue: string; dead: number }[]>`
    select d.source_name as queue, count(*)::int as dead ${dead(sql)} group by d.source_name`;
  return QUEUES.map((queue) => ({
    queue,
    waiting: 0,
    running: 0,
    failing: 0,
    ...rows.find((row) => row.queue === queue),
    dead: buried.find((row) => row.queue === queue)?.dead ?? 0,
  }));
}

/** A job that runs now. */
export interface RunningJob {
  readonly jobId: string;
  readonly queue: string;
  readonly done: number;
  /** 0 where it is not known. */
  readonly total: number;
  readonly message: string;
  /** Since it started, milliseconds. */
  readonly elapsedMs: number;
}

/** Jobs that run now, longest first; one whose worker was killed is gone with its heartbeat. */
export function runningJobs(sql: Sql): Promise<RunningJob[]> {
  return sql<RunningJob[]>`
    select p.job_id as "jobId", p.queue, p.done, p.total, p.message,
      (extract(epoch from p.updated_at - p.started_at) * 1000)::float8 as "elapsedMs"
    from job_progress p
    join pgboss.job j on j.id = p.job_id and j.name = p.queue and j.state = 'active'
    where p.ended_at is null
    order by p.started_at`;
}

/** A job that failed. */
export interface FailedJob {
  readonly jobId: string;
  readonly queue: string;
  /** Undefined for the estate's work. */
  readonly hostId: string | undefined;
  readonly reason: string;
  /** Failures so far. */
  readonly attempts: number;
  /** Of a dead job, when it died; of a failing one, when it runs again. */
  readonly at: Date;
}

type FailedRow = Omit<FailedJob, "at"> & { readonly atMs: number };

const dated = ({ atMs, ...row }: FailedRow): FailedJob => ({ ...row, at: new Date(atMs) });

/** Jobs that failed and wait to be tried again, the next one first; 1,000 at most. */
export async function failingJobs(sql: Sql): Promise<FailedJob[]> {
  const rows = await sql<FailedRow[]>`
    select id as "jobId", name as queue, data ->> 'hostId' as "hostId",
      coalesce(output -> 'cause' ->> 'message', output ->> 'message', '') as reason,
      retry_count as attempts,
      (extract(epoch from start_after) * 1000)::float8 as "atMs"
    from pgboss.job
    where state = 'retry'
    order by start_after
    limit 1000`;
  return rows.map(dated);
}

/** Jobs that failed every time, newest first; 1,000 at most. */
export async function deadJobs(sql: Sql): Promise<FailedJob[]> {
  const rows = await sql<FailedRow[]>`
    select d.id as "jobId", d.source_name as queue, d.data ->> 'hostId' as "hostId",
      coalesce(
        d.source_output -> 'cause' ->> 'message', d.source_output ->> 'message', ''
      ) as reason,
      coalesce(d.source_retry_count, 0) + 1 as attempts,
      (extract(epoch from d.created_on) * 1000)::float8 as "atMs"
    ${dead(sql)}
    order by d.created_on desc
    limit 1000`;
  return rows.map(dated);
}
