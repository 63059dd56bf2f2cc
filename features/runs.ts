/**
 * Successes after a run of failures of the same name or source (`fail_then_ok`). Of each minute the
 * first and the last three failures and the first and the last success are kept, which tell every
 * run but a second one within the same minute, whatever the order they come in.
 * @module
 */
import type { Budget } from "./budget.ts";
import type { Row } from "./row.ts";
import { Sample } from "./sample.ts";
import { mix } from "./text.ts";

const MINUTE_MS = 60_000;
const RUN_MS = 10 * MINUTE_MS;
const RUN_LENGTH = 3;
/** Names and sources of an hour that are followed. */
const MAX_KEYS = 32_768;
/** Entries of the budget that a name's minutes take. */
const COST = 4;

interface Success {
  readonly timeMs: number;
  /** Of its name and source: the same success in two runs counts once. */
  readonly id: number;
  readonly row: Row;
}

interface Minute {
  /** Times, earliest first: at most the first three and the last three. */
  readonly failures: number[];
  /** At most the first and the last. */
  readonly successes: Success[];
}

/** What one name or source did. */
interface Key {
  readonly minutes: Map<number, Minute>;
  /** Whether there are failures: most have none. */
  failed: boolean;
}

/** The logons of an hour by hashed name and source. */
export class Runs {
  readonly #keys: Sample<Key>;

  /** What is kept draws on the hour's budget. */
  constructor(budget: Budget) {
    this.#keys = new Sample(budget, COST, MAX_KEYS);
  }

  /** A logon, or a failed one where `row` is undefined; `source` 0 where there is none. */
  add(timeMs: number, name: number, source: number, row: Row | undefined): void {
    const success = row && { timeMs, id: mix(source, name), row };
    this.#count(mix(name, 1), timeMs, success);
    if (source !== 0) this.#count(mix(source, 2), timeMs, success);
  }

  #count(key: number, timeMs: number, success: Success | undefined): void {
    const found = this.#keys.get(key, () => ({ minutes: new Map(), failed: false }));
    if (!found) return;
    const number = Math.floor(timeMs / MINUTE_MS);
    let minute = found.minutes.get(number);
    if (!minute) found.minutes.set(number, minute = { failures: [], successes: [] });
    if (success) {
      keepEnds(minute.successes, success, 1, (a, b) => a.timeMs - b.timeMs || a.id - b.id);
    } else {
      found.failed = true;
      keepEnds(minute.failures, timeMs, RUN_LENGTH, (a, b) => a - b);
    }
  }

  /** The rows of successes that end a run, once for each. */
  ends(): Row[] {
    const found = new Map<string, Row>();
    for (const { minutes, failed } of this.#keys.values()) {
      if (!failed) continue;
      let failures: number[] = [];
      for (const number of [...minutes.keys()].sort((a, b) => a - b)) {
        const minute = minutes.get(number)!;
        let next = 0;
        for (const { timeMs, id, row } of minute.successes) {
          while (next < minute.failures.length && minute.failures[next] <= timeMs) {
            failures.push(minute.failures[next++]);
          }
          const recent = failures.filter((failedMs) => timeMs - failedMs <= RUN_MS);
          if (recent.length >= RUN_LENGTH) found.set(`${timeMs} ${id}`, row);
          failures = [];
        }
        failures.push(...minute.failures.slice(next));
      }
    }
    return [...found.values()];
  }
}

/** Puts an item into a sorted list that keeps its first and its last `ends`. */
function keepEnds<T>(list: T[], item: T, ends: number, compare: (a: T, b: T) => number): void {
  let at = list.length;
  while (at > 0 && compare(list[at - 1], item) > 0) at--;
  list.splice(at, 0, item);
  if (list.length > 2 * ends) list.splice(ends, 1);
}
