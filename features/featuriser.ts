/**
 * One host's events -> one row per user and hour. Windows are tumbling hours of event time; an hour
 * closes when events are seen that are later than its end by the lateness, and what comes for it
 * afterwards is counted as late. Within the lateness the order of events does not matter.
 * @module
 */
import { accountOf, MAX_NAME, NOBODY } from "./account.ts";
import { closeHour, type CloseOptions } from "./close.ts";
import type { EventView } from "./event.ts";
import { type Actor, type Count, Hour, MAX_CHANNEL } from "./hour.ts";
import {
  CLASSIC_POWERSHELL,
  onlySeen,
  POWERSHELL,
  SECURITY,
  SYSMON,
  SYSMON_USER,
  SYSTEM,
} from "./kinds/define.ts";
import { KINDS } from "./kinds/all.ts";
import { HostMemory } from "./memory.ts";
import { type Row, SET, SUM } from "./row.ts";
import { MASK_CHANNELS } from "./schema.ts";
import { fieldSlot } from "./fields.ts";
import { hashText, mix } from "./text.ts";
import { WINDOW_MS, type WindowRow } from "./vector.ts";

/** What a featuriser is told beside the events. */
export interface FeaturiserOptions extends Partial<CloseOptions> {
  /** Computer, lower case. */
  readonly host: string;
  /** How much later than its hour an event may come, milliseconds; 15 minutes by default. */
  readonly latenessMs?: number;
  /** Events after this are counted as of an impossible time; year 2100 by default. */
  readonly maxTimeMs?: number;
  /** State saved by {@link Featuriser.save}. */
  readonly state?: Uint8Array;
}

/** What became of the events that did not count. */
export interface FeaturiserReport {
  /** Events counted. */
  events: number;
  /** Came after their hour was closed. */
  late: number;
  /** Had a record id that was there already. */
  duplicates: number;
  /** Had no time, or one before 2000 or after the limit. */
  impossibleTime: number;
  /** Fields that are no number where one is wanted, or SIDs longer than a SID can be. */
  badFields: number;
  /** Of a version that no documentation or log at hand has: counted as the newest known one. */
  unknownVersions: number;
  /** Times that the clock was set by more than five minutes (4616). */
  clockSteps: number;
  /** Closed hours in which more accounts or items came than are kept: their numbers are estimates. */
  estimatedHours: number;
}

/** How much later than its hour an event may come, milliseconds. */
export const LATENESS_MS = 15 * 60_000;
/** Newest versions of events that count: Sysmon's, and all others'. */
const [NEWEST_SYSMON, NEWEST] = [5, 3];
/** Events before this, or after {@link LATEST_MS}, are of a broken clock: 2000 to 2100. */
export const EARLIEST_MS = Date.UTC(2000, 0);
/** See {@link EARLIEST_MS}. */
export const LATEST_MS = Date.UTC(2100, 0);
/** Windows bounds a SID's text at 184 characters; longer ones are taken for absent. */
const MAX_SID = 184;
/** Channels that are kept by name; Windows has about 1,300. */
const MAX_CHANNELS = 4_096;
/** Event ids of a channel that are kept; the Security log has about 420. */
const MAX_EVENTS = 4_096;
const [SUBJECT_SID, TARGET_SID] = [fieldSlot("SubjectUserSid"), fieldSlot("TargetUserSid")];

/** How an event kind without a row of its own finds its account. */
const DEFAULT_ACTOR: Actor = { sids: [SUBJECT_SID, TARGET_SID, -1] };

interface Channel {
  readonly name: string;
  readonly hash: number;
  /** Place of its sum, -1 where it has none. */
  readonly sum: number;
  readonly bits: number;
  /** Newest version of its events. */
  readonly newest: number;
  /** By event id. */
  readonly events: Map<number, KnownEvent>;
}

/** What is known of an event by its channel and id. */
interface KnownEvent {
  /** Hash of channel and id. */
  readonly item: number;
  /** Mask channels that it shows to be audited. */
  readonly bits: number;
  readonly actor: Actor | undefined;
  readonly count: Count | undefined;
}

