import assert from "node:assert/strict";
import { connect, type Sql } from "@/db/open.ts";
import { fixture, HOSTS, TOKEN, USERS } from "@/tests/server/fixture.ts";
import { person } from "@/tests/server/people.ts";

/** Opens a subscription; gives its events' data one by one. */
async function* subscribe(
  url: string,
  query: string,
  signal: AbortSignal,
  who = { authorization: `Bearer ${TOKEN}` },
) {
  const own = new AbortController();
  const response = await fetch(`${url}/graphql`, {
    method: "POST",
    headers: {
      ...who,
      "content-type": "application/json",
      accept: "text/event-stream",
    },
    body: JSON.stringify({ query }),
    signal: AbortSignal.any([signal, own.signal]),
  });
  try {
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
  } finally {
    own.abort();
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

const QUERY = `subscription { jobProgressed { queue done } }`;

async function tellOfJob(sql: Sql, done: number): Promise<void> {
  await sql`
    insert into job_progress (job_id, queue, done, total, message, started_at, updated_at)
    values (gen_random_uuid(), 'train', ${done}, 9, '', now(), now())`;
}

Deno.test("subscriptions", async (t) => {
  await using f = await fixture({
    limit: { perSecond: 1_000, burst: 1_000, subscriptions: 20 },
  });
  const sql = connect(f.database.url, 1);
  const stop = new AbortController();
  const open = async (who?: { authorization: string }) => {
    const stream = subscribe(f.server.url, QUERY, stop.signal, who);
    await stream.next();
    return stream;
  };
  try {
    await t.step("of one document hear the same, whoever leaves meanwhile", async () => {
      const streams = await Promise.all(Array.from({ length: 20 }, () => open()));
      for (const leaving of streams.splice(0, 5)) await leaving.return(undefined);
      const heard = streams.map((stream) => stream.next());
      await tellOfJob(sql, 1);
      for (const each of await Promise.all(heard)) {
        assert.deepEqual(each.value.data.jobProgressed, { queue: "train", done: 1 });
      }
      for (const stream of streams) await stream.return(undefined);
    });

    await t.step("are bounded for each caller", async () => {
      const viewer = await person(sql, "viewer");
      const streams = await Promise.all(Array.from({ length: 20 }, () => open(viewer)));
      const response = await fetch(`${f.server.url}/graphql`, {
        method: "POST",
        headers: { ...viewer, "content-type": "application/json", accept: "text/event-stream" },
        body: JSON.stringify({ query: QUERY }),
      });
      assert.equal(response.status, 429);
      assert.match((await response.json()).message, /At most 20 subscriptions/);
      await streams.pop()!.return(undefined);
      for (let i = 0; i < 50; i++) { // the server hears of it a moment later
        try {
          streams.push(await open(viewer));
          break;
        } catch {
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
      }
      assert.equal(streams.length, 20);
      for (const stream of streams) await stream.return(undefined);
    });

    await t.step("end when anyone's access changes, so that it is asked anew", async () => {
      const viewer = await person(sql, "viewer", "leaver");
      const stream = await open(viewer);
      const over = stream.next();
      await sql`update api_tokens set revoked_at = now()`;
      await sql`select pg_notify('habit_access', '')`;
      assert.equal((await over).done, true);
      await assert.rejects(open(viewer), "a revoked token must not listen again");
      const stays = await open();
      const heard = stays.next();
      await tellOfJob(sql, 2);
      assert.equal((await heard).value.data.jobProgressed.done, 2);
      await stays.return(undefined);
    });

    await t.step("that are wrong are told so, each by itself", async () => {
      const wrong = () =>
        fetch(`${f.server.url}/graphql`, {
          method: "POST",
          headers: {
            authorization: `Bearer ${TOKEN}`,
            "content-type": "application/json",
            accept: "text/event-stream",
          },
          body: JSON.stringify({ query: "subscription { nothing }" }),
        }).then((response) => response.text());
      for (const text of await Promise.all([wrong(), wrong(), wrong()])) {
        assert.match(text, /Cannot query field/);
      }
    });
  } finally {
    stop.abort();
    await sql.end();
  }
});
