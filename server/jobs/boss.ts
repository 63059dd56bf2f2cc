/**
 * pg-boss over postgres.js: one driver, and jobs that are enqueued in the transaction that makes
 * them due.
 * @module
 */
import { type Db, PgBoss } from "pg-boss";
import type { Sql } from "@/db/open.ts";

async function execute(sql: Sql, text: string, values?: unknown[]) {
  // Drizzle has taken the serialising of dates off its pool.
  const plain = (values ?? []).map((value) => value instanceof Date ? value.toISOString() : value);
  const result = await sql.unsafe(text, plain as never[]);
  // Several statements in one text give an array of results.
  return { rows: Array.isArray(result[0]) ? result.flat() : [...result] };
}

/** What pg-boss needs of a transaction, so that its statements are part of it. */
export function inTransaction(sql: Sql): Db {
  return { executeSql: (text, values) => execute(sql, text, values) };
}

/** What pg-boss needs of a pool: a text that holds a transaction runs on one connection. */
function onPool(sql: Sql): Db {
  return {
    async executeSql(text, values) {
      if (!/^\s*begin\b/i.test(text)) return await execute(sql, text, values);
      const held = await sql.reserve();
      try {
        return await execute(held, text, values);
      } finally {
        held.release();
      }
    },
  };
}

/** Queues that workers serve. */
export const QUEUES = ["train", "score"] as const;
/** One of {@link QUEUES}. */
export type Queue = typeof QUEUES[number];

/** Starts pg-boss on the database, with the queues made. */
export async function startBoss(sql: Sql, onError: (error: Error) => void): Promise<PgBoss> {
  const boss = new PgBoss({
    db: onPool(sql),
    superviseIntervalSeconds: 2,
    maintenanceIntervalSeconds: 60,
  });
  boss.on("error", onError);
  await boss.start();
  for (const queue of QUEUES) {
    await boss.createQueue(`${queue}-dead`);
    await boss.createQueue(queue, {
      // At most one job of a host waits and one runs: more would do the same work again.
      policy: "stately",
      retryLimit: 3,
      retryBackoff: true,
      heartbeatSeconds: 10,
      expireInSeconds: 3600,
      deadLetter: `${queue}-dead`,
    });
  }
  return boss;
}
