import { type FolderOptions, type FolderProgress, runFolder } from "@/agent/pipeline.ts";
import { NO_LIMITS } from "@/agent/governor.ts";
import { eventLogs } from "@/agent/event_logs.ts";
import { openLog } from "@/agent/open_log.ts";
import { RefusedError } from "@/agent/ship.ts";
import { LedgerServer } from "./ledger_server.ts";
import { estateKeys, hostEvents, HOUR_MS, START_MS, temporary, writeHosts } from "./logs.ts";
import { writeLog } from "@/tests/estate/sample_events.ts";
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";

const keys = estateKeys();

function run(folder: string, state: string, server: string, options: Partial<FolderOptions> = {}) {
  return runFolder({
    folder,
    stateFolder: state,
    server,
    token: "test",
    keys,
    random: () => 0,
    now: () => Date.UTC(2026, 10, 1),
    ...options,
  });
}

/** Every row once. */
function assertOnce(server: LedgerServer): void {
  const doubled = [...server.stored].filter(([, times]) => times !== 1);
  assert.deepEqual(doubled, [], "rows stored more than once");
}

Deno.test("a folder's windows arrive once each, every event in exactly one host's hour", async () => {
  using logs = temporary();
  using state = temporary();
  await using server = new LedgerServer();
  const written = writeHosts(logs.path);
  const seen: FolderProgress[] = [];
  const summary = await run(logs.path, state.path, server.url, { onProgress: (p) => seen.push(p) });
  assert.equal(summary.events, written);
  assert.equal(server.events, written);
  assert.equal(summary.hosts, 3);
  assert.equal(server.stored.size, 3 * 12 * (3 + 1), "3 hosts x 12 hours x 3 users and the host");
  assert.equal(summary.windows, server.stored.size);
  assert.equal(summary.acknowledged, server.stored.size);
  assertOnce(server);
  const last = seen.at(-1)!;
  assert.deepEqual([last.files, last.bytes], [last.filesTotal, last.bytesTotal]);
});

Deno.test("nothing is read again where nothing changed; a new file is", async () => {
  using logs = temporary();
  using state = temporary();
  await using server = new LedgerServer();
  writeHosts(logs.path, { hosts: 1 });
  await run(logs.path, state.path, server.url);
  const rows = server.stored.size;
  const again = await run(logs.path, state.path, server.url);
  assert.deepEqual([again.events, again.windows, again.before], [0, 0, 0]);
  const later = hostEvents(2, 3, START_MS + 20 * HOUR_MS);
  Deno.writeFileSync(
    `${logs.path}/later.evtx`,
    writeLog(later, { computer: "WS-0.corp.example", firstRecordId: 5_000 }),
  );
  const third = await run(logs.path, state.path, server.url);
  assert.equal(third.events, later.length);
  assert.equal(server.stored.size, rows + 2 * 4);
  assertOnce(server);
});

Deno.test("a host's memory that cannot be read is set aside, and made anew from its logs", async () => {
  using logs = temporary();
  using state = temporary();
  await using server = new LedgerServer();
  const written = writeHosts(logs.path, { hosts: 2 });
  await run(logs.path, state.path, server.url);
  const rows = server.stored.size;
  {
    using store = new DatabaseSync(`${state.path}/agent.db`);
    store.exec("update memory set state = x'00ff' where host like 'ws-0%'");
  }
  const later = hostEvents(2, 3, START_MS + 20 * HOUR_MS);
  for (const host of [0, 1]) {
    Deno.writeFileSync(
      `${logs.path}/later-${host}.evtx`,
      writeLog(later, { computer: `WS-${host}.corp.example`, firstRecordId: 5_000 }),
    );
  }
  const next = await run(logs.path, state.path, server.url);
  assert.equal(next.setAside, 1);
  assert.equal(next.events, written / 2 + 2 * later.length, "all of the one, the new of the other");
  assert.equal(server.stored.size, rows + 2 * 2 * 4);
  using store = new DatabaseSync(`${state.path}/agent.db`);
  const kept = store.prepare(
    "select hex(state) as state from memory where host like 'set aside:%'",
  );
  assert.deepEqual(kept.all().map((row) => row.state), ["00FF"]);
});

