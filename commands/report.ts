/** `report`: what is usual, and what was not, on an estate, a host or for a user. @module */
import { join } from "node:path";
import type { Command } from "commander";
import type { Sql } from "@/db/open.ts";
import type { Scope } from "@/server/report/report.ts";

interface ReportFlags {
  user?: string;
  host?: string;
  days: number;
  out?: string;
  json?: boolean;
  names?: string;
  data: string;
}

/** Adds the command. */
export function register(program: Command): void {
  program.command("report")
    .description("Write a baseline report on the estate, a host or a user: HTML or JSON.")
    .option("--user <pseudonym>", "on a user: the pseudonym or its first digits")
    .option("--host <name>", "on a host")
    .option("--days <number>", "days before the newest scored window", days, 30)
    .option("--out <file>", "file to write; standard output without it")
    .option("--json", "as JSON; also where the file's name ends in .json")
    .option("--names <reason>", "with account names; the reason goes into the audit log")
    .option("--data <folder>", "data folder of the server", ".habit/server")
    .addHelpText(
      "after",
      "\nThe database is that of DATABASE_URL, else the embedded one of the data folder." +
        "\n\nExamples:\n  main.ts report --out estate.html\n  main.ts report --host ws-001 --json" +
        "\n  main.ts report --user 3f9a12c4 --names 'case 4711' --out user.html",
    )
    .action(run);
}

function days(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= 366) return value;
  throw new RangeError(`Cannot report on "${text}" days: it must be a whole number from 1 to 366.`);
}

async function run(flags: ReportFlags): Promise<void> {
  if (flags.user !== undefined && flags.host !== undefined) {
    throw new Error("Cannot report on a user and a host at once: give --user or --host.");
  }
  const { connect } = await import("@/db/open.ts");
  const { reachStore } = await import("./store.ts");
  const { gatherReport } = await import("@/server/report/gather.ts");
  const { reportHtml } = await import("@/server/report/html.ts");
  await using store = await reachStore(flags.data);
  const sql = connect(store.url, 4);
  try {
    const scope = await scopeOf(sql, flags);
    const nameOf = flags.names === undefined ? undefined : await names(sql, flags, scope);
    const report = await gatherReport(sql, { scope, days: flags.days, nowMs: Date.now(), nameOf });
    const asJson = flags.json || flags.out?.endsWith(".json");
    const text = asJson ? JSON.stringify(report, null, 2) + "\n" : reportHtml(report);
    if (flags.out === undefined) {
      const bytes = new TextEncoder().encode(text);
      for (let at = 0; at < bytes.length;) at += Deno.stdout.writeSync(bytes.subarray(at));
    } else {
      await Deno.writeTextFile(flags.out, text);
      console.error(`${flags.out}: ${report.subject}, ${report.data.windows} windows.`);
    }
  } finally {
    await sql.end({ timeout: 5 });
  }
}

/** Finds what the flags name. */
async function scopeOf(sql: Sql, { user, host }: ReportFlags): Promise<Scope> {
  if (host !== undefined) {
    const [row] = await sql<{ id: string }[]>`
      select host_id as id from hosts where name = ${host.toLowerCase()}`;
    if (row) return { kind: "host", hostId: row.id };
    throw new Error(
      `There is no host "${host}": main.ts query '{ hosts { edges { node { name } } } }'`,
    );
  }
  if (user === undefined) return { kind: "estate" };
  const rows = await sql<{ id: string }[]>`
    select distinct user_id as id from users
    where starts_with(user_id::text, ${user.toLowerCase()})
    limit 2`;
  if (rows.length === 1) return { kind: "user", userId: rows[0]!.id };
  throw new Error(
    rows.length > 1
      ? `Several users begin with "${user}": give more digits of the pseudonym.`
      : `There is no user "${user}": give a pseudonym, as the console and alerts show it.`,
  );
}

/** Opens names with the server's key, once that is on record. */
async function names(sql: Sql, flags: ReportFlags, scope: Scope) {
  if (flags.names!.trim().length < 4) {
    throw new Error("Give --names a reason that others understand: it goes into the audit log.");
  }
  const file = join(flags.data, "habit.key");
  if (!(await Deno.stat(file).then(() => true, () => false))) {
    throw new Error(`Cannot open names: ${file} is not there. Run this beside the server's key.`);
  }
  const { openKeys } = await import("@/server/privacy/keys.ts");
  const { nameOf } = await import("@/server/privacy/people.ts");
  const { audit } = await import("@/server/graphql/act.ts");
  const keys = openKeys(file);
  const subject = scope.kind === "user"
    ? scope.userId
    : scope.kind === "host"
    ? scope.hostId
    : "estate";
  const deed = { action: "unmaskReport", subject, details: { reason: flags.names } };
  await audit(sql, "command line", deed, Date.now());
  return (userId: string) => nameOf(sql, keys, userId);
}
