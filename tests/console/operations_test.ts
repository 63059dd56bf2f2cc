import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { buildSchema } from "graphql";
import { buildOperations } from "@/tools/console_operations.ts";
import { documents, operations, sourceDigest } from "@/tools/build_console.ts";

const SCHEMA = buildSchema(`
  enum Mood { good bad }
  type Host { id: ID!, name: String!, mood: Mood, tags: [String!]! }
  type Query { host(id: ID!, mood: Mood = good): Host, hosts: [Host!]! }
`);

Deno.test("operations get the types that the schema gives them", () => {
  const text = `query One($id: ID!, $mood: Mood) { host(id: $id, mood: $mood) { ...Row mood } }
    fragment Row on Host { id label: name tags }`;
  const { module, documents } = buildOperations(SCHEMA, "one.graphql", text, "../operation.ts");
  const lines = [
    "export type Row = { readonly id: string; readonly label: string; " +
    "readonly tags: readonly (string)[]; };",
    'export type OneData = { readonly host: { readonly mood: "good" | "bad" | null; } & Row | null; };',
    'export type OneVariables = { readonly id: string; readonly mood?: "good" | "bad" | null; };',
  ];
  for (const line of lines) assert.ok(module.includes(line), `${line}\nis not in\n${module}`);
  const document = "query One($id:ID!$mood:Mood){host(id:$id mood:$mood){...Row mood}}" +
    "fragment Row on Host{id label:name tags}";
  const hash = createHash("sha256").update(document).digest("hex");
  assert.deepEqual([...documents], [[hash, document]]);
  assert.ok(module.includes(`hash: "${hash}"`));
});

Deno.test("an operation that the schema does not allow is refused by name", () => {
  assert.throws(
    () => buildOperations(SCHEMA, "bad.graphql", "query Bad { hosts { nmae } }", "./operation.ts"),
    /bad\.graphql does not fit the schema: Cannot query field "nmae"/,
  );
});

Deno.test("the committed operations fit the schema, and the built console its sources", () => {
  const hint = "run `deno task build:console`";
  const made = operations();
  for (const [file, { module }] of made) {
    assert.equal(Deno.readTextFileSync(file), module, `${file}: ${hint}`);
  }
  const known = Deno.readTextFileSync("server/console/dist/operations.json");
  assert.equal(known, documents(made.values()), `operations.json: ${hint}`);
  const built = Deno.readTextFileSync("server/console/dist/sources.sha256").trim();
  assert.equal(built, sourceDigest(), `server/console/dist is not of these sources: ${hint}`);
});
