import assert from "node:assert/strict";
import fc from "fast-check";
import { Budget, HASH_RANGE } from "@/features/budget.ts";
import { ByteReader, ByteWriter } from "@/features/bytes.ts";
import { BoundedCounts } from "@/features/counts.ts";
import type { EventView } from "@/features/event.ts";
import { Featuriser, type FeaturiserReport } from "@/features/featuriser.ts";
import { type FieldName, fieldSlot } from "@/features/fields.ts";
import { Recent } from "@/features/recent.ts";
import { RecordIds } from "@/features/records.ts";
import { Row } from "@/features/row.ts";
import { Runs } from "@/features/runs.ts";
import { MAX_ITEMS, Sample } from "@/features/sample.ts";
import { column } from "@/features/schema.ts";
import { Tally } from "@/features/tally.ts";
import { mix } from "@/features/text.ts";
import { SYSTEM_USER, type WindowRow } from "@/features/vector.ts";

const START = Date.UTC(2026, 0, 5, 9);
const SID = "S-1-5-21-1-2-3-1104";

/** The same things in an order that follows from nothing but their number. */
function shuffled<T>(list: readonly T[]): T[] {
  return list.map((item, i) => ({ item, place: mix(i, 7) }))
    .sort((a, b) => a.place - b.place).map(({ item }) => item);
}

/** An hour of events that all have the fields given by number, and its rows. */
function hourOf(
  eventId: number,
  numbers: readonly number[],
  fields: (i: number) => Partial<Record<FieldName, string>>,
): { readonly rows: WindowRow[]; readonly report: FeaturiserReport } {
  const featuriser = new Featuriser({ host: "ws-1" });
  for (const i of numbers) {
    const texts = new Map(
      Object.entries(fields(i)).map(([name, value]) => [fieldSlot(name as FieldName), value]),
    );
    const event: EventView = {
      channel: "Security",
      provider: "",
      eventId,
      version: 2,
      level: 0,
      recordId: i,
      timeMs: START + i % 3_600_000,
      computer: "ws-1",
      userSid: "",
      text: (slot) => texts.get(slot) ?? "",
      number: (slot) => texts.has(slot) ? Number(texts.get(slot)) : NaN,
    };
    featuriser.add(event);
  }
  return { rows: featuriser.finish(), report: featuriser.report };
}

Deno.test("100,000 programs in an hour: each start counts, their number is near, order is nothing", () => {
  const numbers = Array.from({ length: 100_000 }, (_, i) => i);
  const start = (i: number) => ({
    SubjectUserSid: SID,
    NewProcessName: `C:\\t\\p${i}.exe`,
    NewProcessId: String(i + 1),
    ProcessId: String(i % 1_000),
  });
  const { rows, report } = hourOf(4688, numbers, start);
  const { values, events } = rows.find(({ user }) => user === SID)!;
  assert.equal(events, 100_000);
  assert.equal(values[column("proc_count")], 100_000);
  for (const name of ["proc_distinct", "proc_new_host", "proc_new_user"] as const) {
    assert.ok(Math.abs(values[column(name)] - 100_000) < 6_000, `${name} ${values[column(name)]}`);
  }
  assert.equal(report.estimatedHours, 1);
  assert.deepEqual(hourOf(4688, shuffled(numbers), start).rows, rows);
});

Deno.test("50,000 made-up accounts that fail count in the host's row, whatever their order", () => {
  const numbers = Array.from({ length: 50_000 }, (_, i) => i);
  const failure = (i: number) => ({
    TargetUserName: `user${i}`,
    TargetDomainName: "EX",
    WorkstationName: `ws${i % 5_000}`,
    Status: "0xc000006d",
    SubStatus: "0xc0000064",
    LogonType: "3",
  });
  const { rows, report } = hourOf(4625, numbers, failure);
  assert.deepEqual(rows.map(({ user }) => user), [SYSTEM_USER]);
  assert.equal(rows[0].values[column("logon_fail")], 50_000);
  assert.ok(Math.abs(rows[0].values[column("fail_users_distinct")] - 50_000) < 3_000);
  assert.equal(report.estimatedHours, 1);
  assert.deepEqual(hourOf(4625, shuffled(numbers), failure).rows, rows);
});