Deno.test("a collector's folder leaves its last hours open until the files have grown past them", async () => {
  using logs = temporary();
  using state = temporary();
  await using server = new LedgerServer();
  const events = hostEvents(6, 2);
  const path = `${logs.path}/Forwarded.evtx`;
  Deno.writeFileSync(path, writeLog(events.slice(0, 50)));
  const first = await run(logs.path, state.path, server.url, { complete: false });
  assert.equal(server.stored.size, 4 * 3 - 3, "the fifth hour is open, the fourth late at most");
  assert.equal(first.events, 50);
  Deno.writeFileSync(path, writeLog(events));
  await run(logs.path, state.path, server.url);
  assert.equal(server.stored.size, 6 * 3);
  assert.equal(server.events, events.length);
  assertOnce(server);
});

Deno.test("lost answers, a busy server and a rewound ledger neither double nor lose a window", async () => {
  using logs = temporary();
  using state = temporary();
  await using server = new LedgerServer();
  const written = writeHosts(logs.path, { hosts: 2 });
  let n = 0;
  server.trouble = () => {
    n++;
    if (n === 1) return "lose-answer";
    if (n === 2) return new Response(null, { status: 429, headers: { "retry-after": "0.1" } });
    return n === 3 ? new Response("<html>proxy</html>", { status: 502 }) : undefined;
  };
  await run(logs.path, state.path, server.url);
  assert.equal(server.events, written);
  assertOnce(server);
});

Deno.test("what the endpoint finds urgent goes first, and files are read no faster than allowed", async () => {
  using logs = temporary();
  using state = temporary();
  await using server = new LedgerServer();
  const written = writeHosts(logs.path, { hosts: 1, hours: 6 });
  const startMs = performance.now();
  await run(logs.path, state.path, server.url, {
    complete: true,
    limits: { ...NO_LIMITS, eventsPerSecond: written },
    scorer: { urgent: (rows) => rows.map(({ startMs }) => startMs === START_MS + 4 * HOUR_MS) },
  });
  // A second at that rate, in turns of half a second, of which the last may have no pause.
  assert.ok(performance.now() - startMs > 450);
  const hours = server.order.map((row) => /\S+Z/.exec(row)![0]);
  assert.equal(hours.length, 6 * 4);
  assert.deepEqual(
    new Set(hours.slice(0, 4)),
    new Set([new Date(START_MS + 4 * HOUR_MS).toISOString()]),
  );
});

Deno.test("a server that refuses for good ends the run with advice; the rows stay spooled", async () => {
  using logs = temporary();
  using state = temporary();
  await using server = new LedgerServer();
  const written = writeHosts(logs.path, { hosts: 1 });
  server.trouble = () => Response.json({ error: "unknown-schema", known: [] }, { status: 409 });
  await assert.rejects(
    run(logs.path, state.path, server.url),
    (error) => error instanceof RefusedError && /Upgrade the server first/.test(error.message),
  );
  server.trouble = () => undefined;
  await run(logs.path, state.path, server.url);
  assert.equal(server.events, written);
  assertOnce(server);
});

Deno.test("no name and no SID is on the wire or in the state in clear", async () => {
  using logs = temporary();
  using state = temporary();
  writeHosts(logs.path, { hosts: 1 });
  const bodies: Uint8Array[] = [];
  await using server = new LedgerServer();
  server.trouble = (batch) => {
    for (const { user, sealedName } of batch.rows) bodies.push(user, sealedName);
    return undefined;
  };
  await run(logs.path, state.path, server.url);
  const sent = new TextDecoder("latin1").decode(Buffer.concat(bodies));
  assert.doesNotMatch(sent, /user\d|S-1-5|CORP/i);
});

Deno.test("a folder of real logs is read whole, and what is none is named", async (t) => {
  const data = new URL("../../../shared/data/evtx", import.meta.url).pathname;
  try {
    Deno.statSync(data);
  } catch {
    console.log("skipped: ../shared/data is absent");
    return;
  }
  using state = temporary();
  await using server = new LedgerServer();
  await t.step("first", async () => {
    const summary = await run(data, state.path, server.url);
    const { events, late, duplicates, impossibleTime, nameless, before } = summary;
    let readable = 0;
    for (const path of eventLogs(data)) {
      using cursor = openLog(path);
      while (cursor.next()) readable++;
    }
    assert.ok(readable > 32_000);
    assert.equal(events + late + duplicates + impossibleTime + nameless, readable);
    assert.equal(before, 0);
    assert.equal(late, 0, "merged by time, so nothing is late");
    assert.equal(server.events, events);
    assertOnce(server);
  });
});
