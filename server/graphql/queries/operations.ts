/**
 * Models, jobs and agents from the database.
 * @module
 */
import type { Sql } from "@/db/open.ts";
import type { Order, Page } from "../keyset.ts";
import type { AgentRow, JobRow, ModelRow } from "../rows.ts";

/** Newest first, by a moment and an id. */
export const MODEL_ORDER: Order = { name: "model-newest", parts: ["moment", "uuid"] };
/** Newest first, by a moment and an id. */
export const JOB_ORDER: Order = { name: "job-newest", parts: ["moment", "uuid"] };
/** Newest first, by a moment and an id. */
export const AGENT_ORDER: Order = { name: "agent-newest", parts: ["moment", "uuid"] };

/** What a list of models may be narrowed to. */
export interface ModelFilter {
  /** The host's id. */
  readonly hostId: string | null;
  /** Whether it is in force. */
  readonly active: boolean | null;
  /** Whether the fleet's model stands in. */
  readonly pooled: boolean | null;
}

/** Models trained last, first. */
export function models(sql: Sql, filter: ModelFilter, page: Page): Promise<ModelRow[]> {
  const { hostId, active, pooled } = filter;
  const [created, id] = page.after;
  return sql<ModelRow[]>`
    select host_id as "hostId", model_id as "modelId", pooled, windows, figures,
      octet_length(bytes) as size, trained_from as "trainedFrom", trained_to as "trainedTo",
      created_at as "createdAt", active, array[created_at::text, model_id::text] as key
    from models
    where (${hostId}::uuid is null or host_id = ${hostId})
      and (${active}::bool is null or active = ${active})
      and (${pooled}::bool is null or pooled = ${pooled})
      and (${id}::uuid is null or
        (created_at, model_id) < (${created}::text::timestamptz, ${id}))
    order by created_at desc, model_id desc
    limit ${page.limit}`;
}

/** Models by host and id, in any order. */
export function modelsByKey(
  sql: Sql,
  keys: readonly { hostId: string; modelId: string }[],
): Promise<ModelRow[]> {
  return sql<ModelRow[]>`
    select host_id as "hostId", model_id as "modelId", pooled, windows, figures,
      octet_length(bytes) as size, trained_from as "trainedFrom", trained_to as "trainedTo",
      created_at as "createdAt", active, '{}'::text[] as key
    from unnest(${keys.map((key) => key.hostId)}::uuid[], ${keys.map((key) => key.modelId)}::uuid[])
      as k(host_id, model_id)
    join models using (host_id, model_id)`;
}

/** The active models of hosts. */
export function activeModels(sql: Sql, hostIds: readonly string[]): Promise<ModelRow[]> {
  return sql<ModelRow[]>`
    select host_id as "hostId", model_id as "modelId", pooled, windows, figures,
      octet_length(bytes) as size, trained_from as "trainedFrom", trained_to as "trainedTo",
      created_at as "createdAt", active, '{}'::text[] as key
    from models
    where active and host_id = any(${hostIds as string[]}::uuid[])`;
}

/** Jobs started last, first. */
export function jobs(
  sql: Sql,
  filter: { readonly queue: string | null; readonly running: boolean | null },
  page: Page,
): Promise<JobRow[]> {
  const [started, id] = page.after;
  return sql<JobRow[]>`
    select job_id as "jobId", queue, done, total, message, started_at as "startedAt",
      updated_at as "updatedAt", ended_at as "endedAt",
      array[started_at::text, job_id::text] as key
    from job_progress
    where (${filter.queue}::text is null or queue = ${filter.queue})
      and (${filter.running}::bool is null or (ended_at is null) = ${filter.running})
      and (${id}::uuid is null or (started_at, job_id) < (${started}::text::timestamptz, ${id}))
    order by started_at desc, job_id desc
    limit ${page.limit}`;
}

/** Jobs by id, in any order. */
export function jobsById(sql: Sql, ids: readonly string[]): Promise<JobRow[]> {
  return sql<JobRow[]>`
    select job_id as "jobId", queue, done, total, message, started_at as "startedAt",
      updated_at as "updatedAt", ended_at as "endedAt", '{}'::text[] as key
    from job_progress
    where job_id = any(${ids as string[]}::uuid[])`;
}

/** Agents enrolled last, first. */
export function agents(
  sql: Sql,
  filter: { readonly revoked: boolean | null },
  page: Page,
): Promise<AgentRow[]> {
  const [enrolled, id] = page.after;
  return sql<AgentRow[]>`
    select agent_id as "agentId", host_id as "hostId", host, version, enrolled_at as "enrolledAt",
      last_seen as "lastSeen", revoked_at as "revokedAt",
      array[enrolled_at::text, agent_id::text] as key
    from agents
    where (${filter.revoked}::bool is null or (revoked_at is not null) = ${filter.revoked})
      and (${id}::uuid is null or
        (enrolled_at, agent_id) < (${enrolled}::text::timestamptz, ${id}))
    order by enrolled_at desc, agent_id desc
    limit ${page.limit}`;
}

/** Agents by id, in any order. */
export function agentsById(sql: Sql, ids: readonly string[]): Promise<AgentRow[]> {
  return sql<AgentRow[]>`
    select agent_id as "agentId", host_id as "hostId", host, version, enrolled_at as "enrolledAt",
      last_seen as "lastSeen", revoked_at as "revokedAt", '{}'::text[] as key
    from agents
    where agent_id = any(${ids as string[]}::uuid[])`;
}
