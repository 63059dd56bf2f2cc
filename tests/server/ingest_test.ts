import assert from "node:assert/strict";
import { zstdCompressSync } from "node:zlib";
import { copyOut, timestampMs } from "@/db/copy.ts";
import { startEmbedded } from "@/db/embedded.ts";
import { connect, openDatabase } from "@/db/open.ts";
import { SCHEMA_ID } from "@/features/schema.ts";
import { WINDOW_MS } from "@/features/vector.ts";
import { encodeBatch, type WireRow } from "@/features/wire.ts";
import { HttpError } from "@/server/http/responses.ts";
import { createIngest } from "@/server/ingest.ts";

const EPOCH = "00000000-0000-4000-8000-00000000000a";
const START = Date.UTC(2026, 0, 5);

function rows(from: number, count: number): WireRow[] {
  return Array.from({ length: count }, (_, i) => ({
    user: new Uint8Array(16).fill(7),
    sealedName: Uint8Array.of(1, 2, 3),
    entityClass: "human",
    startMs: START + (from + i) * WINDOW_MS,
    offsetMinutes: 60,
    events: 10,
    channels: 1,
    values: Int32Array.from({ length: 128 }, (_, k) => k === 8 ? from + i : 0),
  }));
}

const compress = (bytes: Uint8Array) => new Uint8Array(zstdCompressSync(bytes));

function request(firstSeq: number, count: number, changes: Record<string, unknown> = {}): Request {
  const batch = {
    schema: SCHEMA_ID,
    host: "ws-1",
    epoch: EPOCH,
    firstSeq,
    rows: rows(firstSeq, count),
  };
  const body = compress(encodeBatch({ ...batch, ...changes }));
  return new Request("http://x/v1/vectors", {
    method: "POST",
    headers: { "content-encoding": "zstd" },
    body,
  });
}

Deno.test("ingest", async (t) => {
  const folder = await Deno.makeTempDir();
  await using cluster = await startEmbedded(folder);
  await using database = await openDatabase(cluster.url);
  const { sql } = database;
  const ingest = createIngest(database);
  const send = async (sent: Request) => {
    const response = await ingest(sent, {});
    return [response.status, await response.json()];
  };
  const count = async () => (await sql`select count(*)::int as n from vectors`)[0].n;

  await t.step("acknowledges what is stored, and a repeat again", async () => {
    assert.deepEqual(await send(request(0, 3)), [200, { acknowledged: 2 }]);
    assert.deepEqual(await send(request(0, 3)), [200, { acknowledged: 2 }]);
    assert.deepEqual(await send(request(2, 3)), [200, { acknowledged: 4 }]);
    assert.equal(await count(), 5);
  });
  await t.step("keeps the sealed name byte for byte", async () => {
    const [user] = await sql`select sealed_name from users`;
    assert.deepEqual([...user.sealed_name], [1, 2, 3]);
  });
  await t.step("answers a gap with the next number", async () => {
    assert.deepEqual(await send(request(9, 1)), [409, { error: "gap", next: 5 }]);
    assert.equal(await count(), 5);
  });
  await t.step("a new spool may send old windows again: none is doubled, none lost", async () => {
    const epoch = "00000000-0000-4000-8000-00000000000b";
    assert.deepEqual(await send(request(0, 7, { epoch })), [200, { acknowledged: 6 }]);
    assert.equal(await count(), 7);
    assert.deepEqual(await send(request(7, 1, { epoch, rows: rows(2, 2) })), [200, {
      acknowledged: 8,
    }]);
    assert.equal(await count(), 7);
  });
  await t.step("batches sent together are each stored once", async () => {
    const many = await Promise.all(
      Array.from({ length: 40 }, (_, i) => send(request(0, 2, { host: `many-${i % 20}` }))),
    );
    assert.ok(many.every(([status, body]) => status === 200 && body.acknowledged === 1));
    assert.equal(await count(), 47);
  });
  await t.step("values come back as they were sent, by COPY", async () => {
    const seen: number[] = [];
    await copyOut(
      sql,
      "copy (select window_start, values from vectors v join hosts using (host_id) " +
        "where name = 'ws-1' order by window_start) to stdout (format binary)",
      2,
      (row) => {
        seen.push(
          (timestampMs(row, 0) - START) / WINDOW_MS,
          row.view.getFloat32(row.at[1] + 32, true),
        );
      },
    );
    assert.deepEqual(seen, [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6]);
    assert.equal((await sql`select 1 as one`)[0].one, 1); // the connection still answers
  });
  await t.step("a connection answers after a COPY out that came in one piece", async () => {
    const one = connect(cluster.url, 1);
    for (let size = 90; size < 240; size += 3) {
      let n = 0;
      const statement = `copy (select repeat('x', 600) from generate_series(1, ${size}))`;
      await copyOut(one, `${statement} to stdout (format binary)`, 1, () => n++);
      assert.equal(n, size);
      assert.equal((await one`select 1 as one`)[0].one, 1);
    }
    await one.end();
  });
  await t.step("refuses what it does not know, with what to do", async () => {
    assert.deepEqual(await send(request(0, 1, { schema: "other/1" })), [409, {
      error: "unknown-schema",
      known: [SCHEMA_ID],
    }]);
    const broken = (body: BodyInit, encoding = "zstd") =>
      ingest(
        new Request("http://x", {
          method: "POST",
          headers: { "content-encoding": encoding },
          body,
        }),
        {},
      );
    for (
      const [attempt, status] of [
        [broken("not zstd"), 400],
        [broken(compress(new Uint8Array(5))), 400],
        [broken(compress(new Uint8Array(64 << 20))), 413],
        [broken(new Uint8Array(5 << 20)), 413],
        [broken("x", "br"), 415],
      ] as const
    ) {
      await assert.rejects(
        attempt,
        (error) => error instanceof HttpError && error.status === status,
      );
    }
    assert.equal(await count(), 47);
  });
  await t.step("a host belongs to the agent that sent it first", async () => {
    const [mine, other] = ["a", "b"].map((x) => `00000000-0000-4000-8000-00000000000${x}`);
    await ingest(request(0, 1, { host: "owned" }), { agentId: mine });
    await assert.rejects(
      ingest(request(1, 1, { host: "owned" }), { agentId: other }),
      /another agent/,
    );
  });
  await t.step("holds back with 429 before memory grows", async () => {
    const narrow = createIngest(database, {}, { maxWaiting: 2 });
    await assert.rejects(narrow(request(0, 3, { host: "wide" }), {}), (error) => {
      return error instanceof HttpError && error.status === 429 && !!error.headers["retry-after"];
    });
  });
  await t.step("stores nothing where the transaction fails", async () => {
    const failing = createIngest(database, { due: () => Promise.reject(new Error("no")) });
    await assert.rejects(failing(request(0, 3, { host: "failing" }), {}), /did not take the batch/);
    const [{ n }] = await sql`select count(*)::int as n from hosts where name = 'failing'`;
    assert.equal(n, 0);
  });
});
