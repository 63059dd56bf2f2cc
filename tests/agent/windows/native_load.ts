/** `task test:cc`: the live log under load, against the fake in C. */
import { CHANNELS } from "@/agent/windows/channels.ts";
import { LiveLog } from "@/agent/windows/live_log.ts";
import { Featuriser } from "@/features/featuriser.ts";
import { nativeFake } from "./native_fake.ts";
import assert from "node:assert/strict";

const EVENTS = 500_000;
const fake = nativeFake();

Deno.test({
  name: `${EVENTS} events with an error every 40 batches: each counted once, no handle left`,
  ignore: fake === undefined,
  fn() {
    const before = fake!.openHandles();
    fake!.reset(20_000, 40);
    fake!.append(EVENTS);
    const featuriser = new Featuriser({ host: "ws-014.corp.example" });
    let rows = 0;
    let events = 0;
    {
      using log = new LiveLog(fake!.api, CHANNELS.slice(0, 1), new Map(), Date.now);
      for (let event = log.next(); event; event = log.next()) {
        featuriser.add(event);
        if (!featuriser.ready) continue;
        for (const row of featuriser.drain()) [rows, events] = [rows + 1, events + row.events];
      }
      for (const row of featuriser.finish()) [rows, events] = [rows + 1, events + row.events];
      const [status] = log.status();
      assert.ok(status.errors.RPC_S_INVALID_BOUND > 5);
      assert.equal(status.missed, 0);
      assert.equal(status.lastRecordId, EVENTS);
    }
    assert.equal(events, EVENTS);
    assert.equal(rows, 25 * 9 + 2, "8 users and the host, then one event of the next hour");
    assert.equal(fake!.openHandles(), before);
  },
});
