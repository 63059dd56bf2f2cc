import assert from "node:assert/strict";
import { connect, type Sql } from "@/db/open.ts";
import { refreshRisks } from "@/server/risk.ts";
import { type Fixture, fixture, HOSTS, USERS } from "@/tests/server/fixture.ts";
import { person } from "@/tests/server/people.ts";

async function firstAlert(f: Fixture) {
  const { data } = await f.ask(
    `{ alerts(orderBy: STRANGEST, first: 1) { edges { node { id user { id } host { id } } } } }`,
  );
  return data.alerts.edges[0].node;
}

/** Tables of which any row holds a text anywhere, the audit log aside. */
async function mentions(sql: Sql, text: string): Promise<string[]> {
  const tables = await sql<{ name: string }[]>`
    select tablename as name from pg_tables where schemaname = 'public' and tablename <> 'audit'`;
  const found = await Promise.all(tables.map(async ({ name }) => {
    const rows = await sql`select from ${sql(name)} as t where t::text like ${`%${text}%`} limit 1`;
    return rows.length > 0 ? [name] : [];
  }));
  return found.flat();
}

Deno.test("what people do over GraphQL", async (t) => {
  await using f = await fixture();
  const sql = connect(f.database.url, 1);
  try {
    const viewer = await person(sql, "viewer");
    const analyst = await person(sql, "analyst");
    const administrator = await person(sql, "administrator");
    const officer = await person(sql, "privacyOfficer");
    const second = await person(sql, "privacyOfficer", "second");
    const alert = await firstAlert(f);

    await t.step("a viewer reads, and is told what they lack", async () => {
      const { data } = await f.ask(`{ viewer { name permissions } }`, {}, viewer);
      assert.deepEqual(data.viewer, { name: "viewer (token test)", permissions: ["read"] });
      const refused = await f.ask(
        `mutation($id: ID!) { labelAlert(alertId: $id, label: falsePositive) { alert { id } } }`,
        { id: alert.id },
        viewer,
      );
      assert.equal(refused.errors![0].extensions.code, "FORBIDDEN");
      assert.match(refused.errors![0].message, /permission "triage"/);
      const audit = await f.ask(`{ audit { edges { node { id } } } }`, {}, viewer);
      assert.equal(audit.errors![0].extensions.code, "FORBIDDEN");
    });

    await t.step("a label's effect is shown before, then suppresses what it showed", async () => {
      const shown = await f.ask(
        `query($id: ID!) { labelPreview(alertId: $id) { alerts hidden hiddenOpen hiddenTruePositives
           alertsPerDayBefore alertsPerDayAfter features { name } } }`,
        { id: alert.id },
        analyst,
      );
      assert.equal(shown.errors, undefined);
      const { alertsPerDayBefore: before, alertsPerDayAfter: after, ...rest } =
        shown.data.labelPreview;
      assert.deepEqual(rest, {
        alerts: 9,
        hidden: 1,
        hiddenOpen: 1,
        hiddenTruePositives: 0,
        features: [{ name: "logon_fail" }],
      });
      assert.ok(Math.abs(before - 9 / 30) < 1e-9 && Math.abs(after - 8 / 30) < 1e-9);
      const done = await f.ask(
        `mutation($id: ID!) { labelAlert(alertId: $id, label: benignExpected, note: "migration", suppressDays: 7) {
           alert { state label note } userErrors { message } } }`,
        { id: alert.id },
        analyst,
      );
      assert.deepEqual(done.data.labelAlert, {
        alert: { state: "closed", label: "benignExpected", note: "migration" },
        userErrors: [],
      });
      const again = crypto.randomUUID();
      await sql`
        update scores set p = 0.00001 where host_id = ${HOSTS[0]!.id} and user_id = ${USERS[0]!.id}
          and window_start = '2026-11-02T16:00Z'`;
      await sql`
        insert into alerts values (${HOSTS[0]!.id}, ${again}, ${USERS[0]!.id}, '2026-11-02T16:00Z',
          0.00001, 9, now())`;
      const [raised] = await sql`select state from alert_cases where alert_id = ${again}`;
      assert.equal(raised!.state, "suppressed");
      const ended = await f.ask(
        `{ suppressions(inForce: true) { edges { node { id user { pseudonym } createdBy reason } } } }`,
      );
      const [{ node }] = ended.data.suppressions.edges;
      assert.equal(node.user.pseudonym, USERS[0]!.id);
      await f.ask(
        `mutation($id: ID!) { endSuppression(suppressionId: $id) { userErrors { code } } }`,
        {
          id: node.id,
        },
        analyst,
      );
      const none = await f.ask(`{ suppressions(inForce: true) { edges { node { id } } } }`);
      assert.deepEqual(none.data.suppressions.edges, []);
    });

    await t.step("what cannot be done comes back as data, and changes nothing", async () => {
      const ask = async (call: string, by = administrator) => {
        const { data, errors } = await f.ask(
          `mutation { ${call} { userErrors { code field } } }`,
          {},
          by,
        );
        assert.equal(errors, undefined, call);
        return Object.values<{ userErrors: { code: string }[] }>(data)[0]!.userErrors[0]?.code;
      };
      const [{ before }] = await sql`select count(*)::int as before from audit` as [
        { before: number },
      ];
      assert.equal(await ask(`setAlertBudget(perDay: -1)`), "OUT_OF_RANGE");
      assert.equal(await ask(`createSuppression(input: {}, reason: "x", days: 3)`), "TOO_WIDE");
      assert.equal(
        await ask(`createSuppression(input: {features: ["nonsense"]}, reason: "x", days: 3)`),
        "NOT_FOUND",
      );
      assert.equal(
        await ask(`createSuppression(input: {entityClass: human}, reason: "x", days: 9999)`),
        "OUT_OF_RANGE",
      );
      assert.equal(
        await ask(`createAccount(name: "eve", password: "short", roles: [viewer])`),
        "WEAK_PASSWORD",
      );
      assert.equal(
        await ask(`createApiToken(name: "t", permissions: [unmask], days: 3)`),
        "FORBIDDEN",
      );
      assert.equal(
        await ask(`setHostCriticality(hostId: "${alert.host.id}", criticality: 7)`),
        "OUT_OF_RANGE",
      );
      assert.equal(await ask(`retrainHosts(hostIds: ["${alert.host.id}"])`), "UNAVAILABLE");
      assert.equal(
        await ask(`unmaskUser(userId: "${alert.user.id}", reason: "why")`, officer),
        "INVALID_TEXT",
      );
      const [{ after }] = await sql`select count(*)::int as after from audit` as [
        { after: number },
      ];
      assert.equal(after, before);
    });

    await t.step("settings and criticality hold once set", async () => {
      const budget = await f.ask(
        `mutation { setAlertBudget(perDay: 9) { settings { alertsPerDay unmaskNeedsTwo } } }`,
        {},
        administrator,
      );
      assert.deepEqual(budget.data.setAlertBudget.settings, {
        alertsPerDay: 9,
        unmaskNeedsTwo: false,
      });
      const host = await f.ask(
        `mutation($id: ID!) { setHostCriticality(hostId: $id, criticality: 1.5) { host { criticality } } }`,
        { id: alert.host.id },
        administrator,
      );
      assert.equal(host.data.setHostCriticality.host.criticality, 1.5);
    });

    const unmask = `mutation($id: ID!) { unmaskUser(userId: $id, reason: "incident 2026-17") {
      request { id name } userErrors { code } } }`;

    await t.step(
      "a name opens for a privacy officer with a reason, and for no administrator",
      async () => {
        const refused = await f.ask(unmask, { id: alert.user.id }, administrator);
        assert.equal(refused.errors![0].extensions.code, "FORBIDDEN");
        const { data } = await f.ask(unmask, { id: alert.user.id }, officer);
        assert.equal(data.unmaskUser.request.name, "CORP\\ada");
        const { data: { audit } } = await f.ask(
          `{ audit(action: "unmaskUser") { edges { node { actor subject details } } } }`,
          {},
          officer,
        );
        assert.deepEqual(audit.edges[0].node, {
          actor: "privacyOfficer (token test)",
          subject: alert.user.id,
          details: { reason: "incident 2026-17" },
        });
        assert.ok(
          !JSON.stringify(await sql`select * from audit`).includes("ada"),
          "no name is logged",
        );
      },
    );

    await t.step("under the rule of two it needs another person, and opens once", async () => {
      await f.ask(
        `mutation { setUnmaskNeedsTwo(twoPersons: true) { userErrors { code } } }`,
        {},
        administrator,
      );
      const { data } = await f.ask(unmask, { id: alert.user.id }, officer);
      const { id, name } = data.unmaskUser.request;
      assert.equal(name, null);
      const step = async (call: string, by: { authorization: string }) =>
        (await f.ask(
          `mutation($id: ID!) { it: ${call}(requestId: $id) { request { name } userErrors { code } } }`,
          {
            id,
          },
          by,
        )).data.it;
      assert.equal((await step("openUnmask", officer)).userErrors[0].code, "CONFLICT");
      assert.equal((await step("approveUnmask", officer)).userErrors[0].code, "CONFLICT");
      assert.deepEqual((await step("approveUnmask", second)).userErrors, []);
      assert.equal((await step("openUnmask", second)).userErrors[0].code, "FORBIDDEN");
      assert.equal((await step("openUnmask", officer)).request.name, "CORP\\ada");
      assert.equal((await step("openUnmask", officer)).userErrors[0].code, "CONFLICT");
    });

    await t.step(
      "a token is shown once, works with what it was given, and ends at once",
      async () => {
        const made = await f.ask(
          `mutation { createApiToken(name: "siem", permissions: [read], days: 30) { secret } }`,
          {},
          analyst,
        );
        const siem = { authorization: `Bearer ${made.data.createApiToken.secret}` };
        assert.deepEqual(
          (await f.ask(`{ viewer { permissions } }`, {}, siem)).data.viewer.permissions,
          ["read"],
        );
        const [{ node }] =
          (await f.ask(`{ apiTokens { edges { node { id name } } } }`, {}, analyst))
            .data.apiTokens.edges;
        assert.equal(node.name, "siem");
        const stranger = await f.ask(
          `mutation($id: ID!) { revokeApiToken(tokenId: $id) { userErrors { code } } }`,
          { id: node.id },
          viewer,
        );
        assert.equal(stranger.data.revokeApiToken.userErrors[0].code, "NOT_FOUND");
        await f.ask(
          `mutation($id: ID!) { revokeApiToken(tokenId: $id) { done } }`,
          { id: node.id },
          analyst,
        );
        await new Promise((resolve) => setTimeout(resolve, 50));
        assert.equal((await f.ask(`{ viewer { name } }`, {}, siem)).status, 401);
      },
    );

    await t.step(
      "the last administrator stays, and a disabled account is out at once",
      async () => {
        const { data } = await f.ask(
          `{ accounts { edges { node { id name } } } }`,
          {},
          administrator,
        );
        const id = (name: string) =>
          data.accounts.edges.find((e: { node: { name: string } }) => e.node.name === name).node.id;
        const change = async (name: string, change: string) =>
          (await f.ask(
            `mutation($id: ID!) { changeAccount(accountId: $id, ${change}) { userErrors { code } } }`,
            { id: id(name) },
            administrator,
          )).data.changeAccount.userErrors[0]?.code;
        assert.equal(await change("administrator", "roles: [viewer]"), "CONFLICT");
        assert.equal(await change("viewer", "disabled: true"), undefined);
        await new Promise((resolve) => setTimeout(resolve, 50));
        assert.equal((await f.ask(`{ viewer { name } }`, {}, viewer)).status, 401);
      },
    );

    await t.step(
      "a user's data is exported whole, and erased everywhere but in the audit log",
      async () => {
        const call = (name: string) =>
          `mutation($id: ID!) { ${name}(userId: $id, reason: "request of the person") {
        userData { data } userErrors { code } } }`;
        const exported = await f.ask(call("exportUserData"), { id: alert.user.id }, officer);
        const { windows, scores, alerts, hosts } = exported.data.exportUserData.userData.data;
        assert.deepEqual([windows.length, scores.length, alerts.length, hosts.length], [
          120,
          120,
          4,
          3,
        ]);
        const user = USERS[0]!.id;
        await sql`
          insert into sketches (host_id, user_id, windows, hours, bytes, counted_from, counted_to)
          values (${HOSTS[0]!.id}, ${user}, 1, '{}', '', now(), now())`;
        await refreshRisks(sql, HOSTS.map(({ id }) => id));
        await sql`
          insert into reports (id, kind, "from", "to", state, content, created_by)
          values (gen_random_uuid(), 'week', now(), now(), 'done',
            ${sql.json({ strangest: [{ user, p: 0.001 }] })}, 'test')`;
        const before = await mentions(sql, user);
        for (const table of ["sketches", "host_risks", "reports", "users", "scores"]) {
          assert.ok(before.includes(table), `${table} should mention the user before`);
        }
        await f.ask(call("eraseUserData"), { id: alert.user.id }, officer);
        assert.deepEqual(await mentions(sql, user), []);
        const [{ left }] = await sql`select count(*)::int as left from vectors` as [
          { left: number },
        ];
        assert.equal(left, 240, "others' rows stay");
        const again = await f.ask(call("eraseUserData"), { id: alert.user.id }, officer);
        assert.equal(again.data.eraseUserData.userErrors[0].code, "NOT_FOUND");
      },
    );

    await t.step("an alert budget is previewed by the days it would have filled", async () => {
      const preview = async (perDay: number) => {
        const { data } = await f.ask(
          `query($perDay: Float) { alertBudgetPreview(perDay: $perDay) { alertsPerDay limitP complete
            days { day alerts } } }`,
          { perDay },
        );
        return data.alertBudgetPreview;
      };
      await sql`insert into settings values ('windowRate', '{"perDay": 1000}')`;
      const few = await preview(0.2);
      const left = await sql`
        select to_char(window_start at time zone 'UTC', 'YYYY-MM-DD') as day, count(*)::int as alerts
        from scores where p <= 0.0002 group by 1 order by 1 desc`;
      assert.deepEqual(few.days, [...left]);
      assert.deepEqual([few.alertsPerDay, few.limitP, few.complete], [0.2, 0.0002, true]);
      const all = await preview(10_000);
      const [{ scores }] = await sql`select count(*)::int as scores from scores`;
      assert.equal(
        all.days.reduce((n: number, day: { alerts: number }) => n + day.alerts, 0),
        scores,
      );
    });

    await t.step("retention is set by an administrator, within bounds", async () => {
      const set = (days: number, who: typeof viewer) =>
        f.ask(
          `mutation($days: Int!) { setRetention(kind: audit, days: $days) {
            settings { retention { kind days least } } userErrors { message } } }`,
          { days },
          who,
        );
      assert.equal((await set(400, analyst)).errors![0].extensions.code, "FORBIDDEN");
      const short = await set(30, administrator);
      assert.deepEqual(short.data.setRetention.userErrors, [
        { message: "audit are kept 365 to 3650 days: got 30." },
      ]);
      const { settings } = (await set(400, administrator)).data.setRetention;
      assert.deepEqual(settings.retention.find(({ kind }: { kind: string }) => kind === "audit"), {
        kind: "audit",
        days: 400,
        least: 365,
      });
    });

    await t.step("the audit log cannot be rewritten", async () => {
      await assert.rejects(sql`update audit set actor = 'nobody'`, /only added to/);
    });
  } finally {
    await sql.end();
  }
});
