import assert from "node:assert/strict";
import { jobsText, lookAtJobs } from "@/commands/jobs.ts";
import { startEmbedded } from "@/db/embedded.ts";
import { type Database, openDatabase } from "@/db/open.ts";
import { BatchStore, hostIdOf } from "@/db/store_batches.ts";
import { column, SCHEMA_ID } from "@/features/schema.ts";
import { WINDOW_MS } from "@/features/vector.ts";
import type { WireRow } from "@/features/wire.ts";
import { deadJobs, failingJobs, queueStates } from "@/server/jobs/look.ts";
import { createJobs, type Jobs } from "@/server/jobs/jobs.ts";
import { renewJob, retainJob } from "@/server/jobs/estate_jobs.ts";
import { pace } from "@/server/jobs/progress.ts";
import { startWorker } from "@/server/jobs/worker.ts";

const EPOCH = "00000000-0000-4000-8000-00000000000a";
const OTHER_EPOCH = "00000000-0000-4000-8000-00000000000b";
const START = Date.UTC(2026, 0, 5);
const NOW = START + 30 * 86_400_000;
const FAILED_LOGONS = column("logon_fail");

/** Two users a window, the second one with as many failed logons as the hour's number modulo 10. */
function rows(from: number, count: number): WireRow[] {
  return Array.from({ length: count }, (_, i) => {
    const hour = Math.floor((from + i) / 2);
    const user = (from + i) % 2;
    return {
      user: new Uint8Array(16).fill(user + 1),
      sealedName: new Uint8Array(0),
      entityClass: user ? "human" : "machine",
      startMs: START + hour * WINDOW_MS,
      offsetMinutes: 0,
      events: 10,
      channels: 0xffff,
      values: Int32Array.from(
        { length: 128 },
        (_, k) => k === FAILED_LOGONS ? user * (hour % 10) : 0,
      ),
    };
  });
}

async function send(
  database: Database,
  jobs: Jobs,
  host: string,
  from: number,
  count: number,
  spool: { epoch: string; firstSeq: number } = { epoch: EPOCH, firstSeq: from },
) {
  const batch = { schema: SCHEMA_ID, host, ...spool, rows: rows(from, count) };
  await new BatchStore(database.sql).store([{ batch }], NOW, jobs.due);
}

