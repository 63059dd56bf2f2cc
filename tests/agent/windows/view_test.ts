import { CHANNELS, FORWARDED_FIELDS } from "@/agent/windows/channels.ts";
import { ERRORS, VARIANT, windowsError } from "@/agent/windows/codes.ts";
import { LiveLog } from "@/agent/windows/live_log.ts";
import { renderPlan } from "@/agent/windows/view.ts";
import { LIBRARIES } from "@/agent/windows/wevtapi.ts";
import { VALUE_TYPES } from "@/estate/definitions.ts";
import { FIELD_NAMES, fieldSlot } from "@/features/fields.ts";
import { ACCOUNT_KINDS } from "@/features/kinds/account.ts";
import { LOGON_KINDS } from "@/features/kinds/logon.ts";
import { PROGRAM_KINDS } from "@/features/kinds/program.ts";
import { SCRIPT_KINDS } from "@/features/kinds/script.ts";
import { SYSTEM_KINDS } from "@/features/kinds/system.ts";
import { FakeWevtapi } from "./fake_wevtapi.ts";
import assert from "node:assert/strict";

Deno.test("values of every kind are read from where Windows leaves them, in a buffer that grows", () => {
  const fake = new FakeWevtapi();
  using api = fake.api();
  const long = "x".repeat(60_000);
  const sid = Uint8Array.from([1, 2, 0, 0, 0, 0, 0, 5, 32, 0, 0, 0, 0x20, 2, 0, 0]);
  fake.append("Security", {
    id: 2 ** 40,
    timeMs: Date.UTC(2026, 6, 1, 12, 30, 0, 123),
    eventId: 4688,
    computer: "WS-Ü.example",
    fields: {
      TargetUserName: "Zoë 😀",
      LogonType: 10,
      CommandLine: long,
      SubjectUserSid: sid,
      IpAddress: "",
    },
  });
  using log = new LiveLog(api, [CHANNELS[0]], new Map(), Date.now);
  const event = log.next()!;
  const { channel, computer, eventId, version, recordId, timeMs, userSid } = event;
  assert.deepEqual(
    { channel, computer, eventId, version, recordId, timeMs, userSid },
    {
      channel: "Security",
      computer: "WS-Ü.example",
      eventId: 4688,
      version: 2,
      recordId: 2 ** 40,
      timeMs: Date.UTC(2026, 6, 1, 12, 30, 0, 123),
      userSid: "",
    },
  );
  assert.equal(event.text(fieldSlot("TargetUserName")), "Zoë 😀");
  assert.equal(event.number(fieldSlot("LogonType")), 10);
  assert.equal(event.text(fieldSlot("LogonType")), "10");
  assert.equal(event.text(fieldSlot("CommandLine")), long);
  assert.equal(event.text(fieldSlot("SubjectUserSid")), "S-1-5-32-544");
  assert.equal(event.text(fieldSlot("IpAddress")), "");
  assert.ok(Number.isNaN(event.number(fieldSlot("TargetUserName"))));
  assert.equal(log.next(), undefined);
});

Deno.test("unnamed values are the items of one array", () => {
  const fake = new FakeWevtapi();
  using api = fake.api();
  fake.append("Windows PowerShell", {
    id: 1,
    timeMs: Date.UTC(2026, 0),
    eventId: 400,
    computer: "a",
    fields: { Data: ["Available", "None", "HostName=ConsoleHost"] },
  });
  const classic = CHANNELS.find(({ channel }) => channel === "Windows PowerShell")!;
  using log = new LiveLog(api, [classic], new Map(), Date.now);
  assert.equal(log.next()!.text(fieldSlot("Data")), "Available");
});

Deno.test("every field that a channel is asked for exists, and its path is one that Windows knows", () => {
  const names = new Set<string>(FIELD_NAMES);
  for (const fields of [...CHANNELS, FORWARDED_FIELDS]) {
    const { paths, places } = renderPlan(fields);
    for (const name of [...fields.eventData, ...Object.values(fields.userData).flat()]) {
      assert.ok(names.has(name), name);
      assert.ok(places.get(fieldSlot(name))!.length > 0);
    }
    for (const path of paths) {
      assert.match(path, /^Event\/(System|EventData|UserData)\/[\w/@]+(\[@Name='[\w ]+'\])?$/);
    }
    assert.equal(new Set(paths).size, paths.length, "no path twice");
  }
});

Deno.test("constants are those of winevt.h and winerror.h", () => {
  // The variant types are the BinXML types of a file, which the writer's table has independently.
  assert.deepEqual(
    [VARIANT.string, VARIANT.byte, VARIANT.uint32, VARIANT.fileTime, VARIANT.sid, VARIANT.hexInt64],
    [
      VALUE_TYPES.text,
      VALUE_TYPES.u8,
      VALUE_TYPES.u32,
      VALUE_TYPES.filetime,
      VALUE_TYPES.sid,
      VALUE_TYPES.hex64,
    ],
  );
  assert.deepEqual(
    [5, 259, 1168, 1734, 4317, 15007, 15011].map((code) => ERRORS.get(code)!.name),
    [
      "ERROR_ACCESS_DENIED",
      "ERROR_NO_MORE_ITEMS",
      "ERROR_NOT_FOUND",
      "RPC_S_INVALID_BOUND",
      "ERROR_INVALID_OPERATION",
      "ERROR_EVT_CHANNEL_NOT_FOUND",
      "ERROR_EVT_QUERY_RESULT_STALE",
    ],
  );
  assert.equal(windowsError(31_337).next, "reopen");
  assert.deepEqual(Object.values(LIBRARIES), [
    "C:\\Windows\\System32\\wevtapi.dll",
    "C:\\Windows\\System32\\kernel32.dll",
  ]);
});

Deno.test("the channels are those whose events are counted", () => {
  const kinds = [LOGON_KINDS, ACCOUNT_KINDS, PROGRAM_KINDS, SCRIPT_KINDS, SYSTEM_KINDS].flat();
  const counted = new Set(kinds.map(({ channel }) => channel));
  assert.deepEqual(new Set(CHANNELS.map(({ channel }) => channel)), counted);
});
