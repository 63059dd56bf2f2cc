/**
 * What jobs read and write. `training-read`: a host's windows from the database into a detector's
 * matrix, beside `psql \copy … to` a file in binary of the same rows. `score-job`: windows read,
 * scored by autoencoder, GAN and rarity with their explanations, and written as scores.
 * @module
 */
import { BatchStore, hostIdOf } from "@/db/store_batches.ts";
import { trainJob } from "@/server/jobs/train.ts";
import { loadRows } from "@/server/jobs/rows.ts";
import { scoreJob } from "@/server/jobs/score.ts";
import { benchCluster } from "./cluster.ts";
import { type Figure, paired, psql, rate } from "./figure.ts";
import { stream } from "./vectors.ts";

const ROWS = 100_000;
const SCORED = 20_000;
const BATCH = 10_000;
const ACCOUNTS = 3;
const NOW = Date.UTC(2026, 0, 5);
const PEER = "psql \\copy binary";

/** All cases. */
export async function* figures(): AsyncGenerator<Figure> {
  await using cluster = await benchCluster();
  const { database } = cluster;
  const store = new BatchStore(database.sql);
  for (const [host, count] of [["long", ROWS], ["scored", SCORED]] as const) {
    for (const batch of stream(host, ACCOUNTS, count, BATCH)) await store.store([{ batch }], NOW);
  }
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
  const scored = hostIdOf("scored");
  const few = { autoencoder: { steps: 20 }, gan: { steps: 20 } }; // how well it is trained is no matter
  await trainJob(database, [scored], { seed: 1, ...few }, () => NOW);
  const times = await paired(
    async () => {
      const windows = (await scoreJob(database, [scored], () => NOW)).get(scored);
      if (windows !== SCORED) throw new Error(`scored ${windows} windows of ${SCORED}`);
    },
    undefined,
    7,
    async () => {
      await database.sql`truncate scores`;
      await database.sql`update ledger set unscored_from = '-infinity' where host_id = ${scored}`;
      await database.sql`checkpoint`;
    },
  );
  yield rate("score-job", "vectors/s", SCORED, times, null);
}
