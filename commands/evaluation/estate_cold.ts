/**
 * Hosts in their first day after enrolment: each host is enrolled anew on every third day of the
 * test weeks, with so many days of its logs read back, and judged on that day alone. Its featuriser
 * and its model know nothing older; its fleet is learned from the two thirds of the hosts that are not
 * enrolled that day.
 *
 * A host's first day with n days read back is also its day n + 1 without any.
 * @module
 */
import type { EstateOptions } from "@/estate/generate.ts";
import { streamEstate } from "@/estate/stream.ts";
import { Featuriser } from "@/features/featuriser.ts";
import type { WindowRow } from "@/features/vector.ts";
import {
  type FleetModel,
  type HostRows,
  openFleet,
  openModel,
  trainFleet,
  trainHosts,
  type TrainHostsOptions,
} from "@/models/detection.ts";
import { openEngine } from "@/models/engine.ts";
import { hostRows } from "@/models/host_rows.ts";
import type { Run } from "./estate_figures.ts";
import { accountOf, type EvaluatedEstate, type Injection, selectRows } from "./estate_rows.ts";
import { SELECTED, type TestWindow } from "./estate_scores.ts";

const DAY_MS = 86_400_000;
/** A host's fleet is learned from hosts of the other groups. */
const GROUPS = 3;

/** Test weeks, and how often the fleet is learned in them. */
export interface Spells {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly everyMs: number;
}

/** Rows of a host by the day that its featuriser began. */
type Begun = ReadonlyMap<number, readonly WindowRow[]>;

/**
 * What the steady models found in the same hosts' days, then a run for each of the days of history,
 * in their order; the estate is played a second time.
 */
export async function newcomers(
  played: EstateOptions,
  steady: Run,
  spells: Spells,
  history: readonly number[],
  options: TrainHostsOptions,
): Promise<Run[]> {
  const rows = rowsByBeginning(played, spells, Math.max(...history));
  await using engine = await openEngine(); // one for all: opening costs more than a day's training
  const found = history.map(() => new Map<string, { rows: WindowRow[]; windows: Scored[] }>());
  const hosts = [...steady.estate.hosts.keys()];
  let groups: FleetModel[] = [];
  for (let day = spells.fromMs; day < spells.untilMs; day += DAY_MS) {
    if ((day - spells.fromMs) % spells.everyMs === 0) {
      groups = await fleets(steady.estate, day, { ...options, engine });
    }
    const group = groupOf(day);
    const fleet = groups[group];
    for (const [i, days] of history.entries()) {
      const enrolled = hosts.filter((_, place) => place % GROUPS === group);
      await enrol(enrolled, rows, day, days, { ...options, engine, fleet }, found[i]);
    }
  }
  const sameDays = steady.windows.filter(({ host, row }) =>
    groupOf(steady.estate.hosts.get(host)!.rows.startMs[row]) === hosts.indexOf(host) % GROUPS
  );
  return [
    partOf({ ...steady, windows: sameDays }),
    ...found.map((hosts) => partOf(runOf(hosts, steady.estate, spells))),
  ];
}

/** Which hosts are enrolled on the day of a moment. */
function groupOf(ms: number): number {
  return Math.floor(ms / DAY_MS) % GROUPS;
}

/** A run of a third of all days of hosts: a third of the user-days, and the campaigns in them. */
function partOf(run: Run): Run {
  const { truth, hosts } = run.estate;
  const seen = new Set(run.windows.flatMap(({ host, row }) => {
    const injection = hosts.get(host)!.injections.get(row);
    return injection?.acting ? injection.campaigns : [];
  }));
  const part = {
    ...truth,
    users: truth.users.filter((_, i) => i % GROUPS === 0),
    campaigns: truth.campaigns.filter(({ id }) => seen.has(id)),
  };
  return { ...run, estate: { ...run.estate, truth: part } };
}

/** What is known of a scored window beside its row. */
type Scored = Pick<TestWindow, "entityClass" | "topColumns"> & { readonly p: number };

