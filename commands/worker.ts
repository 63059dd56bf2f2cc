/** `worker`: runs jobs of a database that a server elsewhere fills. @module */
import type { Command } from "commander";

/** Adds the command. */
export function register(program: Command): void {
  program.command("worker")
    .description("Run jobs: train models, score windows. Any number of workers share the queues.")
    .option("--training <file>", "how nets are trained here, as JSON (docs/models.md)")
    .option("--json-logs", "log lines as JSON")
    .addHelpText("after", "\nExample:\n  DATABASE_URL=postgres://habit@db/habit main.ts worker")
    .action(run);
}

async function run(flags: { training?: string; jsonLogs?: boolean }): Promise<void> {
  const url = Deno.env.get("DATABASE_URL");
  if (!url) {
    throw new Error(
      "Cannot work without a database: set DATABASE_URL to the server's. A server on the embedded " +
        "Postgres runs its jobs itself.",
    );
  }
  const { logToStderr } = await import("./logs.ts");
  const { aborted, untilInterrupted } = await import("./store.ts");
  const { openDatabase } = await import("@/db/open.ts");
  const { createJobs } = await import("@/server/jobs/jobs.ts");
  const { startWorker } = await import("@/server/jobs/worker.ts");
  const { readTraining } = await import("./training.ts");
  await logToStderr("info", flags.jsonLogs);
  const training = readTraining(flags.training);
  const stop = untilInterrupted();
  await using database = await openDatabase(url);
  const jobs = await createJobs(database);
  const worker = await startWorker({ database, jobs, training });
  console.error("Habit works on the queues - Ctrl-C stops it.");
  await aborted(stop);
  await worker.stop();
  await jobs.stop();
}
