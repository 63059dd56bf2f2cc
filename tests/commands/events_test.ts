import { parseCondition } from "@/agent/where.ts";
import assert from "node:assert/strict";
import { sampleEvents, writeLog } from "../estate/sample_events.ts";
import { readLines } from "../agent/evtx_samples.ts";

const MAIN = new URL("../../main.ts", import.meta.url).pathname;

/** Runs `events` as a person would. */
async function events(...args: string[]) {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", MAIN, "events", ...args],
  });
  const { code, stdout, stderr } = await command.output();
  const decoder = new TextDecoder();
  const lines = decoder.decode(stdout).split("\n").filter((line) => line !== "");
  return { code, lines, errors: decoder.decode(stderr) };
}

async function withLog<T>(use: (path: string, log: Uint8Array) => Promise<T>): Promise<T> {
  const path = await Deno.makeTempFile({ suffix: ".evtx" });
  try {
    const log = writeLog(sampleEvents(3));
    await Deno.writeFile(path, log);
    return await use(path, log);
  } finally {
    await Deno.remove(path);
  }
}

Deno.test("events prints every event as a line of JSON, and those of files that can be read", async () => {
  await withLog(async (path, log) => {
    const { code, lines, errors } = await events(path, "--json", `${path}.absent`);
    assert.deepEqual(lines, readLines(log).lines);
    assert.equal(code, 1);
    assert.match(errors, /no such file/);
  });
});

Deno.test("conditions choose by System fields, by wanted fields and by any other field", async () => {
  await withLog(async (path, log) => {
    const all = readLines(log).lines.map((line) => JSON.parse(line).Event);
    const wanted = all.filter(({ System, EventData }) => {
      return System.EventID === 4624 && System.EventRecordID > 2 && EventData.KeyLength > 0;
    });
    const { code, lines } = await events(
      path,
      ...["EventID=4624", "EventRecordID>2", "KeyLength>0"].flatMap((each) => ["--where", each]),
    );
    assert.equal(code, 0);
    assert.ok(wanted.length > 0);
    assert.deepEqual(lines.map((line) => JSON.parse(line).Event), wanted);
    const wrong = await events(path, "--where", "EventID");
    assert.equal(wrong.code, 1);
    assert.match(wrong.errors, /Cannot read the condition "EventID": write NAME=VALUE/);
  });
});

Deno.test("numbers compare as numbers, text as text, and what is absent is nothing", () => {
  const event = { eventId: 4624, channel: "Security", text: () => "" } as unknown as Parameters<
    ReturnType<typeof parseCondition>
  >[0];
  const holds = (condition: string) =>
    parseCondition(condition)(event, () => ({ Size: 0, Of: {} }));
  for (const condition of ["EventID>=999", "EventID!=1", "Channel~SECUR", "Channel<T", "Size=0"]) {
    assert.ok(holds(condition), condition);
  }
  for (const condition of ["EventID<999", "Channel=security", "Absent=1", "Absent<1", "Size>0"]) {
    assert.ok(!holds(condition), condition);
  }
  assert.ok(holds("Absent!=1"));
});