/** Plays the estate once, with a featuriser for each host and day on which it may have begun. */
function rowsByBeginning(
  played: EstateOptions,
  { fromMs, untilMs }: Spells,
  longest: number,
): Map<string, Begun> {
  const hosts = new Map<string, Map<number, { featuriser: Featuriser; rows: WindowRow[] }>>();
  const finished = new Map<string, Map<number, WindowRow[]>>();
  const end = (host: string, from: number) => {
    const { featuriser, rows } = hosts.get(host)!.get(from)!;
    hosts.get(host)!.delete(from);
    const own = finished.get(host) ?? new Map<number, WindowRow[]>();
    finished.set(host, own.set(from, [...rows, ...featuriser.finish()]));
  };
  for (const event of streamEstate(played).views()) {
    const day = Math.floor(event.timeMs / DAY_MS) * DAY_MS;
    if (day < fromMs - longest * DAY_MS || day >= untilMs) continue;
    const host = event.computer.toLowerCase();
    const own = hosts.get(host) ?? new Map();
    hosts.set(host, own);
    if (!own.has(day)) own.set(day, { featuriser: new Featuriser({ host }), rows: [] });
    for (const [from, { featuriser, rows }] of own) {
      if (day > from + longest * DAY_MS) end(host, from);
      else {
        featuriser.add(event);
        if (featuriser.ready) rows.push(...featuriser.drain());
      }
    }
  }
  for (const [host, own] of hosts) for (const from of [...own.keys()]) end(host, from);
  return finished;
}

/** The fleet of each group of hosts: learned from the others, on what is before a moment. */
async function fleets(
  { hosts }: EvaluatedEstate,
  beforeMs: number,
  options: TrainHostsOptions,
): Promise<FleetModel[]> {
  const models: FleetModel[] = [];
  for (let group = 0; group < GROUPS; group++) {
    const others = [...hosts].filter((_, i) => i % GROUPS !== group).map(([host, { rows }]) => {
      const before = Array.from({ length: rows.n }, (_, i) => i)
        .filter((i) => rows.startMs[i] < beforeMs);
      return [host, selectRows(rows, before)] as const;
    });
    const fleet = await trainFleet(new Map(others), options);
    if (!fleet) throw new RangeError("Cannot evaluate newcomers: no host has windows before them");
    models.push(openFleet(fleet.bytes));
  }
  return models;
}

/** Rows of the featuriser that began on a day; on a day without events it begins with the next. */
function begunBy(begun: Begun | undefined, fromMs: number, toMs: number): readonly WindowRow[] {
  for (let day = fromMs; day <= toMs; day += DAY_MS) {
    const rows = begun?.get(day);
    if (rows) return rows;
  }
  return [];
}

async function enrol(
  hosts: readonly string[],
  rows: ReadonlyMap<string, Begun>,
  day: number,
  days: number,
  options: TrainHostsOptions,
  found: Map<string, { rows: WindowRow[]; windows: Scored[] }>,
): Promise<void> {
  const training = new Map<string, HostRows>();
  const tested = new Map<string, WindowRow[]>();
  for (const host of hosts) {
    const begun = begunBy(rows.get(host), day - days * DAY_MS, day);
    training.set(host, hostRows(begun.filter(({ startMs }) => startMs < day), accountOf));
    tested.set(
      host,
      begun.filter(({ startMs }) => startMs >= day && startMs < day + DAY_MS),
    );
  }
  const models = await trainHosts(training, options);
  for (const [host, windows] of tested) {
    const test = hostRows(windows, accountOf);
    const { p, topColumns } = openModel(models.get(host)!.bytes).score(test);
    const own = found.get(host) ?? { rows: [], windows: [] };
    found.set(host, own);
    own.rows.push(...windows);
    own.windows.push(...windows.map((_, i) => ({
      entityClass: test.classes[i],
      topColumns: [...topColumns.subarray(i * 5, i * 5 + 5)],
      p: p[i],
    })));
  }
}

/** The first days as an estate of their own; who attacked in a row is known from the steady one. */
function runOf(
  found: ReadonlyMap<string, { rows: WindowRow[]; windows: Scored[] }>,
  steady: EvaluatedEstate,
  { fromMs, untilMs }: Spells,
): Run {
  const hosts = new Map([...found].map(([host, { rows }]) => {
    const { rows: known, sids, injections } = steady.hosts.get(host)!;
    const byKey = new Map<string, Injection>(
      [...injections].map(([row, injection]) => [
        `${known.startMs[row]} ${sids[row]}`,
        injection,
      ]),
    );
    return [host, {
      rows: hostRows(rows, accountOf),
      sids: rows.map(({ user }) => user),
      injections: new Map(rows.flatMap(({ startMs, user }, i) => {
        const injection = byKey.get(`${startMs} ${user}`);
        return injection ? [[i, injection] as const] : [];
      })),
    }];
  }));
  const windows = [...found].flatMap(([host, { windows }]) =>
    windows.map(({ p, ...rest }, row) => ({ host, row, p: { [SELECTED]: p }, ...rest }))
  );
  return { estate: { ...steady, hosts }, windows, fromMs, untilMs };
}
