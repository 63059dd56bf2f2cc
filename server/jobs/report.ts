/**
 * Makes reports and keeps them, so that they can be read again and compared.
 * @module
 */
import { connect, type Database, type Sql } from "@/db/open.ts";
import { uuidv7 } from "@/server/ids.ts";
import { gatherReport } from "@/server/report/gather.ts";
import type { Report, Scope } from "@/server/report/report.ts";

/** What a job of the queue `report` holds; without a scope it is the week's report of the estate. */
export interface ReportJob {
  readonly scope?: Scope;
  /** Length of the time, days. */
  readonly days?: number;
  /** Row of a report that was asked for and waits. */
  readonly reportId?: string;
  /** Who asked, for the list of reports. */
  readonly createdBy?: string;
}

const DAYS = 7;

/** Notes that a report is wanted; the job that gets its id fills it in. */
export async function orderReport(
  sql: Sql,
  scope: Scope,
  createdBy: string,
  nowMs: number,
): Promise<string> {
  const id = uuidv7(nowMs);
  const now = new Date(nowMs).toISOString();
  await sql`
    insert into reports (id, kind, "from", "to", state, content, created_by, created_at)
    values (${id}, ${
    kindOf(scope)
  }, ${now}::text::timestamptz, ${now}::text::timestamptz, 'waiting', null,
      ${createdBy}, ${now}::text::timestamptz)`;
  return id;
}

/** Makes a report under pseudonyms and stores it; gives a sentence for the job's row. */
export async function reportJob(
  database: Database,
  { scope = { kind: "estate" }, days = DAYS, reportId, createdBy = "schedule" }: ReportJob,
  nowMs: number,
): Promise<string> {
  const sql = connect(database.url, 4); // Drizzle leaves dates as text on its own pool
  try {
    const id = reportId ?? await orderReport(sql, scope, createdBy, nowMs);
    const report = await gatherReport(sql, { scope, days, nowMs });
    await sql`
      update reports
      set "from" = ${report.from}::text::timestamptz, "to" = ${report.to}::text::timestamptz,
        state = 'ready', content = ${JSON.stringify(report)}::text::jsonb
      where id = ${id}`;
    return `report on ${report.subject}, ${report.data.windows} windows`;
  } finally {
    await sql.end({ timeout: 5 });
  }
}

/** A stored report's content; undefined where there is none, or none yet. */
export async function storedReport(sql: Sql, id: string): Promise<Report | undefined> {
  const [row] = await sql<{ content: Report | string | null }[]>`
    select content from reports where id = ${id}::uuid and state = 'ready'`;
  const content = row?.content;
  return typeof content === "string" ? JSON.parse(content) : content ?? undefined;
}

/** How a scope is written in the table. */
export function kindOf(scope: Scope): string {
  if (scope.kind === "host") return `host ${scope.hostId}`;
  return scope.kind === "user" ? `user ${scope.userId}` : "estate";
}
