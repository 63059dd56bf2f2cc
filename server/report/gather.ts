/**
 * Gathers a report's content from the database.
 * @module
 */
import {
  BLOCKS,
  type Column,
  columnMask,
  FEATURES,
  MASK_CHANNELS,
  SCHEMA_ID,
} from "@/features/schema.ts";
import { WINDOW_MS } from "@/features/vector.ts";
import { changes } from "@/models/changes.ts";
import { MIN_WINDOWS } from "@/models/detection.ts";
import { sentence } from "@/models/explain.ts";
import type { HostFigures } from "@/models/settling.ts";
import type { Sql } from "@/db/open.ts";
import { CALIBRATION_P, peers, recentWindows, timeline } from "@/server/graphql/queries/insight.ts";
import * as ask from "./queries.ts";
import type { ModelLine, Report, Scope, Strange, Usual, Who } from "./report.ts";

const DAY_MS = 86_400_000;
const STRANGEST = 10;
const RISKIEST = 10;
const PRESENT = 50;
const MODELS = 100;
const PEERS = 8;
const POINTS = 2_000;
const CHANGES = 8;
/** Columns below this share of windows are no habit. */
const LEAST_ACTIVE = 0.02;
const DEFAULT_BUDGET = 5;

/** What to report on, when, and with which names. */
export interface ReportOptions {
  readonly scope: Scope;
  /** Before this; by default the end of the estate's newest scored window. */
  readonly to?: Date;
  /** Length of the time, days. */
  readonly days: number;
  readonly nowMs: number;
  /** Names behind pseudonyms; without it the report says pseudonyms. */
  readonly nameOf?: (userId: string) => Promise<string | undefined>;
}

/** Thrown where there is nothing to report on. */
export class ReportError extends Error {
  override readonly name = "ReportError";
}

/** Gathers a report. Throws {@link ReportError} with what to do where the scope is empty. */
export async function gatherReport(sql: Sql, options: ReportOptions): Promise<Report> {
  const { scope, days, nowMs } = options;
  const state = await ask.estateState(sql, new Date(nowMs));
  const to = options.to ?? new Date(state.latestMs === null ? nowMs : state.latestMs + WINDOW_MS);
  const from = new Date(to.getTime() - days * DAY_MS);
  const range: ask.Range = {
    hostId: scope.kind === "host" ? scope.hostId : null,
    userId: scope.kind === "user" ? scope.userId : null,
    from,
    to,
  };
  const names = new Names(options.nameOf);
  const hosts = await ask.hosts(sql, range);
  if (hosts.length === 0) throw new ReportError(nothing(scope));
  const before = { ...range, from: new Date(from.getTime() - days * DAY_MS), to: from };
  const [classes, totals, earlier, hours, line, present, risky, strange, counts, alerts] =
    await Promise.all([
      ask.classes(sql, range),
      ask.totals(sql, range),
      ask.totals(sql, before),
      ask.hoursOfWeek(sql, range),
      timeline(sql, { ...range, points: POINTS }),
      scope.kind === "estate" ? [] : ask.presence(sql, range, PRESENT),
      ask.risks(sql, range, RISKIEST),
      ask.strangest(sql, range, STRANGEST),
      ask.shares(sql, range, CALIBRATION_P),
      ask.cases(sql, range),
    ]);
  const models = await modelLines(sql, hosts);
  const own = models.filter(({ standIn, trainedTo }) => standIn === null && trainedTo !== null);
  const usual = scope.kind === "estate" ? undefined : await ask.baselineOf(sql, range);
  const found = await strangeLines(strange, names);
  const silentBefore = to.getTime() - DAY_MS;
  return {
    form: "habit-report/1",
    schema: SCHEMA_ID,
    scope,
    subject: await subject(scope, hosts, present, names),
    from: from.toISOString(),
    to: to.toISOString(),
    madeAt: new Date(nowMs).toISOString(),
    unmasked: options.nameOf !== undefined,
    data: {
      windows: totals.windows,
      events: classes.reduce((sum, { events }) => sum + events, 0),
      users: totals.users,
      hosts: hosts.filter(({ latestMs }) => latestMs !== null).length,
      silent: hosts.filter(({ latestMs }) => latestMs !== null && latestMs < silentBefore)
        .map(({ name, latestMs }) => ({ host: name, lastSeen: new Date(latestMs!).toISOString() })),
    },
    classes: classes.map(({ entityClass, users, windows }) => ({ entityClass, users, windows })),
    channels: channelLines(hosts),
    hours,
    timeline: { hours: line.hours, strangeness: line.strangeness },
    usual: usual ? (await ask.baselines(sql, usual.hostId, usual.userId)).flatMap(usualLine) : [],
    usualOn: usual ? hosts.find(({ hostId }) => hostId === usual.hostId)?.name ?? null : null,
    presence: await Promise.all(present.map(async (row) => ({
      host: scope.kind === "user" ? row.host : null,
      who: scope.kind === "host" ? await names.who(row.userId, row.entityClass) : null,
      windows: row.windows,
      firstSeen: new Date(row.firstMs).toISOString(),
      lastSeen: new Date(row.lastMs).toISOString(),
    }))),
    peers: scope.kind === "user" ? await peerLines(sql, scope.userId, names) : [],
    models: models.slice(0, MODELS),
    learning: {
      own: own.length,
      standIn: models.filter(({ standIn }) => standIn !== null).length,
      none: models.filter(({ trainedTo }) => trainedTo === null).length,
    },
    thresholds: {
      budgetPerDay: state.budget ?? DEFAULT_BUDGET,
      alertsPerDay: totals.alerts / days,
      calibration: calibration(counts),
    },
    risky: await Promise.all(risky.map(async ({ userId, entityClass, risk, days }) => ({
      who: await names.who(userId, entityClass),
      risk,
      days,
    }))),
    strange: found,
    alerts: [...alerts],
    suppressions: state.suppressions,
    attack: attackLines(hosts, found),
    before: {
      ...earlier,
      changes: scope.kind === "user" ? await changeLines(sql, scope.userId, to) : [],
    },
  };
}

