/**
 * Risk of a user over days, windows and hosts: how unlikely the recent days were, bounded to 100,
 * decaying, and made of parts that a person can check.
 * @module
 */

/** A day of a user: its strangest window, and how many windows it was the strangest of. */
export interface RiskDay {
  /** Smallest p-value of the day, over hosts. */
  readonly p: number;
  /** Scored windows of the day, over hosts. */
  readonly windows: number;
  /** Age in days at the moment that the risk is for. */
  readonly age: number;
  /** Weight of the host where the strangest window lies: 1 is normal. */
  readonly criticality: number;
}

/** Risk and what each day adds to it. */
export interface Risk {
  /** 0 to 100. */
  readonly risk: number;
  /** Surprise of each day: -ln of the chance that so many usual windows hold one as strange. */
  readonly surprise: number[];
  /** Each day's share of the odds; they sum to 1, or all are 0. */
  readonly share: number[];
}

/** Days after which what a day adds has halved, quiet days taking away besides. */
export const HALF_LIFE_DAYS = 7;
/** Surprise that each day takes away: one usual day in seven exceeds it (docs/decisions/0042-risk.md). */
export const DRIFT = 2;
/** Sum at which the risk is 50; a usual user stays near 0. */
export const EVEN_ODDS = 20;

const SMALLEST_P = 1e-12;

/** -ln P(the least of `windows` uniform p-values is at most p): Exp(1) for a usual day. */
export function daySurprise(p: number, windows: number): number {
  const bounded = Math.min(Math.max(p, SMALLEST_P), 1);
  return -Math.log(-Math.expm1(windows * Math.log1p(-bounded)));
}

/**
 * Odds are a cumulative sum (Page 1954) over {@link EVEN_ODDS}: each day adds its surprise less
 * {@link DRIFT}, times criticality where that is above 0; a day without windows only takes away, the
 * sum never falls below 0, and halves in {@link HALF_LIFE_DAYS}. What a quiet day takes away comes from
 * all days before alike, so that their parts add up to the sum. risk = 100 odds / (1 + odds).
 */
export function userRisk(days: readonly RiskDay[]): Risk {
  const surprise = days.map(({ p, windows }) => daySurprise(p, windows));
  const part = days.map(() => 0);
  let sum = 0;
  const shrink = (to: number) => {
    const factor = sum > 0 ? Math.max(0, to) / sum : 0;
    for (let i = 0; i < part.length; i++) part[i] *= factor;
    sum *= factor;
  };
  const oldestFirst = days.map((_, i) => i).sort((a, b) => days[b].age - days[a].age);
  let age = Infinity;
  for (const i of oldestFirst) {
    const next = Math.max(0, days[i].age);
    if (sum > 0) shrink(quietSum(sum, age - next));
    age = next;
    const gain = surprise[i] - DRIFT;
    if (gain < 0) shrink(sum + gain);
    else sum += part[i] = gain * days[i].criticality;
  }
  if (sum > 0) shrink(quietSum(sum, age));
  const odds = sum / EVEN_ODDS;
  return {
    risk: 100 * odds / (1 + odds),
    surprise,
    share: part.map((one) => sum > 0 ? one / sum : 0),
  };
}

/** What is left of a sum after some time: halved by the week, and less a drift for each whole day but one. */
function quietSum(sum: number, days: number): number {
  const kept = 2 ** (-1 / HALF_LIFE_DAYS);
  const quiet = Math.max(0, days - 1); // the day itself pays its own drift
  return sum * kept ** days - DRIFT * kept * (1 - kept ** quiet) / (1 - kept);
}
