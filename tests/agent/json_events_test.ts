import { NotALogError, openLog } from "@/agent/open_log.ts";
import type { EventView, SourceReport } from "@/features/event.ts";
import { fieldSlot } from "@/features/fields.ts";
import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { zipSync } from "fflate";

const encoder = new TextEncoder();

/** What a test looks at of each event in a file of these bytes. */
function read<T>(content: string | Uint8Array, look: (event: EventView) => T) {
  const path = Deno.makeTempFileSync();
  try {
    Deno.writeFileSync(path, typeof content === "string" ? encoder.encode(content) : content);
    using cursor = openLog(path);
    const seen: T[] = [];
    for (let event = cursor.next(); event; event = cursor.next()) seen.push(look(event));
    return { seen, report: cursor.report as SourceReport };
  } finally {
    Deno.removeSync(path);
  }
}

function system(event: EventView) {
  return {
    channel: event.channel,
    provider: event.provider,
    eventId: event.eventId,
    level: event.level,
    recordId: event.recordId,
    time: new Date(event.timeMs).toISOString(),
    computer: event.computer,
    userSid: event.userSid,
    target: event.text(fieldSlot("TargetUserName")),
    type: event.number(fieldSlot("LogonType")),
  };
}

const WANTED = {
  channel: "Security",
  provider: "Microsoft-Windows-Security-Auditing",
  eventId: 4624,
  level: 0,
  recordId: 77,
  time: "2020-10-12T22:32:48.000Z",
  computer: "WS5.corp.example",
  userSid: "S-1-5-18",
  target: "anna",
  type: 10,
};

const SHAPES: Readonly<Record<string, unknown>> = {
  "winlogbeat 7": {
    "@timestamp": "2020-10-12T22:32:48.000Z",
    winlog: {
      channel: "Security",
      provider_name: WANTED.provider,
      event_id: "4624",
      record_id: 77,
      computer_name: WANTED.computer,
      user: { identifier: "S-1-5-18" },
      event_data: { TargetUserName: "anna", LogonType: "10" },
    },
    log: { level: "audit_success" },
  },
  "winlogbeat 6": {
    "@timestamp": "2020-10-12T22:32:48Z",
    log_name: "Security",
    source_name: WANTED.provider,
    event_id: 4624,
    record_number: "77",
    computer_name: WANTED.computer,
    user: { identifier: "S-1-5-18", name: "x" },
    event_data: { TargetUserName: "anna", LogonType: "10" },
  },
  "NXLog, four hours west of Greenwich": {
    EventTime: "2020-10-12 18:32:48",
    "@timestamp": "2020-10-12T22:32:51.120Z",
    Hostname: WANTED.computer,
    Channel: "Security",
    SourceName: WANTED.provider,
    EventID: 4624,
    RecordNumber: 77,
    UserID: "S-1-5-18",
    AccountName: "SYSTEM",
    AccountType: "User",
    EventType: "AUDIT_SUCCESS",
    TargetUserName: "anna",
    LogonType: "10",
  },
  "Azure Monitor": {
    TimeGenerated: "2020-10-12T22:32:48Z",
    Computer: WANTED.computer,
    Channel: "Security",
    EventSourceName: WANTED.provider,
    EventID: 4624,
    Level: "0",
    EventRecordId: "77",
    UserID: "S-1-5-18",
    EventData: '<EventData xmlns="x">\r\n<Data Name="TargetUserName">anna</Data>' +
      '<Data Name="LogonType">10</Data></EventData>',
  },
  "evtx_dump": {
    Event: {
      System: {
        Provider: { "#attributes": { Name: WANTED.provider } },
        EventID: { "#attributes": { Qualifiers: 0 }, "#text": 4624 },
        Level: 0,
        TimeCreated: { "#attributes": { SystemTime: "2020-10-12T22:32:48.0000000Z" } },
        EventRecordID: 77,
        Channel: "Security",
        Computer: WANTED.computer,
        Security: { "#attributes": { UserID: "S-1-5-18" } },
      },
      EventData: { TargetUserName: "anna", LogonType: 10 },
    },
  },
};

for (const [name, shape] of Object.entries(SHAPES)) {
  Deno.test(`an event as ${name} writes it has the fields that Windows gave it`, () => {
    assert.deepEqual(read(JSON.stringify(shape), system).seen, [WANTED]);
  });
}

Deno.test("names that NXLog gives its own fields are not taken for the event's", () => {
  const { seen } = read(
    JSON.stringify(SHAPES["NXLog, four hours west of Greenwich"]),
    (event) => [event.text(fieldSlot("AccountName")), event.text(fieldSlot("EventType"))],
  );
  assert.deepEqual(seen, [["", ""]]);
});

