import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { openLog } from "@/agent/open_log.ts";
import { Masker } from "@/agent/pseudonym.ts";
import type { EventView } from "@/features/event.ts";
import { FIELD_NAMES, fieldSlot } from "@/features/fields.ts";
import { Featuriser, type FeaturiserOptions, LATENESS_MS } from "@/features/featuriser.ts";
import { column, FEATURES, SCHEMA_ID } from "@/features/schema.ts";
import { WINDOW_MS, type WindowRow } from "@/features/vector.ts";
import { encodeBatch } from "@/features/wire.ts";

const DATA = new URL("../../../shared/data/", import.meta.url);
const files: string[] = (() => {
  try {
    return JSON.parse(Deno.readTextFileSync(new URL("evtx.json", DATA))).map(
      ({ file }: { file: string }) => new URL(file, DATA).pathname,
    );
  } catch {
    console.log("skipped: tests on real event logs, as ../shared/data is absent");
    return [];
  }
})();

/** An event that keeps its values: what a view shows while the cursor stands on it. */
function copy(event: EventView): EventView {
  const texts = FIELD_NAMES.map((_, slot) => event.text(slot));
  const numbers = FIELD_NAMES.map((_, slot) => event.number(slot));
  const { channel, provider, eventId, version, level, recordId, timeMs, computer, userSid } = event;
  return {
    ...{ channel, provider, eventId, version, level, recordId, timeMs, computer, userSid },
    text: (slot) => texts[slot],
    number: (slot) => numbers[slot],
  };
}

/** All events of the samples by host, in order of time. */
function sampleEvents(): Map<string, EventView[]> {
  const hosts = new Map<string, EventView[]>();
  for (const file of files) {
    using cursor = openLog(file);
    for (let event = cursor.next(); event; event = cursor.next()) {
      const host = event.computer.toLowerCase();
      if (!hosts.has(host)) hosts.set(host, []);
      hosts.get(host)!.push(copy(event));
    }
  }
  for (const events of hosts.values()) events.sort((a, b) => a.timeMs - b.timeMs);
  return hosts;
}

function rowsOf(events: readonly EventView[], options: FeaturiserOptions): WindowRow[] {
  const featuriser = new Featuriser(options);
  const rows: WindowRow[] = [];
  for (const event of events) {
    featuriser.add(event);
    if (featuriser.ready) rows.push(...featuriser.drain());
  }
  return [...rows, ...featuriser.finish()];
}

function digest(rows: readonly WindowRow[]): string {
  const hash = createHash("sha256");
  for (const { values, ...row } of rows) {
    hash.update(JSON.stringify(row)).update(new Uint8Array(values.slice().buffer));
  }
  return hash.digest("hex").slice(0, 16);
}

