/**
 * Agents send while server and postmaster are killed with -9. HABIT_CHAOS_KILLS makes it longer
 * (`task test:chaos`).
 */
import assert from "node:assert/strict";
import { startEmbedded } from "@/db/embedded.ts";
import { openDatabase } from "@/db/open.ts";
import { SCHEMA_ID } from "@/features/schema.ts";
import { WINDOW_MS } from "@/features/vector.ts";
import { encodeBatch } from "@/features/wire.ts";
import { seededRandom } from "@/models/random.ts";

const KILLS = Number(Deno.env.get("HABIT_CHAOS_KILLS") ?? 4);
const AGENTS = 8;
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

Deno.test(
  "what was acknowledged is stored, once and in order, through kill -9 of server and Postgres",
  { ignore: Deno.build.os === "windows" },
  async () => {
    const folder = await Deno.makeTempDir({ prefix: "habit-chaos-" });
    let address = "";
    let ended = false;
    const start = async () => {
      const child = new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", "--no-check", SERVER, folder],
        stdout: "piped",
        stderr: "null",
      }).spawn();
      const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
      const { value } = await reader.read();
      assert.ok(value, "the server did not start again");
      address = value.trim();
      return { child, reader };
    };
    const random = seededRandom(7, "chaos");
    let server = await start();
    const agents = Array.from({ length: AGENTS }, (_, i) => agent(i, () => address, () => ended));
    for (let kill = 0; kill < KILLS; kill++) {
      await pause(300 + 900 * random());
      if (kill % 2 === 0) {
        server.child.kill("SIGKILL");
        await server.child.status;
        await server.reader.cancel();
        server = await restart(start);
      } else {
        const file = await Deno.readTextFile(`${folder}/data/postmaster.pid`).catch(() => "");
        if (file !== "") Deno.kill(Number(file.split("\n")[0]), "SIGKILL");
      }
    }
    await pause(2_000); // the last one recovers, and work goes on
    ended = true;
    const acknowledged = await Promise.all(agents);
    server.child.kill("SIGKILL");
    await server.child.status;
    await server.reader.cancel();

    await using cluster = await restart(() => startEmbedded(folder));
    await using database = await openDatabase(cluster.url);
    const stored = await database.sql<
      { name: string; last: number; n: number; ordered: boolean }[]
    >`
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
    const total = acknowledged.reduce((sum, last) => sum + last + 1, 0);
    assert.ok(total > AGENTS * BATCH, "agents got on between the kills");
    console.log(`${KILLS} kills, ${total} rows acknowledged, all stored once`);
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
