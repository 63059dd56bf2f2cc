/** What broke other log shippers on Windows, each as a script that ours must survive. */
import { LiveLog } from "@/agent/windows/live_log.ts";
import type { ChannelStatus } from "@/agent/windows/channel_log.ts";
import { ERRORS, windowsError } from "@/agent/windows/codes.ts";
import { CHANNELS, FORWARDED_FIELDS } from "@/agent/windows/channels.ts";
import { fieldSlot } from "@/features/fields.ts";
import { FakeChannel, type FakeRecord, FakeWevtapi } from "./fake_wevtapi.ts";
import assert from "node:assert/strict";

const START_MS = Date.UTC(2026, 2, 2);
const [SECURITY, SYSTEM] = CHANNELS;

function record(id: number, more: Partial<FakeRecord> = {}): FakeRecord {
  return { id, timeMs: START_MS + id * 1000, eventId: 4624, computer: "WS-1", ...more };
}

function records(from: number, to: number): FakeRecord[] {
  return Array.from({ length: to - from + 1 }, (_, i) => record(from + i));
}

/** A fake with its clock, and the agent's log on it. */
class Stage implements Disposable {
  readonly fake = new FakeWevtapi();
  readonly api = this.fake.api();
  nowMs = START_MS + 86_400_000;
  log!: LiveLog;

  start(positions: [string, string][] = [], channels = [SECURITY]): this {
    this.log = new LiveLog(this.api, channels, new Map(positions), () => this.nowMs);
    return this;
  }

  get security(): FakeChannel {
    return this.fake.channel("Security");
  }

  get status(): ChannelStatus {
    return this.log.status()[0];
  }

  /** Record ids of all that is there now. */
  read(most = Infinity): number[] {
    const ids: number[] = [];
    for (let event = this.log.next(); event; event = this.log.next()) {
      ids.push(event.recordId);
      if (ids.length >= most) break;
    }
    return ids;
  }

  [Symbol.dispose](): void {
    this.log[Symbol.dispose]();
    assert.deepEqual([...this.fake.open.values()], [], "handles left open");
    this.api[Symbol.dispose]();
  }
}

const upTo = (to: number, from = 1) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

Deno.test("1: after error 1734 the position has moved: subscribe after the last event, halve, grow back", () => {
  using stage = new Stage();
  stage.fake.append("Security", ...records(1, 4_000));
  const batches: number[] = [];
  stage.security.onNext = (batch) => {
    batches.push(batch);
    return batch > 100 && batches.length < 12 ? 1734 : undefined;
  };
  stage.start();
  assert.deepEqual(stage.read(), upTo(4_000));
  assert.deepEqual(batches.slice(0, 4), [512, 256, 128, 64]);
  assert.ok(batches.includes(128), "grown back");
  assert.equal(stage.status.missed, 0);
});

Deno.test("1: an event that is too large by itself is stepped over and counted, not asked for forever", () => {
  using stage = new Stage();
  stage.fake.append("Security", ...records(1, 20));
  // Record 7 never fits.
  stage.security.onNext = (batch, after) => after < 7 && after + batch >= 7 ? 1734 : undefined;
  stage.start();
  assert.deepEqual(stage.read(), [...upTo(6), ...upTo(20, 8)]);
  assert.equal(stage.status.missed, 1);
});

Deno.test("2: a stale result (15011) is neither fatal nor a busy loop", async () => {
  using stage = new Stage();
  stage.fake.append("Security", ...records(1, 10));
  stage.start();
  assert.deepEqual(stage.read(), upTo(10));
  let asked = 0;
  stage.security.onNext = () => {
    asked++;
    return 15011;
  };
  stage.fake.append("Security", ...records(11, 12));
  await stage.log.wait(0);
  for (let i = 0; i < 50; i++) assert.deepEqual(stage.read(), []);
  assert.ok(asked <= 8, `asked ${asked} times`);
  assert.match(stage.status.problem, /ERROR_EVT_QUERY_RESULT_STALE: .*cleared or rolled over/);
  stage.security.onNext = () => undefined;
  stage.nowMs += 120_000;
  stage.log.look();
  assert.deepEqual(stage.read(), [11, 12]);
});

Deno.test("3: 4317 means nothing to read, unless the log is ahead: then the subscription is dead", () => {
  using stage = new Stage();
  stage.fake.append("Security", ...records(1, 3));
  stage.start();
  assert.deepEqual(stage.read(), [1, 2, 3]);
  stage.security.onNext = () => 4317;
  stage.nowMs += 1_000;
  stage.log.look();
  assert.deepEqual(stage.read(), []);
  assert.equal(stage.security.subscribed, 1, "nothing new, so nothing to do");
  stage.fake.append("Security", record(4));
  let dead = true;
  stage.security.onNext = () => dead ? 4317 : undefined;
  stage.security.onSubscribe = () => {
    dead = false;
    return undefined;
  };
  stage.nowMs += 1_000;
  stage.log.look();
  assert.deepEqual(stage.read(), [4]);
  assert.equal(stage.security.subscribed, 2);
});

