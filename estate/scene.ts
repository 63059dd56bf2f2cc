/**
 * Where events are made: whoever acts, person or attacker, does so through one scene and the same
 * actions, so that nothing but what is done tells an attack from work.
 * @module
 */
import { type Calendar, DAY_MS } from "./calendar.ts";
import {
  type ChannelName,
  CHANNELS,
  definitionOf,
  type EventDefinition,
  type FieldDefinition,
  type Value,
  type ValueType,
} from "./definitions.ts";
import type { LogEvent } from "./evtx_writer.ts";
import type { Account, Estate, Host } from "./model.ts";
import type { Random } from "./random.ts";

/** What an injected event belongs to. */
export interface Label {
  /** Identifier of the campaign. */
  readonly campaign: string;
  /** ATT&CK technique. */
  readonly technique: string;
}

/** An event of the estate before it is written. */
export interface EstateEvent extends LogEvent {
  /** Whose log it is in. */
  readonly host: Host;
  /** Who caused it. */
  readonly actor: Account;
  /** The attack that it belongs to; null for normal life. */
  readonly label: Label | null;
  /** When it reaches the log: its time, later for late ones. */
  writeMs: number;
}

/** Takes events as they are made, in no order. */
export type EventSink = (event: EstateEvent) => void;

/** Values by field name; the others get what Windows writes where it has nothing. */
export type Fields = Readonly<Record<string, Value>>;

const NOTHING: Readonly<Record<ValueType, Value>> = {
  text: "-",
  u8: 0,
  u16: 0,
  i32: 0,
  u32: 0,
  u64: 0,
  bool: false,
  binary: new Uint8Array(0),
  guid: "{00000000-0000-0000-0000-000000000000}",
  pointer: 0,
  filetime: 0,
  sid: "S-1-0-0",
  hex32: 0,
  hex64: 0,
  fragment: null,
  strings: [],
};

/** Channels whose events name the actor in System/Security/@UserID; null: none, else SYSTEM. */
const USER_ID: Readonly<Record<string, "actor" | "system" | "none">> = {
  [CHANNELS.security]: "none",
  [CHANNELS.classicPowershell]: "none",
  [CHANNELS.powershell]: "actor",
  [CHANNELS.rdpClient]: "actor",
  [CHANNELS.winrm]: "actor",
  [CHANNELS.system]: "actor",
};
const NO_USER_ID = new Set([7036, 7031]);

const BY_NAME = new Map<EventDefinition, ReadonlyMap<string, FieldDefinition>>();

/** Throws a `RangeError` where a value has a name that the event has no field for. */
function checkNames(definition: EventDefinition, fields: Fields): void {
  let names = BY_NAME.get(definition);
  if (!names) BY_NAME.set(definition, names = new Map(definition.fields.map((f) => [f.name, f])));
  for (const name in fields) {
    if (names.has(name)) continue;
    throw new RangeError(
      `Cannot fill field ${name} of event ${definition.eventId}: it has ${
        [...names.keys()].join(", ")
      }`,
    );
  }
}

/** A session of a person at a machine, and when the person was at it. */
export interface OpenSession {
  /** Number of the logon. */
  readonly logonId: number;
  /** When it began. */
  readonly startMs: number;
}

/** What all strands share. */
export interface World {
  /** The estate that it happens in. */
  readonly estate: Estate;
  /** Its days. */
  readonly calendar: Calendar;
  /** Takes the events. */
  readonly sink: EventSink;
  /** People's last sessions at their machines, by SID, so that an attacker can ride on them. */
  readonly sessions: Map<string, OpenSession[]>;
}

/** One strand of what happens: a stream of chance, and what its events belong to. */
export class Scene {
  /** What it shares with the other strands. */
  readonly world: World;
  /** The strand's own chance. */
  readonly random: Random;
  /** What its events belong to. */
  readonly label: Label | null;

  /** Begins a strand. */
  constructor(world: World, random: Random, label: Label | null = null) {
    this.world = world;
    this.random = random;
    this.label = label;
  }

  /** The estate that it happens in. */
  get estate(): Estate {
    return this.world.estate;
  }

  /** Its days. */
  get calendar(): Calendar {
    return this.world.calendar;
  }

  /** The same scene on another strand. */
  strand(random: Random, label: Label | null = this.label): Scene {
    return new Scene(this.world, random, label);
  }

  /** The day of a time, counted from the estate's first. */
  dayOf(timeMs: number): number {
    return Math.floor((timeMs - this.calendar.startMs) / DAY_MS);
  }

  /** Whether a host is there and on, so that it writes events. */
  isUp(host: Host, timeMs: number): boolean {
    const day = this.dayOf(timeMs);
    return day >= host.fromDay && !(host.gap && day >= host.gap[0] && day < host.gap[1]);
  }

  /** Writes an event into a host's log, at true time; the host's clock may say another. */
  emit(
    host: Host,
    channel: ChannelName,
    eventId: number,
    timeMs: number,
    actor: Account,
    fields: Fields,
    level?: number,
  ): void {
    this.emitAs(host, definitionOf(channel, eventId), timeMs, actor, fields, level);
  }

  /** The same by definition, for events that the table does not hold. */
  emitAs(
    host: Host,
    definition: EventDefinition,
    timeMs: number,
    actor: Account,
    fields: Fields,
    level?: number,
  ): void {
    if (!this.isUp(host, timeMs)) return;
    checkNames(definition, fields);
    const ahead = this.dayOf(timeMs) < host.clockFixedDay ? host.clockAheadMs : 0;
    const logged = timeMs + ahead;
    const rule = USER_ID[definition.channel] ?? "system";
    const userSid = rule === "none" || NO_USER_ID.has(definition.eventId)
      ? null
      : rule === "actor"
      ? actor.sid
      : "S-1-5-18";
    this.world.sink({
      definition,
      level,
      timeMs: logged,
      writeMs: logged,
      userSid,
      processId: definition.channel === CHANNELS.security
        ? 4 * (150 + host.index % 61)
        : 4 * (300 + (host.index * 37 + definition.eventId * 11) % 900),
      threadId: 4 * (40 + this.random.int(3000)),
      values: definition.fields.map(({ name, type }) => fields[name] ?? NOTHING[type]),
      host,
      actor,
      label: this.label,
    });
  }
}

/** A handle, process or logon number that grows with time, as Windows hands them out. */
export function luidAt(scene: Scene, timeMs: number): number {
  const seconds = (timeMs - scene.calendar.startMs + 40 * DAY_MS) / 1000;
  return Math.floor(seconds % 1_000_000) * 512 + scene.random.int(512) + 0x10_000;
}

/** A process id: a multiple of four. */
export function processId(random: Random): number {
  return 4 * (300 + random.int(4500));
}
