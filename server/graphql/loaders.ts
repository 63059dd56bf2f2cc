/**
 * What a request asks for one by one is loaded together, and once.
 * @module
 */
import DataLoader from "dataloader";
import type { Sql } from "@/db/open.ts";
import { alertsById, alertsOfWindows } from "./queries/alerts.ts";
import { hostsById } from "./queries/hosts.ts";
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

/** Loaders of one request. */
export type Loaders = ReturnType<typeof loaders>;

/** Loaders over a database; make them anew for each request. */
export function loaders(sql: Sql) {
  const self = (id: string) => id;
  type Pair = { hostId: string; userId: string };
  const pair = ({ hostId, userId }: Pair) => `${hostId}/${userId}`;
  type ModelKey = { hostId: string; modelId: string };
  const model = ({ hostId, modelId }: ModelKey) => `${hostId}/${modelId}`;
  return {
    host: by((ids: readonly string[]) => hostsById(sql, ids), self, (row) => row.hostId),
    user: by((ids: readonly string[]) => usersById(sql, ids), self, (row) => row.userId),
    score: by((keys: readonly WindowKey[]) => scoresByKey(sql, keys), windowId, windowId),
    window: by((keys: readonly WindowKey[]) => windowsByKey(sql, keys), windowId, windowId),
    alert: by((ids: readonly string[]) => alertsById(sql, ids), self, (row) => row.alertId),
    alertOf: by((keys: readonly WindowKey[]) => alertsOfWindows(sql, keys), windowId, windowId),
    model: by((keys: readonly ModelKey[]) => modelsByKey(sql, keys), model, model),
    activeModel: by((ids: readonly string[]) => activeModels(sql, ids), self, (row) => row.hostId),
    job: by((ids: readonly string[]) => jobsById(sql, ids), self, (row) => row.jobId),
    agent: by((ids: readonly string[]) => agentsById(sql, ids), self, (row) => row.agentId),
    accountName: new DataLoader<string, string | null>(async (ids) => {
      const rows = await sql<{ id: string; name: string }[]>`
        select account_id as id, name from accounts where account_id = any(${ids as string[]}::uuid[])`;
      const names = new Map(rows.map(({ id, name }) => [id, name]));
      return ids.map((id) => names.get(id) ?? null);
    }),
    baseline: new DataLoader<Pair, BaselineRow[], string>(async (keys) => {
      const groups = Map.groupBy(await baselinesOf(sql, keys), pair);
      return keys.map((key) => groups.get(pair(key)) ?? []);
    }, { cacheKeyFn: pair }),
  };
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
