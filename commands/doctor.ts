/** `doctor`: what this machine offers, what will be used, and what to do about the rest. @module */
import type { Command } from "commander";

/** One line of the examination. */
interface Finding {
  readonly what: string;
  readonly ok: boolean;
  readonly detail: string;
}

/** Adds the command. */
export function register(program: Command): void {
  program.command("doctor")
    .description("Say which engines and which Postgres will be used here, and why not the others.")
    .option("--json", "print it as JSON")
    .option("--data <folder>", "folder of the embedded Postgres", ".habit/doctor")
    .addHelpText("after", "\nExample:\n  main.ts doctor --json")
    .action(run);
}

async function run({ json, data }: { json?: boolean; data: string }): Promise<void> {
  const { describeEngines } = await import("@/models/engine.ts");
  const engines = await describeEngines({ measureMs: 1000 });
  const findings = [runtime(), await database(data)];
  if (json) {
    console.log(JSON.stringify({ findings, engines }, null, 2));
  } else {
    for (const { what, ok, detail } of findings) {
      console.log(`${ok ? "ok " : "no "} ${what}: ${detail}`);
    }
    for (const { name, detail, usable, chosen, reason, gflops } of engines) {
      const rate = gflops === undefined ? "" : `, ${gflops.toFixed(1)} GFLOP/s`;
      const why = chosen ? " - used" : reason ? ` - not used: ${reason}` : "";
      console.log(`${usable ? "ok " : "no "} engine ${name}: ${detail}${rate}${why}`);
    }
  }
  if (findings.some(({ ok }) => !ok)) Deno.exitCode = 1;
}

function runtime(): Finding {
  const { os, arch } = Deno.build;
  const cores = navigator.hardwareConcurrency;
  return {
    what: "runtime",
    ok: true,
    detail: `Deno ${Deno.version.deno}, ${os} ${arch}, ${cores} cores`,
  };
}

async function database(data: string): Promise<Finding> {
  const { openStore } = await import("./store.ts");
  const from = Deno.env.get("DATABASE_URL") ? "DATABASE_URL" : "embedded";
  try {
    await using store = await openStore(data);
    const [{ version }] = await store.database.sql`show server_version`.then((rows) =>
      rows.map((row) => ({ version: row.server_version as string }))
    );
    return { what: "Postgres", ok: true, detail: `${version} (${from}), schema up to date` };
  } catch (error) {
    return { what: "Postgres", ok: false, detail: (error as Error).message };
  }
}
