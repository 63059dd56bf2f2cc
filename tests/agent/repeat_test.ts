import { repeat } from "@/agent/repeat.ts";
import assert from "node:assert/strict";

Deno.test("work that throws is tried again and rejects nothing; the signal ends it", async () => {
  const unhandled: unknown[] = [];
  const listen = (event: PromiseRejectionEvent) => {
    event.preventDefault();
    unhandled.push(event.reason);
  };
  globalThis.addEventListener("unhandledrejection", listen);
  const stop = new AbortController();
  let times = 0;
  await repeat(
    () => {
      if (++times === 5) stop.abort();
      if (times % 2 === 1) return Promise.reject(new Error("disk full"));
      throw new Error("at once");
    },
    0,
    stop.signal,
  );
  await new Promise((resolve) => setTimeout(resolve, 0));
  globalThis.removeEventListener("unhandledrejection", listen);
  assert.equal(times, 5);
  assert.deepEqual(unhandled, []);
});
