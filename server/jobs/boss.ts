/**
 * pg-boss over postgres.js: one driver, and jobs that are enqueued in the transaction that makes
 * them due.
 * @module
 */
import { type Db, PgBoss } from "pg-boss";
import { connect, type Sql } from "@/db/open.ts";

/** Drizzle has taken the serialising of dates and JSON off its pool; texts are JSON already. */
function asText(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString();
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  return isObject && !(value instanceof Uint8Array) ? JSON.stringify(value) : value;
}

/** A pool of pg-boss' own: dates come back as dates, and JSON that is text already stays it. */
function bossPool(url: string): Sql {
  const sql = connect(url, 4);
  const JSON_TYPES = [114, 3802];
  for (const oid of JSON_TYPES) sql.options.serializers[oid] = (value: unknown) => value;
  return sql;
}

async function execute(sql: Sql, text: string, values: readonly unknown[] = []) {
  const plain = values.map(asText);
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
    async listen(channel, onNotification, onReconnect) {
      const { unlisten } = await sql.listen(channel, onNotification, onReconnect);
      return { close: unlisten };
    },
  };
}

/** Queues whose jobs are one host's work. */
export const HOST_QUEUES = ["train", "score", "baseline"] as const;
/** Queues of work for the whole estate. */
export const ESTATE_QUEUES = [
  "fleet",
  "renew",
  "recount",
  "calibrate",
  "retain",
  "report",
] as const;
/** A queue that workers serve. */
export type Queue = typeof HOST_QUEUES[number] | typeof ESTATE_QUEUES[number];
/** All of them. */
export const QUEUES: readonly Queue[] = [...HOST_QUEUES, ...ESTATE_QUEUES];

/** Where jobs go that failed every time. */
export function deadQueue(queue: Queue): string {
  return `${queue}-dead`;
}

/** Scores first: an analyst waits for them. */
export const PRIORITY: Readonly<Record<Queue, number>> = {
  score: 10,
  train: 5,
  fleet: 4,
  renew: 1,
  calibrate: 3,
  baseline: 2,
  recount: 1,
  retain: 1,
  report: 4,
};

/** When estate jobs run by themselves, UTC. */
const SCHEDULES: readonly [queue: Queue, cron: string, data: object][] = [
  ["calibrate", "7 * * * *", {}],
  ["fleet", "50 0 * * *", {}],
  ["renew", "30 2 * * *", {}],
  ["recount", "20 1 * * 1-6", { full: false }],
  ["recount", "20 1 * * 0", { full: true }],
  ["retain", "40 0 * * *", {}],
  ["report", "0 5 * * 1", {}],
];

/**
 * A killed worker's job runs again within the sum of these: its heartbeat is missed, somebody looks,
 * the first retry's back-off ends, and a worker asks for work.
 */
export const RERUN_SECONDS = { heartbeat: 7, look: 1.25, backOff: 2, poll: 1 } as const;
/** So often a worker says that it lives: three times may be lost while a training holds it up. */
export const BEAT_SECONDS = 2;

/**
 * A job is tried again for 4 to 5 minutes, seconds apart at first: a full disk is put right, a
 * worker killed and killed again comes back, before anybody has to send it anew.
 */
const RETRIES = { limit: 10, delayMax: 60 } as const;

/** Starts pg-boss on the database, with the queues made. */
export async function startBoss(
  url: string,
  onError: (error: Error) => void,
): Promise<{ boss: PgBoss; stop: () => Promise<void> }> {
  const sql = bossPool(url);
  const boss = new PgBoss({
    db: onPool(sql),
    superviseIntervalSeconds: RERUN_SECONDS.look,
    monitorIntervalSeconds: 1, // less than the look's, or every second look would come too early
    maintenanceIntervalSeconds: 60,
    useListenNotify: true,
  });
  boss.on("error", onError);
  await boss.start();
  for (const queue of QUEUES) {
    await boss.createQueue(deadQueue(queue));
    await boss.createQueue(queue, {
      // At most one job of a host waits and one runs: more would do the same work again.
      policy: "stately",
      retryDelay: 1,
      retryBackoff: true,
      heartbeatSeconds: 10, // the least that pg-boss takes by this way
      expireInSeconds: 3600,
      deadLetter: deadQueue(queue),
      notify: true,
    });
  }
  // Here, so that queues of an older version have them too.
  await sql`
    update pgboss.queue set heartbeat_seconds = ${RERUN_SECONDS.heartbeat},
      retry_limit = ${RETRIES.limit}, retry_delay_max = ${RETRIES.delayMax}
    where name = any(${[...QUEUES]})`;
  for (const [queue, cron, data] of SCHEDULES) {
    await boss.schedule(queue, cron, data, { tz: "UTC", key: cron.replace(/\W+/g, "-") });
  }
  return {
    boss,
    async stop() {
      await boss.stop({ graceful: true, timeout: 10_000 });
      await sql.end({ timeout: 5 });
    },
  };
}
