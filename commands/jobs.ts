/** `jobs`: what waits, runs and has failed in the queues; sends dead jobs back. @module */
import type { Command } from "commander";
import type { Sql } from "@/db/open.ts";
import type { Queue } from "@/server/jobs/boss.ts";
import type { FailedJob, QueueState, RunningJob } from "@/server/jobs/look.ts";
import { pace } from "@/server/jobs/progress.ts";
import { bar } from "./progress.ts";

/** What the queues hold. */
export interface JobsLook {
  readonly queues: readonly QueueState[];
  readonly running: readonly RunningJob[];
  readonly failing: readonly FailedJob[];
  readonly dead: readonly FailedJob[];
}

/** Adds the command. */
export function register(program: Command): void {
  program.command("jobs")
    .description("Show what waits, runs and has failed; send dead jobs back to their queue.")
    .option("--data <folder>", "data folder of the server", ".habit/server")
    .option("--redrive <queue>", "send this queue's dead jobs back to it")
    .option("--json", "as JSON")
    .addHelpText(
      "after",
      "\nThe database is that of DATABASE_URL, else the embedded one of the data folder." +
        "\n\nExamples:\n  main.ts jobs\n  main.ts jobs --redrive score",
    )
    .action(run);
}

async function run(flags: { data: string; redrive?: string; json?: boolean }): Promise<void> {
  const { connect } = await import("@/db/open.ts");
  const { reachStore } = await import("./store.ts");
  const { deadQueue, QUEUES } = await import("@/server/jobs/boss.ts");
  const queue = QUEUES.find((each) => each === flags.redrive);
  if (flags.redrive !== undefined && queue === undefined) {
    throw new Error(`There is no queue "${flags.redrive}": name one of ${QUEUES.join(", ")}.`);
  }
  await using store = await reachStore(flags.data);
  const sql = connect(store.url, 1);
  try {
    if (queue) console.error(`${await redrive(sql, queue, deadQueue(queue))} jobs go back.`);
    const look = await lookAtJobs(sql);
    console.log(flags.json ? JSON.stringify(look) : jobsText(look));
  } finally {
    await sql.end({ timeout: 5 });
  }
}

async function redrive(sql: Sql, queue: Queue, dead: string): Promise<number> {
  const { PgBoss } = await import("pg-boss");
  const { inTransaction } = await import("@/server/jobs/boss.ts");
  const boss = new PgBoss({ db: inTransaction(sql), supervise: false, schedule: false });
  boss.on("error", (error) => console.error(`Cannot redrive ${queue}: ${error.message}`));
  await boss.start();
  try {
    return await boss.redrive(dead);
  } finally {
    await boss.stop({ graceful: false });
  }
}

/** Reads the state of all queues. */
export async function lookAtJobs(sql: Sql): Promise<JobsLook> {
  const { deadJobs, failingJobs, queueStates, runningJobs } = await import("@/server/jobs/look.ts");
  return {
    queues: await queueStates(sql),
    running: await runningJobs(sql),
    failing: await failingJobs(sql),
    dead: await deadJobs(sql),
  };
}

/** The state of all queues for people. */
export function jobsText({ queues, running, failing, dead }: JobsLook): string {
  const lines = queues.map(({ queue, waiting, running, failing, dead }) =>
    `${queue.padEnd(10)} ${waiting} waiting, ${running} running, ${failing} failing, ${dead} dead`
  );
  for (const { queue, done, total, message, elapsedMs } of running) {
    const { perSecond, secondsLeft } = pace(done, total, elapsedMs);
    const rate = perSecond === undefined ? "" : `, ${perSecond.toPrecision(2)}/s`;
    const left = secondsLeft === undefined ? "" : `, ${Math.ceil(secondsLeft)} s left`;
    const share = total > 0 ? done / total : 0;
    lines.push(`${queue.padEnd(10)} ${bar(share)} ${done} of ${total}${rate}${left}: ${message}`);
  }
  const say = ({ queue, hostId, reason, attempts, at }: FailedJob) =>
    `  ${at.toISOString()} ${queue}${
      hostId ? ` of host ${hostId}` : ""
    }, ${attempts} tries: ${reason}`;
  if (failing.length > 0) {
    lines.push(`${failing.length} failing, tried again at:`, ...failing.map(say));
  }
  if (dead.length > 0) {
    lines.push(`${dead.length} dead job${dead.length > 1 ? "s" : ""}, --redrive sends them back:`);
    lines.push(...dead.map(say));
  }
  return lines.join("\n");
}
