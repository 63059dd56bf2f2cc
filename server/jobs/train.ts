/**
 * Trains the models of hosts, many in one go so that the engine can stack them, and scores each
 * host's windows anew with its new model.
 * @module
 */
import type { Database, Sql } from "@/db/open.ts";
import { type TrainedHost, trainHosts, type TrainHostsOptions } from "@/models/detection.ts";
import { parseTraining, type TrainingSettings } from "@/models/training.ts";
import { uuidv7 } from "@/server/ids.ts";
import { fleetForTraining } from "./fleet.ts";
import type { Jobs } from "./jobs.ts";
import { loadTrainingRows } from "./rows.ts";

/** Trains hosts and stores their models as the active ones; gives the hosts that have one now. */
export async function trainJob(
  database: Database,
  jobs: Pick<Jobs, "insert">,
  hostIds: readonly string[],
  options: TrainHostsOptions,
  nowMs: () => number,
): Promise<string[]> {
  const { sql } = database;
  // Before the rows are read: what comes in meanwhile counts as not trained on.
  const stored = await storedRows(sql, hostIds);
  const learned = await fleetForTraining(database, jobs, hostIds, options, nowMs);
  if (!learned) return [];
  const { fleetId, fleet } = learned;
  const rows = await loadTrainingRows(
    database.read,
    hostIds.filter((hostId) => !learned.hosts.has(hostId)),
  );
  const trained = rows.size > 0
    ? await trainHosts(rows, { ...options, fleet })
    : new Map<string, TrainedHost>();
  for (const hostId of hostIds) {
    if (learned.hosts.has(hostId)) trained.set(hostId, learned.hosts.get(hostId)!);
  }
  for (const [hostId, { bytes, windows, fromMs, toMs, pooled, figures }] of trained) {
    const now = new Date(nowMs()).toISOString();
    const [from, to] = [fromMs, toMs].map((ms) => new Date(ms).toISOString());
    await sql.begin((transaction) => [
      transaction`update models set active = false where host_id = ${hostId} and active`,
      transaction`
        insert into models
          (host_id, model_id, fleet_id, pooled, windows, stored, bytes, figures, trained_from,
            trained_to, created_at, active)
        values (${hostId}, ${uuidv7(nowMs())}, ${fleetId}, ${pooled}, ${windows},
          ${stored.get(hostId) ?? 0}, ${bytes}, ${
        JSON.stringify(figures)
      }::text::jsonb, ${from}, ${to}, ${now}, true)`,
      transaction`update ledger set unscored_from = '-infinity' where host_id = ${hostId}`,
    ]);
  }
  return [...trained.keys()];
}

/**
 * How administrators want nets to be trained.
 * @throws {RangeError} if what is stored is no such setting.
 */
export async function trainingSettings(sql: Sql): Promise<TrainingSettings> {
  const [row] = await sql<{ value: unknown }[]>`select value from settings where name = 'training'`;
  return parseTraining(row?.value ?? {});
}

/** Rows that each host has ever stored. */
async function storedRows(sql: Sql, hostIds: readonly string[]): Promise<Map<string, number>> {
  const rows = await sql<{ hostId: string; stored: number }[]>`
    select host_id as "hostId", stored::float8 as stored
    from ledger
    where host_id = any(${hostIds as string[]}::uuid[])`;
  return new Map(rows.map(({ hostId, stored }) => [hostId, stored]));
}
