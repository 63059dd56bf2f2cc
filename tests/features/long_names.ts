/**
 * An hour in which every name is another one, 4,000 of 64 KB and 1,000,000 short ones: run with a
 * heap that cannot hold them. Prints the number of events counted.
 * @module
 */
import { type FieldName, fieldSlot } from "@/features/fields.ts";
import { Featuriser } from "@/features/featuriser.ts";

const EACH = 1_000;
const LONG = "\u4e2d".repeat(65_536);

interface Story {
  readonly channel: string;
  readonly eventId: number;
  readonly fields: Partial<Record<FieldName, string>>;
}

const STORIES: readonly ((name: string, i: number) => Story)[] = [
  (name, i) => ({
    channel: "Security",
    eventId: 4688,
    fields: { NewProcessName: `C:\\${name}`, NewProcessId: `${i + 1}`, ProcessId: `${i}` },
  }),
  (name, i) => ({
    channel: "Security",
    eventId: 4624,
    fields: { TargetUserSid: `S-1-5-21-1-2-3-${i}`, TargetUserName: name, LogonType: "2" },
  }),
  (name) => ({
    channel: "Microsoft-Windows-Sysmon/Operational",
    eventId: 1,
    fields: { User: name, ProcessGuid: name, Image: name, ParentImage: name },
  }),
  (name) => ({ channel: name, eventId: 4, fields: {} }),
];
const program = STORIES[0];

const featuriser = new Featuriser({ host: "ws-1" });
let recordId = 0;

function add({ channel, eventId, fields }: Story): void {
  const texts = new Map(
    Object.entries(fields).map(([name, text]) => [fieldSlot(name as FieldName), text]),
  );
  featuriser.add({
    ...{ channel, eventId, provider: "", version: 2, level: 0, recordId: recordId++ },
    ...{ timeMs: Date.UTC(2026, 0, 5, 9), computer: "ws-1", userSid: "" },
    text: (slot) => texts.get(slot) ?? "",
    number: (slot) => Number(texts.get(slot) ?? NaN),
  });
}

for (const story of STORIES) for (let i = 0; i < EACH; i++) add(story(i + LONG, i));
for (let i = 0; i < 1_000_000; i++) add(program(`${i}.exe`, i));
featuriser.finish();
console.log(featuriser.report.events);
