import assert from "node:assert/strict";
import { printSchema } from "graphql";
import { schema } from "@/server/graphql/schema.ts";

const FILE = new URL("../../../schema.graphql", import.meta.url);
const printed = printSchema(schema) + "\n";

Deno.test("schema.graphql is the schema: write it anew by UPDATE_SCHEMA=1 and look at the diff", () => {
  if (Deno.env.get("UPDATE_SCHEMA") === "1") Deno.writeTextFileSync(FILE, printed);
  assert.equal(Deno.readTextFileSync(FILE), printed);
});

Deno.test("every type, field and argument says what it is", () => {
  for (const type of Object.values(schema.getTypeMap())) {
    const relays = ["Node", "PageInfo"]; // the plugin's own
    if (type.name.startsWith("__") || relays.includes(type.name) || !("getFields" in type)) {
      continue;
    }
    assert.ok(type.description, type.name);
    for (const field of Object.values(type.getFields())) {
      assert.ok(field.description, `${type.name}.${field.name}`);
      for (const arg of "args" in field ? field.args : []) {
        const relay = type.name === "Query" && /^nodes?$/.test(field.name);
        assert.ok(relay || arg.description, `${type.name}.${field.name}(${arg.name})`);
      }
    }
  }
});

Deno.test("every root field names the permission that it needs", () => {
  for (
    const type of [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()]
  ) {
    for (const field of Object.values(type!.getFields())) {
      assert.ok(field.extensions.permission, `${type!.name}.${field.name}`);
    }
  }
});
