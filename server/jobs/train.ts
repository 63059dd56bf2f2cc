/**
 * Trains the models of hosts, many in one go so that the engine can stack them, and scores each
 * host's windows anew with its new model.
 * @module
 */
import type { Database, Sql } from "@/db/open.ts";
import { trainHosts, type TrainHostsOptions } from "@/models/detection.ts";
import { uuidv7 } from "@/server/ids.ts";
import { type LoadedRows, loadRows } from "./rows.ts";

/** History that models learn from: three months hold a quarter's end, and bound the memory. */
const TRAINING_DAYS = 92;

/** Trains hosts and stores their models as the active ones; gives the hosts that have one now. */
export async function trainJob(
  database: Database,
  hostIds: readonly string[],
  options: TrainHostsOptions,
  nowMs: () => number,
): Promise<string[]> {
  const { sql } = database;
  const rows = new Map<string, LoadedRows>();
  // Before the rows are read: what comes in meanwhile counts as not trained on.
  const stored = await storedRows(sql, hostIds);
  for (const hostId of [...hostIds].sort()) {
    const loaded = await loadRows(database.read, hostId, { days: TRAINING_DAYS });
    if (loaded.n > 0) rows.set(hostId, loaded);
  }
  if (rows.size === 0) return [];
  const trained = await trainHosts(rows, options);
  for (const [hostId, { bytes, pooled, figures }] of trained) {
    const { n, startMs } = rows.get(hostId)!;
    const now = new Date(nowMs()).toISOString();
    const [from, to] = [startMs[0], startMs[n - 1]].map((ms) => new Date(ms).toISOString());
    await sql.begin((transaction) => [
      transaction`update models set active = false where host_id = ${hostId} and active`,
      transaction`
        insert into models
          (host_id, model_id, pooled, windows, stored, bytes, figures, trained_from, trained_to, created_at,
            active)
        values (${hostId}, ${uuidv7(nowMs())}, ${pooled}, ${n}, ${
        stored.get(hostId) ?? 0
      }, ${bytes},
          ${JSON.stringify(figures)}::text::jsonb, ${from}, ${to}, ${now}, true)`,
      transaction`update ledger set unscored_from = '-infinity' where host_id = ${hostId}`,
    ]);
  }
  return [...trained.keys()];
}

/** Rows that each host has ever stored. */
async function storedRows(sql: Sql, hostIds: readonly string[]): Promise<Map<string, number>> {
  const rows = await sql<{ hostId: string; stored: number }[]>`
    select host_id as "hostId", stored::float8 as stored
    from ledger
    where host_id = any(${hostIds as string[]}::uuid[])`;
  return new Map(rows.map(({ hostId, stored }) => [hostId, stored]));
}
