/**
 * What was found of what was hidden, at a budget of false alerts.
 * @module
 */
import { ENTITY_CLASSES } from "@/features/vector.ts";
import { budgetThreshold } from "@/models/calibration.ts";
import { seededRandom } from "@/models/random.ts";
import { Raised } from "@/models/repeats.ts";
import { bootstrapMean } from "@/models/statistics/ranking.ts";
import type { EvaluatedEstate, Injection } from "./estate_rows.ts";
import type { TestWindow } from "./estate_scores.ts";

const DAY_MS = 86_400_000;

/** A test window with what is known of it. */
interface Known {
  readonly window: TestWindow;
  readonly injection?: Injection;
  readonly startMs: number;
  /** Estate, host and user. */
  readonly account: string;
  /** The same on one day. */
  readonly unit: string;
  readonly run: number;
}

/** One estate's test weeks. */
export interface Run {
  readonly estate: EvaluatedEstate;
  readonly windows: readonly TestWindow[];
  /** Start and end of the test weeks. */
  readonly fromMs: number;
  readonly untilMs: number;
}

/** One figure of one detector. */
export interface Figure {
  readonly case: string;
  readonly detector: string;
  readonly value: number;
  readonly unit: string;
  readonly n: number;
  /** 95 % bootstrap interval by campaign. */
  readonly low?: number;
  readonly high?: number;
}

/** All figures of a detector over all runs, at `budget` alerts a day for 1,000 users. */
export function figuresOf(runs: readonly Run[], detector: string, budget: number): Figure[] {
  const known = runs.flatMap((run, i) => knownWindows(run, i));
  const p = ({ window }: Known) => window.p[detector];
  const allowed = allowedAlerts(runs, budget);
  const threshold = falseAlertThreshold(known, p, allowed);
  const within = known.filter((one) => p(one) < threshold);
  const alerts = alertsAt(known, p, threshold);
  const campaigns = campaignsOf(runs);
  const foundAt = firstAlerts(alerts);
  const dailyThreshold = falseUserDayThreshold(known, p, allowed);
  const foundDaily = firstAlerts(known.filter((one) => p(one) < dailyThreshold));
  const share = (name: string, strengths: readonly string[], at = foundAt): Figure => {
    const chosen = campaigns.filter(({ strength }) => strengths.includes(strength));
    const found = chosen.map(({ id }) => at.has(id) ? 1 : 0);
    const { mean, low, high } = bootstrapMean(found, seededRandom(1, `${detector} ${name}`));
    return { case: name, detector, value: mean, low, high, unit: "share", n: found.length };
  };
  const truths = within.filter(({ injection }) => injection);
  const injectedUnits = new Set(known.filter(acting).map(({ unit }) => unit));
  const foundUnits = new Set(truths.filter(acting).map(({ unit }) => unit));
  const hours = campaigns.flatMap(({ id, firstMs }) =>
    foundAt.has(id) ? [Math.max(0, foundAt.get(id)! - firstMs) / 3_600_000] : []
  ).sort((a, b) => a - b);
  const named = truths.filter(acting).filter(({ window, injection }) =>
    window.topColumns.some((column) => injection!.columns.includes(column))
  );
  const count = (name: string, value: number, unit: string, n: number): Figure => (
    { case: name, detector, value, unit, n }
  );
  return [
    share("campaigns-normal-and-loud", ["normal", "loud"]),
    share("campaigns-quiet", ["quiet"]),
    share("campaigns-normal-and-loud-by-user-days", ["normal", "loud"], foundDaily),
    share("campaigns-quiet-by-user-days", ["quiet"], foundDaily),
    count(
      "user-days-found",
      foundUnits.size / injectedUnits.size,
      "share of attacked user-days",
      injectedUnits.size,
    ),
    count(
      "precision",
      alerts.filter(({ injection }) => injection).length / Math.max(1, alerts.length),
      "share of alerts",
      alerts.length,
    ),
    count("time-to-detection", hours[hours.length >> 1] ?? NaN, "hours, median", hours.length),
    ...windowRecall(runs, known, p, detector),
    count(
      "injected-column-in-top-five",
      named.length / Math.max(1, truths.filter(acting).length),
      "share of true alerts",
      truths.filter(acting).length,
    ),
    alertRate(runs, known, p, detector, budget),
    ...calibrationError(runs, known, p, detector, budget),
  ];
}

function knownWindows({ estate, windows }: Run, run: number): Known[] {
  return windows.map((window) => {
    const host = estate.hosts.get(window.host)!;
    const startMs = host.rows.startMs[window.row];
    const account = `${run} ${window.host} ${host.sids[window.row]}`;
    return {
      window,
      injection: host.injections.get(window.row),
      startMs,
      account,
      unit: `${account} ${Math.floor(startMs / DAY_MS)}`,
      run,
    };
  });
}

function acting({ injection }: Known): boolean {
  return injection?.acting ?? false;
}

function days({ fromMs, untilMs }: Run): number {
  return (untilMs - fromMs) / DAY_MS;
}

function allowedAlerts(runs: readonly Run[], budget: number): number {
  return budget / 1000 * userDaysOf(runs);
}