function nothing(scope: Scope): string {
  if (scope.kind === "estate") {
    return "There is nothing to report on yet: enrol an agent, or run the demo.";
  }
  return `No ${scope.kind} has this id: see main.ts query '{ ${scope.kind}s(first: 50) { ` +
    `edges { node { ${scope.kind === "host" ? "name" : "pseudonym"} } } } }'.`;
}

async function subject(
  scope: Scope,
  hosts: readonly ask.HostLine[],
  present: readonly ask.PresenceLine[],
  names: Names,
): Promise<string> {
  if (scope.kind === "estate") return "The whole estate";
  if (scope.kind === "host") return hosts[0]!.name;
  const { name, userId } = await names.who(scope.userId, present[0]?.entityClass ?? "");
  return name ?? userId;
}

/** Names by pseudonym, each asked for once. */
class Names {
  readonly #nameOf: ((userId: string) => Promise<string | undefined>) | undefined;
  readonly #known = new Map<string, Promise<string | undefined>>();

  constructor(nameOf: ((userId: string) => Promise<string | undefined>) | undefined) {
    this.#nameOf = nameOf;
  }

  async who(userId: string, entityClass: string): Promise<Who> {
    if (!this.#known.has(userId)) {
      this.#known.set(userId, this.#nameOf?.(userId) ?? Promise.resolve(undefined));
    }
    return { userId, name: await this.#known.get(userId) ?? null, entityClass };
  }
}

function usualLine({ feature, windows, activeShare, ...wire }: ask.BaselineLine): Usual[] {
  const column = FEATURES[feature] as Column;
  if (activeShare < LEAST_ACTIVE || column.kind === "cyclic") return [];
  const [median, p95, p99] = [wire.median, wire.p95, wire.p99].map((each) => {
    return each / column.wireScale;
  }) as [number, number, number];
  const { name, phrase, unit } = column;
  const block = BLOCKS[feature]!;
  return [{ feature: name, phrase, unit, block, activeShare, median, p95, p99, windows }];
}

async function modelLines(sql: Sql, hosts: readonly ask.HostLine[]): Promise<ModelLine[]> {
  const rows = await ask.models(sql, hosts.map(({ hostId }) => hostId));
  const byHost = new Map(rows.map((row) => [row.hostId, row]));
  return hosts.map(({ hostId, name, stored }) => {
    const model = byHost.get(hostId);
    const { duel, standIn } = (model?.figures ?? {}) as Partial<HostFigures>;
    const date = (ms: number | undefined) => ms === undefined ? null : new Date(ms).toISOString();
    return {
      host: name,
      windows: model?.windows ?? stored,
      needed: MIN_WINDOWS,
      standIn: model?.pooled ? standIn ?? "the model of its peers stands in" : null,
      autoencoder: duel?.autoencoder ?? null,
      gan: duel?.gan ?? null,
      fused: duel?.fused ?? null,
      winner: duel?.winner ?? null,
      rejected: duel?.rejected ?? [],
      collapsed: duel?.collapsed ?? false,
      trainedFrom: date(model?.fromMs),
      trainedTo: date(model?.toMs),
    };
  });
}

/** Of how many hosts each channel is audited, and the columns that count only where it is. */
function channelLines(hosts: readonly ask.HostLine[]): Report["channels"] {
  const heard = hosts.filter(({ channels }) => channels !== null);
  return MASK_CHANNELS.map((name, i) => {
    const without = columnMask(0xffff & ~(1 << i));
    return {
      name,
      hosts: heard.filter(({ channels }) => channels! & (1 << i)).length,
      columns: without.filter((counts) => !counts).length,
    };
  });
}

async function strangeLines(rows: readonly ask.StrangeLine[], names: Names): Promise<Strange[]> {
  return await Promise.all(rows.map(async (row) => {
    const bytes = row.values && new Uint8Array(row.values);
    const wire = bytes && new Float32Array(bytes.buffer, 0, FEATURES.length);
    const parts = row.columns.map((index, i) => {
      const { wireScale } = FEATURES[index]!;
      return {
        index,
        value: (wire?.[index] ?? 0) / wireScale,
        low: (row.low[i] ?? 0) / wireScale,
        high: (row.high[i] ?? 0) / wireScale,
      };
    });
    const unusual = parts.filter(({ value, low, high }) => value < low || value > high);
    const shown = (unusual.length > 0 ? unusual : parts).slice(0, 3);
    return {
      start: new Date(row.startMs).toISOString(),
      host: row.host,
      who: await names.who(row.userId, row.entityClass),
      p: row.p,
      confidence: row.confidence,
      sentences: wire
        ? shown.map(({ index, value, low, high }) => sentence(index, value, low, high))
        : ["its values are older than what is kept"],
      techniques: [...new Set(shown.flatMap(({ index }) => (FEATURES[index] as Column).attack))],
    };
  }));
}

/** Techniques that columns may show, and in how many of the strange windows they did. */
function attackLines(hosts: readonly ask.HostLine[], strange: readonly Strange[]) {
  const audited = hosts.reduce((all, { channels }) => all | (channels ?? 0), 0);
  const mask = columnMask(audited);
  const lines = new Map<string, { columns: number; audited: number }>();
  FEATURES.forEach((column, i) => {
    for (const technique of (column as Column).attack) {
      const line = lines.get(technique) ?? { columns: 0, audited: 0 };
      line.columns++;
      if (mask[i]) line.audited++;
      lines.set(technique, line);
    }
  });
  return [...lines].map(([technique, line]) => ({
    technique,
    ...line,
    seen: strange.filter(({ techniques }) => techniques.includes(technique)).length,
  })).sort((a, b) => a.technique < b.technique ? -1 : 1);
}

/** Shares of windows below each bound; none where nothing was scored. */
function calibration(counts: readonly number[]): Report["thresholds"]["calibration"] {
  const all = counts.reduce((sum, count) => sum + count, 0);
  if (all === 0) return [];
  let below = 0;
  return CALIBRATION_P.map((p, i) => {
    below += counts[i]!;
    return { p, share: p === 1 ? 1 : below / all };
  });
}

async function peerLines(sql: Sql, userId: string, names: Names): Promise<Report["peers"]> {
  const rows = await peers(sql, userId, PEERS);
  const risks = await ask.risksOf(sql, rows.map((row) => row.userId));
  const byUser = new Map(risks.map((row) => [row.userId, row]));
  return await Promise.all(rows.map(async ({ userId, sharedHosts }) => {
    const known = byUser.get(userId);
    const who = await names.who(userId, known?.entityClass ?? "");
    return { who, sharedHosts, risk: known?.risk ?? 0 };
  }));
}

const NUMBER = new Intl.NumberFormat("en", { maximumSignificantDigits: 3 });

async function changeLines(sql: Sql, userId: string, to: Date): Promise<string[]> {
  const rows = await recentWindows(sql, userId, to, 7);
  const hours = rows.map(({ late, channels, values }) => {
    const bytes = new Uint8Array(values);
    return { late, channels, values: new Float32Array(bytes.buffer, 0, FEATURES.length) };
  });
  return changes(hours).slice(0, CHANGES).map(({ index, before, now }) => {
    const { phrase } = FEATURES[index]!;
    return `${phrase}: ${NUMBER.format(now)} an hour, before ${NUMBER.format(before)}`;
  });
}
