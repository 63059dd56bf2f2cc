import { openLog } from "@/agent/open_log.ts";
import { Calendar, HOUR_MS, SITES } from "@/estate/calendar.ts";
import { CAMPAIGNS, STRENGTHS } from "@/estate/campaigns/plan.ts";
import { type EstateOptions, prepare } from "@/estate/generate.ts";
import { workday } from "@/estate/life/workday.ts";
import type { EstateEvent } from "@/estate/scene.ts";
import { eventLines, streamEstate } from "@/estate/stream.ts";
import { EstateView } from "@/estate/view.ts";
import { generateEstate } from "@/estate/write.ts";
import { FIELD_NAMES } from "@/features/fields.ts";
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { join } from "node:path";

const SMALL = { hosts: 14, users: 18, days: 12, seed: 5 };

function played(options: EstateOptions): EstateEvent[] {
  return [...prepare(options).days()].flatMap(({ events }) => events);
}

function hashOf(folder: string): string {
  const hash = createHash("sha256");
  for (const host of [...Deno.readDirSync(folder)].map(({ name }) => name).sort()) {
    const path = join(folder, host);
    if (Deno.statSync(path).isFile) hash.update(Deno.readFileSync(path));
    else {
      for (const file of [...Deno.readDirSync(path)].map(({ name }) => name).sort()) {
        hash.update(file).update(Deno.readFileSync(join(path, file)));
      }
    }
  }
  return hash.digest("hex");
}

Deno.test("same seed, same bytes; and every injected event stands where truth.json says", async () => {
  const root = Deno.makeTempDirSync();
  try {
    const [one, two] = [join(root, "one"), join(root, "two")];
    const { truth, events } = await generateEstate({ ...SMALL, out: one });
    await generateEstate({ ...SMALL, out: two });
    assert.equal(hashOf(one), hashOf(two));

    const wanted = new Map(
      truth.events.map((event) => [`${event.host}/${event.channel}/${event.recordId}`, event]),
    );
    let read = 0;
    let lastId = 0;
    for (const { name: host } of [...Deno.readDirSync(one)].filter((entry) => entry.isDirectory)) {
      for (const { name: file } of Deno.readDirSync(join(one, host))) {
        using cursor = openLog(join(one, host, file));
        lastId = 0;
        for (let view = cursor.next(); view; view = cursor.next()) {
          read++;
          assert.ok(view.recordId > lastId);
          lastId = view.recordId;
          const key = `${view.computer}/${view.channel}/${view.recordId}`;
          const event = wanted.get(key);
          if (!event) continue;
          assert.equal(view.eventId, event.eventId);
          assert.equal(new Date(view.timeMs).toISOString(), event.time);
          wanted.delete(key);
        }
        assert.equal(cursor.report.skipped.size, 0, `${host}/${file}`);
      }
    }
    assert.equal(read, events);
    assert.equal(wanted.size, 0);
    await assert.rejects(generateEstate({ ...SMALL, out: one }), /the folder is not empty/);
  } finally {
    Deno.removeSync(root, { recursive: true });
  }
});

Deno.test("attacks change nothing of normal life", () => {
  const key = ({ host, definition, timeMs, values }: EstateEvent) =>
    `${host.name} ${definition.index} ${timeMs} ${values.join("|")}`;
  const quiet = played({ ...SMALL, attacks: ["none"] });
  const attacked = played({ ...SMALL, attacks: ["all"] });
  assert.deepEqual(
    attacked.filter((event) => event.label === null).map(key).sort(),
    quiet.map(key).sort(),
  );
  assert.ok(attacked.length > quiet.length + 100);
});

Deno.test("every campaign leaves events at every strength, on days of the estate", () => {
  assert.ok(CAMPAIGNS.length >= 16);
  const { startMs } = new Calendar("2026-03-02", 14);
  for (const strength of STRENGTHS) {
    const counts = new Map<string, number>();
    const options = { hosts: 30, users: 40, days: 14, seed: 3, strength };
    for (const { label, timeMs } of played(options)) {
      if (!label) continue;
      counts.set(label.campaign, (counts.get(label.campaign) ?? 0) + 1);
      assert.match(label.technique, /^T\d{4}(\.\d{3})?$/);
      assert.ok(timeMs > startMs && timeMs < startMs + 15 * 24 * HOUR_MS);
    }
    for (const { name } of CAMPAIGNS) {
      assert.ok(counts.get(`${name}-${strength}`)! > 0, `${name} at ${strength} left nothing`);
    }
  }
});

Deno.test("a louder campaign leaves more", () => {
  const count = (strength: "quiet" | "loud") =>
    played({ ...SMALL, hosts: 30, users: 60, strength }).filter(({ label }) => label).length;
  assert.ok(count("loud") > 4 * count("quiet"));
});

Deno.test("each day's events come sorted, and the stream shows what the files hold", () => {
  let last = 0;
  const stream = streamEstate(SMALL);
  const view = new EstateView();
  const all = played(SMALL);
  let i = 0;
  for (const shown of stream.views()) {
    const event = all[i++]!;
    assert.ok(event.writeMs >= last || event.writeMs > event.timeMs);
    last = event.writeMs;
    if (i % 97) continue;
    view.show(event, shown.recordId);
    assert.equal(shown.computer, event.host.fqdn);
    FIELD_NAMES.forEach((_, slot) => assert.equal(shown.text(slot), view.text(slot)));
  }
  assert.equal(i, all.length);
  assert.ok(stream.truth.events.length > 0);
});

