import assert from "node:assert/strict";
import { connect } from "@/db/open.ts";
import { forget, RETENTION, retention } from "@/server/privacy/retention.ts";
import { fixture, HOSTS, START, USERS } from "@/tests/server/fixture.ts";

const DAY_MS = 86_400_000;

/**
 * How every table comes to forget: by retention of a kind, by what it hangs on, by its own rule, or
 * never, because it holds no more than the estate and its people of today. A new table must be here.
 */
const TABLES: Record<string, keyof typeof RETENTION | "own rule" | "present state"> = {
  vectors: "vectors",
  scores: "scores",
  alerts: "alerts",
  alert_cases: "alerts",
  labels: "alerts",
  deliveries: "alerts",
  suppressions: "alerts",
  users: "users",
  baselines: "users",
  sketches: "users",
  risks: "users",
  unmask_requests: "users",
  models: "models",
  fleet_models: "models",
  job_progress: "jobs",
  reports: "reports",
  audit: "audit",
  sessions: "own rule", // 12 hours
  one_time_codes: "own rule", // until they expire
  nonces: "own rule", // 15 minutes, server/auth/agents.ts
  host_risks: "own rule", // 30 days of scores, server/risk.ts
  accounts: "present state",
  agents: "present state",
  api_tokens: "present state",
  enrolment_tokens: "present state",
  export_targets: "present state",
  hosts: "present state",
  ledger: "present state",
  settings: "present state",
};

/** Puts something of one old day into every table that retention empties. */
async function fill(sql: ReturnType<typeof connect>): Promise<void> {
  const at = new Date(START);
  const [{ alert, host }] = await sql`
    select alert_id as alert, host_id as host from alerts limit 1` as [
    { alert: string; host: string },
  ];
  const person = USERS[0]!.id;
  const target = crypto.randomUUID();
  await sql`insert into labels (id, host_id, alert_id, label, created_by)
    values (gen_random_uuid(), ${host}, ${alert}, 'falsePositive', 'x')`;
  await sql`insert into export_targets (id, name, kind, url, created_by)
    values (${target}, 'x', 'webhook', 'https://x', 'x')`;
  await sql`insert into deliveries (id, target_id, host_id, alert_id)
    values (gen_random_uuid(), ${target}, ${host}, ${alert})`;
  await sql`insert into suppressions (id, columns, reason, created_by, expires_at)
    values (gen_random_uuid(), '{}', 'x', 'x', ${at})`;
  await sql`insert into sketches (host_id, user_id, windows, hours, bytes, counted_from, counted_to)
    values (${HOSTS[0]!.id}, ${person}, 1, '{}', '', ${at}, ${at})`;
  await sql`insert into unmask_requests (id, user_id, reason, requested_by, expires_at)
    values (gen_random_uuid(), ${person}, 'x', 'x', ${at})`;
  await sql`update models set active = false`;
  await sql`insert into fleet_models
    values (gen_random_uuid(), 1, 1, 1, '', '{}', ${at}, ${at}, ${at}, false)`;
  await sql`insert into job_progress
    values (gen_random_uuid(), 'train', 1, 1, '', ${at}, ${at}, ${at})`;
  await sql`insert into reports (id, kind, "from", "to", state, created_by, created_at)
    values (gen_random_uuid(), 'week', ${at}, ${at}, 'done', 'x', ${at})`;
  await sql`insert into audit (id, at, actor, action, details)
    values (gen_random_uuid(), ${at}, 'x', 'y', '{}')`;
}

Deno.test("retention", async (t) => {
  await using f = await fixture();
  const sql = connect(f.database.url, 1);
  const rows = async (table: string) => {
    const [row] = await sql`select count(*)::int as n from ${sql(table)}` as [{ n: number }];
    return row.n;
  };
  try {
    await fill(sql);
    const tables = (await sql<{ name: string }[]>`
      select tablename as name from pg_tables
      where schemaname = 'public' and tablename !~ '^vectors_'
      union select 'vectors'`).map(({ name }) => name);

    await t.step("says of every table how it forgets", () => {
      assert.deepEqual(tables.toSorted(), Object.keys(TABLES).toSorted());
    });

    await t.step("keeps what is not past its days", async () => {
      const gone = await forget(f.database.sql, START + 34 * DAY_MS);
      assert.deepEqual(Object.values(gone).filter((count) => count > 0), []);
    });

    await t.step("forgets each kind after its own days, and nothing else", async () => {
      const kinds = Object.keys(RETENTION) as (keyof typeof RETENTION)[];
      for (const kind of kinds) {
        const value = Object.fromEntries(kinds.map((each) => [each, each === kind ? 40 : 3_650]));
        await sql`insert into settings values ('retention', ${sql.json(value)})
          on conflict (name) do update set value = excluded.value`;
        assert.equal((await retention(sql))[kind], 40);
        const of = (each: string) => tables.filter((table) => TABLES[table] === each);
        const others = kinds.filter((each) => each !== kind).flatMap(of);
        const before = await Promise.all(others.map(rows));
        for (const table of of(kind)) assert.ok(await rows(table) > 0, `${table} holds nothing`);
        const gone = await forget(f.database.sql, START + 60 * DAY_MS);
        assert.ok(gone[kind] > 0, kind);
        for (const table of of(kind)) assert.equal(await rows(table), 0, `${kind}: ${table}`);
        assert.deepEqual(await Promise.all(others.map(rows)), before, `${kind} took more`);
      }
    });
  } finally {
    await sql.end();
  }
});
