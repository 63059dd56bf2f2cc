/** A server with a small simulated estate behind it, as the demo makes one. */
import { join } from "node:path";
import { demoEstate } from "@/commands/demo_estate.ts";
import { runPath } from "@/commands/demo_path.ts";
import { serve, type Serving } from "@/commands/serve.ts";
import { Progress } from "@/commands/progress.ts";
import { openStore } from "@/commands/store.ts";
import { connect, type Sql } from "@/db/open.ts";
import type { Queue } from "@/server/jobs/boss.ts";
import { createJobs, type HostJob } from "@/server/jobs/jobs.ts";
import { hashSecret } from "@/server/auth/secrets.ts";

/** The code by which the first administrator comes in. */
export const CODE = "ABCD-EFGH-JKLM-NPQR";
export const TOKEN = "token-of-the-console-tests";

/** How large; all zero for a server that has never heard of a host. */
export interface EstateSize {
  readonly hosts: number;
  readonly users: number;
  readonly days: number;
}

/** The running estate. */
export interface Estate extends AsyncDisposable {
  readonly server: Serving;
  readonly sql: Sql;
  readonly token: string;
  /** Sends a job of a host that is not tried twice. */
  sendOnce(queue: Queue, job: HostJob): Promise<void>;
}

const quiet = new Progress(() => {}, false, () => performance.now());

/** Starts it: the estate's logs are written, read, learned and scored; a few seconds a host. */
export async function startEstate({ hosts, users, days }: EstateSize): Promise<Estate> {
  const data = await Deno.makeTempDir({ prefix: "habit-console-" });
  const store = await openStore(data);
  const sql = connect(store.database.url, 2);
  const server = await serve(store.database, {
    keyFile: join(data, "habit.key"),
    port: 0,
    hostname: "127.0.0.1",
    token: TOKEN,
    worker: false,
  });
  if (hosts > 0) {
    const { signal } = new AbortController();
    const { folder } = await demoEstate({ data, hosts, users, days, seed: 1 }, quiet, signal);
    await runPath({ folder, data, token: TOKEN, server, progress: quiet, signal });
  }
  await sql`update one_time_codes set hash = ${hashSecret(CODE)}`;
  return {
    server,
    sql,
    token: TOKEN,
    async sendOnce(queue, job) {
      const { boss, stop } = await createJobs(store.database);
      await boss.send(queue, job, { retryLimit: 0 });
      await stop();
    },
    async [Symbol.asyncDispose]() {
      await server.close();
      await sql.end();
      await store[Symbol.asyncDispose]();
      await Deno.remove(data, { recursive: true }).catch(() => {});
    },
  };
}

/** Of which windows the strangest is to be raised. */
interface Like {
  readonly host?: string;
  readonly user?: string;
  readonly column?: number;
}

/** A strange hour after all others, like the strangest of some, with its alert; gives its id. */
export async function raiseAlert(sql: Sql, { host, user, column }: Like = {}): Promise<string> {
  const id = crypto.randomUUID();
  const { count } = await sql`
    with strange as (
      insert into scores
      select host_id, (select max(window_start) + interval '1 hour' from scores), user_id, model_id,
        score, p, confidence, top_columns, top_shares, top_low, top_high
      from scores
      where (${host ?? null}::uuid is null or host_id = ${host ?? null})
        and (${user ?? null}::uuid is null or user_id = ${user ?? null})
        and (${column ?? null}::int is null or top_columns[1] = ${column ?? null}::int)
      order by p limit 1
      returning *
    )
    insert into alerts (host_id, alert_id, user_id, window_start, p, score, raised_at)
    select host_id, ${id}, user_id, window_start, p, score, now() from strange`;
  if (count !== 1) throw new Error("Cannot raise an alert: there is no window like it.");
  return id;
}
