import assert from "node:assert/strict";
import { hashPassword, verifyPassword } from "@/server/auth/passwords.ts";
import { permissionsOf } from "@/server/auth/permissions.ts";
import { hashSecret, newOneTimeCode, newSecret } from "@/server/auth/secrets.ts";

const QUICK = { N: 1024, r: 8, p: 1 };

Deno.test("a password fits its own hash only, and no two hashes are alike", async () => {
  const stored = await hashPassword("correct horse battery", QUICK);
  assert.notEqual(stored, await hashPassword("correct horse battery", QUICK));
  assert.ok(await verifyPassword("correct horse battery", stored));
  assert.ok(!(await verifyPassword("correct horse batterz", stored)));
  assert.ok(!(await verifyPassword("x".repeat(1e6), stored)));
});

Deno.test("é typed as one code point or two is the same password", async () => {
  const stored = await hashPassword("caf\u00e9 au lait !", QUICK);
  assert.ok(await verifyPassword("cafe\u0301 au lait !", stored));
});

Deno.test("a short or endless password is refused with the rule", async () => {
  await assert.rejects(hashPassword("short", QUICK), /12 to 256 characters: this one has 5/);
  await assert.rejects(hashPassword("x".repeat(257), QUICK), RangeError);
});

Deno.test("no password signs in to an account that is not there", async () => {
  assert.equal(await verifyPassword("anything at all", undefined), false);
});

Deno.test("secrets carry their kind, rest as a hash, and never repeat", () => {
  const token = newSecret("token");
  assert.match(token, /^habit_pat_[\w-]{43}$/);
  assert.equal(hashSecret(token).length, 32);
  assert.match(newOneTimeCode(), /^([A-HJ-NP-Z2-9]{4}-){3}[A-HJ-NP-Z2-9]{4}$/);
  assert.equal(new Set(Array.from({ length: 1000 }, () => newOneTimeCode())).size, 1000);
});

Deno.test("no single role both manages accounts and unmasks names", () => {
  for (const role of ["viewer", "analyst", "administrator", "privacyOfficer"] as const) {
    const may = permissionsOf([role]);
    assert.ok(may.has("read"));
    assert.ok(!(may.has("accounts") && may.has("unmask")), role);
  }
});
