import { backoffMs, Shipper } from "@/agent/ship.ts";
import { Spool } from "@/agent/spool.ts";
import { openStore } from "@/agent/store.ts";
import { LedgerServer } from "./ledger_server.ts";
import assert from "node:assert/strict";

Deno.test("retries wait longer and longer, up to five minutes, spread over the upper half", () => {
  const waits = [0, 1, 5, 30].map((attempt) => [0, 0.999].map((r) => backoffMs(attempt, () => r)));
  assert.deepEqual(waits.map(([low]) => low), [125, 250, 4_000, 150_000]);
  assert.deepEqual(waits.map(([, high]) => Math.round(high / 10) * 10), [250, 500, 8_000, 299_850]);
});

Deno.test("three days without a server: the spool keeps its bound, and catching up is no flood", async () => {
  const LIMIT = 200_000;
  using store = openStore(":memory:");
  const spool = new Spool(store, LIMIT);
  const users = 40;
  await using server = new LedgerServer();
  let down = true;
  server.trouble = () => down ? new Response(null, { status: 503 }) : undefined;
  const shipper = new Shipper(spool, {
    server: server.url,
    authorise: () => ({}),
    random: () => 0,
    paceMs: 100,
  });
  const stop = new AbortController();
  const sending = shipper.drain(stop.signal);
  let written = 0;
  for (let hour = 0; hour < 72; hour++) {
    for (let user = 0; user < users; user++, written++) {
      spool.append(`host-${user % 4}`, {
        user: new Uint8Array(16).fill(user),
        sealedName: new Uint8Array(64),
        entityClass: "human",
        startMs: hour * 3_600_000,
        offsetMinutes: 0,
        events: 1,
        channels: 1,
        values: new Int32Array(128),
      });
    }
    assert.ok(spool.bytes <= LIMIT, `${spool.bytes} bytes in hour ${hour}`);
    if (hour % 8 === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  }
  stop.abort();
  await sending;
  assert.ok(server.requests <= 3, `${server.requests} requests in vain`);
  const { rows, dropped, oldestMs } = spool.report();
  assert.equal(rows + dropped, written);
  assert.ok(dropped > 0 && oldestMs! > 24 * 3_600_000, "the oldest are dropped");
  down = false;
  const before = server.requests;
  const startMs = performance.now();
  await shipper.drain(new AbortController().signal);
  assert.equal(server.stored.size, rows, "the rest arrives, no hole in the numbers");
  assert.ok(server.requests - before >= 4 && server.requests - before <= 8);
  assert.ok(performance.now() - startMs >= 4 * 45, "a pause between batches");
});
