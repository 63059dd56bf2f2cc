/** Faults of the database under ingest and jobs, one by one: no loss, a clear answer, recovery. */
import assert from "node:assert/strict";
import { stream } from "@/bench/vectors.ts";
import { startEmbedded } from "@/db/embedded.ts";
import { type Database, openDatabase } from "@/db/open.ts";
import { hostIdOf } from "@/db/store_batches.ts";
import { type Batch, encodeBatch } from "@/features/wire.ts";
import { HttpError } from "@/server/http/responses.ts";
import { createIngest, type Ingest } from "@/server/ingest.ts";
import { BEAT_SECONDS, RERUN_SECONDS } from "@/server/jobs/boss.ts";
import { createJobs } from "@/server/jobs/jobs.ts";
import { startWorker } from "@/server/jobs/worker.ts";

const NOW = Date.UTC(2026, 0, 20);
const YEAR = 365 * 86_400_000;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Sends a batch as an agent does; gives the answer's status. */
async function post(ingest: Ingest, batch: Batch): Promise<number> {
  const body = new Uint8Array(encodeBatch(batch));
  try {
    return (await ingest(new Request("http://habit/", { method: "POST", body }), {})).status;
  } catch (error) {
    if (error instanceof HttpError) return error.status;
    throw error;
  }
}

/** Sends until it is acknowledged; every other answer must ask to wait. */
async function until(ingest: Ingest, batch: Batch): Promise<number> {
  for (let refused = 0; refused < 200; refused++) {
    const status = await post(ingest, batch);
    if (status === 200) return refused;
    assert.ok(status === 503 || status === 429, `answered ${status}`);
    await pause(100);
  }
  throw new Error("not acknowledged after 20 s");
}

/** How many rows of a host there are, and how many different numbers they have. */
async function stored({ sql }: Database, host: string) {
  const [row] = await sql<{ rows: number; numbers: number; last: number }[]>`
    select count(*)::int as rows, count(distinct seq)::int as numbers, max(seq)::int as last
    from vectors where host_id = ${hostIdOf(host)}`;
  return row!;
}

const whole = (rows: number) => ({ rows, numbers: rows, last: rows - 1 });

Deno.test("faults of the database", async (t) => {
  const folder = await Deno.makeTempDir();
  await using cluster = await startEmbedded(folder);
  await using database = await openDatabase(cluster.url);
  const { sql } = database;
  const ingest = createIngest(database, { now: () => NOW });

  await t.step("two servers take one agent's batches, each once", async () => {
    await using second = await openDatabase(cluster.url);
    const other = createIngest(second, { now: () => NOW });
    for (const batch of stream("two-servers", 2, 400, 20)) {
      const statuses = await Promise.all([post(ingest, batch), post(other, batch)]);
      assert.deepEqual(statuses, [200, 200]);
    }
    assert.deepEqual(await stored(database, "two-servers"), whole(400));
  });

  await t.step("a connection that is cut in mid-COPY costs an answer and no row", async () => {
    let cuts = 0;
    let refused = 0;
    for (const batch of stream("cut", 2, 60_000, 10_000)) {
      let done = false;
      const killer = (async () => {
        while (!done) {
          const rows = await sql`
            select pg_terminate_backend(pid) from pg_stat_activity
            where query like 'copy vectors%' and state = 'active' and pid <> pg_backend_pid()`;
          cuts += rows.length;
          if (rows.length > 0) return;
        }
      })();
      refused += await until(ingest, batch);
      done = true;
      await killer;
    }
    assert.deepEqual(await stored(database, "cut"), whole(60_000));
    assert.ok(cuts === 0 || refused > 0, "a cut connection was answered as if it were stored");
    console.log(`cut ${cuts} connections, ${refused} answers asked to wait`);
  });

  await t.step("a statement timeout asks the agent to wait, and is over when it is", async () => {
    await sql`create function slow() returns trigger language plpgsql as
      'begin perform pg_sleep(5); return new; end'`;
    await sql`create trigger slow before insert on ledger for each row execute function slow()`;
    const url = new URL(cluster.url);
    url.searchParams.set("statement_timeout", "200");
    await using hurried = await openDatabase(url.href);
    const impatient = createIngest(hurried, { now: () => NOW });
    const [batch] = stream("timeout", 2, 20, 20);
    assert.equal(await post(impatient, batch!), 503);
    await sql`drop trigger slow on ledger`;
    await until(impatient, batch!);
    assert.deepEqual(await stored(database, "timeout"), whole(20));
  });

  await t.step("rows of a week whose partition is gone are kept all the same", async () => {
    const [first, second] = stream("partition", 2, 40, 20);
    assert.equal(await post(ingest, first!), 200);
    const [{ name }] = await sql`
      select tableoid::regclass::text as name from vectors
      where host_id = ${hostIdOf("partition")} limit 1`;
    assert.match(name, /^vectors_\d/);
    await sql.unsafe(`alter table vectors detach partition ${name}; drop table ${name}`);
    assert.equal(await post(ingest, second!), 200);
    const { rows, last } = await stored(database, "partition");
    assert.deepEqual({ rows, last }, { rows: 20, last: 39 }, "what came after the drop is there");
  });

  await t.step("a clock that jumps by years changes nothing of what is stored", async () => {
    let now = NOW;
    const jumping = createIngest(database, { now: () => now });
    for (const [i, batch] of stream("clock", 2, 80, 20).entries()) {
      now = NOW + [0, 10 * YEAR, -10 * YEAR, 0][i]!;
      assert.equal(await post(jumping, batch), 200);
    }
    assert.deepEqual(await stored(database, "clock"), whole(80));
  });

  await Deno.remove(folder, { recursive: true }).catch(() => {});
});

