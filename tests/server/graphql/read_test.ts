import assert from "node:assert/strict";
import { fixture, HOSTS, HOURS, pOf, START, USERS } from "@/tests/server/fixture.ts";

const TOTAL = HOSTS.length * USERS.length * HOURS;

Deno.test("reading over GraphQL", async (t) => {
  await using f = await fixture();

  await t.step("hosts come by name, with their models", async () => {
    const { data, errors } = await f.ask(
      `{ hosts(first: 2) { edges { cursor node { id name criticality model { pooled windows figures } } }
         pageInfo { hasNextPage endCursor } } }`,
    );
    assert.equal(errors, undefined);
    assert.deepEqual(
      data.hosts.edges.map((edge: { node: { name: string } }) => edge.node.name),
      ["dc-001", "ws-001"],
    );
    assert.deepEqual(data.hosts.edges[0].node.model, {
      pooled: true,
      windows: 40,
      figures: { duel: "gan" },
    });
    assert.equal(data.hosts.pageInfo.hasNextPage, true);
    const next = await f.ask(
      `query($after: String) { hosts(after: $after) { edges { node { name } } pageInfo { hasNextPage } } }`,
      { after: data.hosts.pageInfo.endCursor },
    );
    assert.deepEqual(next.data.hosts.edges, [{ node: { name: "ws-002" } }]);
    assert.equal(next.data.hosts.pageInfo.hasNextPage, false);
  });

  for (const orderBy of ["STRANGEST", "NEWEST"]) {
    await t.step(`pages of scores by ${orderBy} hold every window once, in order`, async () => {
      const seen: { id: string; p: number; start: string }[] = [];
      for (let after: string | null = null;;) {
        const { data, errors } = await f.ask(
          `query($after: String) { scores(first: 47, after: $after, orderBy: ${orderBy}) {
             edges { node { id p start } } pageInfo { hasNextPage endCursor } } }`,
          { after },
        );
        assert.equal(errors, undefined);
        seen.push(...data.scores.edges.map((edge: { node: unknown }) => edge.node));
        if (!data.scores.pageInfo.hasNextPage) break;
        after = data.scores.pageInfo.endCursor;
      }
      assert.equal(seen.length, TOTAL);
      assert.equal(new Set(seen.map(({ id }) => id)).size, TOTAL);
      const key = ({ p, start }: typeof seen[0]) => orderBy === "NEWEST" ? -Date.parse(start) : p;
      for (let i = 1; i < TOTAL; i++) assert.ok(key(seen[i - 1]!) <= key(seen[i]!));
    });
  }

  await t.step("scores of a user in a time range are those and no others", async () => {
    const { data } = await f.ask(
      `{ users(orderBy: LAST_SEEN) { edges { node { id pseudonym } } } }`,
    );
    const bob = data.users.edges.map((edge: { node: unknown }) => edge.node)
      .find((user: { pseudonym: string }) => user.pseudonym === USERS[1]!.id);
    const range = {
      from: new Date(START + 2 * 3.6e6),
      to: new Date(START + 5 * 3.6e6),
      user: bob.id,
    };
    const scores = await f.ask(
      `query($user: ID, $from: DateTime, $to: DateTime) {
         scores(userId: $user, from: $from, to: $to) { edges { node { start p pseudonym host { name } } } } }`,
      range,
    );
    const nodes = scores.data.scores.edges.map((edge: { node: { start: string } }) => edge.node);
    assert.equal(nodes.length, 3 * HOSTS.length);
    for (const { start, p, host, pseudonym } of nodes) {
      const hour = (Date.parse(start) - START) / 3.6e6;
      assert.equal(pseudonym, USERS[1]!.id);
      assert.equal(p, pOf(HOSTS.findIndex(({ name }) => name === host.name), 1, hour));
    }
  });

  await t.step("anomalies say why, in sentences", async () => {
    const { data, errors } = await f.ask(
      `{ anomalies(first: 1) { edges { node { p explanation alert { state sentence }
           window { events features { value audited feature { name } baseline { p95 } } }
           contributions { share value usualLow usualHigh sentence feature { name techniques } } } } } }`,
    );
    assert.equal(errors, undefined);
    const [{ node }] = data.anomalies.edges;
    assert.equal(node.p, 0.0001);
    assert.match(node.explanation, /failed logons.*12.*2.*T1110/);
    assert.equal(node.contributions[0].feature.name, "logon_fail");
    assert.deepEqual([node.contributions[0].usualLow, node.contributions[0].usualHigh], [0, 2]);
    assert.equal(node.alert.state, "open");
    assert.equal(node.alert.sentence, node.explanation);
    assert.deepEqual(node.window.features.map((f: { feature: unknown }) => f.feature), [
      { name: "logon_fail" },
      { name: "proc_count" },
    ]);
    assert.deepEqual(node.window.features[0].baseline, { p95: 2 });
    assert.equal(node.window.features[1].baseline, null);
  });

  await t.step("users are ranked by risk, and filters narrow lists", async () => {
    const { data } = await f.ask(
      `{ users { edges { node { risk entityClass } } }
         admins: users(entityClass: admin, minRisk: 10) { edges { node { pseudonym } } }
         strange: anomalies(maxP: 0.001, entityClass: human) { edges { node { p } } } }`,
    );
    assert.deepEqual(data.users.edges.map((e: { node: { risk: number } }) => e.node.risk), [
      45.5,
      25.5,
      5.5,
    ]);
    assert.deepEqual(data.admins.edges, [{ node: { pseudonym: USERS[1]!.id } }]);
    assert.equal(data.strange.edges.length, HOSTS.length);
  });

  await t.step("peer groups are kinds of account with their risks", async () => {
    const { data } = await f.ask(`{ peerGroups { entityClass users medianRisk highRisk } }`);
    assert.deepEqual(data.peerGroups[0], {
      entityClass: "admin",
      users: 1,
      medianRisk: 25.5,
      highRisk: 25.5,
    });
    assert.equal(data.peerGroups.length, USERS.length);
  });

  await t.step("every object is found again by its global id", async () => {
    const { data } = await f.ask(
      `{ hosts(first: 1) { edges { node { id } } } users(first: 1) { edges { node { id } } }
         scores(first: 1) { edges { node { id window { id } } } } alerts(first: 1) { edges { node { id } } }
         models(first: 1) { edges { node { id } } } }`,
    );
    const ids = [data.hosts, data.users, data.scores, data.alerts, data.models]
      .map((list) => list.edges[0].node.id).concat(data.scores.edges[0].node.window.id);
    const nodes = await f.ask(
      `query($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }`,
      { ids },
    );
    assert.equal(nodes.errors, undefined);
    assert.deepEqual(
      nodes.data.nodes.map((node: { __typename: string }) => node.__typename),
      ["Host", "User", "Score", "Alert", "Model", "Window"],
    );
    assert.deepEqual(nodes.data.nodes.map((node: { id: string }) => node.id), ids);
  });

  await t.step("alerts are open cases from the first moment", async () => {
    const { data } = await f.ask(
      `{ alerts(state: open, orderBy: STRANGEST) { edges { node { p state label note assignee
           user { pseudonym } host { name } } } } closed: alerts(state: closed) { edges { node { id } } } }`,
    );
    assert.equal(data.alerts.edges.length, 9);
    assert.equal(data.alerts.edges[0].node.p, 0.0001);
    assert.deepEqual(data.closed.edges, []);
  });
});
