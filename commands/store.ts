/**
 * Opens what every long-running command needs: the database that DATABASE_URL names, else the
 * embedded one in the data folder.
 * @module
 */
import { join } from "node:path";
import type { Database } from "@/db/open.ts";

/** Open database, and the Postgres under it where it is ours. */
export interface Store extends AsyncDisposable {
  readonly database: Database;
}

/** Opens the store; what it needs is downloaded and made at first use. */
export async function openStore(dataFolder: string): Promise<Store> {
  const { openDatabase } = await import("@/db/open.ts");
  const url = Deno.env.get("DATABASE_URL");
  if (url) {
    const database = await openDatabase(url);
    return { database, [Symbol.asyncDispose]: () => database.close() };
  }
  const { startEmbedded } = await import("@/db/embedded.ts");
  const postgres = await startEmbedded(join(dataFolder, "postgres"));
  try {
    const database = await openDatabase(postgres.url);
    return {
      database,
      async [Symbol.asyncDispose]() {
        await database.close();
        await postgres.stop();
      },
    };
  } catch (error) {
    await postgres.stop();
    throw error;
  }
}

/** The database for a command that only asks: it may be that of a running server. */
export async function reachStore(
  dataFolder: string,
): Promise<{ readonly url: string } & AsyncDisposable> {
  const folder = join(dataFolder, "postgres");
  const { runningEmbedded, startEmbedded } = await import("@/db/embedded.ts");
  const url = Deno.env.get("DATABASE_URL") ?? await runningEmbedded(folder);
  if (url) return { url, async [Symbol.asyncDispose]() {} };
  if (!(await Deno.stat(folder).then(() => true, () => false))) {
    throw new Error(
      `Cannot find a database: there is none in ${dataFolder}. Start the server, name its folder ` +
        "by --data, or set DATABASE_URL.",
    );
  }
  return await startEmbedded(folder);
}

/** Aborted by Ctrl-C or a service manager's stop; a second Ctrl-C ends the process at once. */
export function untilInterrupted(): AbortSignal {
  const stop = new AbortController();
  const interrupt = () => {
    if (stop.signal.aborted) Deno.exit(130);
    stop.abort(new DOMException("Stopped.", "AbortError"));
  };
  Deno.addSignalListener("SIGINT", interrupt);
  if (Deno.build.os !== "windows") Deno.addSignalListener("SIGTERM", interrupt);
  return stop.signal;
}

/** Resolves when the signal is aborted. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