Deno.test("a killed worker's job runs again elsewhere", async () => {
  const bound = Object.values(RERUN_SECONDS).reduce((sum, seconds) => sum + seconds, 0);
  assert.ok(bound <= 12, `up to ${bound} s`);
  assert.ok(
    BEAT_SECONDS * 3 < RERUN_SECONDS.heartbeat,
    "a worker that lives is not taken for dead",
  );
  const folder = await Deno.makeTempDir();
  await using cluster = await startEmbedded(folder);
  await using database = await openDatabase(cluster.url);
  const { sql } = database;
  const jobs = await createJobs(database);
  const [{ heartbeat }] = await sql`
    select heartbeat_seconds as heartbeat from pgboss.queue where name = 'score'`;
  assert.equal(heartbeat, RERUN_SECONDS.heartbeat);
  assert.equal(await post(createIngest(database), stream("worked", 2, 20, 20)[0]!), 200);
  const job = async () => {
    const [found] = await sql<{ state: string; tries: number; startedMs: number }[]>`
      select state, retry_count as tries, (extract(epoch from started_on) * 1000)::float8 as "startedMs"
      from pgboss.job where name = 'score'`;
    return found!;
  };
  const until = async (state: string) => {
    for (let i = 0; i < 1_200 && (await job()).state !== state; i++) await pause(50);
    assert.equal((await job()).state, state);
  };
  const held = await sql.reserve(); // scoring waits for the host's row
  await held`begin`;
  await held`select from ledger for update`;
  await jobs.insert(sql, "score", [hostIdOf("worked")]);
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "main.ts", "worker"],
    env: { DATABASE_URL: cluster.url },
    stdout: "null",
    stderr: "null",
  }).spawn();
  await until("active");
  child.kill("SIGKILL");
  await child.status;
  const killedMs = Date.now();
  await held`rollback`;
  held.release();
  const worker = await startWorker({ database, jobs });
  try {
    await until("completed");
    const { tries, startedMs } = await job();
    assert.equal(tries, 1);
    console.log(`ran again ${((startedMs - killedMs) / 1_000).toFixed(1)} s after the kill`);
  } finally {
    await worker.stop();
    await jobs.stop();
  }
  await Deno.remove(folder, { recursive: true }).catch(() => {});
});

/** A file system of 160 MB, where mounting is allowed. */
const DISK = await (async () => {
  const folder = await Deno.makeTempDir();
  await Deno.chmod(folder, 0o711);
  const args = ["-t", "tmpfs", "-o", "size=160m,mode=711", "tmpfs", folder];
  const mounted = await new Deno.Command("mount", { args, stderr: "null" }).output()
    .then(({ success }) => success, () => false);
  if (mounted) return folder;
  await Deno.remove(folder);
  return undefined;
})();

Deno.test({
  name: "a full disk asks agents to wait; with room again nothing is missing",
  ignore: DISK === undefined, // mounting is not allowed here
  async fn() {
    try {
      await using cluster = await startEmbedded(`${DISK}/postgres`);
      await using database = await openDatabase(cluster.url);
      const ingest = createIngest(database, { now: () => NOW });
      const batches = stream("full", 2, 120_000, 5_000);
      const ballast = `${DISK}/ballast`;
      let refused = 0;
      let sent = 0;
      for (; sent < batches.length && refused === 0; sent++) {
        if (sent === 2) fill(ballast);
        const status = await post(ingest, batches[sent]!);
        if (status !== 200) {
          assert.equal(status, 503);
          refused++;
          break;
        }
      }
      assert.ok(refused > 0, "the disk was never full");
      await Deno.remove(ballast);
      for (; sent < 6; sent++) await until(ingest, batches[sent]!);
      const { rows, numbers, last } = await stored(database, "full");
      assert.deepEqual({ rows, numbers, last }, whole(rows));
      assert.ok(rows >= 5_000 * 3, `${rows} rows`);
    } finally {
      await new Deno.Command("umount", { args: ["-l", DISK!] }).output();
    }
  },
});

/** Writes a file until the disk is full but for a little. */
function fill(path: string): void {
  using file = Deno.openSync(path, { write: true, create: true });
  const block = new Uint8Array(1 << 20);
  try {
    for (;;) file.writeSync(block);
  } catch {
    // full
  }
}