async function untilDone(database: Database, jobs: Jobs): Promise<void> {
  for (const deadline = Date.now() + 40_000; await jobs.pending() > 0;) {
    if (Date.now() > deadline) {
      const waiting = await database.sql`
        select name, state, retry_count, output::text from pgboss.job where state <> 'completed'`;
      assert.fail(`jobs still wait after 40 s: ${JSON.stringify(waiting)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

Deno.test("a job's pace is its steps a second, and says when it ends", () => {
  assert.deepEqual(pace(20, 50, 4_000), { perSecond: 5, secondsLeft: 6 });
  assert.deepEqual(pace(20, 0, 4_000), { perSecond: 5, secondsLeft: undefined });
  assert.deepEqual(pace(0, 50, 4_000), { perSecond: undefined, secondsLeft: undefined });
});

Deno.test("jobs", async (t) => {
  const folder = await Deno.makeTempDir();
  await using cluster = await startEmbedded(folder);
  await using database = await openDatabase(cluster.url);
  const { sql } = database;
  const jobs = await createJobs(database);
  const training = { autoencoder: { steps: 20 }, gan: { steps: 20 } };
  const worker = await startWorker({ database, jobs, training, now: () => NOW });
  const unscored = async () => {
    const [{ n }] = await sql`
      select count(*)::int as n from vectors v
      where not exists (select from scores s where s.host_id = v.host_id
        and s.window_start = v.window_start and s.user_id = v.user_id)`;
    return n;
  };
  const hostId = hostIdOf("ws-a");
  const baseline = async () => {
    const [row] = await sql`
      select windows, median, p95, p99, active_share from baselines
      where host_id = ${hostId} and feature = ${FAILED_LOGONS}
        and user_id = ${"02020202-0202-0202-0202-020202020202"}`;
    return { ...row };
  };
  try {
    await t.step("train and score what ingest has made due", async () => {
      await send(database, jobs, "ws-a", 0, 200);
      await send(database, jobs, "ws-b", 0, 6);
      await untilDone(database, jobs);
      assert.equal(await unscored(), 0);
      const models = await sql`select host_id, pooled, windows from models where active`;
      const pooled = models.map(({ pooled, windows }) => `${windows} ${pooled}`).sort();
      assert.deepEqual(pooled, ["200 false", "6 true"]);
    });
    const fleets = () =>
      sql<{ fleetId: string; hosts: number; windows: number; active: boolean }[]>`
        select fleet_id as "fleetId", hosts, windows, active from fleet_models
        order by created_at, fleet_id`;
    const fleetOf = async (host: string) =>
      (await sql`select fleet_id from models where host_id = ${hostIdOf(host)} and active`)[0]
        .fleet_id;
    await t.step("the fleet is learned before the first training, and stored as what", async () => {
      const all = await fleets();
      const { fleetId, hosts, windows } = all.find(({ active }) => active)!;
      // The second host may have come after the first had made the training due.
      assert.ok([200, 206].includes(windows) && windows === 194 + 6 * hosts, `${hosts} ${windows}`);
      assert.deepEqual([await fleetOf("ws-a"), await fleetOf("ws-b")], [fleetId, fleetId]);
      const [{ figures }] = await sql`select figures from fleet_models where active`;
      assert.deepEqual([figures.schema, figures.seed], [SCHEMA_ID, 1]);
    });
    const learnFleet = async () => {
      const count = (await fleets()).length;
      await jobs.enqueue(sql, "fleet", {});
      for (const deadline = Date.now() + 40_000; (await fleets()).length === count;) {
        if (Date.now() > deadline) assert.fail("no fleet was learned in 40 s");
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    };
    await t.step("the fleet's schedule learns it anew; hosts keep their models", async () => {
      const before = await fleetOf("ws-a");
      await learnFleet();
      const active = (await fleets()).filter(({ active }) => active);
      assert.equal(active.length, 1);
      assert.notEqual(active[0].fleetId, before);
      assert.equal(await fleetOf("ws-a"), before);
    });
    await t.step("a fleet's model that was tampered with is refused and learned anew", async () => {
      const [{ fleetId }] = (await fleets()).filter(({ active }) => active);
      await sql`
        update fleet_models
        set bytes = set_byte(bytes, octet_length(bytes) - 9, get_byte(bytes, octet_length(bytes) - 9) # 1)
        where active`;
      await jobs.insert(sql, "train", [hostIdOf("ws-b")]);
      await untilDone(database, jobs);
      const [now] = (await fleets()).filter(({ active }) => active);
      assert.notEqual(now.fleetId, fleetId);
      assert.equal(await fleetOf("ws-b"), now.fleetId);
    });
    await t.step("a host whose fleet was outgrown twofold is trained anew", async () => {
      const [before, small] = [await fleetOf("ws-a"), await fleetOf("ws-b")];
      await sql`update fleet_models set windows = 103 where fleet_id = ${small}`;
      await learnFleet();
      await untilDone(database, jobs);
      const [now] = (await fleets()).filter(({ active }) => active);
      assert.deepEqual([await fleetOf("ws-a"), await fleetOf("ws-b")], [before, now.fleetId]);
    });
    await t.step("baselines are the exact quantiles of small counts", async () => {
      assert.deepEqual(await baseline(), {
        windows: 100,
        median: 4,
        p95: 9,
        p99: 9,
        active_share: 0.9,
      });
    });
    await t.step("new windows are scored, and none twice", async () => {
      await send(database, jobs, "ws-a", 200, 20);
      await untilDone(database, jobs);
      assert.equal(await unscored(), 0);
      const [{ n }] = await sql`select count(*)::int as n from scores`;
      assert.equal(n, 226);
    });
    await t.step(
      "a day's windows are added to the baselines without counting any twice",
      async () => {
        await jobs.insert(sql, "baseline", [hostId]);
        await untilDone(database, jobs);
        const added = await baseline();
        assert.equal(added.windows, 110);
        await jobs.insert(sql, "baseline", [hostId], { full: true });
        await untilDone(database, jobs);
        assert.deepEqual(await baseline(), added);
      },
    );
    await t.step("a host whose model cannot be read is trained again", async () => {
      await sql`update models set bytes = '\\x00' where host_id = ${hostIdOf("ws-b")} and active`;
      await send(database, jobs, "ws-b", 6, 2);
      await untilDone(database, jobs);
      assert.equal(await unscored(), 0);
    });
    const refuse = (hosts: readonly string[]) =>
      sql.unsafe(
        `alter table scores drop constraint if exists refused` + (hosts.length === 0 ? "" : `,
        add constraint refused check (host_id not in ('${hosts.join("','")}')) not valid`),
      );
    await t.step("a host that cannot be scored is tried again alone", async () => {
      await refuse([hostIdOf("ws-b")]);
      await send(database, jobs, "ws-b", 8, 2);
      const states = async () => (await queueStates(sql)).find(({ queue }) => queue === "score")!;
      for (let i = 0; i < 100 && (await states()).failing === 0; i++) {
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      assert.deepEqual((await failingJobs(sql)).map((job) => job.hostId), [hostIdOf("ws-b")]);
      await refuse([]);
      await untilDone(database, jobs);
      assert.equal(await unscored(), 0);
    });
    await t.step("a job that always fails ends among the dead, and can be sent again", async () => {
      await refuse([hostId]);
      await jobs.boss.updateQueue("score", { retryLimit: 0 });
      await send(database, jobs, "ws-a", 220, 2);
      await untilDone(database, jobs);
      for (let i = 0; i < 50 && (await deadJobs(sql)).length === 0; i++) {
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      const [dead] = await deadJobs(sql);
      const state = (await queueStates(sql)).find(({ queue }) => queue === "score");
      assert.deepEqual(state, { queue: "score", waiting: 0, running: 0, failing: 0, dead: 1 });
      assert.match(jobsText(await lookAtJobs(sql)), /score .*1 dead[^]*1 dead job/);
      assert.equal(dead.queue, "score");
      assert.equal(dead.hostId, hostId);
      assert.match(dead.reason, /refused/);
      await refuse([]); // the cause is put right
      assert.equal(await jobs.redrive("score", sql), 1);
      await untilDone(database, jobs);
      assert.deepEqual(await deadJobs(sql), []);
      assert.equal(await unscored(), 0);
    });
    await t.step("a late window is scored, whatever was scored after it", async () => {
      const next = { epoch: OTHER_EPOCH, firstSeq: 0 };
      await send(database, jobs, "ws-a", -8, 4, next);
      await untilDone(database, jobs);
      assert.equal(await unscored(), 0);
      const [{ marks }] = await sql`select count(unscored_from)::int as marks from ledger`;
      assert.equal(marks, 0);
    });
    await t.step("a host that has grown is trained again, in a new spool too", async () => {
      const trained = async () =>
        (await sql`select windows from models where host_id = ${hostId} and active`)[0].windows;
      assert.equal(await trained(), 200);
      await send(database, jobs, "ws-a", 300, 60, { epoch: OTHER_EPOCH, firstSeq: 4 });
      await untilDone(database, jobs);
      assert.equal(await trained(), 286);
      assert.equal(await unscored(), 0);
    });
    await t.step("an old model is renewed, and one whose scores drift; others stay", async () => {
      const models = async () =>
        Object.fromEntries(
          (await sql`select host_id, model_id from models where active order by host_id`)
            .map(({ host_id, model_id }) => [host_id, model_id]),
        );
      const aged = (days: number) =>
        sql`
          update models set created_at = ${new Date(NOW - days * 86_400_000).toISOString()}
          where active`;
      const renew = async () => {
        const before = await models();
        const said = await renewJob(database, jobs, NOW);
        await untilDone(database, jobs);
        const after = await models();
        return [said, Object.keys(before).filter((id) => before[id] !== after[id])];
      };
      const surprise = (p: number) =>
        sql`update scores set p = case when extract(hour from window_start) < 6 then ${p}::float8
          else 0.5 end where host_id = ${hostId}`;
      await surprise(0.01); // a quarter of the windows
      await aged(3);
      assert.deepEqual(await renew(), ["0 models drift, 0 are old", []], "too young to judge");
      await aged(8);
      assert.deepEqual(await renew(), ["1 models drift, 0 are old", [hostId]]);
      await surprise(0.06);
      await aged(8);
      assert.deepEqual(await renew(), ["0 models drift, 0 are old", []]);
      await aged(31);
      const [said, renewed] = await renew();
      assert.equal(said, "0 models drift, 2 are old");
      assert.equal(renewed.length, 2);
    });
    await t.step("retention drops what is too old, and readies the coming weeks", async () => {
      await retainJob(database, NOW + 500 * 86_400_000);
      const [{ vectors, scores }] = await sql`
        select (select count(*)::int from vectors) as vectors,
          (select count(*)::int from scores) as scores`;
      assert.deepEqual({ vectors, scores }, { vectors: 0, scores: 0 });
      const [{ weeks }] = await sql`
        select count(*)::int as weeks from pg_tables where tablename like 'vectors_2027%'`;
      assert.equal(weeks, 5);
    });
  } finally {
    await worker.stop();
    await jobs.stop();
  }
  await Deno.remove(folder, { recursive: true }).catch(() => {});
});
