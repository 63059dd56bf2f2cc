/**
 * What a request asks for one by one is loaded together, and once.
 * @module
 */
import DataLoader from "dataloader";
import type { Sql } from "@/db/open.ts";
import { alertsById, alertsOfWindows } from "./queries/alerts.ts";
import { hostRisks, hostsById } from "./queries/hosts.ts";
import { histories, recentHours } from "./queries/insight.ts";
import { activeModels, agentsById, jobsById, modelsByKey } from "./queries/operations.ts";
import { baselinesOf, scoresByKey, windowsByKey } from "./queries/scores.ts";
import { usersById } from "./queries/users.ts";
import type { BaselineRow, WindowKey } from "./rows.ts";

/** A window's key as one text. */
export function windowId({ hostId, userId, windowStart }: WindowKey): string {
  return `${hostId}/${userId}/${windowStart.getTime()}`;
}

function by<Key, Row>(
  load: (keys: readonly Key[]) => Promise<readonly Row[]>,
  keyOf: (key: Key) => string,
  rowOf: (row: Row) => string,
) {
  return new DataLoader<Key, Row | null, string>(async (keys) => {
    const rows = new Map((await load(keys)).map((row) => [rowOf(row), row]));
    return keys.map((key) => rows.get(keyOf(key)) ?? null);
  }, { cacheKeyFn: keyOf });
}

const self = (id: string) => id;
type Pair = { hostId: string; userId: string };
const pair = ({ hostId, userId }: Pair) => `${hostId}/${userId}`;
type ModelKey = { hostId: string; modelId: string };
const model = ({ hostId, modelId }: ModelKey) => `${hostId}/${modelId}`;
type Ids = readonly string[];
type Windows = readonly WindowKey[];

/** How each loader is made; most requests need one or two of them. */
const MAKERS = {
  host: (sql: Sql) => by((ids: Ids) => hostsById(sql, ids), self, (row) => row.hostId),
  hostRisk: (sql: Sql) => by((ids: Ids) => hostRisks(sql, ids), self, (row) => row.hostId),
  recent: (sql: Sql) => by((ids: Ids) => recentHours(sql, ids), self, (row) => row.hostId),
  history: (sql: Sql) => by((ids: Ids) => histories(sql, ids), self, (row) => row.hostId),
  user: (sql: Sql) => by((ids: Ids) => usersById(sql, ids), self, (row) => row.userId),
  score: (sql: Sql) => by((keys: Windows) => scoresByKey(sql, keys), windowId, windowId),
  window: (sql: Sql) => by((keys: Windows) => windowsByKey(sql, keys), windowId, windowId),
  alert: (sql: Sql) => by((ids: Ids) => alertsById(sql, ids), self, (row) => row.alertId),
  alertOf: (sql: Sql) => by((keys: Windows) => alertsOfWindows(sql, keys), windowId, windowId),
  model: (sql: Sql) => by((keys: readonly ModelKey[]) => modelsByKey(sql, keys), model, model),
  activeModel: (sql: Sql) => by((ids: Ids) => activeModels(sql, ids), self, (row) => row.hostId),
  job: (sql: Sql) => by((ids: Ids) => jobsById(sql, ids), self, (row) => row.jobId),
  agent: (sql: Sql) => by((ids: Ids) => agentsById(sql, ids), self, (row) => row.agentId),
  accountName: (sql: Sql) =>
    new DataLoader<string, string | null>(async (ids) => {
      const rows = await sql<{ id: string; name: string }[]>`
        select account_id as id, name from accounts where account_id = any(${ids as string[]}::uuid[])`;
      const names = new Map(rows.map(({ id, name }) => [id, name]));
      return ids.map((id) => names.get(id) ?? null);
    }),
  baseline: (sql: Sql) =>
    new DataLoader<Pair, BaselineRow[], string>(async (keys) => {
      const groups = Map.groupBy(await baselinesOf(sql, keys), pair);
      return keys.map((key) => groups.get(pair(key)) ?? []);
    }, { cacheKeyFn: pair }),
};

/** Loaders of one request. */
export type Loaders = { readonly [Name in keyof typeof MAKERS]: ReturnType<typeof MAKERS[Name]> };

/** Loaders over a database, each made when first wanted; make them anew for each request. */
export function loaders(sql: Sql): Loaders {
  const made: Partial<Record<keyof Loaders, unknown>> = {};
  return new Proxy(made as Loaders, {
    get: (_, name: keyof Loaders) => made[name] ??= MAKERS[name](sql),
  });
}

const SHARED_MS = 500;

/**
 * Loaders for subscriptions: shared, so that a thousand subscribers of one alert make one query, and
 * renewed every half second, so that nobody is told what was.
 */
export function sharedLoaders(sql: Sql, now: () => number): Loaders {
  let [current, madeMs] = [loaders(sql), now()];
  return new Proxy(current, {
    get(_, name) {
      if (now() - madeMs > SHARED_MS) [current, madeMs] = [loaders(sql), now()];
      return Reflect.get(current, name);
    },
  });
}
