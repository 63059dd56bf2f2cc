/**
 * Scores the windows that a host's active model has not scored yet, and raises alerts within the
 * budget.
 * @module
 */
import { copyIn, copyPieces } from "@/db/copy.ts";
import type { Database, Sql } from "@/db/open.ts";
import {
  type FleetModel,
  openFleet,
  openModel,
  roomFor,
  type Scored,
  TOP_COLUMNS,
} from "@/models/detection.ts";
import { uuidBytes } from "@/features/wire.ts";
import { Raised, REPEAT_DAYS } from "@/models/repeats.ts";
import { uuidv7 } from "@/server/ids.ts";
import { type LoadedRows, loadRows } from "./rows.ts";

const COLUMNS = "host_id, window_start, user_id, model_id, score, p, confidence, top_columns, " +
  "top_shares, top_low, top_high";
/** Alerts a day for the whole estate where nobody has set a budget. */
const DEFAULT_PER_DAY = 5;
const DAY_MS = 86_400_000;
/** Windows of this many days before the newest say how many there are a day. */
const RATE_DAYS = 14;

/** First half of the advisory locks under which a host is scored. */
const SCORE_LOCK = 7_261_002;
/** Hosts at a time: one is read and scored here while Postgres writes the other. */
const HOSTS_AT_ONCE = 2;

/** Scores hosts; gives how many windows of each were scored, or why that failed. */
export async function scoreJob(
  database: Database,
  hostIds: readonly string[],
  nowMs: () => number,
  onScored: () => void = () => {},
): Promise<Map<string, number | Error>> {
  const limit = await alertLimit(database.sql);
  const fleets = new Fleets(database.sql);
  const outcome = new Map<string, number | Error>();
  const left = hostIds.toSorted().values();
  await Promise.all(Array.from({ length: HOSTS_AT_ONCE }, async () => {
    for (const hostId of left) {
      const windows = scoreHost(database, hostId, fleets, limit, nowMs);
      outcome.set(hostId, await windows.catch((error: Error) => error));
      onScored();
    }
  }));
  return outcome;
}

function scoreHost(
  { sql }: Database,
  hostId: string,
  fleets: Fleets,
  limit: number,
  nowMs: () => number,
): Promise<number> {
  return sql.begin(async (transaction) => {
    const inside = transaction as unknown as Sql;
    // A train job may be scoring the host too.
    await inside`select pg_advisory_xact_lock(${SCORE_LOCK}, hashtext(${hostId}))`;
    // A batch that is being committed now saw this job waiting and added none: wait for its rows.
    await sql`select from ledger where host_id = ${hostId} for share`;
    const [mark] = await inside<{ fromMs: number | null; stored: string }[]>`
      select (extract(epoch from unscored_from) * 1000)::float8 as "fromMs", stored
      from ledger
      where host_id = ${hostId}`;
    if (!mark || mark.fromMs === null) return 0;
    const [model] = await inside<StoredModel[]>`
      select model_id as "modelId", bytes, fleet_id as "fleetId",
        (extract(epoch from trained_to) * 1000)::float8 as "toMs"
      from models
      where host_id = ${hostId} and active`;
    if (!model) return 0; // the train job that is due scores it
    const fromMs = Number.isFinite(mark.fromMs) ? mark.fromMs : undefined;
    const rows = await loadRows(inside, hostId, { unscoredBy: model.modelId, fromMs });
    if (rows.n > 0) {
      const scored = roomFor(rows.n);
      const isHistory = rows.startMs[0] <= model.toMs;
      const before = isHistory ? await fleets.trainingRarity(model.fleetId) : undefined;
      const turns = openModel(model.bytes, before).scoreInTurns(rows, scored);
      await storeScores(inside, hostId, model.modelId, rows, scored, turns);
      await raiseAlerts(inside, hostId, rows, scored, limit, nowMs);
      await touchUsers(inside, hostId, rows);
    }
    // What has come in since keeps its mark, and its own job.
    await inside`
      update ledger set unscored_from = null
      where host_id = ${hostId} and stored = ${mark.stored}
        and exists (select from models where host_id = ${hostId} and model_id = ${model.modelId}
          and active)`;
    return rows.n;
  }) as Promise<number>;
}

interface StoredModel {
  readonly modelId: string;
  readonly bytes: Uint8Array;
  readonly fleetId: string | null;
  /** Start of the last window that it learned from. */
  readonly toMs: number;
}

/** What fleets' models knew before the windows that they held out, read once for all hosts. */
class Fleets {
  readonly #known = new Map<string, Promise<FleetModel["trainingRarity"] | undefined>>();

  constructor(readonly sql: Sql) {}

  /** Undefined where the fleet's model is gone: an earlier one that retention dropped. */
  trainingRarity(fleetId: string | null): Promise<FleetModel["trainingRarity"] | undefined> {
    if (fleetId === null) return Promise.resolve(undefined);
    const known = this.#known.get(fleetId) ?? this.#read(fleetId);
    this.#known.set(fleetId, known);
    return known;
  }

  async #read(fleetId: string) {
    const [row] = await this.sql<{ bytes: Uint8Array }[]>`
      select bytes from fleet_models where fleet_id = ${fleetId}`;
    return row && openFleet(row.bytes).trainingRarity;
  }
}

/** Moves the last window of the host's users. */
async function touchUsers(sql: Sql, hostId: string, rows: LoadedRows): Promise<void> {
  const last = new Float64Array(rows.userIds.length).fill(-Infinity);
  rows.startMs.forEach((ms, i) => last[rows.userAt[i]] = Math.max(last[rows.userAt[i]], ms));
  await sql`
    update users u set last_seen = seen.at
    from unnest(${rows.userIds as string[]}::uuid[],
      ${Array.from(last, (ms) => new Date(ms).toISOString())}::text[]::timestamptz[])
      as seen(user_id, at)
    where u.host_id = ${hostId} and u.user_id = seen.user_id and u.last_seen < seen.at`;
}