Deno.test("bad fields and clock steps are counted, and absent ones are not", () => {
  const counts = (eventId: number, fields: Partial<Record<FieldName, string>>) => {
    const { report: { badFields, clockSteps, estimatedHours } } = hourOf(
      eventId,
      [1],
      () => fields,
    );
    return [badFields, clockSteps, estimatedHours];
  };
  assert.deepEqual(counts(4624, { TargetUserSid: SID, LogonType: "three" }), [1, 0, 0]);
  assert.deepEqual(counts(4624, { TargetUserSid: `${SID}${"1".repeat(200)}` }), [1, 0, 0]);
  assert.deepEqual(counts(4624, { TargetUserSid: SID }), [0, 0, 0]);
  assert.deepEqual(counts(4768, { TargetSid: SID, Status: "-" }), [0, 0, 0]);
  const [earlier, later] = ["2026-01-05T09:00:00Z", "2026-01-05T09:10:00Z"];
  assert.deepEqual(counts(4616, { PreviousTime: earlier, NewTime: later }), [0, 1, 0]);
  assert.deepEqual(counts(4616, { PreviousTime: later, NewTime: later }), [0, 0, 0]);
});

Deno.test("a budget that is too small leaves the same share to all holders, in any order", () => {
  const items = Array.from({ length: 30_000 }, (_, i) => [i % 7, mix(i)] as const);
  const kept = (order: typeof items) => {
    const budget = new Budget(9_000);
    const tallies = Array.from({ length: 7 }, () => new Tally(1, budget));
    const sample = new Sample<number>(budget, 2);
    for (const [holder, item] of order) {
      tallies[holder].add(0, item);
      sample.get(item, () => holder);
    }
    for (const tally of tallies) tally.seal();
    const distinct = tallies.map((tally) => tally.distinct(0));
    return { distinct, weight: sample.weight, entries: sample.entries() };
  };
  const found = kept(items);
  for (const count of found.distinct) assert.ok(Math.abs(count - 30_000 / 7) < 700, `${count}`);
  assert.ok(found.entries.length <= MAX_ITEMS);
  assert.deepEqual(kept(shuffled(items)), found);
});

Deno.test("a tally counts what a map counts, also merged from parts", () => {
  const adds = fc.array(fc.tuple(fc.nat(2), fc.nat(40)), { maxLength: 200 });
  fc.assert(
    fc.property(adds, fc.nat(200), (pairs, cut) => {
      const budget = new Budget(1_000_000);
      const [tally, other] = [new Tally(3, budget), new Tally(3, budget)];
      pairs.forEach(([set, item], i) => (i < cut ? tally : other).add(set, mix(item)));
      tally.merge(other);
      tally.seal();
      for (const set of [0, 1, 2]) {
        const known = new Map<number, number>();
        for (const [of, item] of pairs) {
          if (of === set) known.set(mix(item), (known.get(mix(item)) ?? 0) + 1);
        }
        const found = [];
        for (let place = tally.from(set); place < tally.from(set + 1); place++) {
          found.push([tally.item(place), tally.times(place)]);
        }
        assert.deepEqual(found, [...known].sort(([a], [b]) => a - b));
      }
    }),
    { numRuns: 100, seed: 3 },
  );
});

