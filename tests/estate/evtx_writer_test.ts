import { openLog } from "@/agent/open_log.ts";
import { EvtxWriter } from "@/estate/evtx_writer.ts";
import { FIELD_NAMES, wantedSlot } from "@/features/fields.ts";
import assert from "node:assert/strict";
import { crc32 } from "node:zlib";
import { sampleEvents, shown, writeLog } from "./sample_events.ts";

function withFile<T>(bytes: Uint8Array, use: (path: string) => T): T {
  const path = Deno.makeTempFileSync({ suffix: ".evtx" });
  try {
    Deno.writeFileSync(path, bytes);
    return use(path);
  } finally {
    Deno.removeSync(path);
  }
}

Deno.test("every kind of event reads back with its System and wanted fields", () => {
  const events = sampleEvents(12);
  withFile(writeLog(events), (path) => {
    using cursor = openLog(path);
    let wanted = 0;
    for (const [i, event] of events.entries()) {
      const view = cursor.next();
      assert.ok(view, `record ${i + 1} is missing`);
      const { definition } = event;
      assert.deepEqual(
        [view.channel, view.provider, view.eventId, view.version, view.level, view.recordId],
        [
          definition.channel,
          definition.provider,
          definition.eventId,
          definition.version,
          definition.level,
          i + 1,
        ],
      );
      assert.equal(view.computer, "WS-014.corp.example");
      assert.equal(view.userSid, event.userSid ?? "");
      assert.equal(Math.floor(view.timeMs), Math.floor(event.timeMs));
      const seen = new Set<number>();
      definition.fields.forEach(({ name, type }, k) => {
        const slot = wantedSlot(name);
        if (slot < 0 || type === "strings" || type === "filetime" || seen.has(slot)) return;
        seen.add(slot);
        wanted++;
        const expected = shown(event.values[k]!, type);
        assert.equal(view.text(slot), expected, `${definition.eventId} ${FIELD_NAMES[slot]}`);
      });
    }
    assert.equal(cursor.next(), undefined);
    assert.equal(cursor.report.skipped.size, 0);
    assert.ok(wanted > 5000, `only ${wanted} values were compared`);
  });
});

Deno.test("chunks and header carry the checksums that Windows checks", () => {
  const bytes = writeLog(sampleEvents(20));
  const view = new DataView(bytes.buffer);
  assert.equal(view.getUint32(124, true), crc32(bytes.subarray(0, 120)));
  assert.equal(bytes.length, 4096 + 65_536 * view.getUint16(42, true));
  assert.ok(view.getUint16(42, true) > 3);
  for (let base = 4096; base < bytes.length; base += 65_536) {
    const chunk = bytes.subarray(base, base + 65_536);
    const free = view.getUint32(base + 48, true);
    assert.equal(view.getUint32(base + 52, true), crc32(chunk.subarray(512, free)));
    const head = crc32(chunk.subarray(128, 512), crc32(chunk.subarray(0, 120)));
    assert.equal(view.getUint32(base + 124, true), head);
  }
});

Deno.test("a log of maximum size keeps its newest events and says which is the oldest", () => {
  const maxBytes = 4096 + 4 * 65_536;
  let size = 0;
  const writer = new EvtxWriter({
    write: (offset, part) => size = Math.max(size, offset + part.length),
  }, { computer: "WS-014.corp.example", maxBytes, firstRecordId: 1_000 });
  const events = sampleEvents(20);
  for (const event of events) writer.write(event);
  writer.close();
  assert.equal(size, maxBytes);
  assert.ok(writer.oldestRecordId > 1_000);
  assert.equal(writer.nextRecordId, 1_000 + events.length);
  withFile(writeLog(events, { maxBytes, firstRecordId: 1_000 }), (path) => {
    using cursor = openLog(path);
    const ids: number[] = [];
    for (let view = cursor.next(); view; view = cursor.next()) ids.push(view.recordId);
    ids.sort((a, b) => a - b);
    assert.equal(ids[0], writer.oldestRecordId);
    assert.equal(ids.length, writer.nextRecordId - writer.oldestRecordId);
  });
});

Deno.test("an event larger than a chunk is refused by name, and an empty log is a log", () => {
  const [event] = sampleEvents(1);
  const huge = { ...event!, values: event!.values.map(() => "x".repeat(40_000)) };
  assert.throws(() => writeLog([huge]), /Cannot write event 4616: it takes up to/);
  assert.throws(() => writeLog([], { maxBytes: 5000 }), RangeError);
  withFile(writeLog([]), (path) => {
    using cursor = openLog(path);
    assert.equal(cursor.next(), undefined);
  });
});
