import assert from "node:assert/strict";
import { Live, type Started } from "@/server/graphql/live.ts";

const encode = (text: string) => new TextEncoder().encode(text);

/** An execution whose events the test tells. */
function source() {
  let controller!: ReadableStreamDefaultController<Uint8Array>;
  const state = { starts: 0, cancelled: false };
  const start = (): Promise<Started> => {
    state.starts++;
    const body = new ReadableStream<Uint8Array>({
      start: (it) => void (controller = it),
      cancel: () => void (state.cancelled = true),
    });
    return Promise.resolve({ response: new Response(body), live: true });
  };
  return { state, start, tell: (text: string) => controller.enqueue(encode(text)) };
}

/** What a response has brought up to now. */
function listen(response: Response) {
  const heard = { text: "", done: false };
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  (async () => {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return void (heard.done = true);
      heard.text += value;
    }
  })().catch(() => {});
  return { heard, leave: () => reader.cancel() };
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 5));

Deno.test("subscribers of one key share one execution, which ends with the last of them", async () => {
  const live = new Live(() => 0);
  const { state, start, tell } = source();
  let left = 0;
  const join = async () => listen(await live.answer("key", start, () => left++));
  const [a, b] = await Promise.all([join(), join()]);
  assert.equal(state.starts, 1);
  tell("data: 1\n\n");
  await settled();
  assert.deepEqual([a.heard.text, b.heard.text], Array(2).fill(":\n\ndata: 1\n\n"));
  await a.leave();
  await settled();
  assert.deepEqual([left, state.cancelled], [1, false]);
  tell("data: 2\n\n");
  await settled();
  assert.match(b.heard.text, /data: 2/);
  await b.leave();
  await settled();
  assert.deepEqual([left, state.cancelled], [2, true]);
  const c = await join();
  assert.equal(state.starts, 2, "the next one starts anew");
  await c.leave();
});

Deno.test("who joins in the middle of an event hears whole ones only", async () => {
  const live = new Live(() => 0);
  const { start, tell } = source();
  const first = listen(await live.answer("key", start, () => {}));
  tell("event: next\n");
  await settled();
  const second = listen(await live.answer("key", start, () => {}));
  tell("data: 1\n\n");
  await settled();
  for (const { heard, leave } of [first, second]) {
    assert.equal(heard.text, ":\n\nevent: next\ndata: 1\n\n");
    await leave();
  }
});

Deno.test("who does not read is cut off, and others go on", async () => {
  const live = new Live(() => 0);
  const { start, tell } = source();
  let gone = 0;
  const deaf = await live.answer("key", start, () => gone++);
  const { heard, leave } = listen(await live.answer("key", start, () => {}));
  for (let i = 0; i < 600; i++) {
    tell(`data: ${i}\n\n`);
    if (i % 50 === 0) await settled();
  }
  await settled();
  assert.equal(gone, 1);
  assert.match(heard.text, /data: 599/);
  const kept = await new Response(deaf.body).text();
  assert.ok(kept.length < 5_000, `${kept.length} bytes were kept`);
  await leave();
});

Deno.test("a subscription ends after its life, and all end at once when asked", async () => {
  let now = 0;
  const live = new Live(() => now);
  const { start, tell } = source();
  const old = listen(await live.answer("key", start, () => {}));
  now += 3_000_000;
  const young = listen(await live.answer("key", start, () => {}));
  now += 1_000_000;
  tell("data: 1\n\n");
  await settled();
  assert.deepEqual([old.heard.done, young.heard.done], [true, false]);
  await live.endAll();
  await settled();
  assert.equal(young.heard.done, true);
});

Deno.test("answers that end at once are each caller's own, and failures free the place", async () => {
  const live = new Live(() => 0);
  let [starts, left] = [0, 0];
  const once = async (): Promise<Started> => {
    const n = ++starts;
    await settled();
    return { response: new Response(String(n)), live: false };
  };
  const answers = await Promise.all([1, 2, 3].map(() => live.answer("key", once, () => left++)));
  assert.deepEqual((await Promise.all(answers.map((it) => it.text()))).sort(), ["1", "2", "3"]);
  await assert.rejects(live.answer("key", () => Promise.reject(new Error("x")), () => left++));
  assert.equal(left, 4);
});

Deno.test("who joins just as it ends is let go, not left waiting", async () => {
  const live = new Live(() => 0);
  let left = 0;
  const start = (): Promise<Started> =>
    Promise.resolve({ response: new Response(new Uint8Array(0)), live: true });
  const answers = await Promise.all(Array.from({ length: 20 }, async (_, i) => {
    for (let turns = 0; turns < i; turns++) await null; // each a moment later than the one before
    return await live.answer("key", start, () => left++);
  }));
  for (const answer of answers) assert.match(await answer.text(), /^:\n\n/);
  assert.equal(left, 20);
});
