/**
 * Which windows within the budget repeat what an alert has said already: the same account on the
 * same host, led by the same column, within a week. Whoever takes up a help desk's work is one
 * alert and not one a day; what an attacker does next is led by another column.
 * @module
 */

/** For so long an alert speaks for what is like it. */
export const REPEAT_DAYS = 7;
const REPEAT_MS = REPEAT_DAYS * 86_400_000;

/** Alerts raised so far. */
export class Raised {
  readonly #times = new Map<string, number[]>();

  /** Notes an alert of an account (with its host, where there are several) and leading column. */
  add(account: string, column: number, startMs: number): void {
    const key = `${account} ${column}`;
    const times = this.#times.get(key);
    if (times) times.push(startMs);
    else this.#times.set(key, [startMs]);
  }

  /** Whether an alert of up to a week before or after the window speaks for it. */
  speaksFor(account: string, column: number, startMs: number): boolean {
    const times = this.#times.get(`${account} ${column}`) ?? [];
    return times.some((time) => Math.abs(time - startMs) <= REPEAT_MS);
  }
}