/**
 * Alerts as the product raises them: windows below the threshold, in the order of time, that no
 * alert of the same week speaks for.
 */
function alertsAt(known: readonly Known[], p: (one: Known) => number, threshold: number): Known[] {
  const raised = new Raised();
  return known.filter((one) => p(one) < threshold).sort((a, b) => a.startMs - b.startMs)
    .filter(({ account, window, startMs }) => {
      if (raised.speaksFor(account, window.topColumns[0], startMs)) return false;
      raised.add(account, window.topColumns[0], startMs);
      return true;
    });
}

/** The p-value below which at most `allowed` alerts are of windows without any attack. */
function falseAlertThreshold(
  known: readonly Known[],
  p: (one: Known) => number,
  allowed: number,
): number {
  const benign = known.filter(({ injection }) => !injection).map(p).sort((a, b) => a - b);
  let [low, high] = [0, benign.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    const alerts = alertsAt(known, p, benign[middle]).filter(({ injection }) => !injection);
    if (alerts.length <= allowed) low = middle;
    else high = middle - 1;
  }
  return benign[low] ?? 1;
}

/** The p-value below which at most `allowed` user-days without any attack lie. */
function falseUserDayThreshold(
  known: readonly Known[],
  p: (one: Known) => number,
  allowed: number,
): number {
  const lowest = new Map<string, number>();
  for (const one of known) {
    if (!one.injection) lowest.set(one.unit, Math.min(lowest.get(one.unit) ?? 1, p(one)));
  }
  return [...lowest.values()].sort((a, b) => a - b)[Math.floor(allowed)] ?? 1;
}

function campaignsOf(runs: readonly Run[]) {
  return runs.flatMap(({ estate, fromMs }, run) =>
    estate.truth.campaigns.filter(({ last }) => Date.parse(last) >= fromMs).map((campaign) => ({
      id: `${run} ${campaign.id}`,
      strength: campaign.strength,
      firstMs: Date.parse(campaign.first),
    }))
  );
}

/** When each campaign's first alert was, by the end of its window. */
function firstAlerts(alerts: readonly Known[]): Map<string, number> {
  const found = new Map<string, number>();
  for (const { injection, startMs, run } of alerts) {
    for (const campaign of injection?.campaigns ?? []) {
      const id = `${run} ${campaign}`;
      found.set(id, Math.min(found.get(id) ?? Infinity, startMs + 3_600_000));
    }
  }
  return found;
}

/**
 * Attack windows found at one false window per host and month: all rows of accounts that attack and
 * of the hosts where they do; then hours of a host, found by any of their rows.
 */
function windowRecall(
  runs: readonly Run[],
  known: readonly Known[],
  p: (one: Known) => number,
  detector: string,
): Figure[] {
  const months = runs.reduce((sum, run) => sum + run.estate.hosts.size * days(run) / 30, 0);
  const benign = known.filter(({ injection }) => !injection).map(p).sort((a, b) => a - b);
  const threshold = benign[Math.floor(months)] ?? 1;
  const attacked = known.filter(acting);
  const found = attacked.filter((one) => p(one) < threshold);
  const hours = (windows: readonly Known[]) =>
    new Set(windows.map(({ run, window, startMs }) => `${run} ${window.host} ${startMs}`)).size;
  const share = (name: string, part: number, n: number): Figure => (
    { case: `${name}-recall-at-1-per-host-month`, detector, value: part / n, unit: "share", n }
  );
  return [
    share("window", found.length, attacked.length),
    share("host-hour", hours(found), hours(attacked)),
  ];
}

/** Days of all users in the test weeks. */
function userDaysOf(runs: readonly Run[]): number {
  return runs.reduce((sum, run) => sum + run.estate.truth.users.length * days(run), 0);
}

/** False alerts at the threshold that calibration alone gives. */
function alertRate(
  runs: readonly Run[],
  known: readonly Known[],
  p: (one: Known) => number,
  detector: string,
  budget: number,
): Figure {
  const userDays = userDaysOf(runs);
  const threshold = budgetThreshold(budget, known.length / userDays);
  const raised = alertsAt(known, p, threshold).filter(({ injection }) => !injection).length;
  return {
    case: "alerts-a-day-per-1000-users",
    detector,
    value: 1000 * raised / userDays,
    unit: "false alerts at the calibrated threshold",
    n: raised,
  };
}

/** Alerts raised over alerts wanted, by class, at the threshold that calibration gives. */
function calibrationError(
  runs: readonly Run[],
  known: readonly Known[],
  p: (one: Known) => number,
  detector: string,
  budget: number,
): Figure[] {
  const userDays = userDaysOf(runs);
  return ENTITY_CLASSES.map((name, entityClass) => {
    const benign = known.filter(({ window, injection }) =>
      window.entityClass === entityClass && !injection
    );
    // The whole budget spread over all windows: each class gets by its share of them.
    const threshold = budgetThreshold(budget, known.length / userDays);
    const raised = benign.filter((one) => p(one) < threshold).length;
    return {
      case: `alerts-over-budget-${name}`,
      detector,
      value: raised / (threshold * benign.length),
      unit: "raised / wanted",
      n: benign.length,
    };
  });
}
