/**
 * An update without a pause: a server of the version before the last migration goes on beside this
 * one while the database is brought up to date under it. That version is taken from git.
 */
import assert from "node:assert/strict";
import { stream } from "@/bench/vectors.ts";
import { startEmbedded } from "@/db/embedded.ts";
import { openDatabase } from "@/db/open.ts";
import { type Batch, encodeBatch } from "@/features/wire.ts";
import { createJobs } from "@/server/jobs/jobs.ts";
import { deadJobs } from "@/server/jobs/look.ts";
import { startWorker } from "@/server/jobs/worker.ts";

const SERVER = new URL("ingest_server.ts", import.meta.url).pathname;
const AGENTS = 4;
const ROWS = 240;
const TRAINING = { autoencoder: { steps: 20 }, gan: { steps: 20 } };

/** What a program prints; it must end well. */
async function output(command: string, ...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(command, { args }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout).trim();
}

/** A server process of the version in a folder, and its address. */
async function serve(folder: string, url: string) {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "--config", `${folder}/deno.json`, SERVER],
    env: { DATABASE_URL: url },
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const { value } = await reader.read();
  assert.ok(value, `the server in ${folder} did not start`);
  return {
    address: (JSON.parse(value) as { address: string }).address,
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await child.status;
      await reader.cancel();
    },
  };
}

async function post(address: string, batch: Batch): Promise<number> {
  const body = new Uint8Array(encodeBatch(batch));
  const response = await fetch(address, { method: "POST", body });
  await response.body?.cancel();
  return response.status;
}

Deno.test("a server of the previous version takes batches beside this one, and is refused afterwards", async () => {
  const folder = await Deno.makeTempDir({ prefix: "habit-previous-" });
  const last = await output("git", "log", "-1", "--format=%H", "--", "db/migrations");
  await output("git", "archive", "-o", `${folder}/previous.tar`, `${last}^`);
  await Deno.mkdir(`${folder}/previous`);
  await output("tar", "-xf", `${folder}/previous.tar`, "-C", `${folder}/previous`);
  {
    await using cluster = await startEmbedded(`${folder}/data`);
    const streams = Array.from(
      { length: AGENTS },
      (_, i) => stream(`agent-${i}`, 3, ROWS, 10),
    );
    await using previous = await serve(`${folder}/previous`, cluster.url);
    const send = async (address: string, from: number, to: number) => {
      for (const batches of streams) {
        for (const batch of batches.slice(from, to)) assert.equal(await post(address, batch), 200);
      }
    };
    await send(previous.address, 0, 8);

    await using database = await openDatabase(cluster.url); // brings it up to date
    await using current = await serve(".", cluster.url);
    await Promise.all(streams.map(async (batches) => {
      for (const batch of batches.slice(8, 16)) {
        const both = [previous, current].map(({ address }) => post(address, batch));
        assert.deepEqual(await Promise.all(both), [200, 200]);
      }
    }));
    await send(previous.address, 16, 20);
    await send(current.address, 20, 24);

    const hosts = await database.sql`
      select count(*)::int as rows, count(distinct seq)::int as numbers, max(seq)::int as last
      from vectors group by host_id`;
    assert.deepEqual(
      hosts.map((row) => ({ ...row })),
      Array(AGENTS).fill({ rows: ROWS, numbers: ROWS, last: ROWS - 1 }),
    );

    const jobs = await createJobs(database);
    const worker = await startWorker({ database, jobs, training: TRAINING });
    while (await jobs.pending() > 0) await new Promise((resolve) => setTimeout(resolve, 100));
    assert.deepEqual(await deadJobs(database.sql), []);
    await worker.stop();
    await jobs.stop();
    const [{ missing }] = await database.sql`
      select count(*)::int as missing from vectors v
      left join scores s using (host_id, window_start, user_id) where s.score is null`;
    assert.equal(missing, 0, "windows that the previous version took have scores too");

    const again = await new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "-A",
        "--no-check",
        "--config",
        `${folder}/previous/deno.json`,
        SERVER,
      ],
      env: { DATABASE_URL: cluster.url },
    }).output();
    assert.ok(!again.success);
    assert.match(new TextDecoder().decode(again.stderr), /newer Habit has used it/);
  }
  await Deno.remove(folder, { recursive: true });
});
