import assert from "node:assert/strict";
import type { GraphQLObjectType } from "graphql";
import { connect } from "@/db/open.ts";
import { type Permission, type Role, ROLES } from "@/server/auth/permissions.ts";
import { schema } from "@/server/graphql/schema.ts";
import { fixture } from "@/tests/server/fixture.ts";
import { person } from "@/tests/server/people.ts";
import { field } from "./operations.ts";

const ROOTS: [keyword: string, type: GraphQLObjectType][] = [
  ["query", schema.getQueryType()!],
  ["mutation", schema.getMutationType()!],
];

Deno.test("every root field refuses each role that lacks its permission, before it does anything", async () => {
  await using f = await fixture();
  const sql = connect(f.database.url, 1);
  try {
    for (const role of Object.keys(ROLES) as Role[]) {
      const who = await person(sql, role);
      const may: readonly Permission[] = ROLES[role];
      const [{ before }] = await sql`select count(*)::int as before from audit` as [
        { before: number },
      ];
      for (const [keyword, type] of ROOTS) {
        for (const it of Object.values(type.getFields())) {
          const needed = it.extensions.permission as Permission;
          if (may.includes(needed)) continue;
          const { errors, data } = await f.ask(`${keyword} { ${field(it, () => 0, 0)} }`, {}, who);
          assert.equal(errors?.[0].extensions.code, "FORBIDDEN", `${role} ${it.name}`);
          assert.equal(errors[0].extensions.permission, needed);
          assert.equal(data?.[it.name] ?? null, null);
        }
      }
      const [{ after }] = await sql`select count(*)::int as after from audit` as [
        { after: number },
      ];
      assert.equal(after, before, `${role} left a trace`);
    }
  } finally {
    await sql.end();
  }
});
