/** What docs/scale.md says of backups, done: nothing is missing, and work goes on. */
import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { DISTRIBUTED } from "@/db/distribute.ts";
import { freePort, startEmbedded } from "@/db/embedded.ts";
import { type Database, openDatabase } from "@/db/open.ts";
import { BatchStore } from "@/db/store_batches.ts";
import { stream } from "@/bench/vectors.ts";
import { createJobs } from "@/server/jobs/jobs.ts";

const NOW = Date.UTC(2026, 0, 6);

/** Stores a batch and leaves its jobs waiting. */
async function fill(database: Database, batch: number): Promise<void> {
  const jobs = await createJobs(database);
  const batches = stream("ws-backup", 2, 120, 60);
  await new BatchStore(database.sql).store([{ batch: batches[batch]! }], NOW, jobs.due);
  await jobs.stop();
}

/** Rows by table, of the data and of the queues. */
async function counts(database: Database): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  for (const table of [...DISTRIBUTED, "hosts", "pgboss.job", "pgboss.queue"]) {
    const [{ n }] = await database.sql.unsafe(`select count(*)::int as n from ${table}`);
    found[table] = n;
  }
  return found;
}

async function goesOn(database: Database): Promise<void> {
  await fill(database, 1);
  const [{ last }] = await database.sql`select last_seq::int as last from ledger`;
  assert.equal(last, 119, "the agent's next batch follows the restored one");
}

Deno.test("a copy of the stopped server's folder is a backup", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.chmod(folder, 0o711); // else a root's database lies elsewhere
  const [source, copy] = [`${folder}/a`, `${folder}/b`];
  let before: Record<string, number>;
  {
    await using cluster = await startEmbedded(source);
    await using database = await openDatabase(cluster.url);
    await fill(database, 0);
    before = await counts(database);
    assert.equal(before.vectors, 60);
  }
  const { success } = await new Deno.Command("cp", { args: ["-a", source, copy] }).output();
  assert.ok(success);
  {
    await using cluster = await startEmbedded(copy);
    await using database = await openDatabase(cluster.url);
    assert.deepEqual(await counts(database), before);
    await goesOn(database);
  }
  await Deno.remove(folder, { recursive: true }).catch(() => {});
});

/** Programs of a Postgres with its own pg_dump, as Debian installs them. */
const PROGRAMS = ((): string | undefined => {
  const root = "/usr/lib/postgresql";
  if (!existsSync(root)) return undefined;
  return readdirSync(root).map((version) => `${root}/${version}/bin`)
    .findLast((bin) => existsSync(`${bin}/postgres`) && existsSync(`${bin}/pg_dump`));
})();

/** Runs a program, as the user postgres where we are root: Postgres refuses to run as root. */
async function program(name: string, ...args: string[]): Promise<void> {
  const command = [`${PROGRAMS}/${name}`, ...args];
  const all = Deno.uid() === 0 ? ["runuser", "-u", "postgres", "--", ...command] : command;
  const { success, stderr } = await new Deno.Command(all[0]!, {
    args: all.slice(1),
    cwd: "/",
    stdout: "null",
    stderr: "piped",
  }).output();
  assert.ok(success, `${name}: ${new TextDecoder().decode(stderr)}`);
}

Deno.test({
  name: "pg_dump and pg_restore bring everything back",
  ignore: PROGRAMS === undefined, // apt-get install postgresql
  async fn() {
    const folder = await Deno.makeTempDir();
    await Deno.chmod(folder, 0o777);
    const [data, dump] = [`${folder}/data`, `${folder}/habit.dump`];
    const port = String(await freePort());
    await program("initdb", "-D", data, "-U", "habit", "--auth=trust", "-E", "UTF8", "--locale=C");
    const options = `-p ${port} -k ${folder} -c listen_addresses=127.0.0.1 -c fsync=off`;
    await program("pg_ctl", "-D", data, "-w", "-l", `${folder}/log`, "-o", options, "start");
    const url = (name: string) => `postgres://habit@127.0.0.1:${port}/${name}`;
    try {
      let before: Record<string, number>;
      {
        await using database = await openDatabase(url("postgres"));
        await fill(database, 0);
        before = await counts(database);
      }
      await program("pg_dump", "-Fc", "-f", dump, url("postgres"));
      await program("createdb", "-h", "127.0.0.1", "-p", port, "-U", "habit", "restored");
      await program("pg_restore", "--exit-on-error", "-d", url("restored"), dump);
      await using database = await openDatabase(url("restored"));
      assert.deepEqual(await counts(database), before);
      await goesOn(database);
    } finally {
      await program("pg_ctl", "-D", data, "-m", "immediate", "stop");
      await Deno.remove(folder, { recursive: true }).catch(() => {});
    }
  },
});
