/**
 * The queues: empty jobs put in, taken and ended in batches by one worker, through pg-boss on
 * postgres.js, as the server's own are.
 * @module
 */
import { createJobs } from "@/server/jobs/jobs.ts";
import { benchCluster } from "./cluster.ts";
import { type Figure, paired, rate } from "./figure.ts";

const JOBS = 10_000;
const BATCH = 1_000;
const QUEUE = "bench";

/** All cases. */
export async function* figures(): AsyncGenerator<Figure> {
  await using cluster = await benchCluster();
  const { boss, stop } = await createJobs(cluster.database);
  await boss.createQueue(QUEUE);
  const batch = Array.from({ length: BATCH }, () => ({ data: {} }));
  try {
    const put = await paired(
      async () => {
        for (let n = 0; n < JOBS; n += BATCH) await boss.insert(QUEUE, batch);
      },
      undefined,
      3,
    );
    yield rate("jobs-inserted", "jobs/s", JOBS, put, null);
    const done = await paired(
      async () => {
        for (let n = 0; n < JOBS; n += BATCH) {
          const jobs = await boss.fetch(QUEUE, { batchSize: BATCH });
          if (jobs.length !== BATCH) throw new Error(`took ${jobs.length} jobs of ${BATCH}`);
          await boss.complete(QUEUE, jobs.map(({ id }) => id));
        }
      },
      undefined,
      3,
    );
    yield rate("jobs-run", "jobs/s", JOBS, done, null);
  } finally {
    await stop();
  }
}
