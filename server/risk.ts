/**
 * Keeps the table of risks: recomputed for the users of hosts that were scored, decayed for the
 * rest once a day, so that ranking is one index scan.
 * @module
 */
import type { Sql } from "@/db/open.ts";
import { DRIFT, EVEN_ODDS, HALF_LIFE_DAYS, userRisk } from "@/models/risk.ts";

const DAY_MS = 86_400_000;
const LOOK_BACK_DAYS = 30; // what is older adds less than a twentieth of what it did
const USERS_AT_ONCE = 1_000;

interface DayRow {
  readonly userId: string;
  readonly day: string;
  readonly windows: number;
  readonly p: number;
  readonly hostId: string;
  readonly windowStart: string;
  readonly criticality: number;
}

/** Strangest window of each day of each user since `from`. */
function days(sql: Sql, userIds: readonly string[], from: string): Promise<DayRow[]> {
  return sql<DayRow[]>`
    select distinct on (s.user_id, day) s.user_id as "userId",
      (s.window_start at time zone 'UTC')::date::text as day,
      (count(*) over (partition by s.user_id, (s.window_start at time zone 'UTC')::date))::int
        as windows,
      s.p, s.host_id as "hostId",
      to_char(s.window_start at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as "windowStart",
      h.criticality
    from scores s
    join hosts h on h.host_id = s.host_id
    where s.user_id = any(${userIds as string[]}::uuid[])
      and s.window_start > ${from}::text::timestamptz
    order by s.user_id, day, s.p, s.score desc`;
}

async function users(sql: Sql, hostIds: readonly string[]): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`
    select distinct user_id as id from users
    where host_id = any(${hostIds as string[]}::uuid[])
    order by 1`;
  return rows.map(({ id }) => id);
}

function reasons(rows: readonly DayRow[], asOfMs: number) {
  const { risk, surprise, share } = userRisk(
    rows.map(({ p, windows, windowStart, criticality }) => ({
      p,
      windows,
      criticality,
      age: (asOfMs - Date.parse(windowStart)) / DAY_MS,
    })),
  );
  const parts = rows.map(({ day, hostId, windowStart, p, windows }, i) => ({
    day,
    hostId,
    windowStart,
    p,
    windows,
    surprise: surprise[i]!,
    share: share[i]!,
  }));
  return { risk, parts: parts.filter((part) => part.share > 0).sort((a, b) => b.share - a.share) };
}

async function write(sql: Sql, userIds: readonly string[], asOfMs: number): Promise<void> {
  const asOf = new Date(asOfMs).toISOString();
  const from = new Date(asOfMs - LOOK_BACK_DAYS * DAY_MS).toISOString();
  const byUser = Map.groupBy(await days(sql, userIds, from), ({ userId }) => userId);
  const rows = userIds.map((id) => reasons(byUser.get(id) ?? [], asOfMs));
  await sql`
    insert into risks (user_id, entity_class, risk, hosts, last_seen, reasons, updated_at)
    select k.user_id, max(u.entity_class), k.risk, count(*), max(u.last_seen), k.reasons::jsonb,
      ${asOf}::text::timestamptz
    from unnest(${userIds as string[]}::uuid[], ${rows.map(({ risk }) => risk)}::real[],
      ${rows.map(({ parts }) => JSON.stringify(parts))}::text[]) as k(user_id, risk, reasons)
    join users u using (user_id)
    group by k.user_id, k.risk, k.reasons
    order by k.user_id
    on conflict (user_id) do update
    set entity_class = excluded.entity_class, risk = excluded.risk, hosts = excluded.hosts,
      last_seen = excluded.last_seen, reasons = excluded.reasons, updated_at = excluded.updated_at`;
}

const KEPT_A_DAY = 2 ** (-1 / HALF_LIFE_DAYS);
/** What quiet days take from the odds is this times the share that is gone of what there was. */
const QUIET_ODDS = DRIFT / EVEN_ODDS / (1 - KEPT_A_DAY);

/** Decays the risk of everyone whose row is a day old, as {@link userRisk} does on quiet days. */
async function decay(sql: Sql, asOfMs: number): Promise<number> {
  const asOf = new Date(asOfMs).toISOString();
  const { count } = await sql`
    update risks
    set risk = 100 * decayed.odds / (1 + decayed.odds), updated_at = ${asOf}::text::timestamptz
    from (
      select user_id,
        greatest(0, risk / (100.0001 - risk) * kept - ${QUIET_ODDS}::float8 * (1 - kept)) as odds
      from risks
      cross join lateral (select power(2, -extract(epoch from
        ${asOf}::text::timestamptz - updated_at) / 86400 / ${HALF_LIFE_DAYS}::int)::float8 as kept) k
      where updated_at < ${asOf}::text::timestamptz - interval '1 day'
      order by user_id
      for update of risks
    ) as decayed
    where risks.user_id = decayed.user_id`;
  return count;
}

/**
 * Risks of hosts, all of them for null: the largest part of a user's risk that happened there, and
 * the strangest user of each day.
 */
async function writeHosts(sql: Sql, hostIds: readonly string[] | null): Promise<void> {
  await sql`
    with parts as (
      select u.host_id, u.user_id, r.risk * e.share as risk, e.day, e."windowStart", e.p, e.surprise
      from users u
      join risks r using (user_id)
      cross join lateral jsonb_to_recordset(r.reasons) as e("hostId" uuid, day text,
        "windowStart" text, p float8, surprise float8, share float8)
      where e."hostId" = u.host_id
        and (${hostIds as string[]}::uuid[] is null or u.host_id = any(${hostIds as string[]}))
    ), days as (
      select distinct on (host_id, day) host_id,
        jsonb_build_object('day', day, 'userId', user_id, 'windowStart', "windowStart", 'p', p,
          'surprise', surprise) as reason
      from parts
      order by host_id, day, surprise desc, user_id
    )
    insert into host_risks (host_id, risk, reasons)
    select h.host_id,
      coalesce((select max(part) from (
        select sum(risk) as part from parts where parts.host_id = h.host_id group by user_id) sums),
        0),
      coalesce((select jsonb_agg(reason order by reason->>'day') from days
        where days.host_id = h.host_id), '[]')
    from hosts h
    where ${hostIds as string[]}::uuid[] is null or h.host_id = any(${hostIds as string[]})
    order by h.host_id
    on conflict (host_id) do update set risk = excluded.risk, reasons = excluded.reasons`;
}

/**
 * Brings the risks of the hosts' users up to date; call it after their scores are committed.
 * Time is the estate's own: its latest scored window, so that logs of last year rank as they did.
 */
export async function refreshRisks(sql: Sql, hostIds: readonly string[]): Promise<void> {
  const [latest] = await sql<{ ms: number | null }[]>`
    select (extract(epoch from max(window_start)) * 1000)::float8 as ms from scores`;
  const asOfMs = latest!.ms ?? 0;
  const ids = await users(sql, hostIds);
  for (let at = 0; at < ids.length; at += USERS_AT_ONCE) {
    await write(sql, ids.slice(at, at + USERS_AT_ONCE), asOfMs);
  }
  const decayed = await decay(sql, asOfMs);
  await writeHosts(sql, decayed > 0 ? null : hostIds);
}
