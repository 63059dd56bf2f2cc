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

Deno.test("CEF keeps a lone carriage return, a backslash and a Windows line from ending a field", () => {
  const column = { ...FINDING.columns[0]!, sentence: "a\rb\r\nc\\d", techniques: [] };
  const cef = toCef({ ...FINDING, columns: [column] });
  assert.ok(cef.endsWith("msg=a\\rb\\nc\\\\d"), cef);
  assert.ok(!cef.includes("cs2"), "no technique, no field");
});

/** Attributes of OCSF 1.6.0's class 2004 and its objects: those required, and others that are known. */
const OCSF: Record<string, { required: string[]; known: Record<string, string | null> }> = {
  detection_finding: {
    required: [
      "activity_id",
      "category_uid",
      "class_uid",
      "finding_info",
      "metadata",
      "severity_id",
      "time",
      "type_uid",
    ],
    known: {
      activity_id: null,
      activity_name: null,
      anomaly_analyses: "anomaly_analysis",
      category_name: null,
      category_uid: null,
      class_name: null,
      class_uid: null,
      confidence: null,
      confidence_id: null,
      confidence_score: null,
      device: "device",
      end_time: null,
      evidences: "evidences",
      finding_info: "finding_info",
      is_alert: null,
      message: null,
      metadata: "metadata",
      resources: "resource_details",
      severity: null,
      severity_id: null,
      start_time: null,
      status: null,
      status_id: null,
      time: null,
      type_name: null,
      type_uid: null,
    },
  },
  metadata: {
    required: ["product", "version"],
    known: { product: "product", profiles: null, uid: null, version: null },
  },
  product: { required: ["vendor_name"], known: { name: null, vendor_name: null } },
  finding_info: {
    required: ["uid"],
    known: {
      analytic: "analytic",
      attacks: "attack",
      created_time: null,
      desc: null,
      first_seen_time: null,
      last_seen_time: null,
      title: null,
      types: null,
      uid: null,
    },
  },
  analytic: { required: ["type_id"], known: { name: null, type: null, type_id: null, uid: null } },
  attack: { required: [], known: { sub_technique: "technique", technique: "technique" } },
  technique: { required: [], known: { name: null, uid: null } },
  anomaly_analysis: {
    required: ["analysis_targets", "anomalies"],
    known: { analysis_targets: "analysis_target", anomalies: "anomaly", baselines: "anomaly" },
  },
  analysis_target: { required: ["name"], known: { name: null, type: null } },
  anomaly: { // a baseline has the same attributes
    required: ["observation_parameter", "observations"],
    known: {
      observation_parameter: null,
      observation_type: null,
      observations: "observation",
      observed_pattern: null,
    },
  },
  observation: { required: ["value"], known: { count: null, value: null } },
  resource_details: { required: [], known: { name: null, type: null, uid: null } },
  evidences: { required: [], known: { device: "device", user: "user" } },
  user: { required: [], known: { uid: null } },
  device: {
    required: ["type_id"],
    known: { hostname: null, type: null, type_id: null, uid: null },
  },
};

function checkOcsf(value: unknown, type: string, path: string): void {
  if (Array.isArray(value)) {
    return value.forEach((each, i) => checkOcsf(each, type, `${path}[${i}]`));
  }
  const { required, known } = OCSF[type]!;
  const object = value as Record<string, unknown>;
  for (const name of required) assert.ok(object[name] !== undefined, `${path}.${name} is required`);
  for (const [name, inner] of Object.entries(object)) {
    assert.ok(Object.hasOwn(known, name), `${path}.${name} is not of OCSF`);
    const within = known[name];
    if (within) checkOcsf(inner, within, `${path}.${name}`);
  }
}

Deno.test("OCSF holds what class 2004 requires, and no attribute that it does not know", () => {
  checkOcsf(toOcsf(FINDING), "detection_finding", "finding");
});

Deno.test("OCSF is a Detection Finding whose parts agree", () => {
  const event = toOcsf(FINDING) as Record<string, number>;
  assert.equal(event.type_uid, event.class_uid! * 100 + event.activity_id!);
  assert.equal(event.severity_id, 4);
  assert.deepEqual(
    (toOcsf(FINDING).finding_info as { attacks: unknown }).attacks,
    [{ technique: { uid: "T1110" } }],
  );
  const column = { ...FINDING.columns[0]!, techniques: ["T1003.001"] };
  const { attacks } = toOcsf({ ...FINDING, columns: [column] }).finding_info as {
    attacks: unknown;
  };
  assert.deepEqual(attacks, [{ technique: { uid: "T1003" }, sub_technique: { uid: "T1003.001" } }]);
  assert.deepEqual([event.confidence_id, event.confidence], [3, "High"]);
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
