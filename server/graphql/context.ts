/**
 * What resolvers are given: who asks, the database, and what is loaded once a request.
 * @module
 */
import type { Sql } from "@/db/open.ts";
import type { Principal } from "@/server/auth/permissions.ts";
import type { Queue } from "@/server/jobs/boss.ts";
import type { ServerKeys } from "@/server/privacy/keys.ts";
import type { Loaders } from "./loaders.ts";
import type { News } from "./news.ts";

/** Puts a job into a queue of the worker's, in the transaction of `sql`; gives the job's id. */
export type Enqueue = (
  sql: Sql,
  queue: string,
  data: Readonly<Record<string, unknown>>,
) => Promise<string>;

/** Parts of the server that resolvers use; the same for every request. */
export interface Services {
  /** The database. */
  readonly sql: Sql;
  /** The server's keys. */
  readonly keys: ServerKeys;
  /** What the database tells. */
  readonly news: News;
  /** Clock, milliseconds since 1970 UTC. */
  readonly now: () => number;
  /** Undefined where no job runner is connected. */
  readonly enqueue: Enqueue | undefined;
  /** Sends a queue's dead jobs back to it, in the transaction of `sql`; gives how many. */
  readonly redrive: ((sql: Sql, queue: Queue) => Promise<number>) | undefined;
}

/** One request's context. */
export interface Context extends Services {
  /** Who asks. */
  readonly principal: Principal;
  /** What was loaded for this request. */
  readonly loaders: Loaders;
}
