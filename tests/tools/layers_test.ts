import assert from "node:assert/strict";
import plugin from "@/tools/layers.ts";

/** The messages of the rule for one import statement in a file of the project. */
function lint(path: string, source: string): string[] {
  const file = new URL(`../../${path}`, import.meta.url).pathname;
  return Deno.lint.runPlugin(plugin, file, source).map((diagnostic) => diagnostic.message);
}

Deno.test("features import nothing, not even Node", () => {
  assert.deepEqual(lint("features/a.ts", 'import x from "node:fs";'), [
    "features/ may not import node:fs",
  ]);
  assert.deepEqual(lint("features/a.ts", 'import x from "@/agent/b.ts";'), [
    "features/ may not import agent",
  ]);
  assert.deepEqual(lint("features/a.ts", 'import x from "./b.ts";'), []);
});

Deno.test("arrows hold for relative, aliased, re-exported and dynamic imports", () => {
  assert.deepEqual(lint("models/a.ts", 'import x from "../db/b.ts";'), [
    "models/ may not import db",
  ]);
  assert.deepEqual(lint("agent/a.ts", 'export * from "@/server/b.ts";'), [
    "agent/ may not import server",
  ]);
  assert.deepEqual(lint("db/a.ts", 'export { x } from "@/models/b.ts";'), [
    "db/ may not import models",
  ]);
  assert.deepEqual(lint("db/a.ts", 'await import("@/server/b.ts");'), [
    "db/ may not import server",
  ]);
  assert.deepEqual(lint("server/a.ts", 'import x from "@/db/b.ts";'), []);
});

Deno.test("a package belongs to its folder, whatever form its specifier has", () => {
  assert.deepEqual(lint("agent/a.ts", 'import x from "postgres";'), [
    "agent/ may not import postgres",
  ]);
  assert.deepEqual(lint("agent/a.ts", 'import x from "npm:postgres@3.4.9";'), [
    "agent/ may not import postgres",
  ]);
  assert.deepEqual(lint("models/a.ts", 'import x from "npm:@pothos/core@4.15.1";'), [
    "models/ may not import @pothos/core",
  ]);
  assert.deepEqual(lint("db/a.ts", 'import { x } from "drizzle-orm/pg-core";'), []);
  assert.deepEqual(lint("server/a.ts", 'import x from "node:sqlite";'), [
    "server/ may not import node:sqlite",
  ]);
  assert.deepEqual(lint("agent/a.ts", 'import x from "node:sqlite";'), []);
});

Deno.test("main.ts, tests and bench compose freely", () => {
  assert.deepEqual(lint("main.ts", 'import x from "@/server/b.ts"; import y from "postgres";'), []);
  assert.deepEqual(lint("tests/a.ts", 'import x from "@/agent/b.ts";'), []);
});
