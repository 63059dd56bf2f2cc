/**
 * How far jobs are, in a table that the console and `main.ts jobs` read.
 * @module
 */
import type { Sql } from "@/db/open.ts";

/** Notes how far a job is; `ended` closes its row. */
export async function noteProgress(
  sql: Sql,
  job: { readonly jobId: string; readonly queue: string; readonly startedMs: number },
  done: number,
  total: number,
  message: string,
  nowMs: number,
  ended = false,
): Promise<void> {
  const now = new Date(nowMs).toISOString();
  await sql`
    insert into job_progress
      (job_id, queue, done, total, message, started_at, updated_at, ended_at)
    values (${job.jobId}, ${job.queue}, ${done}, ${total}, ${message},
      ${new Date(job.startedMs).toISOString()}, ${now}, ${ended ? now : null})
    on conflict (job_id) do update
      set done = excluded.done, total = excluded.total, message = excluded.message,
        updated_at = excluded.updated_at, ended_at = excluded.ended_at`;
}
