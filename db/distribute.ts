/**
 * Spreads the data plane over many Postgres nodes by host, where the Citus extension is.
 * @module
 */
import type { Sql } from "./open.ts";

/**
 * Tables that are cut by host_id, the first one first: the others lie beside it. Alerts are few by
 * their budget, and what opens their cases is a trigger on the coordinator; they stay there with
 * the control plane and the queues.
 */
export const DISTRIBUTED = [
  "ledger",
  "users",
  "vectors",
  "models",
  "baselines",
  "sketches",
  "scores",
] as const;

/** Thrown where a database cannot be distributed; the message says what to do. */
export class DistributeError extends Error {
  override readonly name = "DistributeError";
}

/** What {@link distribute} did. */
export interface Distribution {
  /** Nodes that hold data. */
  readonly nodes: number;
  /** Tables distributed now; the others were before. */
  readonly tables: readonly string[];
}

/**
 * Distributes the tables over the cluster's nodes; what is distributed already stays as it is. Rows
 * move with their tables; ingest waits meanwhile.
 */
export async function distribute(sql: Sql): Promise<Distribution> {
  const [citus] = await sql`select 1 from pg_extension where extname = 'citus'`;
  if (!citus) {
    throw new DistributeError(
      "Cannot distribute: this Postgres has no Citus. Put it into shared_preload_libraries of every " +
        "node, run `create extension citus` and citus_add_node on the coordinator, then this again.",
    );
  }
  const [{ nodes }] = await sql<{ nodes: number }[]>`
    select count(*)::int as nodes from pg_dist_node where shouldhaveshards and isactive`;
  if (nodes === 0) {
    throw new DistributeError(
      "Cannot distribute: no node may hold data. Add some by `select citus_add_node(host, port)`.",
    );
  }
  const tables: string[] = [];
  for (const table of DISTRIBUTED) {
    const [known] =
      await sql`select 1 from pg_dist_partition where logicalrelid = ${table}::regclass`;
    if (known) continue;
    const beside = table === DISTRIBUTED[0] ? "default" : DISTRIBUTED[0];
    await sql`select create_distributed_table(${table}, 'host_id', colocate_with => ${beside})`;
    await sql`select truncate_local_data_after_distributing_table(${table}::regclass)`;
    tables.push(table);
  }
  return { nodes, tables };
}
