import assert from "node:assert/strict";
import fc from "fast-check";
import type { EventView } from "@/features/event.ts";
import { type FieldName, fieldSlot } from "@/features/fields.ts";
import { Featuriser } from "@/features/featuriser.ts";
import { HostMemory } from "@/features/memory.ts";
import { FEATURES, SCHEMA_ID } from "@/features/schema.ts";
import { encodeBatch } from "@/features/wire.ts";
import type { WindowRow } from "@/features/vector.ts";

const START = Date.UTC(2026, 0, 5, 9);
const SID = "S-1-5-21-1-2-3-1104";
type Fields = Partial<Record<FieldName, string>>;

function event(eventId: number, fields: Fields, system: Partial<EventView> = {}): EventView {
  const texts = new Map(
    Object.entries(fields).map(([name, value]) => [fieldSlot(name as FieldName), value]),
  );
  return {
    channel: "Security",
    provider: "Microsoft-Windows-Security-Auditing",
    eventId,
    version: 2,
    level: 0,
    recordId: -1,
    timeMs: START,
    computer: "ws-1",
    userSid: "",
    text: (slot) => texts.get(slot) ?? "",
    number: (slot) => texts.has(slot) ? Number(texts.get(slot)) : NaN,
    ...system,
  };
}

function checkRanges(rows: readonly WindowRow[]): void {
  for (const { values } of rows) {
    FEATURES.forEach(({ name, wireRange: [low, high] }, i) => {
      assert.ok(values[i] >= low && values[i] <= high, `${name} = ${values[i]}`);
    });
  }
}

Deno.test("state with names of 64 KB stays small and loads again", () => {
  const long = "x".repeat(65_536);
  const events = [
    event(4624, {
      TargetUserSid: SID,
      TargetUserName: long,
      TargetDomainName: long,
      TargetLogonId: long,
      LogonType: "2",
    }),
    event(4625, { TargetUserName: `${long}y`, TargetDomainName: "EX", LogonType: "3" }),
    event(4624, { TargetUserSid: `${SID}${long}`, TargetUserName: "bob", LogonType: "2" }),
    event(1, { User: `EX\\${long}`, ProcessGuid: `{${long}}`, Image: long }, {
      channel: "Microsoft-Windows-Sysmon/Operational",
    }),
    event(7, {}, { channel: long, recordId: 5 }),
  ];
  const featuriser = new Featuriser({ host: "ws-1" });
  for (const each of events) featuriser.add(each);
  checkRanges(featuriser.finish());
  const state = featuriser.save();
  assert.deepEqual(HostMemory.load(state).save(), state);
  assert.ok(state.length < 64_000, `state is ${state.length} bytes`);
});

const fields: FieldName[] = [
  "TargetUserSid",
  "TargetUserName",
  "TargetDomainName",
  "SubjectUserSid",
  "LogonType",
  "IpAddress",
  "Status",
  "SubStatus",
  "NewProcessName",
  "ProcessId",
  "CommandLine",
  "ScriptBlockText",
  "PrivilegeList",
  "ServiceName",
  "TargetServerName",
];
const CHANNELS = [
  "Security",
  "System",
  "Microsoft-Windows-Sysmon/Operational",
  "Microsoft-Windows-PowerShell/Operational",
  "",
];
const IDS = [0, 1, 3, 8, 10, 13, 22, 104, 1102, 4104, 4624, 4625, 4634, 4648, 4672, 4688, 4697];
const anyEvent = fc.record({
  channel: fc.constantFrom(...CHANNELS),
  eventId: fc.oneof(fc.constantFrom(...IDS, 4720, 4728, 4768, 4769, 4776, 7045), fc.nat(65_535)),
  timeMs: fc.oneof(
    fc.integer({ min: START, max: START + 6 * 3_600_000 }),
    fc.constantFrom(NaN, Infinity, Date.UTC(1601, 0), Date.UTC(30828, 0), -1),
  ),
  recordId: fc.oneof(fc.constant(-1), fc.nat(50), fc.nat(Number.MAX_SAFE_INTEGER)),
  values: fc.dictionary(
    fc.constantFrom(...fields),
    fc.oneof(
      fc.string({ unit: "binary", maxLength: 30 }),
      fc.constantFrom(SID, "S-1-5-18", "S-1-0-0", "-", "0xffffffffffffffff", "%%1843", "__proto__"),
      fc.constantFrom("2", "3", "10", "-1", "1e400", "::1", "::ffff:8.8.8.8", "C:\\a.exe"),
    ),
  ),
});

Deno.test("whatever an event holds: no crash, every value in its range, state round-trips", () => {
  fc.assert(
    fc.property(fc.array(anyEvent, { maxLength: 60 }), (drawn) => {
      const featuriser = new Featuriser({ host: "ws-1" });
      for (const { values, eventId, ...system } of drawn) {
        featuriser.add(event(eventId, values, system));
        if (featuriser.ready) checkRanges(featuriser.drain());
      }
      checkRanges(featuriser.finish());
      const { events, late, duplicates, impossibleTime } = featuriser.report;
      assert.equal(events + late + duplicates + impossibleTime, drawn.length);
      const state = featuriser.save();
      assert.deepEqual(HostMemory.load(state).save(), state);
    }),
    { numRuns: 150, seed: 6 },
  );
});

Deno.test("encoded batches hold no name, path, address or command line of the events", () => {
  const secrets = {
    TargetUserSid: SID,
    TargetUserName: "alice.secret",
    TargetDomainName: "HIDDENCORP",
    SubjectUserSid: SID,
    SubjectUserName: "alice.secret",
    IpAddress: "203.0.113.77",
    WorkstationName: "WS-HIDDEN",
    LogonType: "3",
    NewProcessName: "C:\\Users\\alice\\hidden.exe",
    CommandLine: "hidden.exe --password=Hunter2hunter2",
    ServiceName: "HiddenService",
    ImagePath: "C:\\hidden\\svc.exe",
    ScriptBlockText: "Invoke-Hidden -Secret",
    TargetServerName: "srv-hidden",
  };
  const featuriser = new Featuriser({ host: "ws-1" });
  for (const id of [4624, 4625, 4648, 4672, 4688, 4697, 4768, 4769]) {
    featuriser.add(event(id, secrets));
  }
  const rows = featuriser.finish();
  assert.ok(rows.length >= 2);
  const bytes = encodeBatch({
    schema: SCHEMA_ID,
    host: "ws-1",
    epoch: "6f1c2a4e-0000-4000-8000-000000000000",
    firstSeq: 0,
    rows: rows.map((row) => ({
      ...row,
      user: new Uint8Array(16),
      sealedName: new Uint8Array(0),
    })),
  });
  const text = new TextDecoder("latin1").decode(bytes).toLowerCase();
  for (const [name, value] of Object.entries(secrets)) {
    if (value.length > 2) assert.ok(!text.includes(value.toLowerCase()), name);
  }
});

Deno.test("4,000 names of 64 KB and 1,000,000 short ones in an hour fit into a heap of 50 MB", async () => {
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "--v8-flags=--max-old-space-size=50",
      `${import.meta.dirname}/long_names.ts`,
    ],
    stderr: "null",
  }).output();
  assert.equal(code, 0);
  assert.equal(new TextDecoder().decode(stdout).trim(), "1004000");
});
