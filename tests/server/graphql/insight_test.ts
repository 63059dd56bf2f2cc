import assert from "node:assert/strict";
import { connect } from "@/db/open.ts";
import { refreshRisks } from "@/server/risk.ts";
import { fixture, HOSTS, HOURS, pOf, START, USERS } from "@/tests/server/fixture.ts";

const hour = (ms: number) => ms / 3.6e6;

Deno.test("what the console shows beside lists", async (t) => {
  await using f = await fixture();
  const sql = connect(f.database.url, 2);
  try {
    await refreshRisks(sql, HOSTS.map(({ id }) => id));
    const first = await f.ask(`{ users { edges { node { id pseudonym } } }
      hosts(orderBy: NAME) { edges { node { id name } } } }`);
    const ids = new Map<string, string>();
    for (const { node } of first.data.users.edges) ids.set(node.pseudonym, node.id);
    for (const { node } of first.data.hosts.edges) ids.set(node.name, node.id);
    const userId = ids.get(USERS[0]!.id)!;

    await t.step("a timeline holds each hour's strangest p-value over hosts", async () => {
      const query = `query ($userId: ID, $hostId: ID, $points: Int) {
        timeline(userId: $userId, hostId: $hostId, points: $points) { hours strangeness scored } }`;
      const { data } = await f.ask(query, { userId });
      const { hours, strangeness, scored } = data.timeline;
      assert.equal(scored, HOURS);
      assert.deepEqual(hours, Array.from({ length: HOURS }, (_, i) => hour(START) + i));
      const expected = hours.map((_: number, i: number) =>
        Math.round(-Math.log10(Math.min(...HOSTS.map((_, h) => pOf(h, 0, i)))) * 1e3) / 1e3
      );
      assert.deepEqual(strangeness, expected);

      const thin = (await f.ask(query, { userId, points: 5 })).data.timeline;
      assert.equal(thin.hours.length, 5);
      assert.equal(thin.scored, HOURS);
      assert.ok(thin.hours.includes(hour(START) + 7), "the strangest hour stays");
      assert.equal(Math.max(...thin.strangeness), Math.max(...strangeness));

      const { errors } = await f.ask(query, {});
      assert.equal(errors![0].extensions.code, "BAD_USER_INPUT");
    });

    await t.step("hosts rank by the part of a user's risk that happened there", async () => {
      const { data } = await f.ask(`{
        hosts(orderBy: RISK) { edges { node { name risk
          riskReasons { day p user { pseudonym } } history { windows needed since } } } }
        users { edges { node { pseudonym risk riskReasons { share host { name } } } } } }`);
      const hosts = data.hosts.edges.map((edge: { node: unknown }) => edge.node);
      const risks = hosts.map(({ risk }: { risk: number }) => risk);
      assert.deepEqual(risks, risks.toSorted((a: number, b: number) => b - a));
      for (const { name, risk } of hosts) {
        const parts = data.users.edges.map(({ node }: {
          node: { risk: number; riskReasons: { share: number; host: { name: string } }[] };
        }) =>
          node.riskReasons.filter(({ host }) => host.name === name)
            .reduce((sum, { share }) => sum + share * node.risk, 0)
        );
        assert.ok(Math.abs(risk - Math.max(...parts)) < 1e-3, name);
      }
      const host = hosts.find(({ name }: { name: string }) => name === "ws-001");
      assert.deepEqual(host.riskReasons[0], {
        day: "2026-11-02",
        p: 0.0001,
        user: { pseudonym: USERS[0]!.id },
      });
      assert.equal(host.history.since, new Date(START).toISOString());
      const next = await f.ask(`{ hosts(orderBy: RISK, first: 2) { pageInfo { endCursor } } }`);
      const rest = await f.ask(
        `query ($after: String) {
        hosts(orderBy: RISK, after: $after) { edges { node { name } } } }`,
        {
          after: next.data.hosts.pageInfo.endCursor,
        },
      );
      assert.deepEqual(
        rest.data.hosts.edges.map((edge: { node: { name: string } }) => edge.node.name),
        [hosts[2].name],
      );
    });

    await t.step("a user's habits: hours of the week, peers, and what changed", async () => {
      const hours = new Array(168).fill(0);
      hours[9] = 5;
      for (const { id } of HOSTS.slice(0, 2)) {
        await sql`
          insert into sketches values (${id}, ${
          USERS[0]!.id
        }, 5, ${hours}::int[], '', now(), now())`;
      }
      await sql`
        insert into users
        select host_id, '0000000a-0000-4000-8000-000000000000', 'human', '', first_seen, last_seen
        from users where user_id = ${USERS[0]!.id} limit 2`;
      await sql`
        insert into risks
        select '0000000a-0000-4000-8000-000000000000', entity_class, 99, 2, last_seen, '[]'
        from risks where user_id = ${USERS[0]!.id}`;
      const { data } = await f.ask(
        `query ($id: ID!) { user(id: $id) { hoursOfWeek riskierPeers changes { t }
          peers { sharedHosts user { pseudonym } } } }`,
        { id: userId },
      );
      assert.equal(data.user.hoursOfWeek.length, 168);
      assert.equal(data.user.hoursOfWeek[9], 10);
      assert.deepEqual(data.user.peers, [{
        sharedHosts: 2,
        user: { pseudonym: "0000000a-0000-4000-8000-000000000000" },
      }]);
      assert.equal(data.user.riskierPeers, 1);
      assert.deepEqual(data.user.changes, [], "all hours are of one week");
    });

    await t.step("how far to believe a host: its audit, and its p-values", async () => {
      const { data } = await f.ask(
        `query ($id: ID!) { host(id: $id) { calibration(days: 7) { p share }
          channels { name audited columns } } }`,
        { id: ids.get("ws-001") },
      );
      const { calibration, channels } = data.host;
      assert.equal(channels.length, 16);
      assert.ok(channels.every(({ audited }: { audited: boolean }) => audited));
      const ps = USERS.flatMap((_, u) => Array.from({ length: HOURS }, (_, i) => pOf(0, u, i)));
      for (const { p, share } of calibration) {
        assert.equal(share, ps.filter((it) => it <= p).length / ps.length, `at ${p}`);
      }
    });

    await t.step("techniques that are covered, and those that alerts showed", async () => {
      const { data } = await f.ask("{ techniques { id alerts latest columns { name } } }");
      const byId = new Map<string, { alerts: number; latest: string; columns: { name: string }[] }>(
        data.techniques.map((row: { id: string }) => [row.id, row]),
      );
      const guessing = byId.get("T1110")!;
      assert.ok(guessing.columns.some(({ name }) => name === "logon_fail"));
      assert.equal(guessing.alerts, 9, "logon_fail is first in each of the alerts");
      assert.equal(guessing.latest, new Date(START + 7 * 3.6e6).toISOString());
      assert.equal(byId.get("T1558.003")!.alerts, 0);
    });

    await t.step("gaps in a host's latest week", async () => {
      await sql`delete from vectors where host_id = ${HOSTS[0]!.id}
        and window_start = ${new Date(START + 5 * 3.6e6)}`;
      const { data } = await f.ask(`{ hosts { edges { node { recent { hours span latest } } } } }`);
      const latest = new Date(START + (HOURS - 1) * 3.6e6).toISOString();
      const recent = data.hosts.edges.map((edge: { node: { recent: unknown } }) =>
        edge.node.recent
      );
      const whole = { hours: HOURS, span: HOURS, latest };
      assert.deepEqual(recent, [whole, { ...whole, hours: HOURS - 1 }, whole]);
    });

    await t.step("the estate in numbers", async () => {
      const { data } = await f.ask(`{ overview { hosts users agents hostsLearning standIns
        openAlerts windowsInDay strangestInDay latest } }`);
      assert.deepEqual(data.overview, {
        hosts: 3,
        users: USERS.length + 1,
        agents: 0,
        hostsLearning: 0,
        standIns: 1,
        openAlerts: 9,
        windowsInDay: 24 * 9,
        strangestInDay: Math.min(
          ...HOSTS.flatMap((_, h) =>
            USERS.flatMap((_, u) => Array.from({ length: 24 }, (_, i) => pOf(h, u, HOURS - 1 - i)))
          ),
        ),
        latest: new Date(START + (HOURS - 1) * 3.6e6).toISOString(),
      });
    });
  } finally {
    await sql.end();
  }
});