Deno.test("a run ends with a success after three failures in ten minutes, in any order", () => {
  const minute = 60_000;
  const row = new Row(new Budget(1_000), 1);
  const ends = (failures: number[], successes: number[]) => {
    const events = [
      ...failures.map((timeMs) => [timeMs, undefined] as const),
      ...successes.map((timeMs) => [timeMs, row] as const),
    ];
    const counts = [events, events.toReversed(), shuffled(events)].map((order) => {
      const runs = new Runs(new Budget(100_000));
      for (const [timeMs, success] of order) runs.add(START + timeMs, 5, 0, success);
      return runs.ends().length;
    });
    assert.equal(new Set(counts).size, 1);
    return counts[0];
  };
  assert.equal(ends([0, 1, 2], [3]), 1);
  assert.equal(ends([0, 1], [3]), 0);
  assert.equal(ends([0, 1, 2], [11 * minute]), 0);
  assert.equal(ends([0, 1, 2], [3, 4, 5 * minute]), 1, "a run ends once");
  assert.equal(ends([0, 1, 2], [1.5]), 0, "failures after the success are not its run");
  const many = Array.from({ length: 5_000 }, (_, i) => 2 * i);
  assert.equal(ends(many, [5_001]), 1, "a success amid a fast spray");
  assert.equal(ends([0, minute, 9 * minute], [9.5 * minute]), 1);
});

Deno.test("record ids are new once, however they come", () => {
  const ids = fc.array(fc.oneof(fc.nat(300), fc.maxSafeNat()), { maxLength: 200 });
  fc.assert(
    fc.property(ids, (values) => {
      const [records, known] = [new RecordIds(), new Set<number>()];
      for (const value of values) {
        assert.equal(records.add(value), !known.has(value));
        known.add(value);
      }
      assert.equal(records.size, known.size);
      assert.equal(records.min, Math.min(...known));
      assert.equal(records.max, Math.max(...known));
    }),
    { numRuns: 100, seed: 4 },
  );
});

Deno.test("hashes lie below the range that shares are taken of", () => {
  for (let i = 0; i < 1_000; i++) assert.ok(mix(i) >= 0 && mix(i) < HASH_RANGE);
});

Deno.test("counts are exact below their bound, and a flood does not flush what is usual", () => {
  const adds = fc.array(fc.tuple(fc.nat(60), fc.integer({ min: 1, max: 5 })), { maxLength: 300 });
  fc.assert(
    fc.property(adds, (pairs) => {
      const [counts, known] = [new BoundedCounts(61), new Map<number, number>()];
      for (const [key, by] of pairs) {
        counts.add(mix(key), by);
        known.set(key, (known.get(key) ?? 0) + by);
      }
      for (let key = 0; key <= 60; key++) {
        assert.equal(counts.get(mix(key)), known.get(key) ?? 0);
      }
      const out = new ByteWriter();
      counts.save(out);
      const loaded = new BoundedCounts(61);
      loaded.load(new ByteReader(out.finish()));
      for (let key = 0; key <= 60; key++) assert.equal(loaded.get(mix(key)), known.get(key) ?? 0);
    }),
    { numRuns: 100, seed: 5 },
  );
  const counts = new BoundedCounts(64);
  for (let key = 0; key < 50; key++) counts.add(mix(key), 2);
  for (let key = 1_000; key < 100_000; key++) counts.add(mix(key));
  for (let key = 0; key < 50; key++) assert.equal(counts.get(mix(key)), 2);
  assert.ok(counts.size <= 64);
});

Deno.test("what was learned last is known, in bounded memory, also after a restart", () => {
  const recent = new Recent<string, string>(64_000);
  for (let i = 0; i < 100_000; i++) recent.set(`name ${i}`, `S-1-5-21-${i}`);
  const out = new ByteWriter();
  const texts = new TextEncoder();
  recent.save(out, (key, value) => {
    out.block(texts.encode(key));
    out.block(texts.encode(value));
  });
  const bytes = out.finish();
  assert.ok(bytes.length < 64_000);
  const loaded = new Recent<string, string>(64_000);
  const reader = new ByteReader(bytes);
  const text = () => new TextDecoder().decode(reader.block("text", 100));
  loaded.load(reader, () => [text(), text()]);
  for (const each of [recent, loaded]) {
    for (let i = 99_700; i < 100_000; i++) assert.equal(each.get(`name ${i}`), `S-1-5-21-${i}`);
    assert.equal(each.get("name 5"), undefined);
  }
  recent.delete("name 99999");
  assert.equal(recent.get("name 99999"), undefined);
});
