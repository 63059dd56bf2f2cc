import { Spool } from "@/agent/spool.ts";
import { openStore, StateError } from "@/agent/store.ts";
import type { WireRow } from "@/features/wire.ts";
import { temporary } from "./logs.ts";
import assert from "node:assert/strict";

const HOUR_MS = 3_600_000;

function row(hour: number): WireRow {
  return {
    user: new Uint8Array(16).fill(hour % 256),
    sealedName: Uint8Array.of(1, 2, 3),
    entityClass: "human",
    startMs: hour * HOUR_MS,
    offsetMinutes: 60,
    events: hour,
    channels: 3,
    values: Int32Array.from({ length: 128 }, (_, i) => i % 40 === 0 ? 1 : 0),
  };
}

function hours(spool: Spool, limit = 100): number[] {
  return spool.batch("ws", limit)?.rows.map(({ startMs }) => startMs / HOUR_MS) ?? [];
}

Deno.test("rows go out in order, once, under contiguous numbers", () => {
  using store = openStore(":memory:");
  const spool = new Spool(store);
  for (let i = 0; i < 5; i++) spool.append("ws", row(i));
  const first = spool.batch("ws", 3)!;
  assert.equal(first.firstSeq, 0);
  assert.deepEqual(first.rows[2], row(2));
  assert.deepEqual(spool.batch("ws", 3), first, "not acknowledged, so sent again as it was");
  spool.acknowledge("ws", 2);
  assert.equal(spool.batch("ws", 3)!.firstSeq, 3);
  assert.deepEqual(hours(spool), [3, 4]);
  spool.acknowledge("ws", 4);
  assert.equal(spool.batch("ws", 3), undefined);
  assert.equal(spool.length, 0);
});

Deno.test("an urgent row overtakes those that wait, but not a batch that was sent", () => {
  using store = openStore(":memory:");
  const spool = new Spool(store);
  for (let i = 0; i < 4; i++) spool.append("ws", row(i));
  spool.append("calm", row(8));
  assert.deepEqual(hours(spool, 2), [0, 1]);
  spool.append("ws", row(9), true);
  assert.deepEqual(spool.hosts(), ["ws", "calm"]);
  assert.deepEqual(hours(spool, 2), [0, 1]);
  spool.acknowledge("ws", 1);
  assert.deepEqual(hours(spool), [9, 2, 3]);
});

Deno.test("a full spool drops the oldest rows, counts them, and leaves no hole in the numbers", () => {
  using store = openStore(":memory:");
  const spool = new Spool(store, 20_000);
  for (let i = 0; i < 10; i++) spool.append("ws", row(i));
  spool.batch("ws", 5);
  for (let i = 10; i < 1_000; i++) spool.append("ws", row(i));
  const { rows, bytes, dropped } = spool.report();
  assert.ok(bytes <= 20_000 && bytes > 19_000, `${bytes} bytes`);
  assert.equal(rows + dropped, 1_000);
  assert.deepEqual(hours(spool, 5), [0, 1, 2, 3, 4], "sent before, perhaps taken: kept");
  spool.acknowledge("ws", 4);
  const rest = spool.batch("ws", 10_000)!;
  assert.equal(rest.firstSeq, 5);
  assert.equal(rest.rows.at(-1)!.startMs, 999 * HOUR_MS);
  assert.equal(rest.rows.length, 1_000 - dropped - 5);
});

Deno.test("a server that is ahead is believed; one that lost rows gets a new epoch", () => {
  using store = openStore(":memory:");
  const spool = new Spool(store);
  for (let i = 0; i < 6; i++) spool.append("ws", row(i));
  const { epoch } = spool.batch("ws", 4)!;
  spool.resume("ws", 2);
  assert.deepEqual(hours(spool), [2, 3]);
  assert.equal(spool.batch("ws", 9)!.epoch, epoch);
  spool.resume("ws", 0);
  const again = spool.batch("ws", 9)!;
  assert.notEqual(again.epoch, epoch);
  assert.equal(again.firstSeq, 0);
  assert.deepEqual(hours(spool), [2, 3, 4, 5]);
});

Deno.test("what waits is there again after a restart, under the same numbers", () => {
  using folder = temporary();
  let before;
  {
    using store = openStore(folder.path);
    const spool = new Spool(store);
    for (let i = 0; i < 3; i++) spool.append("ws", row(i));
    before = spool.batch("ws", 2);
  }
  using store = openStore(folder.path);
  assert.deepEqual(new Spool(store).batch("ws", 2), before);
});

Deno.test("a state that is in use, damaged or of another version is refused in a sentence", async (t) => {
  await t.step("in use", () => {
    using folder = temporary();
    using _first = openStore(folder.path);
    assert.throws(() => openStore(folder.path), isState(/another agent is using it/));
  });
  await t.step("damaged", () => {
    using folder = temporary();
    Deno.writeTextFileSync(`${folder.path}/agent.db`, "this is no database, but long enough");
    assert.throws(() => openStore(folder.path), isState(/is damaged. Move it away/));
  });
  await t.step("from the future", () => {
    using folder = temporary();
    openStore(folder.path)[Symbol.dispose]();
    {
      using store = openStore(folder.path);
      store.exec("pragma user_version = 99");
    }
    assert.throws(() => openStore(folder.path), isState(/its form is 99/));
  });
});

function isState(message: RegExp) {
  return (error: unknown) => error instanceof StateError && message.test(error.message);
}
