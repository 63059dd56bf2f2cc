/** A database for a benchmark: DATABASE_URL if it is set, else an embedded cluster. @module */
import { startEmbedded } from "@/db/embedded.ts";
import { type Database, openDatabase } from "@/db/open.ts";

/** An empty database that closes, and leaves nothing behind. */
export interface BenchCluster extends AsyncDisposable {
  readonly database: Database;
}

/** Opens the database; one named by DATABASE_URL must be empty, and is left empty. */
export async function benchCluster(connections = 8): Promise<BenchCluster> {
  const url = Deno.env.get("DATABASE_URL");
  if (url) {
    const database = await openDatabase(url, connections);
    const [{ n }] = await database.sql`select count(*)::int as n from vectors`;
    if (n > 0) {
      await database.close();
      throw new Error(`Cannot measure on DATABASE_URL: it holds ${n} vectors. Name an empty one.`);
    }
    const close = async () => {
      await empty(database);
      await database.close();
    };
    return { database, [Symbol.asyncDispose]: close };
  }
  const folder = await Deno.makeTempDir({ prefix: "habit-bench-" });
  const cluster = await startEmbedded(folder);
  const database = await openDatabase(cluster.url, connections);
  return {
    database,
    async [Symbol.asyncDispose]() {
      await database.close();
      await cluster.stop();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** Takes every row out of the data plane. */
export async function empty({ sql }: Database): Promise<void> {
  await sql`truncate hosts, users, ledger, vectors, models, baselines, scores, alerts, alert_cases`;
}
