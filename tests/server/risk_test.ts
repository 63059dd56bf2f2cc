import assert from "node:assert/strict";
import { connect } from "@/db/open.ts";
import { DRIFT, EVEN_ODDS, HALF_LIFE_DAYS } from "@/models/risk.ts";
import { refreshRisks } from "@/server/risk.ts";
import { fixture, HOSTS, HOURS, START, USERS } from "@/tests/server/fixture.ts";

Deno.test("risks follow scores, say why, and decay for who is quiet", async () => {
  await using f = await fixture();
  const sql = connect(f.database.url, 2);
  try {
    await refreshRisks(sql, HOSTS.map(({ id }) => id));
    const { data } = await f.ask(
      `{ users { edges { node { pseudonym risk hostCount entityClass
           riskReasons { day p share windows host { name } } } } } }`,
    );
    const nodes = data.users.edges.map((edge: { node: unknown }) => edge.node);
    assert.equal(nodes.length, USERS.length);
    assert.equal(nodes[0].pseudonym, USERS[0]!.id, "ada has the smallest p-value");
    const [reason] = nodes[0].riskReasons;
    assert.deepEqual({ ...reason, share: 0 }, {
      day: "2026-11-02",
      p: 0.0001,
      share: 0,
      windows: 16 * HOSTS.length,
      host: { name: "ws-001" },
    });
    assert.equal(nodes[0].hostCount, HOSTS.length);
    assert.ok(nodes[0].risk > 1);

    // Thirty hours later somebody else is scored.
    const later = new Date(START + HOURS * 3.6e6 - 3.6e6 + 30 * 3.6e6);
    await sql`
      insert into users values (${HOSTS[0]!.id}, '00000009-0000-4000-8000-000000000000', 'human',
        '', ${later}, ${later})`;
    await sql`
      insert into scores
      select host_id, ${later}, '00000009-0000-4000-8000-000000000000', model_id, score, 0.5,
        confidence, top_columns, top_shares, top_low, top_high
      from scores limit 1`;
    // No reasons show that ada's row below was not recomputed; odds of 1 leave something after a day.
    await sql`update risks set reasons = '[]', risk = 50`;
    await sql`delete from users where host_id = ${HOSTS[0]!.id} and user_id = ${USERS[0]!.id}`;
    await refreshRisks(sql, [HOSTS[0]!.id]);
    const [ada] = await sql`select risk, reasons from risks where user_id = ${USERS[0]!.id}`;
    assert.deepEqual(ada!.reasons, []);
    const kept = 2 ** (-30 / 24 / HALF_LIFE_DAYS);
    const quiet = DRIFT / EVEN_ODDS * (1 - kept) / (1 - 2 ** (-1 / HALF_LIFE_DAYS));
    const odds = ada!.risk / (100 - ada!.risk);
    assert.ok(odds > 0 && Math.abs(odds - (kept - quiet)) < 0.001, `${odds}`);
  } finally {
    await sql.end();
  }
});
