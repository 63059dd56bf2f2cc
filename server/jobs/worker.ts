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
import { BEAT_SECONDS, type Queue, QUEUES, RERUN_SECONDS } from "./boss.ts";
import type { HostJob, Jobs } from "./jobs.ts";
import { baselineJob } from "./baseline.ts";
import { calibrateJob, recountJob, renewJob, retainJob } from "./estate_jobs.ts";
import { fleetJob } from "./fleet.ts";
import { JobNote } from "./progress.ts";
import { type ReportJob, reportJob } from "./report.ts";
import { scoreJob } from "./score.ts";
import { trainingSettings, trainJob } from "./train.ts";

const log = getLogger(["habit", "server", "worker"]);

/** Hosts of one training: enough for the engine to fill every core. */
const HOSTS_AT_ONCE = 128;
const POLL_SECONDS = 0.5;

/** What a worker runs with. */
export interface WorkerOptions {
  readonly database: Database;
  readonly jobs: Jobs;
  /** How hosts are trained, before what administrators set; seed 1 by default. */
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
    notifyPollingIntervalSeconds: RERUN_SECONDS.poll,
    heartbeatRefreshSeconds: BEAT_SECONDS,
  };

  async function trainingOptions(): Promise<TrainHostsOptions> {
    const set = await trainingSettings(sql);
    return { seed: 1, ...set, ...options.training, signal: stopping.signal };
  }

  /** Runs a job with its row of progress: what it came to, or why it failed. */
  async function noted(
    queue: Queue,
    jobId: string,
    total: number,
    say: string,
    run: (step: () => void) => Promise<string>,
  ): Promise<void> {
    const note = new JobNote(sql, jobId, queue, total, now);
    let done = 0;
    await note.begin(say);
    try {
      const message = await run(() => note.at(++done, say));
      await note.end(total, message);
    } catch (error) {
      await note.end(done, error instanceof Error ? error.message : String(error));
      throw error;
    }
  }

  /** Scores hosts; gives a sentence, and those whose scoring failed with the reason. */
  async function scored(hostIds: readonly string[], step?: () => void) {
    const outcome = await scoreJob(database, hostIds, now, step);
    const failed = new Map([...outcome].filter(([, each]) => each instanceof Error));
    let windows = 0;
    for (const each of outcome.values()) if (typeof each === "number") windows += each;
    await refreshRisks(sql, hostIds.filter((hostId) => !failed.has(hostId)));
    // A model of an older version cannot be read any more: the host gets a new one.
    const unreadable = [...failed].filter(([, error]) => error instanceof SyntaxError);
    await jobs.insert(sql, "train", unreadable.map(([hostId]) => hostId));
    const but = failed.size > 0 ? `; ${failed.size} hosts failed and are tried again` : "";
    return { message: `${windows} windows scored${but}`, failed: failed as Map<string, Error> };
  }

  function train(batch: Job<HostJob>[]): Promise<void> {
    const hostIds = batch.map(({ data }) => data.hostId);
    const say = `models of ${hostIds.length} hosts`;
    return noted("train", batch[0].id, hostIds.length, say, async (step) => {
      const how = { ...await trainingOptions(), onProgress: step };
      const trained = await trainJob(database, jobs, hostIds, how, now);
      const { message, failed } = await scored(trained);
      await jobs.insert(sql, "score", [...failed.keys()]);
      await jobs.insert(sql, "baseline", trained, { full: true });
      log.info("Models are trained.", { hosts: trained.length });
      return `${trained.length} models trained, ${message}`;
    });
  }

  function score(batch: Job<HostJob>[]): Promise<void> {
    const hostIds = batch.map(({ data }) => data.hostId);
    const say = `windows of ${hostIds.length} hosts`;
    return noted("score", batch[0].id, hostIds.length, say, async (step) => {
      const { message, failed } = await scored(hostIds, step);
      for (const { id, data } of batch) {
        const reason = failed.get(data.hostId);
        if (reason) await jobs.boss.fail("score", id, { message: reason.message });
      }
      return message;
    });
  }

  function baseline(batch: Job<HostJob>[]): Promise<void> {
    const say = `baselines of ${batch.length} hosts`;
    return noted("baseline", batch[0].id, batch.length, say, async (step) => {
      let windows = 0;
      for (const { data } of batch) {
        windows += await baselineJob(database, data.hostId, data.full);
        step();
      }
      return `${windows} windows counted`;
    });
  }

  /** Serves a queue of work for the whole estate. */
  async function serve<Data extends object>(
    queue: Queue,
    run: (data: Partial<Data>) => Promise<string>,
  ): Promise<void> {
    await jobs.boss.work(
      queue,
      { ...work, batchSize: 1 },
      ([{ id, data }]: Job<Data>[]) => noted(queue, id, 1, "", () => run(data ?? {})),
    );
  }

  await jobs.boss.work("train", work, train);
  await jobs.boss.work("score", work, score);
  await jobs.boss.work("baseline", work, baseline);
  await serve("fleet", async () => fleetJob(database, jobs, await trainingOptions(), now));
  await serve("renew", () => renewJob(database, jobs, now()));
  await serve("calibrate", () => calibrateJob(database));
  await serve<{ full: boolean }>(
    "recount",
    ({ full }) => recountJob(database, jobs, full ?? false, now()),
  );
  await serve("retain", () => retainJob(database, now()));
  await serve<ReportJob>("report", (data) => reportJob(database, data, now()));
  return {
    async stop() {
      stopping.abort(new DOMException("The worker stops.", "AbortError"));
      for (const queue of QUEUES) await jobs.boss.offWork(queue, { wait: true });
    },
  };
}
