/**
 * From nothing to an answer of the embedded Postgres: on an empty folder, where its programs are
 * unpacked and a cluster is made, and on one that was used before; and the same until the server
 * could read, with the schema brought up to date or looked at.
 * @module
 */
import { startEmbedded } from "@/db/embedded.ts";
import { connect, openDatabase } from "@/db/open.ts";
import { type Figure, median } from "./figure.ts";

const ROUNDS = 7;

async function query(url: string): Promise<void> {
  const sql = connect(url, 1);
  await sql`select 1`;
  await sql.end();
}

async function read(url: string): Promise<void> {
  await using database = await openDatabase(url);
  await database.sql`select count(*) from hosts`;
}

/** Milliseconds until the answer; stopping is not counted. */
async function answerMs(folder: string, ask: (url: string) => Promise<void>): Promise<number> {
  const begin = performance.now();
  await using cluster = await startEmbedded(folder);
  await ask(cluster.url);
  return performance.now() - begin;
}

/** All cases. */
export async function* figures(): AsyncGenerator<Figure> {
  const cases = { "query-new": query, "query-again": query, "schema-new": read, "again": read };
  const times = new Map<string, number[]>(Object.keys(cases).map((name) => [name, []]));
  for (let i = 0; i < ROUNDS; i++) {
    const folder = await Deno.makeTempDir({ prefix: "habit-bench-" });
    for (const [name, ask] of Object.entries(cases)) {
      times.get(name)!.push(await answerMs(folder, ask));
    }
    await Deno.remove(folder, { recursive: true });
  }
  for (const [name, all] of times) {
    const value = Number(median(all).toFixed(1));
    yield { case: name, value, unit: "ms", peer: null, peerValue: null, ratio: null };
  }
}
