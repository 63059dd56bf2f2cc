import assert from "node:assert/strict";
import { FolderStatus } from "@/agent/folder_status.ts";
import { runFolder } from "@/agent/pipeline.ts";
import { readHealth, statusLines } from "@/agent/status.ts";
import { estateKeys, temporary } from "./logs.ts";

const NOW = Date.UTC(2026, 10, 1);
const SID = "S-1-5-21-1-2-3-1104";

/** A line as `evtx_dump` writes it, some of it wrong. */
function line(time: unknown, system: object, data: unknown, computer = "WS-1"): string {
  const attributes = { "#attributes": { SystemTime: time } };
  const known = { Channel: "Security", EventID: 4624, Version: 2, Computer: computer };
  return JSON.stringify({
    Event: { System: { ...known, TimeCreated: attributes, ...system }, EventData: data },
  });
}

const LOGON = { TargetUserSid: SID, LogonType: 2 };
const at = (hour: number, minute = 0) => new Date(Date.UTC(2026, 9, 5, hour, minute)).toISOString();
const program = (NewProcessName: string) =>
  line(at(9), { EventID: 4688 }, { SubjectUserSid: SID, NewProcessName });
const LINES = [
  line(at(9), {}, {}), // nothing that a logon has
  line(at(9), {}, null),
  line(at(9), { EventRecordID: "first", Version: "new", Level: {} }, LOGON),
  line(at(9), { EventRecordID: 1e300, Version: 99 }, LOGON),
  line(at(9), { EventRecordID: -7, Version: -1 }, { ...LOGON, IpAddress: [1, { 2: null }] }),
  line(at(9), { EventID: 4625, EventRecordID: 8 }, { TargetUserSid: { a: 1 }, SubStatus: false }),
  line(at(9), { EventID: 4625, EventRecordID: 8 }, {}), // the same record again
  line(at(9), {}, { ...LOGON, LogonType: "three" }),
  line(at(9), {}, { ...LOGON, TargetUserSid: `${SID}${"1".repeat(200)}` }),
  program("x".repeat(65_536)),
  line(at(9), { EventID: 4616 }, { PreviousTime: at(9, 30), NewTime: at(9) }),
  line("1601-01-01T00:00:00Z", {}, LOGON),
  line("30828-09-14T02:48:05Z", {}, LOGON),
  line("yesterday", {}, LOGON),
  line({ ticks: 5 }, {}, LOGON),
  line(at(9), {}, LOGON, ""), // of no computer
  line(at(9), {}, LOGON, "x".repeat(65_536)), // of none that can be
  line(at(9), { EventID: 4624.5 }, LOGON),
  "{ no JSON",
  ...Array.from({ length: 5_000 }, (_, i) => program(`${i}.exe`)), // more than an hour keeps
  line(at(15), {}, LOGON),
  line(at(9), {}, LOGON), // six hours back: its hour is closed
];

Deno.test("agent status says of bad events how many there were of each kind; the rest counts", async () => {
  using logs = temporary();
  using state = temporary();
  await Deno.writeTextFile(`${logs.path}/bad.jsonl`, LINES.join("\n"));
  const summary = await runFolder({
    folder: logs.path,
    stateFolder: state.path,
    server: undefined,
    token: "",
    keys: estateKeys(),
    complete: false,
    now: () => NOW,
  });
  new FolderStatus(state.path, () => NOW).add(summary);
  const lines = statusLines(readHealth(state.path)!, NOW);
  assert.deepEqual(lines.slice(1, 3), [
    "events    5011 counted, 1 late, 1 twice, 4 of an impossible time, 2 of no computer",
    "odd       2 bad fields, 1 of an unknown version, 1 clock steps, 1 hours with more than is kept, 0 memories set aside",
  ]);
  assert.ok(lines.includes("files     not readable: 1 x no Windows event, 1 x line is no JSON"));
});

Deno.test("a log that names a computer an event holds no more of them apart than are kept", async () => {
  using logs = temporary();
  using state = temporary();
  const lines = Array.from({ length: 16_400 }, (_, i) => line(at(9), {}, LOGON, `WS-${i}`));
  await Deno.writeTextFile(`${logs.path}/names.jsonl`, lines.join("\n"));
  const { events, nameless } = await runFolder({
    folder: logs.path,
    stateFolder: state.path,
    server: undefined,
    token: "",
    keys: estateKeys(),
    complete: false,
    now: () => NOW,
  });
  assert.deepEqual([events, nameless], [16_384, 16]);
});
