import assert from "node:assert/strict";
import { connect } from "@/db/open.ts";
import { createJobs } from "@/server/jobs/jobs.ts";
import { orderReport, storedReport } from "@/server/jobs/report.ts";
import { startWorker } from "@/server/jobs/worker.ts";
import { nameOf } from "@/server/privacy/people.ts";
import { gatherReport, ReportError } from "@/server/report/gather.ts";
import { reportHtml } from "@/server/report/html.ts";
import { fixture, HOSTS, HOURS, KEYS, START, USERS } from "../fixture.ts";

const NOW = START + 60 * 3_600_000;
const ESTATE = { scope: { kind: "estate" }, days: 7, nowMs: NOW } as const;

Deno.test("reports", async (t) => {
  await using f = await fixture();
  const sql = connect(f.database.url, 4);
  const reader = { scope: { kind: "user", userId: USERS[0]!.id }, days: 7, nowMs: NOW } as const;

  await t.step("the estate's says what the database holds, and nothing else", async () => {
    const report = await gatherReport(sql, ESTATE);
    const { data, classes, strange, models, learning, thresholds, channels } = report;
    assert.equal(report.to, new Date(START + HOURS * 3_600_000).toISOString());
    assert.deepEqual(data, {
      windows: HOSTS.length * USERS.length * HOURS,
      events: 42 * HOSTS.length * USERS.length * HOURS,
      users: USERS.length,
      hosts: HOSTS.length,
      silent: [],
    });
    assert.deepEqual(
      classes.map(({ entityClass, windows }) => [entityClass, windows]).sort(),
      USERS.map(({ entityClass }) => [entityClass, HOSTS.length * HOURS]).sort(),
    );
    assert.equal(strange.length, 10);
    assert.equal(strange[0]!.host, "ws-001");
    assert.equal(strange[0]!.start, new Date(START + 7 * 3_600_000).toISOString());
    assert.match(strange[0]!.sentences[0]!, /12 \(usually 0 to 2\)/);
    assert.deepEqual(strange[0]!.who.name, null);
    assert.deepEqual(learning, { own: 2, standIn: 1, none: 0 });
    assert.equal(models[0]!.host, "dc-001");
    assert.match(models[0]!.standIn!, /stands in/);
    assert.ok(channels.every(({ hosts }) => hosts === HOSTS.length));
    assert.equal(thresholds.alertsPerDay, HOSTS.length * USERS.length / 7);
    assert.equal(thresholds.calibration.at(-1)!.share, 1);
  });

  await t.step("one host's and one user's hold theirs alone", async () => {
    const host = await gatherReport(sql, {
      ...ESTATE,
      scope: { kind: "host", hostId: HOSTS[1]!.id },
    });
    assert.equal(host.subject, "ws-002");
    assert.equal(host.data.windows, USERS.length * HOURS);
    assert.ok(host.strange.every(({ host }) => host === "ws-002"));
    const user = await gatherReport(sql, reader);
    assert.equal(user.subject, USERS[0]!.id);
    assert.equal(user.data.windows, HOSTS.length * HOURS);
    assert.deepEqual(user.presence.map(({ host }) => host).sort(), HOSTS.map((h) => h.name).sort());
    assert.ok(user.peers.every(({ who }) => who.userId !== USERS[0]!.id));
  });

  await t.step("no name is in it unless it was unmasked", async () => {
    const masked = await gatherReport(sql, reader);
    for (const { name } of USERS) assert.ok(!JSON.stringify(masked).includes(name));
    const open = await gatherReport(sql, { ...reader, nameOf: (id) => nameOf(sql, KEYS, id) });
    assert.equal(open.subject, "CORP\\ada");
    assert.match(reportHtml(open), /Names were unmasked/);
    assert.match(reportHtml(masked), /People appear under pseudonyms/);
  });

  await t.step("names cannot become markup, whatever their direction and length", async () => {
    const name = `<script>alert(1)</script>\u202e${"x".repeat(300)}" onload="`;
    const html = reportHtml(await gatherReport(sql, { ...reader, nameOf: async () => await name }));
    assert.ok(!html.includes("<script"));
    assert.ok(!html.includes(`" onload="`));
    assert.ok(html.includes("&lt;script&gt;"));
    assert.doesNotMatch(html, /(src|href)=|https?:/);
  });

  await t.step("the same data and clock give the same page", async () => {
    const twice = await Promise.all([1, 2].map(() => gatherReport(sql, ESTATE)));
    assert.equal(reportHtml(twice[0]!), reportHtml(twice[1]!));
  });

  await t.step("what is usual is told in the columns' own units", async () => {
    await sql`
      insert into sketches (host_id, user_id, windows, hours, bytes, counted_from, counted_to)
      values (${HOSTS[0]!.id}, ${USERS[0]!.id}, 40, ${[
      7,
      ...new Array(167).fill(0),
    ]}, ${new Uint8Array(
      0,
    )}, ${new Date(START)}, ${new Date(START)})`;
    const { usual, usualOn, hours } = await gatherReport(sql, reader);
    assert.equal(usualOn, "ws-001");
    assert.equal(hours[0], 7);
    assert.deepEqual(
      usual.map(({ feature, median, p95, p99, windows }) => {
        return { feature, median, p95, p99, windows };
      }),
      [{ feature: "logon_fail", median: 0, p95: 2, p99: 3, windows: 40 }],
    );
  });

  await t.step("whoever is not there gets a sentence", async () => {
    const nobody = crypto.randomUUID();
    await assert.rejects(
      gatherReport(sql, { ...ESTATE, scope: { kind: "user", userId: nobody } }),
      (error) => error instanceof ReportError && /No user has this id/.test(error.message),
    );
  });

  await t.step("a job fills in the report that was asked for, and keeps it", async () => {
    const jobs = await createJobs(f.database);
    const worker = await startWorker({ database: f.database, jobs, now: () => NOW });
    try {
      const scope = { kind: "host", hostId: HOSTS[0]!.id } as const;
      const reportId = await orderReport(f.database.sql, scope, "ada", NOW);
      assert.equal(await storedReport(f.database.sql, reportId), undefined);
      await jobs.enqueue(f.database.sql, "report", { scope, days: 7, reportId });
      for (let i = 0; i < 100 && !(await storedReport(f.database.sql, reportId)); i++) {
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      const report = await storedReport(f.database.sql, reportId);
      assert.deepEqual(report, await gatherReport(sql, { ...ESTATE, scope }));
    } finally {
      await worker.stop();
      await jobs.stop();
    }
  });
  await sql.end();
});
