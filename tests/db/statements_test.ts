/** Statements on tables that are distributed by host name it, or are known to ask every node. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { distribute, DISTRIBUTED, DistributeError } from "@/db/distribute.ts";
import { startEmbedded } from "@/db/embedded.ts";
import { openDatabase } from "@/db/open.ts";

const ROOT = new URL("../../", import.meta.url);
const TABLE = new RegExp(`\\b(?:from|join|update|into)\\s+(?:${DISTRIBUTED.join("|")})\\b`);

/** Statements that mean to ask every node, by their first words. */
const FAN_OUT: readonly string[] = [
  // A user is one person on many hosts.
  "insert into risks (user_id,",
  "select distinct user_id as id from users where starts_with",
  "select sealed_name as sealed from users where user_id =",
  "select distinct user_id as id from users where entity_class",
  ...["scores", "baselines", "sketches", "vectors", "users"].map((table) =>
    `delete from ${table} where user_id =`
  ),
  // The estate's clock, rate and rest.
  "select (extract(epoch from max(window_start)) * 1000)::float8 as ms from scores",
  "select max(window_start) as at from scores",
  "select (select (value ->> 'perDay')::float8 from settings",
  "with newest as (select max(window_start) as at from vectors)",
  "select coalesce( (select (value ->> 'perDay')::float8 from settings",
  "select to_char(day, 'YYYY-MM-DD') as day, count(*)::int as windows",
  // The fleet's growth, before each training.
  "select coalesce(sum(stored), 0)::float8 as stored from ledger",
  // Once a day.
  "update ledger set unscored_from = least(unscored_from,",
  "delete from scores where window_start <",
  "delete from models where not active and created_at <",
];

/** Templates of SQL in a folder: file and text on one line. */
function statements(folder: string): { file: string; text: string }[] {
  const names = readdirSync(new URL(folder, ROOT), { recursive: true }) as string[];
  return names.filter((name) => name.endsWith(".ts") && !name.startsWith("console"))
    .flatMap((name) => {
      const file = `${folder}/${name}`;
      const source = readFileSync(new URL(file, ROOT), "utf8");
      return [...source.matchAll(/`([^`]*)`/g)].map(([, text]) => {
        return { file, text: text!.replace(/\s+/g, " ").trim() };
      });
    }).filter(({ text }) => TABLE.test(text));
}

Deno.test("every statement on a host's tables names the host, or is known to ask all of them", () => {
  const all = ["server", "db", "commands"].flatMap(statements);
  assert.ok(all.length > 50, `found only ${all.length} statements: is this test blind?`);
  const without = all.filter(({ text }) => !/host_?id/i.test(text));
  const unknown = without.filter(({ text }) => !FAN_OUT.some((start) => text.startsWith(start)));
  assert.deepEqual(unknown, [], "say which host, or add the statement to FAN_OUT with its reason");
  const gone = FAN_OUT.filter((start) => !without.some(({ text }) => text.startsWith(start)));
  assert.deepEqual(gone, [], "no statement starts like this any more: take it off FAN_OUT");
});

Deno.test("a Postgres without Citus is not distributed, and it is said what is missing", async () => {
  const folder = await Deno.makeTempDir();
  {
    await using cluster = await startEmbedded(folder);
    await using database = await openDatabase(cluster.url);
    await assert.rejects(
      distribute(database.sql),
      (error) => error instanceof DistributeError && /create extension citus/.test(error.message),
    );
  }
  await Deno.remove(folder, { recursive: true }).catch(() => {});
});
