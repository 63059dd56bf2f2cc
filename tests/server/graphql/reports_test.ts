import assert from "node:assert/strict";
import { connect } from "@/db/open.ts";
import { createJobs, type Jobs } from "@/server/jobs/jobs.ts";
import { reportJob } from "@/server/jobs/report.ts";
import { fixture, HOSTS, START, USERS } from "@/tests/server/fixture.ts";
import { person, session } from "@/tests/server/people.ts";

const NOW = START + 41 * 3_600_000;

Deno.test("reports over GraphQL and HTTP", async (t) => {
  const late: { jobs?: Jobs } = {};
  await using f = await fixture({ enqueue: (...job) => late.jobs!.enqueue(...job) });
  const jobs = late.jobs = await createJobs(f.database);
  const sql = connect(f.database.url, 1);
  const get = (path: string, headers = {}) => fetch(f.server.url + path, { headers });
  try {
    const analyst = await person(sql, "analyst");
    const order = (args: Record<string, unknown>, who = analyst) =>
      f.ask(
        `mutation($hostId: ID, $userId: ID, $days: Int) {
          reportNow(hostId: $hostId, userId: $userId, days: $days) {
            report { id kind ready htmlPath host { name } user { pseudonym } createdBy }
            userErrors { code field } } }`,
        args,
        who,
      );
    const hosts = await f.ask(
      `{ hosts { edges { node { id } } } users { edges { node { id } } } }`,
    );
    const hostId = hosts.data.hosts.edges[0].node.id;
    const userId = hosts.data.users.edges[0].node.id;

    await t.step("what cannot be ordered comes back as data", async () => {
      const wrong: [Record<string, unknown>, string, string][] = [
        [{ days: 0 }, "OUT_OF_RANGE", "days"],
        [{ hostId, userId }, "CONFLICT", "userId"],
        [{ hostId: btoa("Host:00000000-0000-4000-8000-000000000009") }, "NOT_FOUND", "hostId"],
      ];
      for (const [args, code, field] of wrong) {
        const { report, userErrors } = (await order(args)).data.reportNow;
        assert.deepEqual([report, userErrors], [null, [{ code, field }]]);
      }
      const viewer = await person(sql, "viewer");
      assert.equal((await order({}, viewer)).errors![0].extensions.code, "FORBIDDEN");
    });

    await t.step(
      "an ordered report waits, is made by its job, and is read and printed",
      async () => {
        const { report } = (await order({ hostId, days: 3 })).data.reportNow;
        assert.deepEqual([report.kind, report.ready, report.host.name, report.user], [
          "host",
          false,
          "dc-001",
          null,
        ]);
        const waiting = await get(report.htmlPath, analyst);
        assert.equal(waiting.status, 404);
        assert.match((await waiting.json()).message, /not yet/);
        const [job] = await jobs.boss.fetch("report");
        await reportJob(f.database, job!.data as object, NOW);
        const { data } = await f.ask(
          `{ reports(kind: host) { edges { node { id ready content } } } }`,
          {},
          analyst,
        );
        const [{ node }] = data.reports.edges;
        assert.deepEqual([node.id, node.ready], [report.id, true]);
        assert.deepEqual(node.content.scope, { kind: "host", hostId: HOSTS[2]!.id });
        const browser = await session(sql, "viewer");
        const page = await get(report.htmlPath, browser);
        assert.match(page.headers.get("content-type")!, /^text\/html/);
        assert.match(page.headers.get("content-security-policy")!, /default-src 'none'/);
        assert.match(await page.text(), /dc-001/);
        const json = await get(report.htmlPath.replace(/html$/, "json"), browser);
        assert.deepEqual(await json.json(), node.content);
      },
    );

    await t.step(
      "nobody reads one without signing in, and paths made up lead nowhere",
      async () => {
        const { data } = await f.ask(`{ reports { edges { node { htmlPath } } } }`);
        const path = data.reports.edges[0].node.htmlPath;
        const stranger = await get(path);
        assert.equal(stranger.status, 401);
        await stranger.body?.cancel();
        for (const wrong of ["/reports/x.html", path + "x", "/reports/../v1/estate.html"]) {
          const response = await get(wrong, analyst);
          assert.equal(response.status, 404, wrong);
          await response.body?.cancel();
        }
      },
    );

    await t.step(
      "a report on a user is under the pseudonym, and is gone with the user",
      async () => {
        const { report } = (await order({ userId })).data.reportNow;
        const pseudonym = report.user.pseudonym;
        assert.ok(USERS.some(({ id }) => id === pseudonym));
        const [job] = await jobs.boss.fetch("report");
        await reportJob(f.database, job!.data as object, NOW);
        const text = await (await get(report.htmlPath, analyst)).text();
        for (const { name } of USERS) assert.ok(!text.includes(name), name);
        const officer = await person(sql, "privacyOfficer");
        await f.ask(
          `mutation($id: ID!) { eraseUserData(userId: $id, reason: "request of the person") {
          userErrors { code } } }`,
          { id: userId },
          officer,
        );
        const gone = await get(report.htmlPath, analyst);
        assert.equal(gone.status, 404);
        await gone.body?.cancel();
      },
    );
  } finally {
    await sql.end();
    await jobs.stop();
  }
});
