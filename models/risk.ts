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

/** Days after which what a day adds has halved. */
export const HALF_LIFE_DAYS = 7;
/** Surprise that counts for nothing: one usual day in five exceeds it (docs/decisions/0042-risk.md). */
export const FREE_SURPRISE: number = Math.log(5);
/** Excess surprise at which the risk is 50; a user without campaigns stays near 10. */
export const EVEN_ODDS = 20;

const SMALLEST_P = 1e-12;

/** -ln P(the least of `windows` uniform p-values is at most p): Exp(1) for a usual day. */
export function daySurprise(p: number, windows: number): number {
  const bounded = Math.min(Math.max(p, SMALLEST_P), 1);
  return -Math.log(-Math.expm1(windows * Math.log1p(-bounded)));
}

/**
 * Odds are the decayed sum of each day's surprise above {@link FREE_SURPRISE}, times criticality,
 * over {@link EVEN_ODDS}; risk = 100 odds / (1 + odds).
 */
export function userRisk(days: readonly RiskDay[]): Risk {
  const surprise = days.map(({ p, windows }) => daySurprise(p, windows));
  const parts = days.map(({ age, criticality }, i) =>
    Math.max(0, surprise[i]! - FREE_SURPRISE) * criticality *
    2 ** (-Math.max(0, age) / HALF_LIFE_DAYS)
  );
  const sum = parts.reduce((total, part) => total + part, 0);
  const odds = sum / EVEN_ODDS;
  return {
    risk: 100 * odds / (1 + odds),
    surprise,
    share: parts.map((part) => sum > 0 ? part / sum : 0),
  };
}
