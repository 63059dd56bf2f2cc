/**
 * Runs jobs. Any number of workers on any number of machines share the queues; a killed worker's
 * jobs run again elsewhere once their heartbeat is missed.
 * @module
 */
import { getLogger } from "@logtape/logtape";
import type { Job } from "pg-boss";
import type { Database } from "@/db/open.ts";
import type { TrainHostsOptions } from "@/models/detection.ts";
import { refreshRisks } from "@/server/risk.ts";
import { QUEUES } from "./boss.ts";
import type { HostJob, Jobs } from "./jobs.ts";
import { baselineJob } from "./baseline.ts";
import { calibrateJob, recountJob, retainJob } from "./estate_jobs.ts";
import { noteProgress } from "./progress.ts";
import { scoreJob } from "./score.ts";
import { trainJob } from "./train.ts";

const log = getLogger(["habit", "server", "worker"]);

/** Hosts of one training: enough for the engine to fill every core. */
const HOSTS_AT_ONCE = 128;
const POLL_SECONDS = 0.5;
/** Progress of a long job is written at most this often. */
const PROGRESS_MS = 500;

/** What a worker runs with. */
export interface WorkerOptions {
  readonly database: Database;
  readonly jobs: Jobs;
  /** How hosts are trained; seed 1 by default. */
  readonly training?: Partial<TrainHostsOptions>;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

/** A running worker. */
export interface JobWorker {
  /** Takes no more jobs; those that run are given time to end. */
  readonly stop: () => Promise<void>;
}

/** Starts working on the queues. */
export async function startWorker(options: WorkerOptions): Promise<JobWorker> {
  const { database, jobs } = options;
  const { sql } = database;
  const now = options.now ?? Date.now;
  const stopping = new AbortController();
  const work = {
    batchSize: HOSTS_AT_ONCE,
    pollingIntervalSeconds: POLL_SECONDS,
    notifyPollingIntervalSeconds: 1,
  };

  async function train(batch: Job<HostJob>[]): Promise<void> {
    const hostIds = batch.map(({ data }) => data.hostId);
    const job = { jobId: batch[0].id, queue: "train", startedMs: now() };
    const total = hostIds.length;
    const say = `models of ${total} hosts`;
    await noteProgress(sql, job, 0, total, say, now());
    let lastMs = now();
    const trained = await trainJob(database, hostIds, {
      seed: 1,
      ...options.training,
      signal: stopping.signal,
      onProgress(done) {
        if (now() - lastMs < PROGRESS_MS) return;
        lastMs = now();
        noteProgress(sql, job, done, total, say, now()).catch(() => {}); // the next one may get through
      },
    }, now);
    const windows = await scoreJob(database, trained, now);
    await refreshRisks(sql, trained);
    await jobs.insert(sql, "baseline", trained, { full: true });
    const message = `${trained.length} models trained, ${windows} windows scored`;
    await noteProgress(sql, job, total, total, message, now(), true);
    log.info("Models are trained.", { hosts: trained.length, windows });
  }

  async function score(batch: Job<HostJob>[]): Promise<void> {
    const hostIds = batch.map(({ data }) => data.hostId);
    const job = { jobId: batch[0].id, queue: "score", startedMs: now() };
    await noteProgress(sql, job, 0, hostIds.length, `windows of ${hostIds.length} hosts`, now());
    const windows = await scoreJob(database, hostIds, now);
    await refreshRisks(sql, hostIds);
    const message = `${windows} windows scored`;
    await noteProgress(sql, job, hostIds.length, hostIds.length, message, now(), true);
  }

  async function baseline(batch: Job<HostJob>[]): Promise<void> {
    const job = { jobId: batch[0].id, queue: "baseline", startedMs: now() };
    const total = batch.length;
    let windows = 0;
    for (const [done, { data }] of batch.entries()) {
      await noteProgress(sql, job, done, total, `baselines of ${total} hosts`, now());
      windows += await baselineJob(database, data.hostId, data.full);
    }
    await noteProgress(sql, job, total, total, `${windows} windows counted`, now(), true);
  }

  function once(queue: string, run: (data: { full?: boolean }) => Promise<string>) {
    return async ([{ id, data }]: Job<{ full?: boolean }>[]): Promise<void> => {
      const job = { jobId: id, queue, startedMs: now() };
      await noteProgress(sql, job, 0, 1, "", now());
      await noteProgress(sql, job, 1, 1, await run(data ?? {}), now(), true);
    };
  }

  await jobs.boss.work("train", work, train);
  await jobs.boss.work("score", work, score);
  await jobs.boss.work("baseline", work, baseline);
  await jobs.boss.work("calibrate", once("calibrate", () => calibrateJob(database)));
  await jobs.boss.work(
    "recount",
    once("recount", ({ full }) => recountJob(database, jobs, full ?? false, now())),
  );
  await jobs.boss.work("retain", once("retain", () => retainJob(database, now())));
  return {
    async stop() {
      stopping.abort(new DOMException("The worker stops.", "AbortError"));
      for (const queue of QUEUES) await jobs.boss.offWork(queue, { wait: true });
    },
  };
}
