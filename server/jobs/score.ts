/**
 * Scores the windows that a host's active model has not scored yet, and raises alerts within the
 * budget.
 * @module
 */
import { copyIn, CopyWriter } from "@/db/copy.ts";
import type { Database, Sql } from "@/db/open.ts";
import { type HostModel, openModel, type Scored, TOP_COLUMNS } from "@/models/detection.ts";
import { uuidv7 } from "@/server/ids.ts";
import { type LoadedRows, loadRows } from "./rows.ts";

const COLUMNS = "host_id, window_start, user_id, model_id, score, p, confidence, top_columns, " +
  "top_shares, top_low, top_high";
/** Alerts a day for the whole estate where nobody has set a budget. */
const DEFAULT_PER_DAY = 5;
const DAY_MS = 86_400_000;
/** Windows of this many days before the newest say how many there are a day. */
const RATE_DAYS = 14;

/** Scores hosts; gives how many windows were scored. */
export async function scoreJob(
  database: Database,
  hostIds: readonly string[],
  nowMs: () => number,
): Promise<number> {
  const { sql } = database;
  const limit = await alertLimit(sql);
  let windows = 0;
  for (const hostId of [...hostIds].sort()) {
    const [model] = await sql<{ modelId: string; bytes: Uint8Array }[]>`
      select model_id as "modelId", bytes from models where host_id = ${hostId} and active`;
    if (!model) continue; // the train job that is due scores it
    const rows = await loadRows(sql, hostId, model.modelId);
    if (rows.n === 0) continue;
    const scored = (openModel(model.bytes) as HostModel).score(rows);
    await storeScores(sql, hostId, model.modelId, rows, scored);
    await raiseAlerts(sql, hostId, rows, scored, limit, nowMs);
    windows += rows.n;
  }
  return windows;
}

const uuidBytes = (uuid: string) => new Uint8Array(Buffer.from(uuid.replaceAll("-", ""), "hex"));

async function storeScores(
  sql: Sql,
  hostId: string,
  modelId: string,
  rows: LoadedRows,
  scored: Scored,
): Promise<void> {
  const [host, model] = [hostId, modelId].map(uuidBytes);
  const users = rows.userIds.map(uuidBytes);
  const copy = new CopyWriter();
  for (let i = 0; i < rows.n; i++) {
    const top = (part: Uint8Array | Float32Array) =>
      part.subarray(i * TOP_COLUMNS, (i + 1) * TOP_COLUMNS);
    copy.row(11);
    copy.bytes(host);
    copy.timestamp(rows.startMs[i]);
    copy.bytes(users[rows.users[i]]);
    copy.bytes(model);
    copy.float4(scored.score[i]);
    copy.float8(scored.p[i]);
    copy.float4(scored.confidence[i]);
    copy.array(21, top(scored.topColumns));
    copy.array(700, top(scored.topShares));
    copy.array(700, top(scored.topLow));
    copy.array(700, top(scored.topHigh));
  }
  await sql.begin(async (transaction) => {
    const inside = transaction as unknown as Sql;
    await inside`create temp table scored (like scores) on commit drop`;
    await copyIn(inside, `copy scored (${COLUMNS}) from stdin (format binary)`, copy.finish());
    await inside.unsafe(`
      insert into scores (${COLUMNS})
      select ${COLUMNS} from scored
      on conflict (host_id, window_start, user_id) do update
        set model_id = excluded.model_id, score = excluded.score, p = excluded.p,
          confidence = excluded.confidence, top_columns = excluded.top_columns,
          top_shares = excluded.top_shares, top_low = excluded.top_low,
          top_high = excluded.top_high`);
  });
}

/** The p-value up to which windows become alerts: the budget a day over the windows a day. */
async function alertLimit(sql: Sql): Promise<number> {
  const [setting] = await sql<{ perDay: number }[]>`
    select (value ->> 'perDay')::float8 as "perDay" from settings where name = 'alertBudget'`;
  const [rate] = await sql<{ perDay: number }[]>`
    with newest as (select max(window_start) as at from vectors)
    select count(*) / ${RATE_DAYS}::float8 as "perDay"
    from vectors, newest
    where window_start > newest.at - make_interval(days => ${RATE_DAYS})`;
  return (setting?.perDay ?? DEFAULT_PER_DAY) / Math.max(1, rate.perDay);
}

/** Raises an alert for each window within the limit that is not of the time trained on alone. */
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
  for (let i = 0; i < rows.n; i++) {
    if (scored.p[i] > limit || rows.startMs[i] < newestMs - RATE_DAYS * DAY_MS) continue;
    const [userId, start] = [rows.userIds[rows.users[i]], new Date(rows.startMs[i]).toISOString()];
    await sql`
      insert into alerts (host_id, alert_id, user_id, window_start, p, score, raised_at)
      select ${hostId}, ${uuidv7(nowMs())}, ${userId}, ${start}, ${scored.p[i]}, ${scored.score[i]},
        ${now}
      where not exists (
        select from alerts
        where host_id = ${hostId} and user_id = ${userId} and window_start = ${start})`;
  }
}
