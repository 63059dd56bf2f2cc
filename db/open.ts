/**
 * Opens the database: one pool of connections, migrations brought up to date under a lock.
 * @module
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import net from "node:net";
import { drizzle, type PostgresJsDatabase } from "drizzle-orm/postgres-js";
import { migrate } from "drizzle-orm/postgres-js/migrator";
import postgres from "postgres";
import * as access from "./control/access.ts";
import * as casework from "./control/casework.ts";
import * as telemetry from "./schema.ts";

const schema = { ...telemetry, ...access, ...casework };

/** Plain SQL on the pool. */
export type Sql = postgres.Sql;

/** The open database. */
export interface Database extends AsyncDisposable {
  /** Where it is. */
  readonly url: string;
  /** Plain SQL. */
  readonly sql: Sql;
  /** For training's long reads: DATABASE_READ_URL, a replica, where it is set, else the same pool. */
  readonly read: Sql;
  /** The same pool through Drizzle. */
  readonly orm: PostgresJsDatabase<typeof schema>;
  /** Waits for what runs, then closes every connection. */
  close(): Promise<void>;
}

/** A database that cannot be used; the message says what to do. */
export class DatabaseError extends Error {
  override name = "DatabaseError";
}

const OLDEST_VERSION = 15;
const MIGRATIONS = new URL("./migrations/", import.meta.url);
/** Any number that nothing else locks: migrations run one process at a time. */
const MIGRATION_LOCK = 7_261_001;

/**
 * postgres.js writes to a connection that Postgres has just dropped from a timer of its own, where
 * nobody can catch what that throws (`socket` is null). The query itself is told and tried again.
 */
globalThis.addEventListener("error", (event) => {
  const stack = event.error instanceof TypeError ? event.error.stack ?? "" : "";
  if (/nextWrite.*postgres\/src\/connection/s.test(stack)) event.preventDefault();
});

/** Connects without Nagle's delay, which would hold back each COPY by 40 ms. */
export function connect(url: string, connections: number): Sql {
  const { hostname, port } = new URL(url);
  return postgres(url, {
    max: connections,
    onnotice() {},
    connect_timeout: 10,
    socket: () =>
      new Promise((resolve, reject) => {
        const socket = net.connect({ host: hostname, port: Number(port || 5432) });
        socket.setNoDelay(true);
        // postgres.js pauses the socket while a COPY's rows wait to be read, and where the COPY ends
        // meanwhile never resumes it: the next query hangs. Readers here take rows as they come.
        socket.pause = () => socket;
        socket.once("connect", () => resolve(socket));
        socket.once("error", reject);
      }),
  } as postgres.Options<Record<string, never>>);
}

/**
 * Opens `url` and brings its schema up to date. Throws {@link DatabaseError} where nothing answers,
 * where Postgres is older than 15, or where a newer Habit has been here.
 */
export async function openDatabase(
  url: string,
  connections = 8,
  readUrl: string | undefined = Deno.env.get("DATABASE_READ_URL"),
  oldestVersion = OLDEST_VERSION,
): Promise<Database> {
  const sql = connect(url, connections);
  const orm = drizzle(sql, { schema });
  const read = readUrl ? connect(readUrl, 2) : sql;
  const close = async () => {
    await sql.end({ timeout: 5 });
    if (read !== sql) await read.end({ timeout: 5 });
  };
  const database: Database = { url, sql, read, orm, close, [Symbol.asyncDispose]: close };
  try {
    await checkVersion(sql, url, oldestVersion);
    await bringUpToDate(sql, url);
  } catch (error) {
    await database.close();
    throw error;
  }
  return database;
}

/** Address without its password, for messages. */
function address(url: string): string {
  const { hostname, port, pathname } = new URL(url);
  return `${hostname}:${port || 5432}${pathname}`;
}

async function checkVersion(sql: Sql, url: string, oldest: number): Promise<void> {
  let version: string;
  try {
    [{ server_version: version }] = await sql`show server_version`;
  } catch (error) {
    throw new DatabaseError(
      `Cannot reach Postgres at ${address(url)}: ${(error as Error).message || error}. ` +
        "Start it, correct DATABASE_URL, or unset DATABASE_URL to use the embedded one.",
    );
  }
  if (parseInt(version) >= oldest) return;
  throw new DatabaseError(
    `Cannot use Postgres ${version} at ${address(url)}: Habit needs ${oldest} or newer.`,
  );
}

async function bringUpToDate(sql: Sql, url: string): Promise<void> {
  const held = await sql.reserve();
  try {
    await held`select pg_advisory_lock(${MIGRATION_LOCK})`;
    await refuseNewer(held, url);
    await migrate(drizzle(sql), { migrationsFolder: MIGRATIONS.pathname });
  } finally {
    await held`select pg_advisory_unlock(${MIGRATION_LOCK})`;
    held.release();
  }
}

async function refuseNewer(sql: postgres.ReservedSql, url: string): Promise<void> {
  const [{ there }] = await sql`select to_regclass('drizzle.__drizzle_migrations') as there`;
  if (there === null) return;
  const applied = await sql<{ hash: string }[]>`select hash from drizzle.__drizzle_migrations`;
  const journal = JSON.parse(readFileSync(new URL("meta/_journal.json", MIGRATIONS), "utf8"));
  const known = new Set(
    journal.entries.map(({ tag }: { tag: string }) =>
      createHash("sha256").update(readFileSync(new URL(`${tag}.sql`, MIGRATIONS))).digest("hex")
    ),
  );
  if (applied.every(({ hash }) => known.has(hash))) return;
  throw new DatabaseError(
    `Cannot use the database at ${address(url)}: it has migrations that this program does not ` +
      "know, so a newer Habit has used it. Run that version, or another database.",
  );
}
