import assert from "node:assert/strict";
import postgres from "postgres";
import { startEmbedded } from "@/db/embedded.ts";
import { connect, openDatabase } from "@/db/open.ts";
import { fill, LISTS, operationOf } from "@/bench/api.ts";
import {
  ALERT_ORDERS,
  alertsByStrangeness,
  alertsByTime,
} from "@/server/graphql/queries/alerts.ts";
import { HOST_ORDERS, hostsByLastSeen, hostsByName } from "@/server/graphql/queries/hosts.ts";
import { JOB_ORDER, jobs, MODEL_ORDER, models } from "@/server/graphql/queries/operations.ts";
import {
  SCORE_ORDERS,
  scoresByStrangeness,
  scoresByTime,
  WINDOW_ORDER,
  windowsOfHost,
} from "@/server/graphql/queries/scores.ts";
import {
  presences,
  USER_ORDERS,
  usersByLastSeen,
  usersByRisk,
} from "@/server/graphql/queries/users.ts";
import { readPage } from "@/server/graphql/keyset.ts";
import { loaders } from "@/server/graphql/loaders.ts";
import { schema } from "@/server/graphql/schema.ts";
import { PERMISSIONS } from "@/server/auth/permissions.ts";
import { graphql } from "graphql";

const HOST = "00000001-0000-4000-8000-000000000007";
const USER = "00000002-0000-4000-8000-000000000006";
const NONE = {
  hostId: null,
  userId: null,
  entityClass: null,
  members: null,
  from: null,
  to: null,
  maxP: null,
};
const NO_ALERT = {
  hostId: null,
  userId: null,
  state: null,
  label: null,
  assignee: null,
  from: null,
  to: null,
};
const from = new Date("2026-03-28T00:00:00Z");
const page = (order: Parameters<typeof readPage>[1]) => readPage({ first: 100 }, order);

/** Tables that grow with the estate. Sequential scans are switched off, so that one that is left has no index. */
const LARGE = new Set(["scores", "vectors", "alerts", "alert_cases", "users", "risks"]);

interface Plan {
  readonly "Node Type": string;
  readonly "Relation Name"?: string;
  readonly "Plan Rows": number;
  readonly Plans?: readonly Plan[];
}

function* nodes(plan: Plan): Iterable<Plan> {
  yield plan;
  for (const child of plan.Plans ?? []) yield* nodes(child);
}

function checkNode(node: Plan, query: string): void {
  const whole = node["Node Type"] === "Seq Scan" && LARGE.has(node["Relation Name"]!);
  assert.ok(!whole, `reads all of ${node["Relation Name"]}: ${query}`);
  const sorts = node["Node Type"] === "Sort" && node["Plan Rows"] > 5_000;
  assert.ok(!sorts, `sorts many rows: ${query}`);
}

Deno.test("every list goes by an index on a database of many rows", async (t) => {
  const folder = await Deno.makeTempDir({ prefix: "habit-plans-" });
  await using embedded = await startEmbedded(folder);
  await (await openDatabase(embedded.url)).close();
  const statements: { query: string; parameters: unknown[] }[] = [];
  const sql = postgres(embedded.url, {
    max: 1,
    onnotice() {},
    connection: { plan_cache_mode: "force_custom_plan", enable_seqscan: "off" },
    debug: (_, query, parameters) => statements.push({ query, parameters }),
  });
  try {
    const filler = connect(embedded.url, 1);
    await fill(filler, 20_000);
    await filler.end();
    const strangest = page(SCORE_ORDERS.STRANGEST);
    const newest = page(SCORE_ORDERS.NEWEST);
    const lists: Record<string, () => PromiseLike<unknown>> = {
      "anomalies": () => scoresByStrangeness(sql, NONE, strangest),
      "anomalies of a class": () =>
        scoresByStrangeness(sql, { ...NONE, entityClass: "admin" }, strangest),
      "anomalies of a host": () => scoresByStrangeness(sql, { ...NONE, hostId: HOST }, strangest),
      "anomalies below p": () => scoresByStrangeness(sql, { ...NONE, maxP: 1e-4 }, strangest),
      "the next page of anomalies": () =>
        scoresByStrangeness(sql, NONE, {
          ...strangest,
          after: ["0.001", "-0.5", HOST, "2026-03-01T00:00:00.000Z", USER],
        }),
      "scores of a user in a range": () =>
        scoresByTime(sql, { ...NONE, userId: USER, from }, newest),
      "newest scores": () => scoresByTime(sql, NONE, newest),
      "windows of a host": () => windowsOfHost(sql, HOST, { ...NONE, from }, page(WINDOW_ORDER)),
      "users by risk": () => usersByRisk(sql, { ...NONE, minRisk: null }, page(USER_ORDERS.RISK)),
      "users of a class": () =>
        usersByRisk(sql, { ...NONE, entityClass: "admin", minRisk: 50 }, page(USER_ORDERS.RISK)),
      "users by activity": () =>
        usersByLastSeen(sql, { ...NONE, minRisk: null }, page(USER_ORDERS.LAST_SEEN)),
      "hosts of a user": () => presences(sql, USER),
      "hosts by name": () => hostsByName(sql, {}, page(HOST_ORDERS.NAME)),
      "hosts by activity": () => hostsByLastSeen(sql, {}, page(HOST_ORDERS.LAST_SEEN)),
      "open alerts": () =>
        alertsByTime(sql, { ...NO_ALERT, state: "open" }, page(ALERT_ORDERS.NEWEST)),
      "strangest alerts": () => alertsByStrangeness(sql, NO_ALERT, page(ALERT_ORDERS.STRANGEST)),
      "alerts of a user": () =>
        alertsByTime(sql, { ...NO_ALERT, userId: USER }, page(ALERT_ORDERS.NEWEST)),
      "models": () => models(sql, { hostId: null, active: null, pooled: null }, page(MODEL_ORDER)),
      "jobs": () => jobs(sql, { queue: null, running: null }, page(JOB_ORDER)),
    };
    const context = {
      sql,
      principal: { permissions: new Set(Object.keys(PERMISSIONS)) },
    };
    for (const [name, query] of LISTS) {
      lists[`the console's ${name}`] = async () => {
        const { errors } = await graphql({
          schema,
          source: operationOf(query),
          contextValue: { ...context, loaders: loaders(sql) },
        });
        assert.deepEqual(errors, undefined);
      };
    }
    for (const [name, list] of Object.entries(lists)) {
      await t.step(name, async () => {
        statements.length = 0;
        await list();
        assert.ok(statements.length > 0);
        for (const { query, parameters } of statements.splice(0)) {
          const [row] = await sql.unsafe(`explain (format json) ${query}`, parameters as never[]);
          const plan = (row!["QUERY PLAN"] as [{ Plan: Plan }])[0].Plan;
          for (const node of nodes(plan)) checkNode(node, query);
        }
      });
    }
  } finally {
    await sql.end();
    await embedded.stop();
    await Deno.remove(folder, { recursive: true }).catch(() => {});
  }
});
