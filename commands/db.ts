/** `db`: looks after the database. @module */
import type { Command } from "commander";

/** Adds the command. */
export function register(program: Command): void {
  const db = program.command("db").description("Look after the database.");
  db.command("distribute")
    .description("Spread the tables of hosts over the nodes of a Citus cluster.")
    .addHelpText(
      "after",
      "\nExample:\n  DATABASE_URL=postgres://habit@coordinator/habit main.ts db distribute",
    )
    .action(run);
}

async function run(): Promise<void> {
  const url = Deno.env.get("DATABASE_URL");
  if (!url) {
    throw new Error("Cannot distribute: set DATABASE_URL to the coordinator of a Citus cluster.");
  }
  const { openDatabase } = await import("@/db/open.ts");
  const { distribute } = await import("@/db/distribute.ts");
  await using database = await openDatabase(url); // brings the schema up to date first
  const { nodes, tables } = await distribute(database.sql);
  console.error(
    tables.length > 0
      ? `Distributed over ${nodes} nodes: ${tables.join(", ")}.`
      : `Every table was distributed already, over ${nodes} nodes.`,
  );
}
