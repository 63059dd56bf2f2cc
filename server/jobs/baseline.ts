/**
 * What is usual for each user of a host, feature by feature. Kept as sketches, so that a day's
 * windows are added without reading the days before.
 * @module
 */
import { sql as expression } from "drizzle-orm";
import type { Database } from "@/db/open.ts";
import { baselines, sketches } from "@/db/schema.ts";
import { ByteReader, ByteWriter } from "@/features/bytes.ts";
import { columnMask } from "@/features/schema.ts";
import { DIMENSIONS, WINDOW_MS } from "@/features/vector.ts";
import { type LoadedRows, loadRows } from "./rows.ts";
import { Sketch } from "./sketch.ts";

const WEEK_HOURS = 168;
const MONDAY_MS = 4 * 86_400_000; // 1970 began on a Thursday

/** A user's counts so far. */
interface Usual {
  windows: number;
  readonly hours: number[];
  readonly columns: readonly Sketch[];
  fromMs: number;
  toMs: number;
}

/** Counts what is new of a host, or everything, and writes its baselines; gives the windows counted. */
export async function baselineJob(database: Database, hostId: string, full = false) {
  const known = full ? new Map<string, Usual>() : await load(database, hostId);
  const countedTo = Math.max(-Infinity, ...[...known.values()].map(({ toMs }) => toMs));
  const fromMs = Number.isFinite(countedTo) ? countedTo : undefined;
  const rows = await loadRows(database.read, hostId, { fromMs });
  if (rows.n === 0) return 0;
  const [host] = await database.sql<{ offset: number }[]>`
    select offset_minutes as offset from hosts where host_id = ${hostId}`;
  const touched = count(rows, known, host?.offset ?? 0);
  // One mark for all of the host's users: the next run reads from there.
  const toMs = rows.startMs[rows.n - 1] + WINDOW_MS;
  for (const usual of known.values()) usual.toMs = toMs;
  await save(database, hostId, known, touched);
  return rows.n;
}

async function load(database: Database, hostId: string): Promise<Map<string, Usual>> {
  const rows = await database.orm.select().from(sketches)
    .where(expression`${sketches.hostId} = ${hostId}`);
  return new Map(rows.map((row) => {
    const bytes = new ByteReader(row.bytes);
    return [row.userId, {
      windows: row.windows,
      hours: row.hours,
      columns: Array.from({ length: DIMENSIONS }, () => Sketch.read(bytes)),
      fromMs: row.countedFrom.getTime(),
      toMs: row.countedTo.getTime(),
    }];
  }));
}

/** Adds rows to what is known; gives the users that have new windows. */
function count(rows: LoadedRows, known: Map<string, Usual>, offsetMinutes: number): Set<string> {
  const touched = new Set<string>();
  for (let i = 0; i < rows.n; i++) {
    const userId = rows.userIds[rows.userAt[i]];
    const startMs = rows.startMs[i];
    let usual = known.get(userId);
    if (!usual) {
      usual = {
        windows: 0,
        hours: new Array(WEEK_HOURS).fill(0),
        columns: Array.from({ length: DIMENSIONS }, () => new Sketch()),
        fromMs: startMs,
        toMs: startMs,
      };
      known.set(userId, usual);
    }
    touched.add(userId);
    usual.windows++;
    const localHour = Math.floor((startMs + offsetMinutes * 60_000 - MONDAY_MS) / WINDOW_MS);
    usual.hours[((localHour % WEEK_HOURS) + WEEK_HOURS) % WEEK_HOURS]++;
    const mask = columnMask(rows.channels[i]);
    for (let k = 0; k < DIMENSIONS; k++) {
      if (mask[k]) usual.columns[k].add(rows.values[i * DIMENSIONS + k]);
    }
  }
  return touched;
}

async function save(
  { orm }: Database,
  hostId: string,
  known: ReadonlyMap<string, Usual>,
  touched: ReadonlySet<string>,
): Promise<void> {
  await orm.transaction(async (inside) => {
    for (const [userId, usual] of known) {
      const [countedFrom, countedTo] = [new Date(usual.fromMs), new Date(usual.toMs)];
      const out = new ByteWriter();
      for (const sketch of usual.columns) sketch.write(out);
      const { windows, hours } = usual;
      const state = { windows, hours, bytes: out.finish(), countedFrom, countedTo };
      await inside.insert(sketches).values({ hostId, userId, ...state })
        .onConflictDoUpdate({ target: [sketches.hostId, sketches.userId], set: state });
      if (touched.has(userId)) await saveUser(inside, hostId, userId, usual);
    }
  });
}

async function saveUser(
  orm: Pick<Database["orm"], "insert">,
  hostId: string,
  userId: string,
  usual: Usual,
): Promise<void> {
  const rows = usual.columns.flatMap((sketch, feature) => {
    if (sketch.count === 0) return []; // never audited
    const [q25, median, q75, p95, p99] = sketch.quantiles([0.25, 0.5, 0.75, 0.95, 0.99]);
    return [{
      hostId,
      userId,
      feature,
      windows: sketch.count,
      activeShare: sketch.activeShare,
      median,
      iqr: q75 - q25,
      p95,
      p99,
      trainedFrom: new Date(usual.fromMs),
      trainedTo: new Date(usual.toMs),
    }];
  });
  if (rows.length === 0) return;
  await orm.insert(baselines).values(rows).onConflictDoUpdate({
    target: [baselines.hostId, baselines.userId, baselines.feature],
    set: {
      windows: expression`excluded.windows`,
      activeShare: expression`excluded.active_share`,
      median: expression`excluded.median`,
      iqr: expression`excluded.iqr`,
      p95: expression`excluded.p95`,
      p99: expression`excluded.p99`,
      trainedFrom: expression`excluded.trained_from`,
      trainedTo: expression`excluded.trained_to`,
    },
  });
}