Deno.test("4: a bookmark whose event is gone: strict, then soft, never the future; the gap is counted", () => {
  using stage = new Stage();
  stage.fake.append("Security", ...records(501, 520)); // rolled over since record 100
  stage.start([[
    "Security",
    "<BookmarkList><Bookmark Channel='Security' RecordId='100'/></BookmarkList>",
  ]]);
  assert.deepEqual(stage.read(), upTo(520, 501));
  assert.deepEqual(stage.security.flags, [0x10003, 3]);
  assert.equal(stage.status.missed, 400);
  assert.equal(stage.status.gaps, 2, "the lost position and the missing records");
});

Deno.test("4: where the soft bookmark fails too, reading begins at the oldest record", () => {
  using stage = new Stage();
  stage.fake.append("Security", ...records(1, 5)); // the log was made anew, numbers begin again
  stage.security.onSubscribe = (flags) => flags === 2 ? undefined : 1168;
  stage.start([[
    "Security",
    "<BookmarkList><Bookmark Channel='Security' RecordId='900'/></BookmarkList>",
  ]]);
  assert.deepEqual(stage.read(), upTo(5));
  assert.deepEqual(stage.security.flags, [0x10003, 3, 2]);
});

Deno.test("5: signals are reset before reading, and a lost wake-up costs one look at most", async () => {
  using stage = new Stage();
  stage.fake.append("Security", ...records(1, 2));
  stage.start();
  assert.deepEqual([...stage.fake.signals.values()], [true], "starts signalled");
  await stage.log.wait(1_000);
  assert.deepEqual([...stage.fake.signals.values()], [false]);
  // An event that comes after the reset and before the read signals again, and is read now.
  stage.fake.append("Security", record(3));
  assert.deepEqual(stage.read(), [1, 2, 3]);
  await stage.log.wait(1_000);
  assert.deepEqual(stage.read(), []);
  stage.security.signals = false;
  stage.fake.append("Security", record(4));
  await stage.log.wait();
  assert.deepEqual(stage.read(), [4]);
  assert.ok(stage.fake.waits.every((ms) => ms <= 5_000), "every wait ends by itself");
});

Deno.test("6: events are pulled; Windows gets no callback that could drop some", () => {
  using stage = new Stage();
  stage.fake.append("Security", ...records(1, 6_000));
  stage.start();
  assert.equal(stage.read().length, 6_000);
  assert.equal(stage.fake.callbacksGiven, 0);
});

Deno.test("7: a channel that stalls without an error is found by its newest record", () => {
  using stage = new Stage();
  stage.fake.append("Security", ...records(1, 3));
  stage.start();
  assert.deepEqual(stage.read(), [1, 2, 3]);
  stage.security.silent = true;
  stage.fake.append("Security", ...records(4, 6));
  stage.security.onSubscribe = () => {
    stage.security.silent = false;
    return undefined;
  };
  stage.nowMs += 61_000;
  stage.log.look();
  assert.deepEqual(stage.read(), [], "perhaps it is only late");
  assert.equal(stage.status.behind, 3);
  stage.nowMs += 61_000;
  stage.log.look();
  assert.deepEqual(stage.read(), [4, 5, 6]);
  assert.equal(stage.status.stalls, 1);
});

Deno.test("8: a damaged bookmark begins at the oldest record", () => {
  using stage = new Stage();
  stage.fake.append("Security", ...records(1, 4));
  stage.start([["Security", "\0\0 not a bookmark"]]);
  assert.deepEqual(stage.read(), upTo(4));
  assert.equal(stage.status.gaps, 1);
});

Deno.test("8: a position lies before the first event of the earliest open hour, also of one that waits", () => {
  using stage = new Stage();
  const hour = 3_600_000;
  const times = [0.2, 0.9, 1.1, 0.95, 1.5, 2.5].map((hours) => START_MS + hours * hour);
  stage.fake.append("Security", ...times.map((timeMs, i) => record(i + 1, { timeMs })));
  stage.start();
  assert.deepEqual(stage.read(), upTo(6));
  const id = (openFromMs: number) =>
    Number(/RecordId='(\d+)'/.exec(stage.log.positions(openFromMs).get("Security")!)?.[1] ?? 0);
  assert.equal(id(START_MS), 0, "hour 0 is open: from the oldest");
  assert.equal(id(START_MS + hour), 2);
  assert.equal(id(START_MS + 2 * hour), 5);
  assert.equal(id(Infinity), 6);
});

Deno.test("9: missing, disabled and forbidden channels say so, and are read when they can be", () => {
  for (
    const [code, meaning] of [[15007, /no such log/], [15009, /analytic/], [
      5,
      /Event Log Readers/,
    ]] as const
  ) {
    using stage = new Stage();
    let refused = true;
    stage.fake.append("Security", record(1));
    stage.security.onSubscribe = () => refused ? code : undefined;
    stage.fake.append("System", record(1, { channel: "System" }));
    stage.start([], [SECURITY, SYSTEM]);
    assert.deepEqual(stage.read(), [1], "the other channel goes on");
    assert.equal(stage.status.state, "unavailable");
    assert.match(stage.status.problem, meaning);
    refused = false;
    stage.nowMs += 2_000;
    stage.log.look();
    assert.deepEqual(stage.read(), [1]);
    assert.equal(stage.status.state, "reading");
  }
});

