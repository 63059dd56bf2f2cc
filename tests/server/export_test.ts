import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { connect } from "@/db/open.ts";
import { toCef, toSyslogFrame } from "@/server/export/cef.ts";
import { checkTarget, deliverDue, pauseSeconds } from "@/server/export/deliver.ts";
import type { Finding } from "@/server/export/finding.ts";
import { toOcsf } from "@/server/export/ocsf.ts";
import { startServer } from "@/server/server.ts";
import { fixture, HOSTS, KEYS, USERS } from "@/tests/server/fixture.ts";

const FINDING: Finding = {
  alertId: "01900000-0000-7000-8000-000000000001",
  host: { id: "h", name: "ws|001=x" },
  user: { pseudonym: "u", entityClass: "human" },
  startMs: 1_700_000_000_000,
  raisedMs: 1_700_000_100_000,
  p: 5e-5,
  score: 3,
  confidence: 0.8,
  modelId: "m",
  columns: [{
    name: "logon_fail",
    sentence: "failed logons: 12 = many | odd\nnew line",
    value: 12,
    low: 0,
    high: 2,
    share: 0.7,
    techniques: ["T1110"],
  }],
};

Deno.test("CEF escapes what would end a field, and its frame counts octets", () => {
  assert.equal(
    toCef(FINDING),
    "CEF:0|Habit|Habit|1|anomaly|A user's hour unlike their usual ones|8|" +
      "externalId=01900000-0000-7000-8000-000000000001 start=1700000000000 dvchost=ws|001\\=x " +
      "suid=u cat=Anomaly cs1Label=entityClass cs1=human cs2Label=techniques cs2=T1110 " +
      "cfp1Label=pValue cfp1=0.00005 cfp2Label=confidence cfp2=0.8 " +
      "msg=failed logons: 12 \\= many | odd\\nnew line",
  );
  const frame = toSyslogFrame(FINDING);
  const [length] = new TextDecoder().decode(frame).split(" ", 1);
  assert.equal(Number(length), frame.length - length!.length - 1);
});

Deno.test("OCSF is a Detection Finding whose parts agree", () => {
  const event = toOcsf(FINDING) as Record<string, number>;
  assert.equal(event.type_uid, event.class_uid! * 100 + event.activity_id!);
  assert.equal(event.severity_id, 4);
  assert.deepEqual(
    (toOcsf(FINDING).finding_info as { attacks: unknown }).attacks,
    [{ technique: { uid: "T1110" } }],
  );
});

Deno.test("targets are https, or tcp for CEF; pauses double to six hours", () => {
  checkTarget("webhook", "https://siem.example/hook");
  checkTarget("ocsf", "http://127.0.0.1:9/x");
  checkTarget("cef", "tcp://siem.example:514");
  for (
    const url of ["http://siem.example/", "file:///etc/passwd", "https://a:b@siem.example/", "x"]
  ) {
    assert.throws(() => checkTarget("webhook", url), RangeError, url);
  }
  assert.throws(() => checkTarget("cef", "https://siem.example/"), /tcp:\/\/host:port/);
  assert.deepEqual([1, 2, 20].map(pauseSeconds), [60, 120, 21_600]);
});

Deno.test("a raised alert reaches its targets, is tried again when refused, and names nobody", async () => {
  await using f = await fixture();
  const sql = connect(f.database.url, 2);
  const got: { signature: string; body: string }[] = [];
  let status = 500;
  await using receiver = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    async (request) => {
      got.push({ signature: request.headers.get("habit-signature")!, body: await request.text() });
      return new Response(null, { status });
    },
  );
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const syslog = (async () => {
    using connection = await listener.accept();
    return await new Response(connection.readable).text();
  })();
  try {
    const make = async (kind: string, url: string) =>
      (await f.ask(
        `mutation($url: String!) { createExportTarget(name: "t", kind: ${kind}, url: $url, secret: "0123456789abcdef") {
           target { signed } userErrors { message } } }`,
        { url },
      )).data.createExportTarget;
    assert.deepEqual((await make("webhook", `http://127.0.0.1:${receiver.addr.port}/`)).target, {
      signed: true,
    });
    await make("cef", `tcp://127.0.0.1:${listener.addr.port}`);
    assert.match((await make("webhook", "http://siem.example/")).userErrors[0].message, /https/);
    const [{ text }] = await sql`select string_agg(t::text, '') as text from export_targets t` as [
      { text: string },
    ];
    assert.ok(!text.includes("0123456789abcdef"), "the secret rests encrypted");

    await sql`
      insert into alerts
      select host_id, gen_random_uuid(), user_id, window_start, p, score, now() from scores
      where host_id = ${HOSTS[1]!.id} and user_id = ${USERS[1]!.id}
        and window_start = '2026-11-02T10:00Z'`;
    assert.deepEqual(await deliverDue(sql, KEYS.secretsKey, Date.now()), { sent: 1, failed: 1 });
    assert.match(await syslog, /^\d+ <109>1 .*CEF:0\|Habit/);
    assert.deepEqual(
      await deliverDue(sql, KEYS.secretsKey, Date.now()),
      { sent: 0, failed: 0 },
      "not yet due",
    );
    status = 204;
    await sql`update deliveries set next_attempt = now() where delivered_at is null`;
    assert.deepEqual(await deliverDue(sql, KEYS.secretsKey, Date.now()), { sent: 1, failed: 0 });
    const { signature, body } = got.at(-1)!;
    const [, seconds, mac] = /^t=(\d+),v1=(.*)$/.exec(signature)!;
    assert.equal(
      mac,
      createHmac("sha256", "0123456789abcdef").update(`${seconds}.${body}`).digest("hex"),
    );
    assert.equal(JSON.parse(body).user.pseudonym, USERS[1]!.id);
    assert.ok(!/bob|CORP/.test(body));
    const { data } = await f.ask(`{ exportTargets { kind delivered waiting lastError } }`);
    assert.deepEqual(data.exportTargets.map((t: { delivered: number }) => t.delivered), [1, 1]);

    // A server that sends takes the next alert by itself.
    await using _sending = await startServer({
      database: f.database,
      port: 0,
      hostname: "127.0.0.1",
      keys: KEYS,
      ingest: () => Promise.resolve(new Response()),
    });
    const before = got.length;
    await sql`delete from export_targets where kind = 'cef'`;
    await sql`
      insert into alerts
      select host_id, gen_random_uuid(), user_id, window_start, p, score, now() from scores
      where host_id = ${HOSTS[1]!.id} and user_id = ${USERS[1]!.id}
        and window_start = '2026-11-02T11:00Z'`;
    for (let i = 0; i < 100 && got.length === before; i++) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    assert.equal(got.length, before + 1);
  } finally {
    await sql.end();
  }
});
