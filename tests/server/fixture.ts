/** A server on a Postgres of its own, with a small estate in it. */
import { startEmbedded } from "@/db/embedded.ts";
import { connect, type Database, openDatabase, type Sql } from "@/db/open.ts";
import { column } from "@/features/schema.ts";
import { hostIdOf } from "@/db/store_batches.ts";
import { deriveKeys } from "@/server/privacy/keys.ts";
import { seal } from "@/server/privacy/seal.ts";
import { type Server, type ServerOptions, startServer } from "@/server/server.ts";

export const TOKEN = "token-of-the-fixture";
export const KEYS = deriveKeys(new Uint8Array(32).fill(3));
export const HOSTS = ["ws-001", "ws-002", "dc-001"].map((name) => ({ name, id: hostIdOf(name) }));
export const USERS = ["ada", "bob", "svc-backup"].map((name, i) => ({
  name,
  id: `0000000${i + 1}-0000-4000-8000-000000000000`,
  entityClass: (["human", "admin", "service"] as const)[i]!,
}));
export const START = Date.parse("2026-11-02T08:00:00Z");
export const HOURS = 40;
const MODEL = "01900000-0000-7000-8000-00000000000";

export interface Fixture extends AsyncDisposable {
  readonly database: Database;
  readonly server: Server;
  /** Posts an operation; gives status and JSON. */
  ask(
    query: string,
    variables?: Record<string, unknown>,
    headers?: Record<string, string>,
    // deno-lint-ignore no-explicit-any
  ): Promise<{ status: number; data: any; errors: any[] | undefined; response: Response }>;
}

/** p-value of an hour: spread over (0, 1], with ties, smallest at hour 7 of each user. */
export function pOf(host: number, user: number, hour: number): number {
  return hour === 7
    ? 0.0001 * (host + user + 1)
    : ((hour * 37 + host * 11 + user * 5) % 40 + 1) / 41;
}

async function seed(sql: Sql): Promise<void> {
  const values = new Float32Array(128);
  values[column("logon_fail")] = 12;
  values[column("proc_count")] = 30;
  const bytes = new Uint8Array(values.buffer);
  await sql`select make_vector_partition(${new Date(START)}), make_vector_partition(${new Date(
    START + 7 * 864e5,
  )})`;
  for (const [h, host] of HOSTS.entries()) {
    const modelId = MODEL + h;
    await sql`
      insert into hosts (host_id, name, criticality, first_seen, last_seen)
      values (${host.id}, ${host.name}, ${h === 2 ? 2 : 1}, ${new Date(START)},
        ${new Date(START + h * 3.6e6)})`;
    await sql`
      insert into models (host_id, model_id, pooled, windows, bytes, figures, trained_from,
        trained_to, created_at, active)
      values (${host.id}, ${modelId}, ${h === 2}, 40, ${bytes}, ${sql.json({ duel: "gan" })},
        ${new Date(START)}, ${new Date(START + 864e5)}, ${new Date(START + h * 1000)}, true)`;
    for (const [u, user] of USERS.entries()) {
      await sql`
        insert into users (host_id, user_id, entity_class, sealed_name, first_seen, last_seen)
        values (${host.id}, ${user.id}, ${user.entityClass},
          ${seal(`CORP\\${user.name}`, KEYS.sealPublicKey)}, ${new Date(START)}, ${new Date(
        START,
      )})`;
      await sql`
        insert into baselines (host_id, user_id, feature, windows, active_share, median, iqr, p95,
          p99, trained_from, trained_to)
        values (${host.id}, ${user.id}, ${column("logon_fail")}, 40, 0.1, 0, 1, 2, 3,
          ${new Date(START)}, ${new Date(START + 864e5)})`;
      for (let hour = 0; hour < HOURS; hour++) {
        const at = new Date(START + hour * 3.6e6);
        const p = pOf(h, u, hour);
        const top = [column("logon_fail"), column("proc_count")];
        await sql`
          insert into vectors values (${host.id}, ${at}, ${user.id}, ${hour}, 60, 42, 65535, ${bytes})`;
        await sql`
          insert into scores values (${host.id}, ${at}, ${user.id}, ${modelId}, ${1 - p}, ${p}, 0.8,
            ${top}, ${[0.7, 0.2]}, ${[0, 10]}, ${[2, 40]})`;
        if (hour === 7) {
          await sql`
            insert into alerts values (${host.id}, ${crypto.randomUUID()}, ${user.id}, ${at}, ${p},
              ${1 - p}, ${new Date(at.getTime() + 4e6 + u)})`;
        }
      }
    }
  }
  for (const [u, user] of USERS.entries()) {
    await sql`
      insert into risks (user_id, entity_class, risk, hosts, last_seen, reasons)
      values (${user.id}, ${user.entityClass}, ${u * 20 + 5.5}, 3, ${new Date(START + u)}, '[]')`;
  }
}

/** Starts it all; `options` change the server. */
export async function fixture(options: Partial<ServerOptions> = {}): Promise<Fixture> {
  const folder = await Deno.makeTempDir({ prefix: "habit-api-" });
  const embedded = await startEmbedded(folder);
  const database = await openDatabase(embedded.url);
  const sql = connect(embedded.url, 1); // Drizzle leaves dates as text on its own pool
  await seed(sql);
  await sql.end();
  const server = await startServer({
    database,
    port: 0,
    hostname: "127.0.0.1",
    keys: KEYS,
    token: TOKEN,
    sends: false,
    limit: { perSecond: 10_000, burst: 10_000 },
    ingest: () => Promise.resolve(Response.json({ acknowledged: 1 })),
    ...options,
  });
  return {
    database,
    server,
    async ask(query, variables, headers = {}) {
      const response = await fetch(`${server.url}/graphql`, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          authorization: `Bearer ${TOKEN}`,
          ...headers,
        },
        body: JSON.stringify({ query, variables }),
      });
      const { data, errors } = await response.clone().json();
      return { status: response.status, data, errors, response };
    },
    async [Symbol.asyncDispose]() {
      await server.close();
      await database.close();
      await embedded.stop();
      await Deno.remove(folder, { recursive: true }).catch(() => {});
    },
  };
}
