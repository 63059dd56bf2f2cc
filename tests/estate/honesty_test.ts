/** Nothing but what is done tells an attack from work: the trivial cues are measured and bounded. */
import { DEFINITIONS } from "@/estate/definitions.ts";
import { prepare } from "@/estate/generate.ts";
import type { EstateEvent } from "@/estate/scene.ts";
import assert from "node:assert/strict";

/** Values of a cue for injected and for normal events. */
class Cue {
  readonly injected: number[] = [];
  readonly normal: number[] = [];

  add(value: number, injected: boolean): void {
    (injected ? this.injected : this.normal).push(value);
  }

  /** Area under the ROC curve of "larger is injected" (Mann and Whitney 1947), ties count half. */
  auc(): number {
    const sorted = Float64Array.from(this.normal).sort();
    const below = (value: number, orEqual: boolean) => {
      let [low, high] = [0, sorted.length];
      while (low < high) {
        const middle = (low + high) >> 1;
        const past = orEqual ? sorted[middle]! > value : sorted[middle]! >= value;
        if (past) high = middle;
        else low = middle + 1;
      }
      return low;
    };
    let sum = 0;
    for (const value of this.injected) sum += (below(value, false) + below(value, true)) / 2;
    return sum / (this.injected.length * sorted.length);
  }

  /** Four standard errors of the area where there is no difference. */
  noise(): number {
    const [m, n] = [this.injected.length, this.normal.length];
    return 4 * Math.sqrt((m + n + 1) / (12 * m * n));
  }
}

/** Numbers and texts that Windows makes up, so that no technique explains a difference. */
const MADE_UP =
  /^(IpPort|SourcePort|HandleId|NewProcessId|ProcessId|LogonGuid|ProcessGuid|ScriptBlockId|UtcTime|Hashes)$/;

function eachEvent(seeds: number[], visit: (event: EstateEvent, n: number, seed: number) => void) {
  for (const seed of seeds) {
    let n = 0;
    for (const { events } of prepare({ hosts: 30, users: 60, days: 24, seed }).days()) {
      for (const event of events) visit(event, n++, seed);
    }
  }
}

function cuesOf(event: EstateEvent, n: number): [string, number][] {
  const { definition, timeMs, threadId, values } = event;
  const cues: [string, number][] = [
    ["last digit of milliseconds", Math.floor(timeMs) % 10],
    ["milliseconds", Math.floor(timeMs) % 1000],
    ["below the millisecond", timeMs % 1],
    ["seconds", Math.floor(timeMs / 1000) % 60],
    ["parity of the record id", n % 2],
    ["last digit of the record id", n % 10],
    ["thread id", threadId],
  ];
  definition.fields.forEach(({ name, type }, i) => {
    const value = values[i]!;
    if (type === "hex64" && typeof value === "number" && value > 0x3e7) {
      cues.push(["low bits of a logon id", value % 512]);
    }
    if (!MADE_UP.test(name)) return;
    const number = Number(value);
    if (number > 1024) cues.push([`${name} as a number`, number]);
    else if (typeof value === "string" && value.length > 8) {
      cues.push([`${name} length`, value.length]);
    }
  });
  return cues;
}

/** Two estates played once for the tests that look at all their events. */
let surveyed: { cues: Map<string, Cue>; normal: Set<number>; injected: Set<number> } | undefined;

function survey() {
  if (surveyed) return surveyed;
  surveyed = { cues: new Map(), normal: new Set(), injected: new Set() };
  const { cues, normal, injected } = surveyed;
  eachEvent([1, 2], (event, n) => {
    (event.label ? injected : normal).add(event.definition.index);
    for (const [name, value] of cuesOf(event, n)) {
      let cue = cues.get(name);
      if (!cue) cues.set(name, cue = new Cue());
      cue.add(value, event.label !== null);
    }
  });
  return surveyed;
}

Deno.test("values that Windows makes up do not tell injected events from normal ones", () => {
  let judged = 0;
  for (const [name, cue] of survey().cues) {
    if (cue.injected.length < 50) continue;
    judged++;
    const auc = cue.auc();
    // Ports and process ids of services are fixed by host and victims are few: 0.05 for that.
    assert.ok(Math.abs(auc - 0.5) < 0.05 + cue.noise(), `${name}: AUC ${auc.toFixed(3)}`);
  }
  assert.ok(judged >= 10, `only ${judged} cues were judged`);
});

Deno.test("counts of events do not tell hours with an attack from hours without", () => {
  const windows = new Map<string, { count: number; strength: string }>();
  eachEvent([3], (event) => {
    const hour = Math.floor(event.timeMs / 3_600_000);
    const key = `${event.host.name}|${event.actor.sid}|${hour}`;
    const window = windows.get(key) ?? { count: 0, strength: "" };
    window.count++;
    window.strength ||= event.label?.campaign.split("-").at(-1) ?? "";
    windows.set(key, window);
  });
  for (const [strength, limit] of [["quiet", 0.7], ["normal", 0.75], ["loud", 0.8]] as const) {
    const cue = new Cue();
    for (const window of windows.values()) {
      if (window.strength === strength) cue.add(window.count, true);
      else if (window.strength === "") cue.add(window.count, false);
    }
    const auc = Math.max(cue.auc(), 1 - cue.auc()); // few may tell as well as many
    assert.ok(auc < limit, `${strength}: AUC of the count alone is ${auc.toFixed(3)}`);
  }
});

Deno.test("every kind of injected event also occurs in normal life", () => {
  const { normal, injected } = survey();
  assert.ok(injected.size > 25);
  const only = [...injected].filter((index) => !normal.has(index))
    .map((index) => `${DEFINITIONS[index]!.channel} ${DEFINITIONS[index]!.eventId}`).sort();
  assert.deepEqual(only, []);
});

Deno.test("sessions that attackers ride on were opened by logons, as those of people", () => {
  const known = new Set<string>();
  const share = { injected: [0, 0], normal: [0, 0] };
  eachEvent([4], ({ definition, values, host, actor, label }) => {
    const at = (name: string) =>
      values[definition.fields.findIndex((field) => field.name === name)];
    if (definition.eventId === 4624) known.add(`${host.name}/${at("TargetLogonId")}`);
    if (definition.eventId !== 4688 || actor.kind !== "user") return;
    const counts = label ? share.injected : share.normal;
    counts[0]!++;
    if (known.has(`${host.name}/${at("SubjectLogonId")}`)) counts[1]!++;
  });
  const [injected, normal] = [share.injected, share.normal].map(([all, opened]) => opened! / all!);
  assert.ok(share.injected[0]! > 20);
  assert.ok(Math.abs(injected! - normal!) < 0.15, `injected ${injected}, normal ${normal}`);
});
