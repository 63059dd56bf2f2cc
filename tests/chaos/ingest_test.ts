/**
 * Agents send while server, worker and postmaster are killed with -9 at random. HABIT_CHAOS_KILLS
 * makes it longer (`task test:chaos`).
 */
import assert from "node:assert/strict";
import { startEmbedded } from "@/db/embedded.ts";
import { type Database, openDatabase } from "@/db/open.ts";
import { SCHEMA_ID } from "@/features/schema.ts";
import { WINDOW_MS } from "@/features/vector.ts";
import { encodeBatch } from "@/features/wire.ts";
import { seededRandom } from "@/models/random.ts";
import { createJobs } from "@/server/jobs/jobs.ts";
import { deadJobs } from "@/server/jobs/look.ts";
import { startWorker } from "@/server/jobs/worker.ts";

const KILLS = Number(Deno.env.get("HABIT_CHAOS_KILLS") ?? 4);
const AGENTS = 16;
const TRAINING = { autoencoder: { steps: 20 }, gan: { steps: 20 } };
const BATCH = 16;
const START = Date.UTC(2026, 0, 5);
const SERVER = new URL("./ingest_server.ts", import.meta.url).pathname;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

function body(agent: number, firstSeq: number): Uint8Array<ArrayBuffer> {
  const rows = Array.from({ length: BATCH }, (_, i) => ({
    user: new Uint8Array(16).fill(1),
    sealedName: new Uint8Array(0),
    entityClass: "human" as const,
    startMs: START + (firstSeq + i) * WINDOW_MS,
    offsetMinutes: 0,
    events: 1,
    channels: 1,
    values: new Int32Array(128),
  }));
  const epoch = `00000000-0000-4000-8000-${String(agent).padStart(12, "0")}`;
  const batch = { schema: SCHEMA_ID, host: `agent-${agent}`, epoch, firstSeq, rows };
  return new Uint8Array(encodeBatch(batch));
}

/** Sends batch after batch, again until it is acknowledged; gives the last number acknowledged. */
async function agent(number: number, address: () => string, ended: () => boolean) {
  let acknowledged = -1;
  while (!ended()) {
    try {
      const response = await fetch(address(), {
        method: "POST",
        body: body(number, acknowledged + 1),
        signal: AbortSignal.timeout(10_000),
      });
      const answer = await response.json();
      if (response.ok) acknowledged = answer.acknowledged;
      else if (answer.error === "gap") throw new Error(`lost: ${JSON.stringify(answer)}`);
      else await pause(50);
    } catch (error) {
      if ((error as Error).message.startsWith("lost")) throw error;
      await pause(50);
    }
  }
  return acknowledged;
}

/** A process that is killed and started again. */
interface Victim {
  readonly child: Deno.ChildProcess;
  readonly reader?: ReadableStreamDefaultReader<string>;
}

function spawn(args: string[], url = "") {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", ...args],
    env: { DATABASE_URL: url },
    stdout: url ? "null" : "piped",
    stderr: "null",
  }).spawn();
}

function killPid(pid: number): void {
  try {
    Deno.kill(pid, "SIGKILL");
  } catch {
    // it had ended by itself
  }
}

async function kill({ child, reader }: Victim): Promise<void> {
  killPid(child.pid);
  await child.status;
  await reader?.cancel();
}

/** Every row that was acknowledged is there once and in order. */
async function checkStored(database: Database, acknowledged: readonly number[]): Promise<number> {
  const stored = await database.sql<{ name: string; last: number; n: number; ordered: boolean }[]>`
    select h.name, max(v.seq)::int as last, count(*)::int as n,
      bool_and(v.window_start = to_timestamp(${START / 1_000}::float8 + v.seq * 3600)) as ordered
    from vectors v join hosts h using (host_id)
    group by h.name order by h.name`;
  for (const [i, last] of acknowledged.entries()) {
    const row = stored.find(({ name }) => name === `agent-${i}`)!;
    assert.ok(row.last >= last, `agent-${i}: ${last} acknowledged, ${row.last} stored`);
    assert.equal(row.n, row.last + 1, "none is missing, none is there twice");
    assert.ok(row.ordered);
  }
  return acknowledged.reduce((sum, last) => sum + last + 1, 0);
}

