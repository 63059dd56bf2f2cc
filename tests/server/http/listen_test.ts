import assert from "node:assert/strict";
import { type Answer, listen } from "@/server/http/listen.ts";

const LOOPBACK = { port: 0, hostname: "127.0.0.1" };

async function listening(answer: Answer) {
  const listener = await listen(LOOPBACK, answer);
  return {
    ...listener,
    url: `http://127.0.0.1:${listener.port}`,
    [Symbol.asyncDispose]: () => listener.close(),
  };
}

/** Writes bytes as they are and reads until the server hangs up. */
async function raw(port: number, text: string): Promise<string> {
  using connection = await Deno.connect({ port, hostname: "127.0.0.1" });
  await connection.write(new TextEncoder().encode(text));
  let answer = "";
  for await (const chunk of connection.readable) answer += new TextDecoder().decode(chunk);
  return answer;
}

Deno.test("a request comes whole, and its answer goes whole", async () => {
  await using server = await listening(async (request, { remoteAddr }) => {
    const { pathname, search } = new URL(request.url);
    const headers = new Headers([["set-cookie", "a=1"], ["set-cookie", "b=2"]]);
    const size = (await request.bytes()).length;
    const told = [request.method, pathname + search, request.headers.get("x"), size];
    return Response.json([...told, remoteAddr.hostname], { status: 201, headers });
  });
  const body = new Uint8Array(3_000_000);
  const response = await fetch(`${server.url}/a%20b?c=d`, {
    method: "PUT",
    body,
    headers: { x: "y" },
  });
  assert.equal(response.status, 201);
  assert.deepEqual(response.headers.getSetCookie(), ["a=1", "b=2"]);
  assert.deepEqual(await response.json(), ["PUT", "/a%20b?c=d", "y", 3_000_000, "127.0.0.1"]);
  const head = await fetch(server.url, { method: "HEAD" });
  assert.deepEqual([head.status, await head.text()], [201, ""]);
});

Deno.test("an event stream is heard as it happens, and ends when nobody hears it", async () => {
  let listener: ReadableStreamDefaultController<Uint8Array>;
  const over = Promise.withResolvers<void>();
  await using server = await listening(() => {
    const body = new ReadableStream({
      start: (controller) => void (listener = controller),
      cancel: () => over.resolve(),
    });
    const headers = { "content-type": "text/event-stream" };
    return Promise.resolve(new Response(body, { headers }));
  });
  const stop = new AbortController();
  const opening = fetch(server.url, { signal: stop.signal });
  while (!listener!) await new Promise((resolve) => setTimeout(resolve, 5));
  listener.enqueue(new TextEncoder().encode("one"));
  const reader = (await opening).body!.pipeThrough(new TextDecoderStream()).getReader();
  assert.equal((await reader.read()).value, "one");
  listener.enqueue(new TextEncoder().encode("two"));
  assert.equal((await reader.read()).value, "two");
  stop.abort();
  await over.promise;
});

Deno.test("what is no request is refused, and the server goes on", async () => {
  await using server = await listening(() => Promise.resolve(new Response("fine")));
  const lines = [
    "GET * HTTP/1.1\r\nhost: a",
    "GET / HTTP/1.1\r\nhost: a b",
    "TRACE / HTTP/1.1\r\nhost: a",
    "\u0000\u0001",
    "GET / HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ntransfer-encoding: chunked",
    `GET / HTTP/1.1\r\nhost: a\r\nx: ${"y".repeat(20_000)}`,
  ];
  for (const line of lines) {
    const answer = await raw(server.port, `${line}\r\nconnection: close\r\n\r\n`);
    assert.match(answer, /^HTTP\/1\.1 4\d\d /, line.slice(0, 60));
  }
  assert.equal(await (await fetch(server.url)).text(), "fine");
});

Deno.test("a port in use is told with what to do", async () => {
  await using server = await listening(() => Promise.resolve(new Response()));
  await assert.rejects(
    listen({ ...LOOPBACK, port: server.port }, () => Promise.resolve(new Response())),
    { message: /^Port \d+ on 127.0.0.1 is in use: end what uses it/ },
  );
});

Deno.test("closing ends a connection that asks nothing, then waits for an answer that runs", async () => {
  const asked = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<Response>();
  const listener = await listen(LOOPBACK, () => (asked.resolve(), answer.promise));
  using silent = await Deno.connect({ hostname: LOOPBACK.hostname, port: listener.port });
  const running = fetch(`http://${LOOPBACK.hostname}:${listener.port}`);
  await asked.promise;
  const closed = listener.close();
  assert.equal(await silent.read(new Uint8Array(1)), null);
  answer.resolve(new Response("whole"));
  assert.equal(await (await running).text(), "whole");
  await closed;
});
