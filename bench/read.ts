/**
 * What jobs read and write. `training-read`: a host's windows from the database into a detector's
 * matrix, beside `psql \copy … to` a file in binary of the same rows. `score-job`: windows read,
 * scored by autoencoder, GAN and rarity with their explanations, and written as scores.
 * `score-hosts`: the estate's usual job, many hosts with one hour of three accounts each.
 * @module
 */
import { BatchStore, hostIdOf } from "@/db/store_batches.ts";
import type { Database } from "@/db/open.ts";
import { WINDOW_MS } from "@/features/vector.ts";
import { calibrateJob } from "@/server/jobs/estate_jobs.ts";
import { trainJob } from "@/server/jobs/train.ts";
import { loadRows } from "@/server/jobs/rows.ts";
import { scoreJob } from "@/server/jobs/score.ts";
import { benchCluster } from "./cluster.ts";
import { type Figure, paired, psql, rate } from "./figure.ts";
import { START, stream } from "./vectors.ts";

const ROWS = 100_000;
const BATCH = 10_000;
const ACCOUNTS = 3;
const HOSTS = 128;
const TRAINED = 300;
const NOW = Date.UTC(2026, 0, 5);
const PEER = "psql \\copy binary";

/** All cases. */
export async function* figures(): AsyncGenerator<Figure> {
  await using cluster = await benchCluster();
  const { database } = cluster;
  const store = new BatchStore(database.sql);
  for (const batch of stream("long", ACCOUNTS, ROWS, BATCH)) await store.store([{ batch }], NOW);
  await database.sql`vacuum analyze`;
  const hostId = hostIdOf("long");
  const file = await Deno.makeTempFile();
  try {
    const read = await paired(
      async () => {
        const { n } = await loadRows(database.sql, hostId);
        if (n !== ROWS) throw new Error(`read ${n} rows of ${ROWS}`);
      },
      psql(
        database.url,
        `\\copy (select window_start, user_id, channels, values from vectors where host_id = ` +
          `'${hostId}' order by window_start, user_id) to '${file}' (format binary)`,
      ),
    );
    yield rate("training-read", "vectors/s", ROWS, read, PEER);
  } finally {
    await Deno.remove(file);
  }
  yield await scoring("score-job", "vectors/s", database, ["long"], "-infinity", ROWS, ROWS);
  const hosts = Array.from({ length: HOSTS }, (_, i) => `ws-${i}`);
  for (const host of hosts) {
    await store.store([{ batch: stream(host, ACCOUNTS, TRAINED, TRAINED)[0]! }], NOW);
  }
  const last = new Date(START + (TRAINED / ACCOUNTS - 1) * WINDOW_MS).toISOString();
  yield await scoring("score-hosts", "hosts/s", database, hosts, last, ACCOUNTS * HOSTS, HOSTS);
}

/** Trains the hosts, then scores each one's windows since `from` again and again. */
async function scoring(
  name: string,
  unit: string,
  database: Database,
  names: readonly string[],
  from: string,
  windows: number,
  units: number,
): Promise<Figure> {
  const { sql } = database;
  const hosts = names.map(hostIdOf);
  const few = { autoencoder: { steps: 20 }, gan: { steps: 20 } }; // how well it is trained is no matter
  const jobs = { insert: () => Promise.resolve() }; // nobody works on the queues here
  await trainJob(database, jobs, hosts, { seed: 1, ...few }, () => NOW);
  await calibrateJob(database); // as every hour: else each job counts the estate's windows
  const times = await paired(
    async () => {
      const outcome = [...(await scoreJob(database, hosts, () => NOW)).values()];
      const scored = outcome.reduce<number>((sum, each) => sum + Number(each), 0);
      if (scored !== windows) throw new Error(`scored ${scored} windows of ${windows}`);
    },
    undefined,
    7,
    async () => {
      await sql`truncate scores`;
      await sql`update ledger set unscored_from = ${from}::text::timestamptz
        where host_id = any(${hosts})`;
      await sql`checkpoint`;
    },
  );
  return rate(name, unit, units, times, null);
}
