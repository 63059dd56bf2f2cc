/**
 * The agent's one database: what was read, what is remembered, and what waits to be sent change
 * together or not at all. Full synchronisation, so that a power cut is no worse than `kill -9`.
 * @module
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

const SCHEMA_VERSION = 1;
const SCHEMA = `
  create table stream (
    host text primary key,
    epoch text not null,
    next_seq integer not null,
    dropped integer not null default 0
  ) strict;
  create table row (
    id integer primary key,
    host text not null,
    seq integer,
    urgent integer not null,
    start_ms integer not null,
    body blob not null
  ) strict;
  create index row_wait on row (host, urgent desc, id) where seq is null;
  create index row_sent on row (host, seq) where seq is not null;
  create table log_file (
    path text primary key,
    size integer not null,
    mtime_ms real not null,
    about text not null,
    done integer not null
  ) strict;
  create table memory (
    host text primary key,
    state blob not null
  ) strict;
  create table position (
    channel text primary key,
    bookmark text not null
  ) strict;
`;

/** The state of an agent cannot be used; the message says what to do. */
export class StateError extends Error {
  /** The class's name. */
  override name = "StateError";
}

/** Opens the database in a folder, which it makes at first; `:memory:` for none on disk. */
export function openStore(folder: string): DatabaseSync {
  const memory = folder === ":memory:";
  if (!memory) mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = memory ? folder : join(folder, "agent.db");
  const store = new DatabaseSync(path);
  try {
    store.exec("pragma locking_mode = exclusive; pragma journal_mode = wal;");
    store.exec(
      "pragma synchronous = full; pragma auto_vacuum = incremental; pragma cache_size = -256;",
    );
    const { user_version: version } = store.prepare("pragma user_version").get()!;
    if (version === 0) {
      store.exec(`begin immediate; ${SCHEMA} pragma user_version = ${SCHEMA_VERSION}; commit;`);
    } else if (version !== SCHEMA_VERSION) {
      throw new StateError(
        `Cannot use ${path}: its form is ${version}, this agent knows ${SCHEMA_VERSION}. ` +
          `Run the agent that wrote it, or name another state folder.`,
      );
    } else store.exec("begin immediate; commit;"); // takes the lock now rather than at the first row
    return store;
  } catch (error) {
    store.close();
    throw explained(error, path);
  }
}

// Deno's node:sqlite gives neither errcode nor errstr, so SQLite's own words decide.
function explained(error: unknown, path: string): unknown {
  const message = error instanceof Error ? error.message : "";
  if (/database is locked/.test(message)) {
    return new StateError(`Cannot use ${path}: another agent is using it. Stop it.`);
  }
  if (/not a database|malformed/.test(message)) {
    return new StateError(
      `Cannot use ${path}: it is damaged. Move it away; the agent then reads the logs again.`,
    );
  }
  if (/unable to open|readonly/.test(message)) {
    return new StateError(`Cannot use ${path}: no permission to write there.`);
  }
  return error;
}

/** Runs `work` in one transaction. */
export function transact<T>(store: DatabaseSync, work: () => T): T {
  store.exec("begin immediate");
  try {
    const result = work();
    store.exec("commit");
    return result;
  } catch (error) {
    store.exec("rollback");
    throw error;
  }
}
