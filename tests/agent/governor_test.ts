import { Governor, MemoryLimitError, NO_LIMITS } from "@/agent/governor.ts";
import assert from "node:assert/strict";

/** Reads `events`, each taking so long, and pauses as the governor says: how long that takes. */
function read(governor: Governor, clock: { ms: number }, events: number, eventMs: number): number {
  let longestMs = 0;
  governor.begin();
  for (let i = 0; i < events; i++) {
    clock.ms += eventMs;
    if (!governor.spend()) continue;
    const pauseMs = governor.pauseMs();
    longestMs = Math.max(longestMs, pauseMs);
    clock.ms += pauseMs;
    governor.begin();
  }
  assert.ok(longestMs <= 1_000, `a pause of ${longestMs} ms`);
  return clock.ms;
}

Deno.test("catching up keeps to its events a second, however fast the machine", () => {
  for (const eventMs of [0, 0.004, 0.02]) {
    const clock = { ms: 0 };
    const limits = { ...NO_LIMITS, eventsPerSecond: 20_000 };
    const governor = new Governor(limits, { clock: () => clock.ms });
    const seconds = read(governor, clock, 100_000, eventMs) / 1000;
    assert.ok(seconds > 4.4 && seconds < 5.1, `100,000 events in ${seconds} s`);
  }
  const clock = { ms: 0 };
  const slow = new Governor({ ...NO_LIMITS, eventsPerSecond: 10 }, { clock: () => clock.ms });
  assert.ok(Math.abs(read(slow, clock, 50, 0.1) - 5_000) < 10);
});

Deno.test("catching up keeps to its share of a core, and without limits takes all of it", () => {
  for (const [cpuShare, expectedMs] of [[0.5, 2_000], [0.1, 10_000], [1, 1_000]]) {
    const clock = { ms: 0 };
    const governor = new Governor({ ...NO_LIMITS, cpuShare }, { clock: () => clock.ms });
    const ms = read(governor, clock, 100_000, 0.01);
    assert.ok(Math.abs(ms - expectedMs) < 0.06 * expectedMs, `${ms} ms at ${cpuShare}`);
  }
});

Deno.test("limits that cannot be kept are refused", () => {
  assert.throws(() => new Governor({ ...NO_LIMITS, cpuShare: 0 }), /a share is in \(0, 1\]/);
  assert.throws(() => new Governor({ ...NO_LIMITS, eventsPerSecond: NaN }), /at least 1/);
});

Deno.test("memory over its limit three minutes on end ends the agent; a peak does not", () => {
  let mib = 100;
  const limits = { ...NO_LIMITS, memoryBytes: 200 * 2 ** 20 };
  const governor = new Governor(limits, { memory: () => mib * 2 ** 20 });
  for (mib of [100, 300, 300, 100, 300, 300]) governor.checkMemory();
  assert.throws(
    () => governor.checkMemory(),
    (error) =>
      error instanceof MemoryLimitError && /uses 300 MiB, its limit is 200 MiB/.test(error.message),
  );
});
