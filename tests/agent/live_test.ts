import { type LiveSource, runLive } from "@/agent/live.ts";
import { NO_LIMITS } from "@/agent/governor.ts";
import { MASK_CHANNELS } from "@/features/schema.ts";
import { CHANNELS } from "@/agent/windows/channels.ts";
import { LiveLog } from "@/agent/windows/live_log.ts";
import { LedgerServer } from "./ledger_server.ts";
import { estateKeys, HOUR_MS, START_MS, temporary } from "./logs.ts";
import { type FakeRecord, FakeWevtapi } from "./windows/fake_wevtapi.ts";
import assert from "node:assert/strict";

const keys = estateKeys();
const MINUTE_MS = 60_000;

class PowerCut extends Error {}

/** `count` logons, one every two minutes, of three users. */
function logons(from: number, count: number): FakeRecord[] {
  return Array.from({ length: count }, (_, i) => ({
    id: from + i,
    timeMs: START_MS + (from + i) * 2 * MINUTE_MS,
    eventId: 4624,
    computer: "WS-1.example",
    fields: {
      TargetUserSid: sid(1000 + (from + i) % 3),
      TargetUserName: `user${(from + i) % 3}`,
      TargetDomainName: "CORP",
      LogonType: 2,
    },
  }));
}

function sid(rid: number): Uint8Array {
  const bytes = new Uint8Array(16);
  bytes.set([1, 2, 0, 0, 0, 0, 0, 5, 21]);
  new DataView(bytes.buffer).setUint32(12, rid, true);
  return bytes;
}

function seeded(seed: number): () => number {
  let state = seed;
  return () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;
}

/** Runs the agent until `until` holds, or its power is cut after so many events. */
async function runUntil(
  fake: FakeWevtapi,
  state: string,
  server: LedgerServer,
  until: () => boolean,
  { nowMs, cutAfter = Infinity, audited }: {
    nowMs: number;
    cutAfter?: number;
    audited?: (host: string, seen: number) => number;
  },
): Promise<void> {
  const stop = new AbortController();
  using api = fake.api();
  let left = cutAfter;
  const open = (positions: ReadonlyMap<string, string>): LiveSource => {
    const log = new LiveLog(api, CHANNELS.slice(0, 2), positions, () => nowMs);
    return {
      next() {
        if (left-- <= 0) throw new PowerCut();
        return log.next();
      },
      look: () => log.look(),
      wait: async () => {
        if (until()) stop.abort();
        await log.wait(20);
      },
      positions(openFromMs) {
        if (left < 0) throw new PowerCut(); // nothing is written after the power is gone
        return log.positions(openFromMs);
      },
      status: () => log.status(),
      [Symbol.dispose]: () => log[Symbol.dispose](),
    };
  };
  const timeout = setTimeout(() => stop.abort(), 15_000);
  try {
    await runLive({
      open,
      stateFolder: state,
      server: server.url,
      authorise: () => ({}),
      keys,
      signal: stop.signal,
      offsetMinutes: () => 60,
      now: () => nowMs,
      random: () => 0,
      limits: NO_LIMITS,
      audited,
    });
  } catch (error) {
    if (!(error instanceof PowerCut)) throw error;
  } finally {
    clearTimeout(timeout);
  }
}

