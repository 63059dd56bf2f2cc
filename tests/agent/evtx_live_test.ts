import { openLog } from "@/agent/open_log.ts";
import assert from "node:assert/strict";
import { sampleEvents, writeLog } from "../estate/sample_events.ts";
import { readLines } from "./evtx_samples.ts";

const HEADER = 4_096;
const CHUNK = 65_536;

/** The record ids of a log in the order in which they are read. */
function ids(log: Uint8Array): number[] {
  return readLines(log).lines.map((line) => JSON.parse(line).Event.System.EventRecordID);
}

Deno.test("a copy of a live log gives records that its headers do not know yet", () => {
  const log = writeLog(sampleEvents(3));
  const all = ids(log);
  const view = new DataView(log.buffer);
  // Windows marks a log that is open as dirty and brings its headers up to date only now and then.
  view.setUint32(120, 1, true);
  view.setUint16(42, 1, true);
  const first = HEADER + 512;
  const size = view.getUint32(first + 4, true);
  view.setBigUint64(HEADER + 32, 1n, true); // last record id of the first chunk
  view.setUint32(HEADER + 44, 512, true); // where its last record is
  view.setUint32(HEADER + 48, 512 + size, true); // where its free space begins
  assert.deepEqual(ids(log), all);
});

Deno.test("what lies in free space from an earlier pass of the log is not read again", () => {
  const log = writeLog(sampleEvents(3));
  const all = ids(log);
  const view = new DataView(log.buffer);
  const stale = log.slice(HEADER + CHUNK + 512, HEADER + CHUNK + 2_048);
  const free = HEADER + view.getUint32(HEADER + 48, true);
  log.set(stale.subarray(0, HEADER + CHUNK - free), free);
  assert.deepEqual(ids(log), all);
});

Deno.test("a log that wrapped around is read from its oldest event to its newest", () => {
  const log = writeLog(sampleEvents(40), { maxBytes: HEADER + 5 * CHUNK });
  const read = ids(log);
  assert.ok(read.length > 100 && read[0] > 1);
  assert.deepEqual(read, read.map((_, i) => read[0] + i));
});

Deno.test("a log that grows while it is open is read up to its size at opening or beyond", () => {
  const path = Deno.makeTempFileSync({ suffix: ".evtx" });
  try {
    const log = writeLog(sampleEvents(6));
    const half = HEADER + CHUNK + 30_000;
    Deno.writeFileSync(path, log.subarray(0, half));
    using cursor = openLog(path);
    assert.ok(cursor.next());
    Deno.writeFileSync(path, log);
    let records = 1;
    while (cursor.next()) records++;
    assert.ok(records > 20 && records <= readLines(log).lines.length);
  } finally {
    Deno.removeSync(path);
  }
});