function scoreTuples(
  hostId: string,
  modelId: string,
  rows: LoadedRows,
  scored: Scored,
  turns: Iterable<number>,
): Iterable<Uint8Array> {
  const [host, model] = [hostId, modelId].map(uuidBytes);
  const users = rows.userIds.map(uuidBytes);
  return copyPieces(turns, (copy, i) => {
    const top = (part: Uint8Array | Float32Array) =>
      part.subarray(i * TOP_COLUMNS, (i + 1) * TOP_COLUMNS);
    copy.row(11);
    copy.bytes(host);
    copy.timestamp(rows.startMs[i]);
    copy.bytes(users[rows.userAt[i]]);
    copy.bytes(model);
    copy.float4(scored.score[i]);
    copy.float8(scored.p[i]);
    copy.float4(scored.confidence[i]);
    copy.array(21, top(scored.topColumns));
    copy.array(700, top(scored.topShares));
    copy.array(700, top(scored.topLow));
    copy.array(700, top(scored.topHigh));
  });
}

/**
 * Writes scores in place of what an earlier model gave the same windows: Postgres takes some while
 * `turns` scores the next.
 */
async function storeScores(
  sql: Sql,
  hostId: string,
  modelId: string,
  rows: LoadedRows,
  scored: Scored,
  turns: Iterable<number>,
): Promise<void> {
  const from = new Date(rows.startMs[0]).toISOString();
  await sql`
    delete from scores
    where host_id = ${hostId} and window_start >= ${from}::text::timestamptz
      and model_id <> ${modelId}`;
  const tuples = scoreTuples(hostId, modelId, rows, scored, turns);
  await copyIn(sql, `copy scores (${COLUMNS}) from stdin (format binary)`, tuples);
}

/** The p-value up to which windows become alerts: as set, or the budget a day over windows a day. */
async function alertLimit(sql: Sql): Promise<number> {
  const rows = await sql<{ name: string; value: { perDay: number; p?: number } }[]>`
    select name, value from settings where name in ('alertBudget', 'alertThreshold', 'windowRate')`;
  const settings = new Map(rows.map(({ name, value }) => [name, value]));
  const threshold = settings.get("alertThreshold")?.p;
  if (threshold !== undefined) return threshold;
  const rate = settings.get("windowRate")?.perDay ?? await windowsPerDay(sql);
  return (settings.get("alertBudget")?.perDay ?? DEFAULT_PER_DAY) / Math.max(1, rate);
}

/** Windows a day over the last days of the estate; asks every node. */
export async function windowsPerDay(sql: Sql): Promise<number> {
  const [{ perDay }] = await sql<{ perDay: number }[]>`
    with newest as (select max(window_start) as at from vectors)
    select count(*) / ${RATE_DAYS}::float8 as "perDay"
    from vectors, newest
    where window_start > newest.at - make_interval(days => ${RATE_DAYS})`;
  return perDay;
}

/**
 * Raises an alert for each window within the limit that is not of the time trained on alone, and
 * that no alert of the week speaks for.
 */
async function raiseAlerts(
  sql: Sql,
  hostId: string,
  rows: LoadedRows,
  scored: Scored,
  limit: number,
  nowMs: () => number,
): Promise<void> {
  const newestMs = rows.startMs[rows.n - 1];
  const now = new Date(nowMs()).toISOString();
  const within = Array.from({ length: rows.n }, (_, i) => i).filter((i) =>
    scored.p[i] <= limit && rows.startMs[i] >= newestMs - RATE_DAYS * DAY_MS
  );
  if (within.length === 0) return;
  const before = await earlierAlerts(sql, hostId, newestMs - (RATE_DAYS + REPEAT_DAYS) * DAY_MS);
  const raised = within.filter((i) => {
    const alert = [rows.userIds[rows.userAt[i]], scored.topColumns[i * TOP_COLUMNS]] as const;
    if (before.speaksFor(...alert, rows.startMs[i])) return false;
    before.add(...alert, rows.startMs[i]);
    return true;
  });
  if (raised.length === 0) return;
  await sql`
    insert into alerts (host_id, alert_id, user_id, window_start, p, score, raised_at)
    select ${hostId}::uuid, id, user_id, start, p, score, ${now}::text::timestamptz
    from unnest(
      ${raised.map(() => uuidv7(nowMs()))}::uuid[],
      ${raised.map((i) => rows.userIds[rows.userAt[i]])}::uuid[],
      ${raised.map((i) => new Date(rows.startMs[i]).toISOString())}::text[]::timestamptz[],
      ${raised.map((i) => scored.p[i])}::float8[],
      ${raised.map((i) => scored.score[i])}::float4[]) as r(id, user_id, start, p, score)
    on conflict (host_id, window_start, user_id) do nothing`;
}

/** A host's alerts since a moment, with the columns that lead them. */
async function earlierAlerts(sql: Sql, hostId: string, fromMs: number): Promise<Raised> {
  const alerts = await sql<{ userId: string; column: number; startMs: number }[]>`
    select a.user_id as "userId", s.top_columns[1] as column,
      (extract(epoch from a.window_start) * 1000)::float8 as "startMs"
    from alerts a join scores s using (host_id, window_start, user_id)
    where host_id = ${hostId}
      and window_start >= ${new Date(fromMs).toISOString()}::text::timestamptz`;
  const raised = new Raised();
  for (const { userId, column, startMs } of alerts) raised.add(userId, column, startMs);
  return raised;
}
