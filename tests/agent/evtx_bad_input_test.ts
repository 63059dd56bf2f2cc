import { memorySource } from "@/agent/evtx/chunks.ts";
import { evtxCursor } from "@/agent/evtx/cursor.ts";
import { NotALogError, openLog } from "@/agent/open_log.ts";
import assert from "node:assert/strict";
import { sampleEvents, writeLog } from "../estate/sample_events.ts";
import { craftLog, FIRST, Fragment, instance, le, utf16, valuesRecord } from "./evtx_craft.ts";
import { chance, readAll } from "./evtx_damage.ts";
import { readLines } from "./evtx_samples.ts";

const HEADER = 4_096;
const CHUNK = 65_536;
const good = valuesRecord([[0x01, utf16("good")]]);

/** The reasons why records of a log were stepped over, after reading all of it. */
function skipped(log: Uint8Array): Record<string, number> {
  readAll(log);
  return Object.fromEntries(readLines(log).report.skipped);
}

Deno.test("a log that is cut anywhere gives the records before the cut", () => {
  const log = writeLog(sampleEvents(4));
  const whole = readLines(log).lines;
  const random = chance(7);
  for (let i = 0; i < 60; i++) {
    const cut = Math.floor(random() * log.length);
    const { lines } = readLines(log.subarray(0, cut));
    assert.deepEqual(lines, whole.slice(0, lines.length), `cut at ${cut}`);
    // What is lost behind the cut is at most the records of the chunk that it hits.
    assert.ok(cut < HEADER + CHUNK || lines.length > 0);
  }
});

Deno.test("garbage behind a log's magic gives no events and no error", () => {
  const random = chance(3);
  for (let i = 0; i < 40; i++) {
    const log = Uint8Array.from({ length: HEADER + 2 * CHUNK }, () => random() * 256);
    log.set(new TextEncoder().encode("ElfChnk\0"), HEADER);
    assert.equal(readAll(log), 0);
  }
});

Deno.test("a header that lies about its chunks changes nothing, nor do checksums that are off", () => {
  const log = writeLog(sampleEvents(8));
  const whole = readLines(log).lines;
  for (const count of [0, 1, 0xffff]) {
    const lying = log.slice();
    new DataView(lying.buffer).setUint16(42, count, true);
    lying.fill(0xff, 120, 128);
    lying.fill(0xff, HEADER + 124, HEADER + 128);
    assert.deepEqual(readLines(lying).lines, whole);
  }
});

Deno.test("wrong checksums are counted for who asks, and the records are read all the same", () => {
  const log = writeLog(sampleEvents(4));
  const records = (checksums: boolean) => {
    using cursor = evtxCursor(memorySource(log), { checksums });
    while (cursor.next());
    return [cursor.report.records, Object.fromEntries(cursor.report.skipped)];
  };
  const whole = readLines(log).lines.length;
  assert.deepEqual(records(true), [whole, {}]);
  log[HEADER + 100] ^= 1; // unused, but part of the header's checksum
  assert.deepEqual(records(false)[1], {});
  assert.deepEqual(records(true)[1], { "chunk whose checksum is wrong": 1 });
});

Deno.test("one broken record is stepped over, counted, and the ones around it are read", () => {
  const sizes = [0, 1, 27, 0x7fffffff, 0x80000000, 0xfffffff0, 0xffffffff];
  for (const size of sizes) {
    const log = craftLog(good, good, good);
    const view = new DataView(log.buffer);
    const second = HEADER + 512 + view.getUint32(HEADER + 516, true);
    view.setUint32(second + 4, size, true);
    const { lines, report } = readLines(log);
    assert.equal(lines.length, 2, `size ${size}`);
    assert.equal([...report.skipped.values()].reduce((a, b) => a + b), 1);
    assert.ok(report.skippedBytes > 0);
  }
});

Deno.test("a chunk without its magic still gives its records, and the next chunk is read", () => {
  const log = writeLog(sampleEvents(4));
  const { lines: whole } = readLines(log);
  log.fill(0, HEADER, HEADER + 8);
  const { lines, report } = readLines(log);
  assert.deepEqual(lines.toSorted(), whole.toSorted());
  assert.equal(report.skipped.get("chunk without its magic"), 1);
});

