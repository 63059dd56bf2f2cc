/**
 * What leaves the server about an alert. Nothing else does: the list of fields is closed, names stay
 * sealed, and a user is the pseudonym.
 * @module
 */
import type { Sql } from "@/db/open.ts";
import { type Column, FEATURES } from "@/features/schema.ts";
import { sentence } from "@/models/explain.ts";

/** One contributing column, in its own unit. */
export interface FindingColumn {
  /** Identifier of the column. */
  readonly name: string;
  /** The column's part for people. */
  readonly sentence: string;
  /** Value in the window. */
  readonly value: number;
  /** Lower end of what is usual. */
  readonly low: number;
  /** Upper end of what is usual. */
  readonly high: number;
  /** Share of the score. */
  readonly share: number;
  /** ATT&CK techniques that it may show. */
  readonly techniques: readonly string[];
}

/** An alert as exports see it. */
export interface Finding {
  /** The alert's id. */
  readonly alertId: string;
  /** The host's id and name. */
  readonly host: { readonly id: string; readonly name: string };
  /** The user's pseudonym and kind of account. */
  readonly user: { readonly pseudonym: string; readonly entityClass: string };
  /** Start of the window, milliseconds since 1970 UTC. */
  readonly startMs: number;
  /** When the alert was raised, milliseconds since 1970 UTC. */
  readonly raisedMs: number;
  /** p-value of the window. */
  readonly p: number;
  /** Raw score of the window. */
  readonly score: number;
  /** 0 to 1: how much history stands behind it. */
  readonly confidence: number;
  /** The model that scored it. */
  readonly modelId: string;
  /** What contributed most. */
  readonly columns: readonly FindingColumn[];
}

interface FindingRow {
  readonly alertId: string;
  readonly hostId: string;
  readonly hostName: string;
  readonly userId: string;
  readonly entityClass: string;
  readonly startMs: number;
  readonly raisedMs: number;
  readonly p: number;
  readonly score: number;
  readonly confidence: number;
  readonly modelId: string;
  readonly topColumns: number[];
  readonly topShares: number[];
  readonly topLow: number[];
  readonly topHigh: number[];
  readonly values: Uint8Array | null;
}

function column(row: FindingRow, values: Float32Array | undefined, i: number): FindingColumn {
  const index = row.topColumns[i]!;
  const { name, wireScale, attack } = FEATURES[index] as Column;
  const [value, low, high] = [values?.[index], row.topLow[i], row.topHigh[i]]
    .map((wire) => (wire ?? 0) / wireScale) as [number, number, number];
  const share = row.topShares[i] ?? 0;
  return {
    name,
    sentence: sentence(index, value, low, high),
    value,
    low,
    high,
    share,
    techniques: attack,
  };
}

/** An alert for export; undefined once its window is past retention. */
export async function findingOf(sql: Sql, alertId: string): Promise<Finding | undefined> {
  const [row] = await sql<FindingRow[]>`
    select a.alert_id as "alertId", a.host_id as "hostId", h.name as "hostName",
      a.user_id as "userId", u.entity_class as "entityClass",
      (extract(epoch from a.window_start) * 1000)::float8 as "startMs",
      (extract(epoch from a.raised_at) * 1000)::float8 as "raisedMs", s.p, s.score, s.confidence,
      s.model_id as "modelId", s.top_columns as "topColumns", s.top_shares as "topShares",
      s.top_low as "topLow", s.top_high as "topHigh", v.values
    from alert_cases c
    join alerts a on a.host_id = c.host_id and a.alert_id = c.alert_id
    join hosts h on h.host_id = a.host_id
    join users u on u.host_id = a.host_id and u.user_id = a.user_id
    join scores s on s.host_id = a.host_id and s.window_start = a.window_start
      and s.user_id = a.user_id
    left join vectors v on v.host_id = a.host_id and v.window_start = a.window_start
      and v.user_id = a.user_id
    where c.alert_id = ${alertId}`;
  if (!row) return undefined;
  const values = row.values ? new Float32Array(Uint8Array.from(row.values).buffer) : undefined;
  const { startMs, raisedMs, p, score, confidence, modelId } = row;
  return {
    alertId,
    host: { id: row.hostId, name: row.hostName },
    user: { pseudonym: row.userId, entityClass: row.entityClass },
    startMs,
    raisedMs: Math.round(raisedMs),
    p,
    score,
    confidence,
    modelId,
    columns: row.topColumns.map((_, i) => column(row, values, i)),
  };
}
