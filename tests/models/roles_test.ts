import assert from "node:assert/strict";
import { roleOf } from "@/models/roles.ts";
import { office } from "./office.ts";

/** Rows whose users are these, one a row, all human unless said otherwise. */
function used(users: number[], entityClass = 0) {
  const rows = office(users.length, 1);
  return { ...rows, users: Uint32Array.from(users), classes: rows.classes.fill(entityClass) };
}

const cycle = (people: number) => Array.from({ length: 240 }, (_, i) => i % people);

Deno.test("a host is shared from six people on who use it alike", () => {
  assert.equal(roleOf(used(cycle(1))), "personal");
  assert.equal(roleOf(used(cycle(5))), "personal");
  assert.equal(roleOf(used(cycle(6))), "shared");
  assert.equal(roleOf(used(cycle(70))), "shared");
  assert.equal(roleOf(office(0, 1)), "personal");
});

Deno.test("many who seldom come do not make a person's machine a shared one", () => {
  const visitors = Array.from({ length: 240 }, (_, i) => i % 12 === 0 ? i : 0);
  assert.equal(roleOf(used(visitors)), "personal");
});

Deno.test("machine and service accounts are no people", () => {
  for (const entityClass of [2, 3]) assert.equal(roleOf(used(cycle(70), entityClass)), "personal");
});
