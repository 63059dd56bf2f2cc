/**
 * The rows of an hour by who acts, as many as fit: the rest counts in the host's own row. Which ones
 * have a row depends on who acted in the hour, not on the order.
 * @module
 */
import { type Budget, HASH_RANGE } from "./budget.ts";
import { Row } from "./row.ts";
import { hashText } from "./text.ts";

/** Rows of accounts with a SID that an hour may have, and rows of actors known only by name. */
const MAX_ROWS = 16_384;
/** Accounts of the system itself: their rows are the host's. */
const SYSTEM_SIDS: readonly string[] = ["S-1-5-7", "S-1-5-18", "S-1-5-19", "S-1-5-20"];
/** Window and font managers, one account a session. */
const MANAGER_SID = /^S-1-5-(90|96)-0-\d+$/;

/** Rows of one kind of actor. */
interface Kind {
  depth: number;
  count: number;
}

/** Rows by actor: a SID, `name domain\user`, `unknown domain\user`, or `guid` and a Sysmon process. */
export class Rows {
  /** The row of the host itself. */
  readonly system: Row;
  readonly #budget: Budget;
  readonly #rows = new Map<string, Row>();
  #lastKey = "";
  #last: Row;
  readonly #accounts: Kind = { depth: 0, count: 0 };
  readonly #names: Kind = { depth: 0, count: 0 };

  /** What rows hold draws on the hour's budget. */
  constructor(budget: Budget) {
    this.#budget = budget;
    this.system = new Row(budget, 0);
    this.#last = this.system;
  }

  /** The row of an actor, the host's where the hour has too many. */
  get(key: string): Row {
    if (key === this.#lastKey) return this.#last;
    this.#last = this.#rows.get(key) ?? this.#make(key);
    this.#lastKey = key;
    return this.#last;
  }

  #make(key: string): Row {
    const isSid = key.startsWith("S-");
    if (SYSTEM_SIDS.includes(key)) this.#rows.set(key, this.system);
    if (SYSTEM_SIDS.includes(key) || isSid && MANAGER_SID.test(key)) return this.system;
    const id = hashText(key);
    const kind = isSid ? this.#accounts : this.#names;
    if (id >= HASH_RANGE / 2 ** kind.depth) return this.system;
    const row = new Row(this.#budget, id);
    this.#rows.set(key, row);
    kind.count++;
    while (kind.count > MAX_ROWS) this.#halve(kind, isSid);
    return row.home;
  }

  /** Moves every other row of a kind into the host's. */
  #halve(kind: Kind, sids: boolean): void {
    kind.depth++;
    for (const [key, row] of this.#rows) {
      if (row === this.system || key.startsWith("S-") !== sids) continue;
      if (row.id < HASH_RANGE / 2 ** kind.depth) continue;
      this.#rows.delete(key);
      this.system.merge(row);
      kind.count--;
    }
  }

  /** Of how many actors each one with a row stands, at most. */
  get weight(): number {
    return 2 ** Math.max(this.#accounts.depth, this.#names.depth);
  }

  /** The rows but the host's, in order of their actors. */
  entries(): [string, Row][] {
    return [...this.#rows].filter(([, row]) => row !== this.system)
      .sort(([a], [b]) => a < b ? -1 : a > b ? 1 : 0);
  }
}