const SUMS: Readonly<Record<string, number>> = {
  [SECURITY]: SUM.ev_security,
  [SYSTEM]: SUM.ev_system,
  [POWERSHELL]: SUM.ev_powershell,
  [CLASSIC_POWERSHELL]: SUM.ev_powershell,
  [SYSMON]: SUM.ev_sysmon,
};
const SYSTEM_LOGS = 1 << MASK_CHANNELS.indexOf("system_logs");
const SYSMON_BIT = 1 << MASK_CHANNELS.indexOf("sysmon");
const channels = new Map<string, Channel>();

function channel(name: string): Channel {
  let known = channels.get(name);
  if (!known) {
    const ours = name === SYSTEM || name !== SECURITY && name !== SYSMON &&
        KINDS.some((kind) => kind.channel === name);
    known = {
      name,
      hash: hashText(name),
      sum: SUMS[name] ?? -1,
      bits: name === SYSMON ? SYSMON_BIT : ours ? SYSTEM_LOGS : 0,
      newest: name === SYSMON ? NEWEST_SYSMON : NEWEST,
      events: new Map(),
    };
    if (channels.size < MAX_CHANNELS && name.length <= MAX_CHANNEL) channels.set(name, known);
  }
  return known;
}

function eventOf(from: Channel, eventId: number): KnownEvent {
  let known = from.events.get(eventId);
  if (!known) {
    const kind = KINDS.find((kind) => kind.channel === from.name && kind.eventId === eventId);
    known = {
      item: mix(eventId, from.hash),
      bits: from.bits | (kind?.channels ?? 0),
      actor: kind ? kind.actor : from.name === SYSMON ? SYSMON_USER : DEFAULT_ACTOR,
      count: kind?.count === onlySeen ? undefined : kind?.count,
    };
    if (from.events.size < MAX_EVENTS) from.events.set(eventId, known);
  }
  return known;
}

/** Turns one host's events into rows. */
export class Featuriser {
  /** What became of the events. */
  readonly report: FeaturiserReport = {
    ...{ events: 0, late: 0, duplicates: 0, impossibleTime: 0 },
    ...{ badFields: 0, unknownVersions: 0, clockSteps: 0, estimatedHours: 0 },
  };
  readonly #options: CloseOptions;
  readonly #latenessMs: number;
  readonly #maxTimeMs: number;
  readonly #memory: HostMemory;
  readonly #hours = new Map<number, Hour>();
  #current: Hour | undefined;
  #channel: Channel = channel("");
  #watermarkMs = -Infinity;
  /** Hours before this can be closed, or are. */
  #lateBeforeMs: number;
  #oldestMs = Infinity;