Deno.test("unnamed values and those of UserData have their names, however they are nested", () => {
  const { seen } = read(
    JSON.stringify({
      Event: {
        System: { EventID: 1149, Channel: "C" },
        UserData: { EventXML: { "#attributes": { xmlns: "e" }, Address: "10.0.0.7" } },
        EventData: { Data: { "#text": ["a", "b"] } },
      },
    }),
    (event) => ["Address", "Data", "Data1"].map((name) => event.text(fieldSlot(name as "Data"))),
  );
  assert.deepEqual(seen, [["10.0.0.7", "a", "b"]]);
});

const line = JSON.stringify(SHAPES["winlogbeat 7"]);

Deno.test("what is no event is counted by reason, and what is around it is read", () => {
  const { seen, report } = read(`${line}\nnot json\n{"a":1}\r\n\n[${line},\n${line}]\n`, system);
  assert.deepEqual(seen, [WANTED, WANTED, WANTED]);
  assert.deepEqual(Object.fromEntries(report.skipped), {
    "line is no JSON": 1,
    "no Windows event": 1,
  });
  assert.equal(report.records, 3);
});

/** A tar archive of one file. */
function tar(name: string, content: string): Uint8Array {
  const bytes = encoder.encode(content);
  const archive = new Uint8Array(512 + Math.ceil(bytes.length / 512) * 512 + 1_024);
  archive.set(encoder.encode(name));
  archive.set(encoder.encode(bytes.length.toString(8).padStart(11, "0")), 124);
  archive.set(encoder.encode("0"), 156);
  archive.set(encoder.encode("ustar"), 257);
  archive.set(bytes, 512);
  return archive;
}

Deno.test("gzip, tar in gzip and zip are unpacked while they are read", () => {
  const many = `${line}\n`.repeat(3_000);
  const packed = {
    gzip: gzipSync(many),
    tar: gzipSync(tar("log.json", many)),
    zip: zipSync({
      "folder/log.json": encoder.encode(many.slice(0, -1)),
      "__MACOSX/._log.json": encoder.encode("x"),
      "more.json": encoder.encode(line),
    }),
  };
  for (const [name, bytes] of Object.entries(packed)) {
    const { seen, report } = read(bytes, (event) => event.eventId);
    assert.equal(seen.length, name === "zip" ? 3_001 : 3_000, name);
    assert.deepEqual([...report.skipped], [], name);
  }
});

Deno.test("a packed file that is cut gives what came before, and says that it is damaged", () => {
  const many = Array.from({ length: 9_000 }, (_, i) => line.replace("77", String(i))).join("\n");
  const packed = gzipSync(many);
  const { seen, report } = read(
    packed.subarray(0, packed.length >> 1),
    (event) => event.recordId,
  );
  assert.ok(seen.length > 3_000 && seen.length < 9_000);
  assert.deepEqual(seen, seen.map((_, i) => i));
  assert.match([...report.skipped.keys()].join(), /packed file is damaged/);
});

Deno.test("a line without end is passed over in bounded memory", () => {
  const { seen, report } = read(`{"a":"${"x".repeat(17 << 20)}"}\n${line}\n`, system);
  assert.deepEqual(seen, [WANTED]);
  assert.equal(report.skipped.get("line longer than 16 MiB"), 1);
});

const CAPTURES = new URL("../../../shared/data/otrf/", import.meta.url);
const captures = (() => {
  try {
    return [...Deno.readDirSync(CAPTURES)].map(({ name }) => name).sort();
  } catch {
    console.log("skipped: tests on real JSON captures, as ../shared/data is absent");
    return [];
  }
})();

Deno.test({
  name: "every fifth capture of a real attack reads whole; those of Linux hold no Windows event",
  ignore: captures.length === 0,
  fn() {
    let events = 0;
    for (const [i, name] of captures.entries()) {
      const linux = /^(syslog|vminsights)/.test(name);
      if (i % 5 !== 0 && !linux) continue;
      using cursor = openLog(new URL(name, CAPTURES).pathname);
      for (let event = cursor.next(); event; event = cursor.next()) {
        assert.ok(event.computer !== "" && event.timeMs > Date.UTC(2019, 0), name);
      }
      const { records, skipped } = cursor.report;
      if (linux) assert.deepEqual([records, [...skipped.keys()]], [0, ["no Windows event"]]);
      else assert.ok(records > 0 && skipped.size === 0, name);
      events += records;
    }
    assert.ok(events > 20_000, `${events} events`);
  },
});

Deno.test("text that is neither JSON nor a log is refused", () => {
  assert.throws(() => read("plain text\n", system), NotALogError);
});
