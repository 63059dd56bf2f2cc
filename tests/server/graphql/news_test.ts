import assert from "node:assert/strict";
import { connect } from "@/db/open.ts";
import { fixture, HOSTS, TOKEN, USERS } from "@/tests/server/fixture.ts";

/** Opens a subscription; gives its events' data one by one. */
async function* subscribe(url: string, query: string, signal: AbortSignal) {
  const response = await fetch(`${url}/graphql`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${TOKEN}`,
      "content-type": "application/json",
      accept: "text/event-stream",
    },
    body: JSON.stringify({ query }),
    signal,
  });
  assert.equal(response.headers.get("content-type")?.split(";")[0], "text/event-stream");
  yield undefined; // open
  let rest = "";
  for await (const text of response.body!.pipeThrough(new TextDecoderStream())) {
    const parts = (rest + text).split("\n\n");
    rest = parts.pop()!;
    for (const part of parts) {
      const data = /^event: next\r?\ndata: (.*)$/m.exec(part)?.[1];
      if (data) yield JSON.parse(data);
    }
  }
}

Deno.test("news reach every subscriber once, by SSE, as soon as they are committed", async () => {
  await using f = await fixture();
  const sql = connect(f.database.url, 1);
  const stop = new AbortController();
  try {
    const query =
      `subscription { alertRaised { p state sentence user { pseudonym } host { name } } }`;
    const streams = Array.from({ length: 5 }, () => subscribe(f.server.url, query, stop.signal));
    for (const stream of streams) await stream.next();
    await sql`
      insert into alerts
      select host_id, gen_random_uuid(), user_id, window_start, p, score, now() from scores
      where host_id = ${HOSTS[1]!.id} and user_id = ${USERS[1]!.id}
        and window_start = '2026-11-02T10:00Z'`;
    for (const stream of streams) {
      const { value } = await stream.next();
      assert.equal(value.errors, undefined);
      const { alertRaised } = value.data;
      assert.deepEqual([alertRaised.host.name, alertRaised.user.pseudonym, alertRaised.state], [
        "ws-002",
        USERS[1]!.id,
        "open",
      ]);
      assert.match(alertRaised.sentence, /failed logons/);
    }
    const jobs = subscribe(
      f.server.url,
      `subscription { jobProgressed { queue done total } }`,
      stop.signal,
    );
    await jobs.next();
    await sql`
      insert into job_progress (job_id, queue, done, total, message, started_at, updated_at)
      values (gen_random_uuid(), 'train', 3, 9, '', now(), now())`;
    assert.deepEqual((await jobs.next()).value.data, {
      jobProgressed: { queue: "train", done: 3, total: 9 },
    });
    await Promise.all([...streams, jobs].map((stream) => stream.return(undefined)));
  } finally {
    stop.abort();
    await sql.end();
  }
});