Deno.test("the live log's events are counted once each across power cuts, clears and roll-over", async () => {
  const fake = new FakeWevtapi();
  const random = seeded(5);
  using state = temporary();
  await using server = new LedgerServer();
  server.trouble = () => random() < 0.3 ? "lose-answer" : undefined;
  fake.channel("System");
  const channel = fake.channel("Security");
  channel.onNext = (batch) => random() < 0.1 && batch > 1 ? 1734 : undefined;
  let [written, lastId] = [0, 0];
  const nowMs = () => START_MS + lastId * 2 * MINUTE_MS;
  for (let cycle = 0; cycle < 12; cycle++) {
    const count = 20 + Math.floor(random() * 60);
    fake.append("Security", ...logons(lastId + 1, count));
    written += count;
    lastId += count;
    const cutAfter = Math.floor(random() * 2 * count);
    await runUntil(fake, state.path, server, () => true, { nowMs: nowMs(), cutAfter });
    if (cycle !== 6) continue;
    // All is read and sent; then the log is cleared, and hours later goes on.
    server.trouble = () => undefined;
    await runUntil(fake, state.path, server, () => server.events === written, {
      nowMs: nowMs() + 2 * HOUR_MS,
    });
    channel.records = [];
    lastId += 120;
  }
  await runUntil(fake, state.path, server, () => server.events >= written, {
    nowMs: nowMs() + 2 * HOUR_MS,
  });
  assert.equal(server.events, written, "every event in one window");
  assert.deepEqual([...server.stored.values()].filter((times) => times !== 1), []);
  assert.deepEqual([...fake.open.values()], [], "no handle is left");
});

Deno.test("quiet hours close by the clock, and status tells how the agent fares", async () => {
  const fake = new FakeWevtapi();
  using state = temporary();
  await using server = new LedgerServer();
  fake.append("Security", ...logons(1, 10));
  await runUntil(fake, state.path, server, () => server.events === 10, {
    nowMs: START_MS + 3 * HOUR_MS,
  });
  assert.equal(server.stored.size, 4, "one hour of three users and the host");
  const status = JSON.parse(await Deno.readTextFile(`${state.path}/status.json`));
  assert.equal(status.counts.events, 10);
  assert.equal(status.spool.rows, 0);
  assert.equal(status.channels[0].lastRecordId, 10);
  assert.match(status.channels[1].problem, /no such log/);
});

Deno.test("a status that cannot be written is no reason to stop reading", async () => {
  const fake = new FakeWevtapi();
  using state = temporary();
  await using server = new LedgerServer();
  Deno.mkdirSync(`${state.path}/status.json/held`, { recursive: true });
  fake.append("Security", ...logons(1, 10));
  await runUntil(fake, state.path, server, () => server.events === 10, {
    nowMs: START_MS + 3 * HOUR_MS,
  });
  assert.equal(server.events, 10);
});

Deno.test("a server that revoked the agent does not end it: it reads on and spools", async () => {
  const fake = new FakeWevtapi();
  using state = temporary();
  await using server = new LedgerServer();
  server.trouble = () => Response.json({ error: "revoked" }, { status: 401 });
  fake.append("Security", ...logons(1, 40));
  await runUntil(fake, state.path, server, () => server.requests > 0, {
    nowMs: START_MS + 80 * MINUTE_MS,
  });
  fake.append("Security", ...logons(41, 40));
  server.trouble = () => undefined;
  await runUntil(fake, state.path, server, () => server.events === 80, {
    nowMs: START_MS + 5 * HOUR_MS,
  });
  assert.equal(server.events, 80);
});

Deno.test("rows carry what the host's policy audits, and what wrote in their hour anyway", async () => {
  const fake = new FakeWevtapi();
  using state = temporary();
  await using server = new LedgerServer();
  const bits = (...names: string[]) =>
    names.reduce((sum, name) => sum | 1 << MASK_CHANNELS.findIndex((each) => each === name), 0);
  const asked: [string, number][] = [];
  const sent = new Set<number>();
  server.trouble = ({ rows }) => void rows.forEach(({ channels }) => sent.add(channels));
  fake.append("Security", ...logons(1, 10));
  await runUntil(fake, state.path, server, () => server.events === 10, {
    nowMs: START_MS + 3 * HOUR_MS,
    audited(host, seen) {
      asked.push([host, seen]);
      return bits("process", "share");
    },
  });
  assert.deepEqual(asked, [["ws-1.example", bits("logon")]]);
  assert.deepEqual([...sent], [bits("process", "share", "logon")]);
});