Deno.test("10: forwarded events belong to the computer that they name, whatever their numbers", () => {
  using stage = new Stage();
  stage.fake.append(
    "ForwardedEvents",
    record(1, { computer: "A", recordId: 900 }),
    record(2, { computer: "B", recordId: 7 }),
    record(3, { computer: "A", recordId: 901 }),
    record(4, { computer: "B", recordId: 8, fields: { TargetUserName: "", LogonType: 3 } }),
  );
  stage.start([], [FORWARDED_FIELDS]);
  const seen: [string, number, number][] = [];
  for (let event = stage.log.next(); event; event = stage.log.next()) {
    seen.push([event.computer, event.recordId, event.number(fieldSlot("LogonType"))]);
  }
  assert.deepEqual(seen, [["A", 900, NaN], ["B", 7, NaN], ["A", 901, NaN], ["B", 8, 3]]);
  assert.equal(stage.status.missed, 0);
});

Deno.test("11: channels are merged by time, so that a flood in one starves none; every handle is closed", () => {
  using stage = new Stage();
  stage.fake.append("Security", ...records(1, 2_000));
  stage.fake.append(
    "System",
    ...[100, 1_000, 1_900].map((second, i) =>
      record(i + 1, { timeMs: START_MS + second * 1000 + 1, channel: "System" })
    ),
  );
  stage.security.onRender = ({ id }) => id % 1_000 === 0 ? 15005 : undefined;
  stage.start([], [SECURITY, SYSTEM]);
  const order: string[] = [];
  for (let event = stage.log.next(); event; event = stage.log.next()) order.push(event.channel);
  assert.deepEqual(order.flatMap((name, i) => name === "System" ? [i] : []), [100, 1_000, 1_901]);
  assert.equal(stage.status.unreadable, 2);
  assert.ok(stage.fake.open.size < 30, `${stage.fake.open.size} handles open after 2,003 events`);
});

Deno.test("12: the query has no conditions, so that none can be too many", () => {
  using stage = new Stage();
  stage.fake.append("Security", record(1));
  stage.start();
  stage.read();
  assert.deepEqual(stage.security.queries, ["*"]);
});

Deno.test("13: a burst of 6,000 events in a second is read whole in one go", () => {
  using stage = new Stage();
  stage.start();
  stage.fake.append("Security", ...records(1, 6_000).map((r) => ({ ...r, timeMs: START_MS })));
  stage.nowMs += 600;
  stage.log.look();
  assert.deepEqual(stage.read(), upTo(6_000));
});

Deno.test("14: each channel tells where it is, what it missed and what failed", () => {
  using stage = new Stage();
  stage.fake.append("Security", ...records(1, 10), ...records(15, 20));
  let once = true;
  stage.security.onNext = () => {
    const fail = once;
    once = false;
    return fail ? 1734 : undefined;
  };
  stage.start();
  stage.read();
  assert.deepEqual(stage.status, {
    channel: "Security",
    state: "reading",
    problem: "",
    lastRecordId: 20,
    lastTimeMs: START_MS + 20_000,
    behind: 0,
    events: 16,
    gaps: 1,
    missed: 4,
    unreadable: 0,
    reopened: 1,
    stalls: 0,
    errors: { RPC_S_INVALID_BOUND: 1 },
  });
});

Deno.test("every error that Windows has a number for loses nothing, doubles nothing, leaves no handle", () => {
  const unknown = 31_337;
  for (const code of [...ERRORS.keys(), unknown]) {
    for (const call of ["EvtSubscribe", "EvtNext", "EvtRender"] as const) {
      using stage = new Stage();
      stage.fake.append("Security", ...records(1, 60));
      let [failures, calls] = [0, 0];
      const fails = () => ++calls % 2 === 1 && failures++ < 3 ? code : undefined;
      stage.security[
        call === "EvtSubscribe" ? "onSubscribe" : call === "EvtNext" ? "onNext" : "onRender"
      ] = fails;
      stage.start();
      const ids: number[] = [];
      for (let turn = 0; turn < 12; turn++) {
        ids.push(...stage.read());
        stage.nowMs += 61_000;
        stage.log.look();
      }
      const where = `${call} ${windowsError(code).name}`;
      const expected = upTo(60).length - (call === "EvtRender" ? stage.status.unreadable : 0);
      assert.equal(new Set(ids).size, ids.length, where);
      assert.equal(ids.length, expected, where);
      assert.ok(failures > 0, where);
      assert.deepEqual([stage.status.state, stage.status.behind], ["reading", 0], where);
    }
  }
});
