import assert from "node:assert/strict";
import { openLog } from "@/agent/open_log.ts";
import { fieldSlot } from "@/features/fields.ts";

const DATA = new URL("../../../shared/data/", import.meta.url);
const index: { file: string; records: number; channels: Record<string, number> }[] = (() => {
  try {
    return JSON.parse(Deno.readTextFileSync(new URL("evtx.json", DATA)));
  } catch {
    console.log("skipped: tests on real event logs, as ../shared/data is absent");
    return [];
  }
})();

Deno.test({
  name: "real logs give at least the records that another reader finds, in the same channels",
  ignore: index.length === 0,
  fn() {
    let records = 0;
    for (const { file, records: expected, channels } of index) {
      using cursor = openLog(new URL(file, DATA).pathname);
      const seen = new Set<string>();
      for (let event = cursor.next(); event; event = cursor.next()) seen.add(event.channel);
      assert.ok(cursor.report.records >= expected, `${file}: ${cursor.report.records} records`);
      if (cursor.report.skipped.size === 0) assert.deepEqual(seen, new Set(Object.keys(channels)));
      records += cursor.report.records;
    }
    assert.equal(records, 32_004);
  },
});

Deno.test({
  name: "fields of a real log have the values that Windows shows",
  ignore: index.length === 0,
  fn() {
    let logons = 0;
    for (const { file, channels } of index) {
      if (!channels.Security) continue;
      using cursor = openLog(new URL(file, DATA).pathname);
      for (let event = cursor.next(); event; event = cursor.next()) {
        if (event.channel !== "Security" || event.eventId !== 4624) continue;
        logons++;
        assert.match(event.text(fieldSlot("TargetUserSid")), /^S-[01](-\d+)+$/);
        assert.ok(event.number(fieldSlot("LogonType")) <= 13);
        assert.match(event.text(fieldSlot("TargetLogonId")), /^0x[0-9a-f]+$/);
        assert.ok(event.timeMs > Date.UTC(2005, 0) && event.timeMs < Date.UTC(2027, 0));
      }
    }
    assert.ok(logons >= 1719, `${logons} logons`);
  },
});
