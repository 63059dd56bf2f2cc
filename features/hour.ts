/**
 * One host's open hour: the rows of its accounts, and what can only be joined when the hour is over.
 * @module
 */
import { Budget } from "./budget.ts";
import type { EventView } from "./event.ts";
import type { Program } from "./program.ts";
import { RecordIds } from "./records.ts";
import type { Row } from "./row.ts";
import { Rows } from "./rows.ts";
import { Runs } from "./runs.ts";
import { Sample } from "./sample.ts";
import { hashText, mix } from "./text.ts";

/** Entries of about 50 bytes that an hour may hold: a domain controller needs some 100,000. */
const BUDGET = 1 << 19;
/** Sessions, processes and accounts of processes that an hour keeps. */
const MAX_LISTED = 16_384;
/** Edges of one session that an hour keeps: the earliest. */
const MAX_EDGES = 16;
/** Channels whose record ids are kept; Windows has about 1,300. */
const MAX_CHANNELS = 4_096;
/** Longest name of a channel, characters, as Windows bounds it; longer ones are not kept. */
export const MAX_CHANNEL = 255;
const MINUTE_MS = 60_000;

const NO_RECORDS = new RecordIds();

/** The start or end of a session. */
export interface SessionEdge {
  /** Milliseconds since 1970. */
  readonly timeMs: number;
  /** Hashed logon id, or session id of a terminal server. */
  readonly key: number;
  /** Whose row the length counts in; undefined for a start. */
  readonly row: Row | undefined;
}

/** A process as its id tells it. */
export interface Process {
  /** Start, milliseconds since 1970; the first of several within a minute. */
  timeMs: number;
  /** Process id. */
  readonly id: number;
  /** File name, lower case. */
  readonly base: string;
}

/** Starts of a program whose parent is only known by its process id. */
export interface Orphan {
  /** Start, milliseconds since 1970; the first of several within a minute. */
  timeMs: number;
  /** Process id of the parent. */
  readonly parentId: number;
  readonly program: Program;
  readonly row: Row;
  /** How many in that minute. */
  times: number;
}

/** All that one host does in one hour. */
export class Hour {
  /** Start, milliseconds since 1970 UTC. */
  readonly startMs: number;
  /** What all that is kept of the hour draws on. */
  readonly budget = new Budget(BUDGET);
  /** Rows by actor. */
  readonly rows = new Rows(this.budget);
  /** Accounts of Sysmon's processes by hashed process GUID. */
  readonly owners = new Sample<{ account: string }>(this.budget, 2, MAX_LISTED);
  readonly processes = new Sample<Process>(this.budget, 2, MAX_LISTED);
  readonly orphans = new Sample<Orphan>(this.budget, 2, MAX_LISTED);
  readonly sessions = new Sample<SessionEdge[]>(this.budget, 2, MAX_LISTED);
  /** Failed logons and what came after them. */
  readonly runs = new Runs(this.budget);
  /** Bits of the mask channels that wrote in this hour. */
  channels = 0;
  /** Record ids by channel. */
  readonly records = new Map<string, RecordIds>();
  /** The channel of the last event, and its record ids. */
  #channel: string | undefined;
  #ids = NO_RECORDS;
  /** The log was cleared, lost events, or its clock was set back in this hour. */
  broken = false;
  /** Fields that were not what they should be. */
  badFields = 0;
  /** Times that the clock was set by more than five minutes. */
  clockSteps = 0;
  /** The event log was shut down (1100); the system was shut down or started. */
  silenced = false;
  restarted = false;

  /** An hour that begins at `startMs`. */
  constructor(startMs: number) {
    this.startMs = startMs;
  }

  /** Whether more came than is kept, so that some numbers are estimates. */
  get estimated(): boolean {
    return this.budget.depth > 0 || this.budget.outgrown > 0 || this.rows.weight > 1;
  }

  /** A field as a number, NaN where it is none; what is there and is none counts as bad. */
  number(event: EventView, slot: number): number {
    const value = event.number(slot);
    if (Number.isNaN(value)) {
      const text = event.text(slot);
      if (text !== "" && text !== "-") this.badFields++;
    }
    return value;
  }

  /** Whether a record id is new in the hour: always without one, or where its channel is not kept. */
  isFirst(channel: string, recordId: number): boolean {
    if (recordId < 0 || channel.length > MAX_CHANNEL) return true;
    if (channel !== this.#channel) {
      let ids = this.records.get(channel);
      if (!ids) {
        if (this.records.size >= MAX_CHANNELS) return true;
        this.records.set(channel, ids = new RecordIds());
      }
      this.#channel = channel;
      this.#ids = ids;
    }
    return this.#ids.add(recordId);
  }

  /** The row of the host itself. */
  get system(): Row {
    return this.rows.system;
  }

  /** Notes whose a process of Sysmon's is. */
  own(process: string, account: string): void {
    const owner = this.owners.get(hashText(process), () => ({ account }));
    if (owner && account < owner.account) owner.account = account;
  }

  /** Notes a process that may be a parent. */
  started(timeMs: number, id: number, program: Program): void {
    if (!(id > 0)) return;
    const key = mix(mix(id, Math.floor(timeMs / MINUTE_MS)), program.name);
    const first = this.processes.get(key, () => ({ timeMs, id, base: program.base }));
    if (first && timeMs < first.timeMs) first.timeMs = timeMs;
  }

  /** Notes a start whose parent's name is still to be found. */
  orphan(timeMs: number, parentId: number, program: Program, row: Row): void {
    if (!(parentId > 0)) return;
    const place = mix(mix(parentId, Math.floor(timeMs / MINUTE_MS)), program.name);
    const found = this.orphans.get(
      mix(place, row.id),
      () => ({ timeMs, parentId, program, row, times: 0 }),
    );
    if (!found) return;
    found.times++;
    if (timeMs < found.timeMs) found.timeMs = timeMs;
  }

  /** Notes that a session began, or ended where there is a row for its length. */
  session(timeMs: number, text: string, row: Row | undefined): void {
    const key = hashText(text);
    const edges = this.sessions.get(key, () => []);
    if (!edges) return;
    let at = edges.length;
    while (at > 0 && edges[at - 1].timeMs > timeMs) at--;
    edges.splice(at, 0, { timeMs, key, row });
    if (edges.length > MAX_EDGES) edges.pop();
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
