/**
 * A whole server out of its parts: ingest, GraphQL, console, and the worker where it runs here.
 * @module
 */
import type { Database } from "@/db/open.ts";
import type { TrainingSettings } from "@/models/training.ts";
import { createConsole } from "@/server/console/serve.ts";
import { readOperations } from "@/server/graphql/persisted.ts";
import { openKeys, type ServerKeys } from "@/server/privacy/keys.ts";
import { createIngest } from "@/server/ingest.ts";
import { createJobs, type Jobs } from "@/server/jobs/jobs.ts";
import { type JobWorker, startWorker } from "@/server/jobs/worker.ts";
import { type Server, type ServerOptions, startServer } from "@/server/server.ts";

const OPERATIONS = new URL("../server/console/dist/operations.json", import.meta.url);

/** How to serve; the rest is what `startServer` takes. */
export interface ServeOptions extends
  Pick<
    ServerOptions,
    "port" | "hostname" | "insecure" | "development" | "token" | "tls" | "oidc" | "agentFolder"
  > {
  /** File of the root secret; made at first start. */
  readonly keyFile: string;
  /** Runs jobs in this process too. */
  readonly worker: boolean;
  /** How nets are trained here, before what administrators set. */
  readonly training?: TrainingSettings;
}

/** A running server and its keys. */
export interface Serving extends Server {
  readonly keys: ServerKeys;
  readonly jobs: Jobs;
  /** Starts running jobs in this process, where that was not done at once. */
  readonly work: () => Promise<void>;
}

/** Starts everything; closing stops the worker first, so that no job is cut off mid-write. */
export async function serve(database: Database, options: ServeOptions): Promise<Serving> {
  const { keyFile, worker: runsJobs, training, ...listening } = options;
  const keys = openKeys(keyFile);
  const jobs = await createJobs(database);
  let worker: JobWorker | undefined;
  const work = async () => void (worker ??= await startWorker({ database, jobs, training }));
  if (runsJobs) await work();
  const ingest = createIngest(database, { due: jobs.due });
  const server = await startServer({
    ...listening,
    database,
    keys,
    ingest,
    enqueue: jobs.enqueue,
    redrive: (sql, queue) => jobs.redrive(queue, sql),
    console: createConsole(),
    operations: readOperations(OPERATIONS),
  });
  const close = async () => {
    await server.close();
    await worker?.stop();
    await jobs.stop();
  };
  return { url: server.url, keys, jobs, work, close, [Symbol.asyncDispose]: close };
}
