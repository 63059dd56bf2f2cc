import assert from "node:assert/strict";
import fc from "fast-check";
import type { EventView } from "@/features/event.ts";
import { Featuriser, LATENESS_MS } from "@/features/featuriser.ts";
import { type FieldName, fieldSlot } from "@/features/fields.ts";
import type { WindowRow } from "@/features/vector.ts";

const START = Date.UTC(2026, 0, 5, 9);
const SECURITY = "Security";
const SYSMON = "Microsoft-Windows-Sysmon/Operational";
const POWERSHELL = "Microsoft-Windows-PowerShell/Operational";

const account = fc.constantFrom("alice", "bob", "carol", "ws-1$");
const sid = account.map((name) => `S-1-5-21-1-2-3-${1_000 + name.length}`);
const program = fc.constantFrom("cmd", "whoami", "net", "winword", "powershell", "svchost")
  .map((name) => `C:\\Windows\\${name}.exe`);
const source = fc.constantFrom("10.0.0.1", "10.0.0.2", "203.0.113.5", "-");
const id = fc.integer({ min: 1, max: 6 }).map(String);

/** What a kind of event holds. */
const KINDS: readonly [string, number, Partial<Record<FieldName, fc.Arbitrary<string>>>][] = [
  [SECURITY, 4624, {
    ...{ TargetUserSid: sid, TargetUserName: account, TargetDomainName: fc.constant("EX") },
    ...{ LogonType: fc.constantFrom("2", "3", "5", "10"), IpAddress: source, TargetLogonId: id },
  }],
  [SECURITY, 4625, {
    ...{ TargetUserName: account, TargetDomainName: fc.constantFrom("EX", "ex.org", "-") },
    ...{ IpAddress: source, SubStatus: fc.constantFrom("0xc000006a", "0xc0000064") },
  }],
  [SECURITY, 4634, { TargetUserSid: sid, TargetLogonId: id, LogonType: fc.constant("2") }],
  [SECURITY, 4688, {
    ...{ SubjectUserSid: sid, NewProcessName: program, NewProcessId: id, ProcessId: id },
    CommandLine: fc.constantFrom("", "a", "powershell -enc SQBFAFgAIAAoAE4AZQB3AC0A"),
  }],
  [SECURITY, 4769, {
    ...{ TargetUserName: account.map((name) => `${name}@EX`), TargetDomainName: fc.constant("EX") },
    ...{ ServiceName: fc.constantFrom("sql", "web", "krbtgt"), Status: fc.constant("0x0") },
  }],
  [SECURITY, 5145, {
    ...{ SubjectUserSid: sid, ShareName: fc.constantFrom("\\\\*\\hr", "\\\\*\\IPC$") },
    ...{ RelativeTargetName: fc.constantFrom("a", "b\\c", "d"), AccessMask: fc.constant("0x1") },
  }],
  [SYSMON, 1, {
    ...{ User: account.map((name) => `EX\\${name}`), ProcessGuid: id, Image: program },
    ParentImage: program,
  }],
  [SYSMON, 3, {
    ...{ ProcessGuid: id, DestinationIp: source, DestinationPort: fc.constant("445") },
    Initiated: fc.constant("true"),
  }],
  [POWERSHELL, 4104, { ScriptBlockId: id, ScriptBlockText: fc.constantFrom("iex x", "ls") }],
];

interface Arrival {
  readonly event: EventView;
  /** Milliseconds from the event to its arrival. */
  readonly delayMs: number;
}

const arrival: fc.Arbitrary<Arrival> = fc.oneof(
  ...KINDS.map(([channel, eventId, fields]) =>
    fc.record({
      minute: fc.integer({ min: 0, max: 240 }),
      second: fc.nat(59),
      delayMs: fc.integer({ min: 0, max: LATENESS_MS - 1 }),
      fields: fc.record(fields as Record<string, fc.Arbitrary<string>>),
    }).map(({ minute, second, delayMs, fields }) => {
      const texts = new Map(
        Object.entries(fields).map(([name, value]) => [fieldSlot(name as FieldName), value]),
      );
      const event: EventView = {
        ...{ channel, eventId, provider: "", version: 2, level: 0, recordId: -1, userSid: "" },
        timeMs: START + minute * 60_000 + second * 1_000,
        computer: "ws-1",
        text: (slot: number) => texts.get(slot) ?? "",
        number: (slot: number) => texts.has(slot) ? Number(texts.get(slot)) : NaN,
      };
      return { event, delayMs };
    })
  ),
);

/** The events with their record ids, in order of time, and in that of arrival. */
function orders(arrivals: readonly Arrival[]): { sent: EventView[]; arrived: EventView[] } {
  const numbered = arrivals.toSorted((a, b) => a.event.timeMs - b.event.timeMs)
    .map(({ event, delayMs }, i) => ({ event: { ...event, recordId: i + 1 }, delayMs }));
  const arrived = numbered.toSorted((a, b) =>
    a.event.timeMs + a.delayMs - b.event.timeMs - b.delayMs
  );
  return { sent: numbered.map(({ event }) => event), arrived: arrived.map(({ event }) => event) };
}

/** The rows of events, with a crash after each of the given numbers of events. */
function rowsOf(events: readonly EventView[], crashes: ReadonlySet<number>): WindowRow[] {
  let featuriser = new Featuriser({ host: "ws-1" });
  let state: Uint8Array | undefined;
  const rows: WindowRow[] = [];
  events.forEach((event, i) => {
    featuriser.add(event);
    if (featuriser.ready) {
      rows.push(...featuriser.drain()); // rows and state are written together
      state = featuriser.save();
    }
    if (!crashes.has(i)) return;
    featuriser = new Featuriser({ host: "ws-1", state });
    for (const again of events.slice(0, i + 1)) featuriser.add(again);
  });
  return [...rows, ...featuriser.finish()];
}

Deno.test("vectors are the same in any order within the lateness, and however often it crashes", () => {
  const draw = fc.tuple(
    fc.array(arrival, { maxLength: 250, size: "max" }),
    fc.array(fc.nat(250), { maxLength: 6 }),
  );
  fc.assert(
    fc.property(draw, ([arrivals, crashes]) => {
      const { sent, arrived } = orders(arrivals);
      const expected = rowsOf(sent, new Set());
      assert.deepEqual(rowsOf(arrived, new Set()), expected);
      assert.deepEqual(rowsOf(arrived, new Set(crashes)), expected);
    }),
    { numRuns: 150, seed: 9 },
  );
});
