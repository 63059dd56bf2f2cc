import { openLog } from "@/agent/open_log.ts";
import { JsonWriter } from "@/agent/evtx/json_writer.ts";
import { prepare } from "@/estate/generate.ts";
import { planReplay, type ReplayFile, type ReplayReport } from "@/estate/replay.ts";
import { parseScenario, planScenario } from "@/estate/scenario.ts";
import type { EstateEvent } from "@/estate/scene.ts";
import { textOf } from "@/estate/view.ts";
import assert from "node:assert/strict";
import { writeLog } from "./sample_events.ts";

const SIZE = { hosts: 14, users: 18, days: 12, seed: 5, attacks: ["none"] };
const FOLDER = new URL("../../docs/scenarios/", import.meta.url);

function injected(play: ReturnType<typeof prepare>): EstateEvent[] {
  return [...play.days()].flatMap(({ events }) => events.filter(({ label }) => label));
}

function field(event: EstateEvent, name: string): string {
  const i = event.definition.fields.findIndex((one) => one.name === name);
  return textOf(event.values[i]!, event.definition.fields[i]!.type);
}

Deno.test("the scenarios of the documentation play as they are described", () => {
  for (const { name } of Deno.readDirSync(FOLDER)) {
    const scenario = parseScenario(Deno.readTextFileSync(new URL(name, FOLDER)));
    const play = prepare({ ...SIZE, extra: (scene) => [planScenario(scene, scenario)] });
    const events = injected(play);
    const wanted = scenario.steps.reduce((sum, { repeat }) => sum + (repeat?.times ?? 1), 0);
    assert.equal(events.length, wanted, name);
    assert.deepEqual(
      new Set(events.map(({ label }) => label!.technique)),
      new Set(scenario.techniques),
    );
    assert.equal(events[0]!.label!.campaign, `${scenario.name}-${scenario.strength}`);
    if (scenario.name !== "usb-courier") continue;
    const [plan] = play.plans;
    assert.equal(events[3]!.host.kind, "file");
    assert.equal(field(events[3]!, "SubjectUserName"), plan!.victim.name);
    assert.equal(field(events[3]!, "IpAddress"), plan!.host.ip);
    assert.equal(field(events[3]!, "RelativeTargetName"), "Drawings\\Pump 3.dwg");
    assert.equal(field(events[3]!, "AccessMask"), "0x1");
  }
});

Deno.test("a scenario with a mistake is refused by the part that is wrong", () => {
  const good = JSON.parse(Deno.readTextFileSync(new URL("usb-courier.json", FOLDER)));
  const cases: [object | string, RegExp][] = [
    ["{", /it is no JSON/],
    [{ ...good, name: "Über" }, /scenario\.name must be lower-case/],
    [{ ...good, steps: [] }, /scenario\.steps must be a list of steps/],
    [{ ...good, techniques: ["X"] }, /scenario\.techniques must be a list of techniques/],
    [{ ...good, when: 3 }, /scenario\.when must be one of name, title/],
    [{ ...good, steps: [{ ...good.steps[0], eventId: 9 }] }, /Cannot write event 9 of channel/],
    [
      { ...good, steps: [{ ...good.steps[0], fields: { Colour: "red" } }] },
      /steps\[0\]\.fields must be of the fields SubjectUserSid/,
    ],
    [
      { ...good, steps: [{ ...good.steps[0], repeat: { times: 2 } }] },
      /everySeconds must be a num/,
    ],
  ];
  for (const [value, message] of cases) {
    const json = typeof value === "string" ? value : JSON.stringify(value);
    assert.throws(() => parseScenario(json), { name: /SyntaxError|RangeError/, message });
  }
  const plan = (change: object) => () =>
    prepare({
      ...SIZE,
      extra: (
        scene,
      ) => [planScenario(scene, parseScenario(JSON.stringify({ ...good, ...change })))],
    });
  assert.throws(plan({ victim: "nobody" }), /Cannot find victim "nobody"/);
  assert.throws(plan({ start: { day: 99, hour: 1 } }), /the estate has 12/);
  assert.throws(plan({ steps: [{ ...good.steps[0], host: "moon" }] }), /Cannot find host "moon"/);
  assert.throws(plan({ steps: [{ ...good.steps[0], user: "service:x" }] }), /Cannot find user/);
});

