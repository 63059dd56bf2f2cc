/**
 * One host's open hour: the rows of its accounts, and what can only be joined when the hour is over.
 * @module
 */
import type { EventView } from "./event.ts";
import { Row } from "./row.ts";
import { SYSTEM_USER } from "./vector.ts";

/** Things of an hour that are kept one by one (logons, failures, sessions); more are not looked at. */
const MAX_LISTED = 20_000;

/** A set of whole numbers as sorted, disjoint intervals: a log's record ids are mostly one. */
export class Intervals {
  readonly #from: number[] = [];
  readonly #to: number[] = [];
  /** Numbers in the set. */
  size = 0;

  /** Smallest number; Infinity when empty. */
  get min(): number {
    return this.#from[0] ?? Infinity;
  }

  /** Largest number; -Infinity when empty. */
  get max(): number {
    return this.#to.at(-1) ?? -Infinity;
  }

  /** Adds a number; false where it was there. */
  add(value: number): boolean {
    let i = this.#to.length - 1;
    while (i >= 0 && this.#from[i] > value) i--;
    if (i >= 0 && value <= this.#to[i]) return false;
    this.size++;
    const joinsLeft = i >= 0 && this.#to[i] + 1 === value;
    const joinsRight = i + 1 < this.#from.length && this.#from[i + 1] - 1 === value;
    if (joinsLeft && joinsRight) {
      this.#to[i] = this.#to[i + 1];
      this.#from.splice(i + 1, 1);
      this.#to.splice(i + 1, 1);
    } else if (joinsLeft) this.#to[i] = value;
    else if (joinsRight) this.#from[i + 1] = value;
    else {
      this.#from.splice(i + 1, 0, value);
      this.#to.splice(i + 1, 0, value);
    }
    return true;
  }
}

/** A logon or its failure, for what spans several of them. */
export interface Attempt {
  /** Milliseconds since 1970. */
  readonly timeMs: number;
  /** Lower-case account name. */
  readonly name: string;
  /** Source address or workstation, "" where there is none. */
  readonly source: string;
  /** Whose row a success counts in; undefined for a failure. */
  readonly row: Row | undefined;
}

/** The start or end of a session. */
export interface SessionEdge {
  /** Milliseconds since 1970. */
  readonly timeMs: number;
  /** Logon id, or session id of a terminal server. */
  readonly key: string;
  /** Whose row the length counts in; undefined for a start. */
  readonly row: Row | undefined;
}

/** All that one host does in one hour. */
export class Hour {
  /** Start, milliseconds since 1970 UTC. */
  readonly startMs: number;
  /** The host's own row. */
  readonly system = new Row();
  /** Rows by actor: a SID, `name:domain\user`, or `guid:` and a Sysmon process. */
  readonly rows = new Map<string, Row>([[SYSTEM_USER, this.system]]);
  /** What was learned in this hour: names of accounts -> SID, Sysmon processes -> names. */
  readonly aliases = new Map<string, string>();
  /** Base names by process id, with their times. */
  readonly processes: { timeMs: number; id: number; base: string }[] = [];
  readonly attempts: Attempt[] = [];
  readonly sessions: SessionEdge[] = [];
  /** Bits of the mask channels that wrote in this hour. */
  channels = 0;
  /** Record ids by channel. */
  readonly records = new Map<string, Intervals>();
  /** The log was cleared, lost events, or its clock was set back in this hour. */
  broken = false;

  /** An hour that begins at `startMs`. */
  constructor(startMs: number) {
    this.startMs = startMs;
  }

  /** Appends to one of the hour's lists, up to a bound. */
  list<T>(list: T[], item: T): void {
    if (list.length < MAX_LISTED) list.push(item);
  }
}

/** How one kind of event counts; the row is that of its acting account. */
export type Count = (event: EventView, row: Row, hour: Hour) => void;

/** Who the acting account of an event kind is: the first that the event has. */
export interface Actor {
  /** Slots of fields with a SID, in order; -1 is System/Security/@UserID. */
  readonly sids: readonly number[];
  /** Slots of the domain (-1 none) and the name that go with the SID. */
  readonly name?: readonly [number, number];
  /** The name alone identifies a real account (sessions, Sysmon); else unknown names are the host's. */
  readonly byName?: boolean;
  /** Sysmon: slot of the process whose account it is. */
  readonly process?: number;
}

/** One kind of event. */
export interface EventKind {
  /** System/Channel. */
  readonly channel: string;
  /** System/EventID. */
  readonly eventId: number;
  /** Bits of the mask channels that such an event shows to be audited. */
  readonly channels: number;
  /** Whose row it counts in; undefined: the host's. */
  readonly actor: Actor | undefined;
  /** How it counts beyond the sums of its channel. */
  readonly count: Count;
}
