/** `server`: takes in vectors, runs jobs, answers analysts. @module */
import { join } from "node:path";
import type { Command } from "commander";

interface ServerFlags {
  data: string;
  port: number;
  hostname: string;
  tlsCert?: string;
  tlsKey?: string;
  insecure?: boolean;
  dev?: boolean;
  worker: boolean;
  training?: string;
  agents?: string;
  jsonLogs?: boolean;
}

/** Adds the command. */
export function register(program: Command): void {
  program.command("server")
    .description("Take in vectors, run jobs, serve GraphQL and the console.")
    .option("--data <folder>", "folder of the embedded Postgres and the keys", ".habit/server")
    .option("--port <number>", "port to listen on", portNumber, 8420)
    .option("--hostname <address>", "address to listen on", "127.0.0.1")
    .option("--tls-cert <file>", "certificate, PEM")
    .option("--tls-key <file>", "its private key, PEM")
    .option("--insecure", "serve plain HTTP beyond loopback, behind a proxy that ends TLS")
    .option("--dev", "GraphiQL, and the token in HABIT_TOKEN may do everything")
    .option("--no-worker", "run no jobs here: workers elsewhere do")
    .option("--training <file>", "how nets are trained here, as JSON (docs/models.md)")
    .option("--agents <folder>", "settings.json and agent-N.js that agents are offered, signed")
    .option("--json-logs", "log lines as JSON")
    .addHelpText(
      "after",
      "\nSign-in by OpenID Connect: set HABIT_OIDC_ISSUER, HABIT_OIDC_CLIENT_ID,\n" +
        "HABIT_OIDC_CLIENT_SECRET and HABIT_PUBLIC_URL (docs/api.md).\n" +
        "\nExample:\n  DATABASE_URL=postgres://habit@db/habit main.ts server --hostname 0.0.0.0 \\\n" +
        "    --tls-cert cert.pem --tls-key key.pem",
    )
    .action(run);
}

/** A port number of the command line; throws `RangeError` for anything else. */
export function portNumber(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new RangeError(`Cannot use port "${text}": it must be a whole number from 0 to 65535.`);
}

const OIDC = ["ISSUER", "CLIENT_ID", "CLIENT_SECRET"].map((name) => `HABIT_OIDC_${name}`)
  .concat("HABIT_PUBLIC_URL");

/** The provider of the environment, if one is named there; throws where a part of it is missing. */
function oidcOfEnvironment() {
  const values = OIDC.map((name) => Deno.env.get(name));
  if (values[0] === undefined) return undefined;
  const missing = OIDC.filter((_, i) => !values[i]);
  if (missing.length > 0) {
    throw new Error(`Cannot use OpenID Connect: set ${missing.join(", ")} too.`);
  }
  const [issuer, clientId, clientSecret, publicUrl] = values as [string, string, string, string];
  return { issuer, clientId, clientSecret, publicUrl };
}

async function run(flags: ServerFlags): Promise<void> {
  const { logToStderr } = await import("./logs.ts");
  const { aborted, openStore, untilInterrupted } = await import("./store.ts");
  const { serve } = await import("./serve.ts");
  const { readTraining } = await import("./training.ts");
  await logToStderr("info", flags.jsonLogs);
  const training = readTraining(flags.training);
  const token = flags.dev ? Deno.env.get("HABIT_TOKEN") : undefined;
  if (flags.dev && !token) {
    throw new Error("Cannot run with --dev: set HABIT_TOKEN to the token that may do everything.");
  }
  if ((flags.tlsCert === undefined) !== (flags.tlsKey === undefined)) {
    throw new Error("Cannot use TLS: --tls-cert and --tls-key go together.");
  }
  const tls = flags.tlsCert && flags.tlsKey
    ? { cert: await Deno.readTextFile(flags.tlsCert), key: await Deno.readTextFile(flags.tlsKey) }
    : undefined;
  const stop = untilInterrupted();
  await using store = await openStore(flags.data);
  await using server = await serve(store.database, {
    keyFile: join(flags.data, "habit.key"),
    port: flags.port,
    hostname: flags.hostname,
    insecure: flags.insecure,
    development: flags.dev,
    token,
    tls,
    oidc: oidcOfEnvironment(),
    worker: flags.worker,
    training,
    agentFolder: flags.agents,
  });
  console.error(`Habit serves ${server.url} - Ctrl-C stops it.`);
  await aborted(stop);
  console.error("Stopping: what was acknowledged is stored, running jobs start again later.");
}