/** Lets one more worker finish what is due; every window has one score of the model in force. */
async function checkScored(database: Database): Promise<number> {
  const jobs = await createJobs(database);
  const worker = await startWorker({ database, jobs, training: TRAINING });
  try {
    while (await jobs.pending() > 0) await pause(100);
    assert.deepEqual(await deadJobs(database.sql), []);
    const [{ scores, missing }] = await database.sql`
      select count(s.score)::int as scores, count(*) filter (where s.score is null)::int as missing
      from vectors v
      left join models m on m.host_id = v.host_id and m.active
      left join scores s on s.host_id = v.host_id and s.window_start = v.window_start
        and s.user_id = v.user_id and s.model_id = m.model_id`;
    assert.equal(missing, 0, `${missing} windows have no score`);
    return scores;
  } finally {
    await worker.stop();
    await jobs.stop();
  }
}

Deno.test(
  "what was acknowledged is stored, once and in order, and scored, through kill -9 of all parts",
  { ignore: Deno.build.os === "windows" },
  async () => {
    const folder = await Deno.makeTempDir({ prefix: "habit-chaos-" });
    const training = `${folder}/training.json`;
    await Deno.writeTextFile(training, JSON.stringify(TRAINING));
    let [address, url, ended] = ["", "", false];
    const startServer = async (): Promise<Victim> => {
      const child = spawn([SERVER, folder]);
      const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
      const { value } = await reader.read();
      assert.ok(value, "the server did not start again");
      ({ address, url } = JSON.parse(value));
      return { child, reader };
    };
    const startWorker = () => ({
      child: spawn(["main.ts", "worker", "--training", training], url),
    });
    const random = seededRandom(7, "chaos");
    let server = await startServer();
    let worker: Victim = startWorker();
    const agents = Array.from({ length: AGENTS }, (_, i) => agent(i, () => address, () => ended));
    const killed = { server: 0, postmaster: 0, worker: 0 };
    const names = ["server", "postmaster", "worker"] as const;
    for (let n = 0; n < KILLS; n++) {
      await pause(300 + 900 * random());
      // The first three are one of each.
      const name = names[n < names.length ? n : Math.floor(names.length * random())]!;
      killed[name]++;
      if (name === "postmaster") {
        const file = await Deno.readTextFile(`${folder}/data/postmaster.pid`).catch(() => "");
        if (file !== "") killPid(Number(file.split("\n")[0]));
        continue;
      }
      if (name === "server") {
        await kill(server);
        server = await restart(startServer);
      }
      await kill(worker); // one that works on the database where it was would find nothing
      worker = startWorker();
    }
    await pause(2_000); // the last one recovers, and work goes on
    ended = true;
    const acknowledged = await Promise.all(agents);
    await kill(worker);
    await kill(server);

    await using cluster = await restart(() => startEmbedded(folder));
    await using database = await openDatabase(cluster.url);
    const total = await checkStored(database, acknowledged);
    assert.ok(total > AGENTS * BATCH, "agents got on between the kills");
    const scores = await checkScored(database);
    const kinds = names.map((name) => `${killed[name]} of the ${name}`).join(", ");
    console.log(
      `${KILLS} kills (${kinds}): ${total} rows acknowledged, all stored once, ` +
        `${scores} windows scored`,
    );
    await cluster.stop();
    await Deno.remove(folder, { recursive: true }).catch(() => {});
  },
);

/** A folder whose owner was killed is free once its Postgres has ended. */
async function restart<T>(start: () => Promise<T>): Promise<T> {
  for (let attempt = 0;; attempt++) {
    try {
      return await start();
    } catch (error) {
      if (attempt === 40) throw error;
      await pause(250);
    }
  }
}
