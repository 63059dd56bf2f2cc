import assert from "node:assert/strict";
import fc from "fast-check";
import { connect as tcp } from "node:net";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { globalId } from "@/server/graphql/builder.ts";
import { schema } from "@/server/graphql/schema.ts";
import { fixture, HOSTS, TOKEN } from "@/tests/server/fixture.ts";
import { operation } from "./operations.ts";

const LEAK = /node_modules|\.ts:|postgres|select |\bat [A-Z]\w*\./i;

Deno.test("abuse is answered with the right status, a clear message, and nothing of our insides", async (t) => {
  await using f = await fixture();
  const { url } = f.server;
  const bearer = { authorization: `Bearer ${TOKEN}` };
  const send = async (init: RequestInit & { path?: string }) => {
    const response = await fetch(url + (init.path ?? "/graphql"), { method: "POST", ...init });
    const text = await response.text();
    assert.ok(!LEAK.test(text), text);
    return { status: response.status, text };
  };
  const asJson = { ...bearer, "content-type": "application/json" };

  const refused: [string, string, RegExp][] = [
    [
      "nesting",
      `{ ${"node(id: 1) { id ... on Host { model { host { ".repeat(6)} id ${"} } } }".repeat(6)} }`,
      /depth|cost/i,
    ],
    [
      "5000 aliases",
      `{ ${Array.from({ length: 5000 }, (_, i) => `a${i}: viewer { name }`).join(" ")} }`,
      /too-large/,
    ],
    [
      "100 aliases",
      `{ ${Array.from({ length: 100 }, (_, i) => `a${i}: viewer { name }`).join(" ")} }`,
      /alias/i,
    ],
    ["20000 directives", `{ viewer { name ${"@a ".repeat(20_000)} } }`, /token|directive/i],
    ["60 directives", `{ viewer { name ${"@include(if: true) ".repeat(60)} } }`, /directive/i],
    ["60000 braces", "{".repeat(60_000), /token|syntax/i],
    [
      "a fragment cycle",
      `{ viewer { ...A } } fragment A on Viewer { ...B } fragment B on Viewer { ...A }`,
      /itself/,
    ],
    [
      "a costly list",
      `{ users(first: 500) { edges { node { hosts { firstSeen lastSeen host { id name criticality lastSeen } } } } } }`,
      /cost more than/,
    ],
    [
      "lists of lists by variables",
      `query($n: Int) { all: anomalies(first: 500) { edges { node { window { features { value } } } } } anomalies(first: $n) { edges { node { window { features(nonZero: false) { baseline { feature { name } } } } user { hosts { host { name } } } } } } }`,
      /cost more than/,
    ],
    ["a field that is not there", `{ viewer { nam } }`, /Cannot query field .{1,2}nam/],
    ["first below 0", `{ hosts(first: -1) { edges { cursor } } }`, /between 0 and 500/],
    ["a huge first", `{ hosts(first: 100000000) { edges { cursor } } }`, /between 0 and 500/],
    ["a cursor made up", `{ hosts(after: "abc") { edges { cursor } } }`, /endCursor/],
    [
      "another list's cursor",
      `{ hosts(after: "${
        Buffer.from('["user-risk","1","00000000-0000-4000-8000-000000000000"]').toString(
          "base64url",
        )
      }") { edges { cursor } } }`,
      /endCursor/,
    ],
    [
      "SQL in a cursor",
      `{ users(after: "${
        Buffer.from(`["user-risk","1; drop table risks","00000000-0000-4000-8000-000000000000"]`)
          .toString("base64url")
      }") { edges { cursor } } }`,
      /endCursor/,
    ],
    [
      "a number beyond its type in a cursor",
      `{ users(after: "${
        Buffer.from(`["user-risk","1e300","00000000-0000-4000-8000-000000000000"]`).toString(
          "base64url",
        )
      }") { edges { cursor } } }`,
      /endCursor/,
    ],
    [
      "a forged id",
      `{ node(id: "SG9zdDonOyBkcm9wIHRhYmxlIGhvc3RzOyAtLQ==") { id } }`,
      /not the id of a Host/,
    ],
    [
      "an id of another type",
      `{ user(id: "${globalId("Host", HOSTS[0]!.id)}") { id } }`,
      /not the id of a User/,
    ],
    [
      "a day that is not there",
      `{ scores(from: "2026-02-31T25:00:00Z") { edges { cursor } } }`,
      /A time is written as/,
    ],
    ["a wrong enum", `{ users(orderBy: NAME) { edges { cursor } } }`, /does not exist|NAME/],
    [
      "a mutation as a query",
      `query { setAlertBudget(perDay: 1) { settings { alertsPerDay } } }`,
      /Cannot query field/,
    ],
  ];
  for (const [what, query, message] of refused) {
    await t.step(what, async () => {
      const before = performance.now();
      const { text, status } = await send({ headers: asJson, body: JSON.stringify({ query }) });
      assert.match(text, message);
      assert.ok(status === 200 || status === 400 || status === 413, String(status));
      assert.ok(!/INTERNAL_SERVER_ERROR|Did you mean/.test(text), text);
      assert.ok(performance.now() - before < 2_000, "answered soon");
    });
  }

  await t.step("without a token there is nothing, not even the schema", async () => {
    const { status, text } = await send({
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ query: "{ __schema { types { name } } }" }),
    });
    assert.equal(status, 401);
    assert.match(text, /Authorization: Bearer/);
  });

  await t.step(
    "bodies: too large, broken, wrong type, batched, from a form, from another site",
    async () => {
      const query = JSON.stringify({ query: "{ viewer { name } }" });
      const status = async (init: RequestInit) => (await send(init)).status;
      assert.equal(await status({ headers: asJson, body: "x".repeat(30 << 20) }), 413);
      assert.equal(await status({ headers: asJson, body: `{"query":` }), 400);
      assert.equal(await status({ headers: asJson, body: `[${query},${query}]` }), 400);
      assert.equal(
        await status({ headers: { ...bearer, "content-type": "text/plain" }, body: query }),
        415,
      );
      const cookie = { cookie: "habit=habit_session_x" };
      const form = { ...cookie, "content-type": "application/x-www-form-urlencoded" };
      assert.equal(await status({ headers: form, body: "query={viewer{name}}" }), 401);
      const foreign = await fetch(`${url}/graphql`, {
        method: "POST",
        headers: { ...asJson, origin: "https://evil.example" },
        body: query,
      });
      assert.equal(foreign.headers.get("access-control-allow-origin"), null);
      await foreign.body?.cancel();
    },
  );

  await t.step("a GET cannot change anything, and other methods say which are taken", async () => {
    const query = encodeURIComponent(
      "mutation { setAlertBudget(perDay: 1) { settings { alertsPerDay } } }",
    );
    const get = await send({ method: "GET", path: `/graphql?query=${query}`, headers: bearer });
    assert.equal(get.status, 405);
    const response = await fetch(`${url}/graphql`, { method: "DELETE", headers: bearer });
    assert.deepEqual([response.status, response.headers.get("allow")], [405, "GET, POST"]);
    await response.body?.cancel();
  });

  await t.step(
    "NUL bytes, lone surrogates and prototype names are text like any other",
    async () => {
      for (const text of ["\0", "\ud800", "__proto__", "'; drop table hosts; --", "%", "\u202e"]) {
        const { status, data, errors } = await f.ask(
          `query($text: String) { hosts(nameContains: $text) { edges { node { name } } } }`,
          { text, __proto__: { text: "ws" }, constructor: 1 },
        );
        assert.equal(status, 200);
        if (errors) {
          assert.equal(
            errors[0].extensions.code,
            "BAD_USER_INPUT",
            JSON.stringify(errors),
          );
        } else assert.deepEqual(data.hosts.edges, []);
      }
      assert.equal(
        (await f.ask(`{ hosts { edges { node { name } } } }`)).data.hosts.edges.length,
        3,
      );
    },
  );

  await t.step("a body that never ends is given up, and others go on", async () => {
    const { hostname, port } = new URL(url);
    const slow = tcp(Number(port), hostname);
    slow.on("error", () => {});
    slow.write(
      `POST /graphql HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${TOKEN}\r\n` +
        `content-type: application/json\r\ncontent-length: 1000\r\n\r\n{`,
    );
    assert.equal((await f.ask(`{ viewer { name } }`)).status, 200);
    await new Promise((resolve) => slow.end(() => slow.destroy()).once("close", resolve));
  });

  await t.step("of several operations the one that is named runs", async () => {
    const query = `query A { viewer { name } } query B { features { index } }
      mutation C { noteAlert(alertId: "x", note: "") { userErrors { code } } }`;
    for (const [operationName, field] of [["A", "viewer"], ["B", "features"], ["A", "viewer"]]) {
      const { text } = await send({
        headers: asJson,
        body: JSON.stringify({ query, operationName }),
      });
      assert.deepEqual(Object.keys(JSON.parse(text).data), [field]);
    }
  });

  for (
    const [what, root, seed] of [
      ["queries", schema.getQueryType()!, 7],
      ["mutations", schema.getMutationType()!, 8],
    ] as const
  ) {
    await t.step(`random ${what} from the schema never reach our insides`, async () => {
      const answered = new Set<string>();
      await fc.assert(
        fc.asyncProperty(fc.infiniteStream(fc.nat()), async (stream) => {
          const query = operation(root, () => stream.next().value!);
          const { status, text } = await send({ headers: asJson, body: JSON.stringify({ query }) });
          assert.ok(status === 200 || status === 400, `${status} ${query} ${text}`);
          assert.ok(!text.includes("INTERNAL_SERVER_ERROR"), `${query}\n${text}`);
          for (const name of Object.keys(JSON.parse(text).data ?? {})) answered.add(name);
        }),
        { numRuns: 200, seed },
      );
      const share = answered.size / Object.keys(root.getFields()).length;
      assert.ok(share > 0.5, `only ${[...answered]} were ever valid`);
    });
  }

  await t.step("all of it, again and again, leaves memory as it was", async () => {
    const round = () =>
      Promise.all(
        refused.map(([, query]) => send({ headers: asJson, body: JSON.stringify({ query }) })),
      );
    for (let i = 0; i < 5; i++) await round(); // caches fill, code is compiled
    const before = heapBytes();
    for (let i = 0; i < 30; i++) await round();
    const more = heapBytes() - before;
    assert.ok(more < 4 << 20, `${more} bytes more`); // 30 rounds bring 16 MB of bodies
  });
});

/** Bytes of live objects, whatever the collector has left lying about. */
function heapBytes(): number {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
  return Deno.memoryUsage().heapUsed;
}
