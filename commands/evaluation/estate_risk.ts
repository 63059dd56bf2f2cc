/**
 * Rules that add up a user's days, on the test weeks of estates: which finds the users that act in
 * campaigns at the same number of false alarms. The day's surprise is the product's; what differs is
 * how days are added.
 * @module
 */
import { ENTITY_CLASSES } from "@/features/vector.ts";
import { seededRandom } from "@/models/random.ts";
import { daySurprise, userRisk } from "@/models/risk.ts";
import { bootstrapMean } from "@/models/statistics/ranking.ts";
import type { Figure, Run } from "./estate_figures.ts";
import { SELECTED } from "./estate_scores.ts";

const DAY_MS = 86_400_000;
/** A campaign counts as found up to so many days after its last event. */
const AFTER_DAYS = 7;
/** User-days for one false alarm. */
const RARITIES = [30, 120, 480];
const PEOPLE: readonly string[] = ["human", "admin"];

/** A user's day: its strangest window, and of how many. */
interface Day {
  readonly p: number;
  readonly windows: number;
}

interface User {
  /** By day of the test weeks; undefined without a window. */
  readonly days: (Day | undefined)[];
  /** Campaigns that it acts in, with their days. */
  readonly campaigns: readonly {
    readonly id: string;
    readonly from: number;
    readonly to: number;
  }[];
}

/** A rule: from the days up to one to the risk on it. */
type Rule = (days: readonly (Day | undefined)[]) => number;

const surprises = (days: readonly (Day | undefined)[]) =>
  days.map((day) => day ? daySurprise(day.p, day.windows) : 0);
const decayed = (days: readonly (Day | undefined)[], halfLife = 7) =>
  surprises(days).map((value, i) => value * 2 ** ((i + 1 - days.length) / halfLife));

/** Page's cumulative sum: above `drift` a day it rises, below it falls, never under 0. */
function cusum(values: readonly number[], drift: number, kept = 1): number {
  return values.reduce((sum, value) => Math.max(0, sum * kept + value - drift), 0);
}

/** Rules by name; the first one is the product's. */
export const RULES: Readonly<Record<string, Rule>> = {
  "decayed CUSUM of surprise, drift 2 (habit)": (days) =>
    userRisk(
      days.flatMap((day, i) => day ? [{ ...day, age: days.length - 1 - i, criticality: 1 }] : []),
    ).risk,
  "maximum of the day": (days) => surprises(days).at(-1) ?? 0,
  "maximum, decayed": (days) => Math.max(0, ...decayed(days)),
  "zeta sum, 1.5": (days) =>
    decayed(days).sort((a, b) => b - a).reduce((sum, value, i) => sum + value / (i + 1) ** 1.5, 0),
  "CUSUM of daily max -ln p, drift 4": (days) =>
    cusum(days.map((day) => day ? -Math.log(day.p) : 0), 4),
  "CUSUM of surprise, drift 1.5": (days) => cusum(surprises(days), 1.5),
  "decayed sum above ln 5": (days) =>
    surprises(days).reduce(
      (sum, value) => sum * 2 ** (-1 / 7) + Math.max(0, value - Math.log(5)),
      0,
    ),
  "decayed sum of exponentials of surprise": (days) =>
    Math.log(
      1 + decayed(days, Infinity).reduce(
        (sum, value, i) => sum + Math.exp(value / 2) * 2 ** ((i + 1 - days.length) / 7),
        0,
      ),
    ),
};

/** Each rule's share of campaigns found, at one false alarm for so many user-days. */
export function riskFigures(runs: readonly Run[]): Figure[][] {
  const users = runs.flatMap((run, i) => usersOf(run, i));
  return Object.entries(RULES).map(([name, rule]) => {
    const risks = users.map(({ days }) => days.map((_, i) => rule(days.slice(0, i + 1))));
    return RARITIES.map((rarity) => found(users, risks, name, rarity));
  });
}

function usersOf({ estate, windows, fromMs, untilMs }: Run, run: number): User[] {
  const length = Math.ceil((untilMs - fromMs) / DAY_MS);
  const days = new Map<string, Day[]>();
  const campaigns = new Map<string, Set<string>>();
  for (const { host, row, entityClass, p } of windows) {
    if (!PEOPLE.includes(ENTITY_CLASSES[entityClass])) continue;
    const { rows, sids, injections } = estate.hosts.get(host)!;
    const day = Math.floor((rows.startMs[row] - fromMs) / DAY_MS);
    const own = days.get(sids[row]) ?? [];
    days.set(sids[row], own);
    const { p: least, windows } = own[day] ?? { p: 1, windows: 0 };
    own[day] = { p: Math.min(least, p[SELECTED]), windows: windows + 1 };
    const injection = injections.get(row);
    if (!injection?.acting) continue;
    const acted = campaigns.get(sids[row]) ?? new Set();
    campaigns.set(sids[row], acted);
    for (const id of injection.campaigns) acted.add(id);
  }
  const dayOf = (time: string) => Math.floor((Date.parse(time) - fromMs) / DAY_MS);
  return [...days].map(([sid, own]) => ({
    days: Array.from({ length }, (_, i) => own[i]),
    campaigns: estate.truth.campaigns.filter(({ id }) => campaigns.get(sid)?.has(id))
      .map(({ id, first, last }) => (
        { id: `${run} ${id}`, from: dayOf(first), to: dayOf(last) + AFTER_DAYS }
      )),
  }));
}

/** A false alarm begins on each day on which a user without campaigns rises above the threshold. */
function falseAlarms(users: readonly User[], risks: readonly number[][], threshold: number) {
  let count = 0;
  users.forEach(({ campaigns }, u) => {
    if (campaigns.length > 0) return;
    risks[u].forEach((risk, i) => {
      if (risk > threshold && !(risks[u][i - 1] > threshold)) count++;
    });
  });
  return count;
}

function found(
  users: readonly User[],
  risks: readonly number[][],
  rule: string,
  rarity: number,
): Figure {
  const honest = users.filter(({ campaigns }) => campaigns.length === 0);
  const allowed = honest.reduce((sum, { days }) => sum + days.length, 0) / rarity;
  const levels = [...new Set(users.flatMap(({ campaigns }, u) => campaigns.length ? [] : risks[u]))]
    .sort((a, b) => b - a);
  // Alarms begin more often the lower the threshold, until users stay above it: stop before.
  let threshold = Infinity;
  for (const level of levels) {
    if (falseAlarms(users, risks, level) > allowed) break;
    threshold = level;
  }
  const campaigns = new Map<string, boolean>();
  users.forEach((user, u) => {
    for (const { id, from, to } of user.campaigns) {
      const hit = risks[u].some((risk, day) => day >= from && day <= to && risk > threshold);
      campaigns.set(id, hit || (campaigns.get(id) ?? false));
    }
  });
  const hits = [...campaigns.values()].map(Number);
  const { mean, low, high } = bootstrapMean(hits, seededRandom(1, `${rule} ${rarity}`));
  return {
    case: `campaigns-by-user-risk-1-in-${rarity}`,
    detector: rule,
    value: mean,
    low,
    high,
    unit: "share",
    n: hits.length,
  };
}