Deno.test("the lines of the stream read as logs with the same events and the same truth", () => {
  const options = { ...SMALL, days: 3 };
  const path = Deno.makeTempFileSync({ suffix: ".jsonl" });
  try {
    const lines = eventLines(options);
    let text = "";
    let last = lines.next();
    for (; !last.done; last = lines.next()) text += last.value;
    Deno.writeTextFileSync(path, text);
    const stream = streamEstate(options);
    using cursor = openLog(path);
    let count = 0;
    for (const wanted of stream.views()) {
      const view = cursor.next()!;
      assert.deepEqual(
        [view.channel, view.eventId, view.level, view.recordId, view.computer, view.userSid],
        [
          wanted.channel,
          wanted.eventId,
          wanted.level,
          wanted.recordId,
          wanted.computer,
          wanted.userSid,
        ],
      );
      if (count++ % 41) continue;
      FIELD_NAMES.forEach((name, slot) => {
        if (name.startsWith("Data")) return; // unnamed values are one text in JSON
        assert.equal(view.text(slot), wanted.text(slot), `${wanted.eventId} ${name}`);
      });
    }
    assert.equal(cursor.next(), undefined);
    assert.deepEqual(last.value, stream.truth);
  } finally {
    Deno.removeSync(path);
  }
});

Deno.test("people keep local hours: lunch in New York is not lunch in London, summer time counts", () => {
  const calendar = new Calendar("2026-03-02", 40);
  const [london, , newYork] = SITES;
  // 27 March: London UTC+0, New York already UTC-4; 30 March: London UTC+1.
  assert.equal(new Date(calendar.at(london!, 25, 9)).toISOString(), "2026-03-27T09:00:00.000Z");
  assert.equal(new Date(calendar.at(newYork!, 25, 9)).toISOString(), "2026-03-27T13:00:00.000Z");
  assert.equal(new Date(calendar.at(london!, 28, 9)).toISOString(), "2026-03-30T08:00:00.000Z");
  assert.ok(calendar.closed(london!, 32), "Good Friday 2026");
  assert.ok(!calendar.closed(newYork!, 32), "Good Friday is no holiday in New York");
  assert.equal(calendar.sincePatchTuesday(8), 0, "10 March 2026 is patch Tuesday");
  assert.equal(calendar.toMonthEnd(29), 0, "31 March 2026 is the last working day");
});

Deno.test("normal life has what makes false alarms", () => {
  const play = prepare({ hosts: 45, users: 100, days: 36, seed: 2, attacks: ["none"] });
  const { estate, calendar } = play;
  const kinds = new Set<string>();
  const services = new Set<string>();
  for (const { events } of play.days()) {
    for (const { definition, actor } of events) {
      kinds.add(`${definition.eventId} ${actor.kind}`);
      if (actor.kind === "service") services.add(actor.name);
    }
  }
  for (
    const kind of [
      "4625 user", // wrong passwords
      "4723 user", // own password changed
      "4740 user", // locked out
      "4767 admin", // unlocked by the help desk
      "4720 admin", // new hire
      "4725 admin", // leaver
      "7045 admin", // PsExec, agents
      "7045 service", // roll-out
      "4662 machine", // replication of domain controllers
      "4662 service", // directory sync
      "4625 service", // vulnerability scan
      "19 system", // updates
      "1074 system", // patch night
      "4616 system", // clock set right
      "6416 user", // USB disk
      "91 admin", // remote shell
      "1102 admin", // log cleared
    ]
  ) assert.ok(kinds.has(kind), `no ${kind}`);
  for (const { name } of Object.values(estate.services)) {
    assert.ok(services.has(name), `${name} is idle`);
  }
  const shift = estate.people.find(({ role }) => role === "shift")!;
  const hours = Array.from({ length: 36 }, (_, day) => workday(estate, calendar, shift, day))
    .flatMap((times) => times ? [new Date(times.startMs).getUTCHours()] : []);
  assert.ok(new Set(hours.map((hour) => Math.round(hour / 8))).size >= 3, "shifts rotate");
});

Deno.test("some machines and people of a large estate are out of the ordinary", () => {
  const { estate } = prepare({ hosts: 200, users: 300, days: 60, seed: 2, attacks: ["none"] });
  const roles = new Set(estate.people.map(({ role }) => role));
  assert.equal(roles.size, 6);
  assert.ok(estate.people.some(({ move }) => move));
  assert.ok(estate.hosts.some(({ gap }) => gap));
  assert.ok(estate.hosts.some(({ clockFixedDay }) => clockFixedDay < Infinity));
  assert.ok(estate.hosts.some(({ untidy }) => untidy));
  assert.ok(estate.hosts.some(({ maxLogBytes }) => maxLogBytes !== null));
});

Deno.test("impossible estates are refused with what to do", () => {
  assert.throws(() => prepare({ ...SMALL, hosts: 3 }), /it needs 5 hosts/);
  assert.throws(() => prepare({ ...SMALL, days: 0 }), /at least one/);
  assert.throws(
    () => prepare({ ...SMALL, attacks: ["magic"] }),
    /known are all, none, password-spray/,
  );
  assert.throws(() => prepare({ ...SMALL, start: "soon" }), /YYYY-MM-DD/);
});
