/**
 * A person's data: the name behind a pseudonym, all that is held of it, and its erasure.
 * @module
 */
import type { Sql } from "@/db/open.ts";
import type { ServerKeys } from "./keys.ts";
import { unseal } from "./seal.ts";

/** The name behind a pseudonym; undefined if no agent sent one. @throws RangeError if it cannot open. */
export async function nameOf(
  sql: Sql,
  keys: ServerKeys,
  userId: string,
): Promise<string | undefined> {
  const [row] = await sql<{ sealed: Uint8Array }[]>`
    select sealed_name as sealed from users
    where user_id = ${userId} and octet_length(sealed_name) > 0
    order by last_seen desc
    limit 1`;
  return row ? unseal(row.sealed, keys.unmaskKey, keys.sealPublicKey) : undefined;
}

/** Tables that hold something of a user, with the statement that reads it as JSON. */
export async function exportUser(sql: Sql, userId: string): Promise<Record<string, unknown>> {
  const [hosts, windows, scores, baselines, hours, alerts, labels, requests, risk] = await Promise
    .all([
      sql`select host_id, entity_class, first_seen, last_seen from users where user_id = ${userId}`,
      sql`
      select host_id, window_start, offset_minutes, events, channels, encode(values, 'base64') as values
      from vectors where user_id = ${userId} order by window_start`,
      sql`
      select host_id, window_start, model_id, score, p, confidence, top_columns, top_shares
      from scores where user_id = ${userId} order by window_start`,
      sql`select * from baselines where user_id = ${userId} order by host_id, feature`,
      sql`
      select host_id, windows, hours, counted_from, counted_to, encode(bytes, 'base64') as sketch
      from sketches where user_id = ${userId} order by host_id`,
      sql`
      select a.*, c.state, c.label, c.note from alerts a
      join alert_cases c on c.host_id = a.host_id and c.alert_id = a.alert_id
      where a.user_id = ${userId} order by a.raised_at`,
      sql`
      select l.* from labels l join alert_cases c on c.alert_id = l.alert_id
      where c.user_id = ${userId} order by l.created_at`,
      sql`
      select id, reason, requested_by, requested_at, approved_by, decided_at
      from unmask_requests where user_id = ${userId} order by requested_at`,
      sql`select risk, reasons, updated_at from risks where user_id = ${userId}`,
    ]);
  const habits = { baselines, hours };
  return { pseudonym: userId, hosts, windows, scores, ...habits, alerts, labels, requests, risk };
}

/**
 * Erases a user from every table but the audit log, which holds pseudonyms only. Ingest makes the
 * user anew if an agent goes on to send windows: stop collection first.
 * @returns rows that went, by table.
 */
export async function eraseUser(sql: Sql, userId: string): Promise<Record<string, number>> {
  const mention = `%${userId}%`;
  const gone = {
    labels: await sql`
      delete from labels using alert_cases c where c.alert_id = labels.alert_id and c.user_id = ${userId}`,
    deliveries: await sql`
      delete from deliveries using alert_cases c
      where c.alert_id = deliveries.alert_id and c.user_id = ${userId}`,
    alert_cases: await sql`delete from alert_cases where user_id = ${userId}`,
    alerts: await sql`delete from alerts where user_id = ${userId}`,
    scores: await sql`delete from scores where user_id = ${userId}`,
    baselines: await sql`delete from baselines where user_id = ${userId}`,
    sketches: await sql`delete from sketches where user_id = ${userId}`,
    vectors: await sql`delete from vectors where user_id = ${userId}`,
    suppressions: await sql`delete from suppressions where user_id = ${userId}`,
    unmask_requests: await sql`delete from unmask_requests where user_id = ${userId}`,
    risks: await sql`delete from risks where user_id = ${userId}`,
    host_risks: await sql`
      update host_risks
      set reasons = (
        select coalesce(jsonb_agg(reason), '[]') from jsonb_array_elements(reasons) reason
        where reason::text not like ${mention})
      where reasons::text like ${mention}`,
    // They can be made again, without the user.
    reports: await sql`
      delete from reports where content::text like ${mention} or kind = ${`user ${userId}`}`,
    users: await sql`delete from users where user_id = ${userId}`,
  };
  return Object.fromEntries(Object.entries(gone).map(([table, { count }]) => [table, count]));
}