Deno.test({ name: "vectors of the sample logs", ignore: files.length === 0 }, async (t) => {
  const hosts = sampleEvents();
  const whole = [...hosts].map(([host, events]) => rowsOf(events, { host }));

  await t.step("are the same as ever", async (t) => {
    const rows = whole.flat();
    const columns = Object.fromEntries(FEATURES.map(({ name }, i) => {
      const filled = rows.filter(({ values }) => values[i] !== 0);
      return [name, [filled.length, filled.reduce((sum, { values }) => sum + values[i], 0)]];
    }));
    await t.assertSnapshot({ rows: rows.length, digest: digest(rows), columns });
  });
  await t.step("do not depend on where the agent was stopped and started again", () => {
    [...hosts].forEach(([host, events], h) => {
      let featuriser = new Featuriser({ host });
      const rows: WindowRow[] = [];
      for (let i = 0; i < events.length; i++) {
        featuriser.add(events[i]);
        if (!featuriser.ready) continue;
        rows.push(...featuriser.drain());
        const from = featuriser.closedUntilMs;
        featuriser = new Featuriser({ host, state: featuriser.save() });
        // Read again from the start, as after a crash: closed hours do not count twice.
        for (const event of events.slice(0, i + 1)) {
          if (event.timeMs >= from - WINDOW_MS) featuriser.add(event);
        }
      }
      rows.push(...featuriser.finish());
      assert.equal(digest(rows), digest(whole[h]), host);
    });
  });
  await t.step("do not depend on the order of arrival within the lateness", () => {
    [...hosts].forEach(([host, events], h) => {
      const arrived = events.map((event, i) => ({
        event,
        atMs: event.timeMs + (Math.imul(i, 0x9e3779b1) >>> 0) % LATENESS_MS,
      })).sort((a, b) => a.atMs - b.atMs).map(({ event }) => event);
      assert.equal(digest(rowsOf(arrived, { host })), digest(whole[h]), host);
    });
  });
  await t.step("leave in batches without any text of the events", () => {
    const masker = new Masker({
      estateKey: new Uint8Array(32).fill(7),
      sealPublicKey: new Uint8Array(32).fill(9),
    });
    const batches = [...hosts.keys()].map((host, h) =>
      encodeBatch({
        // The epoch follows the host's name: a random one spells "HOST$" now and then.
        ...{ schema: SCHEMA_ID, host, epoch: "00000000-0000-4000-8000-000000000000", firstSeq: 0 },
        rows: whole[h].map((row) => ({ ...row, ...masker.mask(row.user, row.userName) })),
      })
    );
    const sent = new TextDecoder("latin1").decode(Buffer.concat(batches)).toLowerCase();
    const open = [...hosts.keys(), SCHEMA_ID].join(" "); // these travel in clear
    const texts = new Set<string>();
    for (const event of [...hosts.values()].flat()) {
      for (let slot = 0; slot < FIELD_NAMES.length; slot++) {
        for (const part of event.text(slot).toLowerCase().split(/[\s\\"',;]+/)) {
          if (part.length >= 5 && part.length < 200 && !open.includes(part)) texts.add(part);
        }
      }
    }
    assert.ok(texts.size > 5_000, `${texts.size} texts`);
    assert.deepEqual([...texts].filter((text) => sent.includes(text)), []);
  });
  await t.step("do not change when every event comes twice", () => {
    const [host, events] = [...hosts].toSorted(([, a], [, b]) => b.length - a.length)[0];
    const unique = events.filter(({ recordId }) => recordId >= 0);
    const twice = unique.flatMap((event) => [event, event]);
    assert.equal(digest(rowsOf(twice, { host })), digest(rowsOf(unique, { host })));
  });
});

/** A hand-made event; fields by name. */
function event(fields: Record<string, string>, system: Partial<EventView> = {}): EventView {
  const texts = new Map(
    Object.entries(fields).map(([name, value]) => [
      fieldSlot(name as typeof FIELD_NAMES[number]),
      value,
    ]),
  );
  return {
    channel: "Security",
    provider: "Microsoft-Windows-Security-Auditing",
    eventId: 4624,
    version: 2,
    level: 0,
    recordId: -1,
    timeMs: Date.UTC(2026, 0, 5, 9, 30),
    computer: "ws-1.example.org",
    userSid: "",
    text: (slot) => texts.get(slot) ?? "",
    number: (slot) => texts.has(slot) ? Number(texts.get(slot)) : NaN,
    ...system,
  };
}

const ALICE = "S-1-5-21-1-2-3-1104";
const logon = (fields: Record<string, string>, system: Partial<EventView> = {}) =>
  event(
    { TargetUserSid: ALICE, TargetUserName: "alice", TargetDomainName: "EX", ...fields },
    system,
  );

function rowOf(events: EventView[], user: string): (name: Parameters<typeof column>[0]) => number {
  const row = rowsOf(events, { host: "ws-1" }).findLast((each) => each.user === user);
  assert.ok(row, `no row of ${user}`);
  return (name) => row.values[column(name)];
}

Deno.test("logons count by type, boot sessions and linked halves do not", () => {
  const value = rowOf([
    logon({ LogonType: "2" }),
    logon({ LogonType: "3", AuthenticationPackageName: "NTLM", IpAddress: "10.0.0.7" }),
    logon({ LogonType: "3", AuthenticationPackageName: "Kerberos", IpAddress: "8.8.8.8" }),
    logon({ LogonType: "0" }),
    logon({ LogonType: "2", ElevatedToken: "%%1843", TargetLinkedLogonId: "0x3e8" }),
  ], ALICE);
  assert.equal(value("logon_ok"), 3);
  assert.equal(value("logon_interactive"), 1);
  assert.equal(value("logon_network"), 2);
  assert.equal(value("ntlm_share"), 500);
  assert.equal(value("src_external_share"), 500);
  assert.equal(value("new_src_ip"), 2);
  assert.equal(value("first_on_host"), 1);
  assert.equal(value("ev_total"), 5);
});

Deno.test("three failures and then a success of the same name are a run, by whatever order", () => {
  const at = (minute: number) => ({ timeMs: Date.UTC(2026, 0, 5, 9, minute) });
  const failed = (minute: number) =>
    event({
      TargetUserSid: "S-1-0-0",
      TargetUserName: "alice",
      TargetDomainName: "EX",
      Status: "0xc000006d",
      SubStatus: "0xC000006A",
      LogonType: "3",
    }, { eventId: 4625, ...at(minute) });
  const value = rowOf(
    [logon({ LogonType: "3" }, at(14)), failed(12), failed(10), failed(13)],
    ALICE,
  );
  assert.equal(value("fail_then_ok"), 1);
  assert.equal(value("logon_fail"), 3);
  assert.equal(value("fail_badpw_share"), 1000);
  assert.equal(value("fail_ratio"), 667);
});

Deno.test("programs are new once, and a chain grows less surprising", () => {
  const start = (hour: number) =>
    event({
      SubjectUserSid: ALICE,
      SubjectUserName: "alice",
      SubjectDomainName: "EX",
      NewProcessName: "C:\\Users\\alice\\AppData\\Local\\Temp\\whoami.exe",
      ParentProcessName: "C:\\Windows\\System32\\cmd.exe",
      CommandLine: "whoami /all",
    }, { eventId: 4688, timeMs: Date.UTC(2026, 0, 5, hour) });
  const first = rowOf([start(9)], ALICE);
  const later = rowOf([9, 10, 11].map(start), ALICE);
  assert.deepEqual([first("proc_new_host"), later("proc_new_host")], [1, 0]);
  assert.equal(first("user_path_share"), 1000);
  assert.equal(first("discovery_distinct"), 1);
  assert.equal(first("cmd_len_max"), 11);
  assert.ok(
    later("chain_surprise_max") < first("chain_surprise_max") || first("chain_surprise_max") === 0,
  );
});

Deno.test("impossible times and late events are counted, never rows", () => {
  const featuriser = new Featuriser({ host: "ws-1" });
  featuriser.add(logon({}, { timeMs: NaN }));
  featuriser.add(logon({}, { timeMs: Date.UTC(1601, 0) }));
  featuriser.add(logon({}, { timeMs: Date.UTC(30828, 0) }));
  featuriser.add(logon({ LogonType: "2" }, { timeMs: Date.UTC(2026, 0, 5, 9) }));
  featuriser.add(logon({ LogonType: "2" }, { timeMs: Date.UTC(2026, 0, 5, 12) }));
  assert.equal(featuriser.ready, true);
  assert.equal(featuriser.drain().length, 2); // alice and the host itself
  featuriser.add(logon({ LogonType: "2" }, { timeMs: Date.UTC(2026, 0, 5, 9, 1) }));
  const { impossibleTime, late, events } = featuriser.report;
  assert.deepEqual({ impossibleTime, late, events }, { impossibleTime: 3, late: 1, events: 2 });
});

Deno.test("an event is late by what came before it, whenever hours are closed", () => {
  const read = (drains: boolean) => {
    const featuriser = new Featuriser({ host: "ws-1" });
    const rows = [];
    for (const [hour, minute] of [[9, 0], [10, 14], [9, 59], [10, 15], [9, 58], [8, 0], [10, 0]]) {
      featuriser.add(logon({ LogonType: "2" }, { timeMs: Date.UTC(2026, 0, 5, hour, minute) }));
      if (drains && featuriser.ready) rows.push(...featuriser.drain());
    }
    return { rows: [...rows, ...featuriser.finish()], late: featuriser.report.late };
  };
  assert.equal(read(true).late, 2);
  assert.deepEqual(read(false), read(true));
});

Deno.test("a service ticket counts for the account that its user@REALM names", () => {
  const featuriser = new Featuriser({ host: "dc-1" });
  const system = { computer: "dc-1" };
  featuriser.add(event({
    ...{ TargetUserName: "alice@EX.ORG", TargetDomainName: "EX.ORG", ServiceName: "sql" },
    ...{ TicketEncryptionType: "0x17", Status: "0x0" },
  }, { ...system, eventId: 4769 }));
  featuriser.add(event({
    ...{ TargetUserName: "alice", TargetDomainName: "EX", Status: "0x0" },
    TargetSid: "S-1-5-21-1-2-3-1104",
  }, { ...system, eventId: 4768 }));
  const rows = featuriser.finish();
  assert.deepEqual(rows.map(({ user, events }) => [user, events]), [
    ["S-1-5-21-1-2-3-1104", 2],
    ["SYSTEM", 0],
  ]);
  assert.equal(rows[0].values[column("tgs_req")], 1);
  assert.equal(rows[0].values[column("rc4_share")], 1000);
});