Deno.test("value tables, templates and names that lead outside are counted by reason", () => {
  const count = (values: number) => (at: number) => {
    const bytes = instance(at, (body) => body.open("Event").close(), []);
    bytes.splice(-4, 4, ...le(values, 4));
    return bytes;
  };
  assert.deepEqual(skipped(craftLog(count(0xffffffff), good)), {
    "value table runs past its record": 1,
  });
  assert.deepEqual(skipped(craftLog(count(0x40000001), good)), {
    "value table runs past its record": 1,
  });
  const at =
    (offset: number) => () => [0x0f, 1, 1, 0, 0x0c, 1, 0, 0, 0, 0, ...le(offset, 4), 0, 0, 0, 0];
  assert.deepEqual(skipped(craftLog(at(0xfffffff0), good)), {
    "template lies outside its chunk": 1,
  });
  assert.deepEqual(skipped(craftLog(at(CHUNK - 30), good)), { "record holds no event": 1 });
  const name =
    (offset: number) => () => [0x0f, 1, 1, 0, 0x01, 0, 0, 0, 0, ...le(offset, 4), 0x02, 4];
  assert.deepEqual(skipped(craftLog(name(0xffffffff), good)), {
    "value lies outside its chunk": 1,
  });
});

Deno.test("a template that is its own record, elements without end and deep nests are refused", () => {
  const loop = (at: number) => [0x0f, 1, 1, 0, 0x0c, 1, ...le(0, 4), ...le(at, 4), ...le(0, 4)];
  assert.equal(Object.keys(skipped(craftLog(loop, good))).length, 1);
  const nest = (depth: number) => (at: number) => {
    const fragment = new Fragment(at, false);
    for (let i = 0; i < depth; i++) fragment.open("E");
    for (let i = 0; i < depth; i++) fragment.close();
    return fragment.raw(0).bytes;
  };
  assert.deepEqual(skipped(craftLog(nest(60), good)), {});
  assert.deepEqual(skipped(craftLog(nest(65), good)), { "elements nested too deeply": 1 });
});

Deno.test("fragments within fragments within fragments end at a bound", () => {
  const inner = (at: number, depth: number): number[] => {
    if (depth === 0) return new Fragment(at, false).open("Leaf").text("x").close().raw(0).bytes;
    const body = (fragment: Fragment) => fragment.open("N").hole(0, 0x21).close();
    const before = instance(at, body, [[0x21, []]]).length;
    return instance(at, body, [[0x21, inner(at + before, depth - 1)]]);
  };
  const { lines } = readLines(craftLog((at) => inner(at, 10), good));
  assert.match(lines[0], /\{"N":\{"N":.*"Leaf":"x"/);
  const deep = skipped(craftLog((at) => inner(at, 30), good));
  assert.deepEqual(deep, { "fragments nested too deeply": 1 });
});

Deno.test("one value in many places at each of many levels stops at a bound, soon", () => {
  const inner = (at: number, depth: number): number[] => {
    if (depth === 0) return new Fragment(at, false).open("Leaf").text("x").close().raw(0).bytes;
    const body = (fragment: Fragment) => {
      fragment.open("N");
      for (let i = 0; i < 8; i++) fragment.open("M").hole(0, 0x21).close();
      return fragment.close();
    };
    const before = instance(at, body, [[0x21, []]]).length;
    return instance(at, body, [[0x21, inner(at + before, depth - 1)]]);
  };
  const log = craftLog((at) => inner(at, 12), good);
  const { lines, report } = readLines(log);
  assert.equal(lines.length, 1);
  assert.deepEqual([...report.skipped], [["record renders to too much", 1]]);
});

Deno.test("a template under a false GUID is not taken for the one whose GUID it is", () => {
  // Both definitions carry the same GUID and size; only their names differ.
  const { lines } = readLines(craftLog(
    valuesRecord([[0x01, utf16("a")]], ["Alpha"]),
    valuesRecord([[0x01, utf16("b")]], ["Omega"]),
  ));
  assert.deepEqual(lines.map((line) => JSON.parse(line).Event.EventData), [
    { Alpha: "a" },
    { Omega: "b" },
  ]);
  assert.equal(FIRST, 536);
});

Deno.test("what is no log is refused in one sentence that says what to do", async (t) => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/empty.evtx`, "");
    await Deno.writeTextFile(`${folder}/text.evtx`, "hello, world");
    await Deno.writeFile(`${folder}/broken.gz`, new Uint8Array([0x1f, 0x8b, 8, 0, 9, 9, 9, 9, 9]));
    await Deno.symlink(`${folder}/loop`, `${folder}/loop`);
    const cases = {
      "empty.evtx": /is empty; export the log again/,
      "text.evtx": /no Windows event log; an \.evtx file starts with/,
      "nothing": /no such file/,
      "loop": /links lead round in a circle/,
      ".": /it is not a file/,
    };
    for (const [name, wanted] of Object.entries(cases)) {
      await t.step(name, () => {
        assert.throws(() => openLog(`${folder}/${name}`), (error) => {
          return error instanceof NotALogError && wanted.test(error.message);
        });
      });
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