  /** Throws `RangeError` where the saved state is not of this version. */
  constructor(options: FeaturiserOptions) {
    this.#options = {
      host: options.host,
      offsetMinutes: options.offsetMinutes ?? (() => 0),
      holidays: options.holidays ?? new Set(),
      audited: options.audited ?? ((seen) => seen),
    };
    this.#latenessMs = options.latenessMs ?? LATENESS_MS;
    this.#maxTimeMs = options.maxTimeMs ?? LATEST_MS;
    this.#memory = options.state ? HostMemory.load(options.state) : new HostMemory();
    this.#lateBeforeMs = this.#memory.closedUntilMs;
  }

  /** Events before this belong to closed hours: a source can begin here again. */
  get closedUntilMs(): number {
    return this.#memory.closedUntilMs;
  }

  /** Start of the earliest open hour, Infinity where none is open. */
  get oldestOpenMs(): number {
    return this.#oldestMs;
  }

  /** Whether an hour can be closed: then call {@link drain}. */
  get ready(): boolean {
    return this.#watermarkMs - this.#latenessMs >= this.#oldestMs + WINDOW_MS;
  }

  /** Counts an event in. */
  add(event: EventView): void {
    const { timeMs } = event;
    if (!(timeMs >= EARLIEST_MS && timeMs <= this.#maxTimeMs)) {
      this.report.impossibleTime++;
      return;
    }
    if (timeMs < this.#lateBeforeMs) {
      this.report.late++;
      return;
    }
    const hour = this.#hour(timeMs);
    if (event.channel !== this.#channel.name) this.#channel = channel(event.channel);
    if (!hour.isFirst(event.channel, event.recordId)) {
      this.report.duplicates++;
      return;
    }
    if (timeMs > this.#watermarkMs) this.#advance(timeMs);
    this.report.events++;
    this.#count(event, hour, this.#channel);
  }

  /** Notes the latest time: hours that can be closed take no more events, whenever they are closed. */
  #advance(timeMs: number): void {
    this.#watermarkMs = timeMs;
    const dueMs = timeMs - this.#latenessMs;
    if (dueMs < this.#lateBeforeMs + WINDOW_MS) return;
    this.#lateBeforeMs = Math.floor(dueMs / WINDOW_MS) * WINDOW_MS;
  }

  #hour(timeMs: number): Hour {
    const current = this.#current;
    if (current && timeMs >= current.startMs && timeMs < current.startMs + WINDOW_MS) {
      return current;
    }
    const startMs = Math.floor(timeMs / WINDOW_MS) * WINDOW_MS;
    let hour = this.#hours.get(startMs);
    if (!hour) {
      this.#hours.set(startMs, hour = new Hour(startMs));
      this.#oldestMs = Math.min(this.#oldestMs, startMs);
    }
    return this.#current = hour;
  }

  #count(event: EventView, hour: Hour, from: Channel): void {
    const known = eventOf(from, event.eventId);
    hour.channels |= known.bits;
    const row = this.#row(event, hour, known.actor);
    row.events++;
    if (from.sum >= 0) row.add(from.sum);
    const minute = Math.floor((event.timeMs - hour.startMs) / 60_000);
    if (minute < 30) row.minutesLow |= 1 << minute;
    else row.minutesHigh |= 1 << (minute - 30);
    row.put(SET.kinds, known.item);
    if (known.count === undefined) return;
    if (event.version > from.newest) this.report.unknownVersions++;
    known.count(event, row, hour);
  }

  #row(event: EventView, hour: Hour, actor: Actor | undefined): Row {
    if (actor === undefined) return hour.system;
    for (const slot of actor.sids) {
      const sid = slot < 0 ? event.userSid : event.text(slot);
      if (sid === "" || sid === "S-1-0-0" || sid === "-") continue;
      if (sid.length > MAX_SID) {
        hour.badFields++;
        continue;
      }
      return this.#bySid(event, hour, actor, sid);
    }
    const account = actor.name ? accountOf(event, actor.name) : NOBODY;
    const process = actor.process === undefined ? "" : event.text(actor.process).slice(0, MAX_NAME);
    if (account.name === "") {
      return process === "" ? hour.system : hour.rows.get(`guid ${process}`);
    }
    if (process !== "") hour.own(process, account.name);
    if (account.system) return hour.system;
    const row = hour.rows.get(actor.byName ? account.byName : account.unknown);
    if (row !== hour.system) row.call(account.name, event.timeMs);
    return row;
  }

  #bySid(event: EventView, hour: Hour, actor: Actor, sid: string): Row {
    const row = hour.rows.get(sid);
    if (row !== hour.system && actor.name && !(row.named && event.timeMs > row.namedMs)) {
      row.call(accountOf(event, actor.name).name, event.timeMs);
    }
    return row;
  }

  /**
   * Closes the hours whose lateness is over, and gives their rows in order of hour and user. A live
   * log also passes what time it is, so that an hour closes though nothing comes after it.
   */
  drain(nowMs = -Infinity): WindowRow[] {
    return this.#close(Math.max(this.#watermarkMs, nowMs) - this.#latenessMs);
  }

  /** Closes every hour: the source has ended. */
  finish(): WindowRow[] {
    return this.#close(Infinity);
  }

  #close(untilMs: number): WindowRow[] {
    const due = [...this.#hours.keys()].filter((startMs) => startMs + WINDOW_MS <= untilMs)
      .sort((a, b) => a - b);
    const rows: WindowRow[] = [];
    for (const startMs of due) {
      const hour = this.#hours.get(startMs)!;
      rows.push(...closeHour(hour, this.#memory, this.#options));
      this.report.badFields += hour.badFields;
      this.report.clockSteps += hour.clockSteps;
      if (hour.estimated) this.report.estimatedHours++;
      this.#hours.delete(startMs);
    }
    this.#current = undefined;
    this.#lateBeforeMs = Math.max(this.#lateBeforeMs, this.#memory.closedUntilMs);
    this.#oldestMs = Math.min(Infinity, ...this.#hours.keys());
    return rows;
  }

  /**
   * What is remembered as of {@link closedUntilMs}. Open hours are not in it: after a restart the
   * source is read again from there.
   */
  save(): Uint8Array {
    return this.#memory.save();
  }
}