Deno.test("the schema in the documentation names the parts that the reader knows", () => {
  const schema = JSON.parse(
    Deno.readTextFileSync(new URL("../scenario.schema.json", FOLDER)),
  );
  const message = (() => {
    try {
      parseScenario(
        '{"unknown":1,"name":"a","title":"b","techniques":["T1000"],"start":{"day":1,"hour":1},"steps":[{"offsetSeconds":0,"channel":"Security","eventId":4624}]}',
      );
    } catch (error) {
      return (error as Error).message;
    }
    return "";
  })();
  for (const name of Object.keys(schema.properties)) assert.ok(message.includes(name), name);
});

function jsonRecords(path: string): unknown[] {
  using cursor = openLog(path);
  const writer = new JsonWriter(1 << 16);
  const records: unknown[] = [];
  while (cursor.next()) {
    writer.size = 0;
    cursor.writeJson(writer);
    records.push(JSON.parse(new TextDecoder().decode(writer.written())));
  }
  return records;
}

Deno.test("a replayed log keeps its order and gaps, and speaks of the estate's people and hosts", () => {
  const play = prepare({ ...SIZE, attacks: ["kerberoasting"], strength: "loud" });
  const events = injected(play).filter(({ host }) =>
    host.kind === "workstation" || host.kind === "dc"
  );
  const path = Deno.makeTempFileSync({ suffix: ".evtx" });
  try {
    Deno.writeFileSync(path, writeLog(events, { computer: "PC01.lab.test" }));
    const files: ReplayFile[] = [{
      name: "lab",
      technique: "T1558.003",
      records: jsonRecords(path),
    }];
    let report: ReplayReport | undefined;
    const other = prepare({
      ...SIZE,
      seed: 6,
      extra(scene) {
        const laid = planReplay(scene, files);
        report = laid.report;
        return laid.plans;
      },
    });
    const again = injected(other);
    assert.equal(again.length, events.length);
    assert.equal(report!.taken, events.length);
    const [first, last] = [events[0]!, events.at(-1)!];
    const span = last.timeMs - first.timeMs;
    assert.ok(Math.abs(again.at(-1)!.timeMs - again[0]!.timeMs - span) < 1500);
    assert.deepEqual(
      again.map(({ definition }) => definition.eventId).sort(),
      events.map(({ definition }) => definition.eventId).sort(),
    );
    const [plan] = other.plans;
    const tickets = again.filter(({ definition }) => definition.eventId === 4769);
    assert.ok(tickets.length > 0);
    assert.ok(again.every(({ host }) => host === plan!.host));
    const original = events.find(({ definition }) => definition.eventId === 4769)!;
    assert.ok(
      tickets.every((ticket) =>
        field(ticket, "TargetUserName") !== field(original, "TargetUserName")
      ),
    );
  } finally {
    Deno.removeSync(path);
  }
});

Deno.test({
  name: "real labelled attack logs replay without loss",
  ignore: !exists("../../../shared/data/evtx.json"),
  fn() {
    const data = new URL("../../../shared/data/", import.meta.url);
    const index = JSON.parse(Deno.readTextFileSync(new URL("evtx.json", data)));
    const labelled = index.filter(({ attack, records }: { attack: string; records: number }) =>
      attack && records > 0 && records < 60
    ).slice(0, 40) as { file: string; attack: string }[];
    const files = labelled.map(({ file, attack }): ReplayFile => ({
      name: file.replace(/\W+/g, "-"),
      technique: /T\d{4}(\.\d{3})?/.exec(attack)![0],
      records: jsonRecords(new URL(file, data).pathname),
    }));
    let report: ReplayReport | undefined;
    const play = prepare({
      ...SIZE,
      extra(scene) {
        const laid = planReplay(scene, files);
        report = laid.report;
        return laid.plans;
      },
    });
    const events = injected(play);
    assert.ok(play.plans.length > 30);
    assert.ok(events.length >= 0.97 * report!.taken, `${events.length} of ${report!.taken}`);
    writeLog(events); // each fits the format
  },
});

function exists(path: string): boolean {
  try {
    return Deno.statSync(new URL(path, import.meta.url)).isFile;
  } catch {
    console.warn(`SKIPPED: ${path} is absent, so no real log is replayed`);
    return false;
  }
}
