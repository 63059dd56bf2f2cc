import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { parse, validate } from "graphql";
import { connect } from "@/db/open.ts";
import { readOperations } from "@/server/graphql/persisted.ts";
import { schema } from "@/server/graphql/schema.ts";
import { fixture } from "@/tests/server/fixture.ts";
import { person, session as signIn } from "@/tests/server/people.ts";

const DOCUMENT =
  "query Who($first: Int) { viewer { name } hosts(first: $first) { edges { node { name } } } }";
const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const byHash = (sha256Hash: string) => ({ persistedQuery: { version: 1, sha256Hash } });

Deno.test("persisted operations", async (t) => {
  await using f = await fixture({ operations: new Map([[sha256(DOCUMENT), DOCUMENT]]) });
  const sql = connect(f.database.url, 1);
  const post = async (body: unknown, headers: Record<string, string>) => {
    const response = await fetch(`${f.server.url}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-habit": "1", ...headers },
      body: JSON.stringify(body),
    });
    return { status: response.status, ...await response.json() };
  };
  try {
    const token = await person(sql, "viewer");
    const session = await signIn(sql, "analyst");

    await t.step("run by their hash, for sessions and tokens", async () => {
      for (const who of [session, token]) {
        const body = { extensions: byHash(sha256(DOCUMENT)), variables: { first: 1 } };
        const { status, data } = await post(body, who);
        assert.equal(status, 200);
        assert.deepEqual(data.hosts.edges, [{ node: { name: "dc-001" } }]);
      }
    });

    await t.step("are all that a session runs", async () => {
      const free = { query: "{ viewer { name } }" };
      const refused = await post(free, session);
      assert.equal(refused.status, 403);
      assert.equal(refused.errors[0].extensions.code, "PERSISTED_QUERY_ONLY");
      const posing = await post({ ...free, extensions: byHash(sha256(DOCUMENT)) }, session);
      assert.equal(posing.status, 400);
      assert.equal((await post(free, token)).status, 200, "a token runs any");
    });

    await t.step("that are not known are refused by name", async () => {
      for (const hash of [sha256("{ viewer { name } }"), "__proto__", "", 7, null, {}]) {
        const { status, errors } = await post(
          { extensions: byHash(hash as string) },
          session,
        );
        assert.equal(status, 400, JSON.stringify(hash));
        assert.equal(errors[0].extensions.code, "PERSISTED_QUERY_NOT_FOUND");
        assert.match(errors[0].message, /reload the console/);
      }
    });
  } finally {
    await sql.end();
  }
});

const FILE = new URL("../../../server/console/dist/operations.json", import.meta.url);
const built = readOperations(FILE);
if (!built) {
  console.log("The console is not built (deno task build:console): its operations are not tested.");
}

Deno.test({
  name: "the console's operations are what they are named, and fit the schema",
  ignore: !built,
  fn() {
    assert.ok(built!.size > 0);
    for (const document of built!.values()) assert.deepEqual(validate(schema, parse(document)), []);
  },
});

Deno.test("operations under another hash than their own are refused", async () => {
  const file = await Deno.makeTempFile();
  await Deno.writeTextFile(file, JSON.stringify({ [sha256("a")]: "b" }));
  assert.throws(() => readOperations(new URL(`file://${file}`)), /is not the SHA-256/);
  await Deno.remove(file);
});
