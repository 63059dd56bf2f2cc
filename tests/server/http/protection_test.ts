import assert from "node:assert/strict";
import { readBody } from "@/server/http/body.ts";
import { RateLimiter } from "@/server/http/rate_limit.ts";
import { HttpError, json, secure } from "@/server/http/responses.ts";

const LIMITS = { maxBytes: 10, timeoutMs: 50 };

function post(body: BodyInit) {
  return new Request("http://localhost/", { method: "POST", body });
}

Deno.test("a body within its limits is read whole", async () => {
  assert.equal(new TextDecoder().decode(await readBody(post("0123456789"), LIMITS)), "0123456789");
  assert.equal((await readBody(new Request("http://localhost/"), LIMITS)).length, 0);
});

Deno.test("a body that is too large is refused, whatever length it claims", async () => {
  const endless = new ReadableStream({ pull: (to) => to.enqueue(new Uint8Array(4)) });
  await assert.rejects(readBody(post("x".repeat(11)), LIMITS), { status: 413 });
  await assert.rejects(readBody(post(endless), LIMITS), { status: 413 });
});

Deno.test("a body that dawdles is refused in time, one that breaks off is named so", async () => {
  await assert.rejects(readBody(post(new ReadableStream({})), LIMITS), { status: 408 });
  const broken = new ReadableStream({ pull: (to) => to.error(new Error("reset")) });
  await assert.rejects(readBody(post(broken), LIMITS), { status: 400 });
});

Deno.test("a key spends its burst, waits as told, and is not held by others' spending", () => {
  let nowMs = 0;
  const limiter = new RateLimiter({ perSecond: 2, burst: 3 }, () => nowMs);
  assert.deepEqual([1, 2, 3, 4].map(() => limiter.take("a")), [0, 0, 0, 1]);
  assert.equal(limiter.take("b"), 0);
  nowMs += 500;
  assert.deepEqual([1, 2].map(() => limiter.take("a")), [0, 1]);
});

Deno.test("every answer forbids framing, sniffing and foreign sources", async () => {
  const response = secure(new HttpError(404, "not-found", "No such page.").response(), true);
  assert.match(response.headers.get("content-security-policy")!, /default-src 'self'/);
  assert.equal(response.headers.get("x-content-type-options"), "nosniff");
  assert.equal(response.headers.get("strict-transport-security"), "max-age=31536000");
  assert.deepEqual(await response.json(), { error: "not-found", message: "No such page." });
  assert.equal(secure(json(200, {}), false).headers.get("strict-transport-security"), null);
});
