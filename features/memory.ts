/**
 * What a host remembers between windows: who was here when and with what, in bounded memory. It
 * changes only when an hour closes, so that the order of events within an hour does not matter and
 * a restart can begin again at the last closed hour.
 * @module
 */
import { ByteReader, ByteWriter } from "./bytes.ts";
import { BoundedCounts, surprisal } from "./counts.ts";
import { UsualMix } from "./mix.ts";
import { Recent } from "./recent.ts";
import { mix } from "./text.ts";

/** Sets of things seen; the number is part of saved state. */
export const SEEN = {
  logonType: 1,
  sourceIp: 2,
  workstation: 3,
  source: 4,
  reached: 5,
  internal: 6,
  domain: 7,
  service: 8,
  privilege: 9,
  program: 10,
  chain: 11,
  hash: 12,
  script: 13,
  driver: 14,
  explicitProgram: 15,
} as const;

const USERS = 6_000;
/** As many as fit into 4 kB. */
const USER_KEYS = 416;
const HOST_KEYS = 65_536;
/** Text of names and processes, and open sessions, as {@link Recent} weighs them. */
const ALIASES = 1 << 22;
const SESSIONS = 1 << 20;
const HOURS = 168;
const CHANNELS = 4_096;
/** Longest text that state holds, characters: longer ones are hostile, and are not remembered. */
const MAX_TEXT = 1_024;
/** The same in bytes of UTF-8. */
const MAX_BYTES = 3 * MAX_TEXT;
const VERSION = 2;

/** What is remembered of one user on this host. */
export class UserMemory {
  firstSeenMs = 0;
  lastStartMs = -1;
  windows = 0;
  /**
   * Logons by service or batch; at the keyboard or remote; with special privileges or as a member of
   * a group of admins.
   */
  readonly logons = { service: 0, person: 0, privileged: 0 };
  /** Windows by hour of the week. */
  readonly hours = new Uint16Array(HOURS);
  readonly mix = new UsualMix();
  readonly seen = new BoundedCounts(USER_KEYS);
}

/** Everything that one host remembers. */
export class HostMemory {
  /** Windows that end at or before this are closed. */
  closedUntilMs = -Infinity;
  /** User windows closed so far. */
  windows = 0;
  readonly users = new Map<string, UserMemory>();
  /** Names, Sysmon processes and process ids -> who or what they are. */
  readonly aliases = new Recent<string, string>(ALIASES);
  /** Starts of open sessions by hashed logon id. */
  readonly sessions = new Recent<number, number>(SESSIONS);
  readonly seen = new BoundedCounts(HOST_KEYS);
  /** Latest time that each mask channel wrote. */
  readonly channelMs = new Float64Array(16).fill(-Infinity);
  /** Highest EventRecordID by channel. */
  readonly lastRecord = new Map<string, number>();

  /** The memory of a user, made where it is missing; the longest absent leaves at the bound. */
  user(sid: string, startMs: number): UserMemory {
    let user = this.users.get(sid);
    if (user) this.users.delete(sid);
    else {
      if (this.users.size >= USERS) this.users.delete(this.users.keys().next().value!);
      user = new UserMemory();
      user.firstSeenMs = startMs;
    }
    this.users.set(sid, user);
    return user;
  }

  /** Learns what an alias stands for. */
  learn(alias: string, meaning: string): void {
    if (alias.length <= MAX_TEXT && meaning.length <= MAX_TEXT) this.aliases.set(alias, meaning);
  }

  /** Notes the highest record id of a channel. */
  lastOf(channel: string, recordId: number): void {
    if (channel.length > MAX_TEXT) return;
    if (this.lastRecord.has(channel) || this.lastRecord.size < CHANNELS) {
      this.lastRecord.set(channel, recordId);
    }
  }

  /** The state as bytes: same state, same bytes. */
  save(): Uint8Array {
    const out = new ByteWriter();
    const text = (value: string) => out.block(new TextEncoder().encode(value));
    const float = (value: number) => out.raw(new Uint8Array(Float64Array.of(value).buffer));
    out.varint(VERSION);
    float(this.closedUntilMs);
    out.varint(this.windows);
    out.varint(this.users.size);
    for (const [sid, user] of this.users) {
      text(sid);
      float(user.firstSeenMs);
      float(user.lastStartMs);
      out.varint(user.windows);
      for (const count of Object.values(user.logons)) out.varint(count);
      for (const count of user.hours) out.varint(count);
      user.mix.save(out);
      user.seen.save(out);
    }
    this.aliases.save(out, (alias, meaning) => {
      text(alias);
      text(meaning);
    });
    this.sessions.save(out, (key, timeMs) => {
      out.varint(key);
      float(timeMs);
    });
    this.seen.save(out);
    for (const ms of this.channelMs) float(ms);
    out.varint(this.lastRecord.size);
    for (const [channel, record] of this.lastRecord) {
      text(channel);
      out.varint(record);
    }
    return out.finish();
  }

  /** Reads what `save` wrote; throws `RangeError` where the bytes are something else. */
  static load(state: Uint8Array): HostMemory {
    const bytes = new ByteReader(state);
    const decoder = new TextDecoder();
    const text = () => decoder.decode(bytes.block("text", MAX_BYTES));
    const float = () => new Float64Array(bytes.raw("number", 8).slice().buffer)[0];
    if (bytes.varint("version") !== VERSION) {
      throw new RangeError("Cannot read state: other version");
    }
    const memory = new HostMemory();
    memory.closedUntilMs = float();
    memory.windows = bytes.varint("windows");
    for (let left = bytes.varint("users", USERS); left > 0; left--) {
      const sid = text();
      const user = new UserMemory();
      user.firstSeenMs = float();
      user.lastStartMs = float();
      user.windows = bytes.varint("windows");
      user.logons.service = bytes.varint("logons");
      user.logons.person = bytes.varint("logons");
      user.logons.privileged = bytes.varint("logons");
      for (let i = 0; i < HOURS; i++) user.hours[i] = bytes.varint("hour", 0xffff);
      user.mix.load(bytes);
      user.seen.load(bytes);
      memory.users.set(sid, user);
    }
    memory.aliases.load(bytes, () => [text(), text()]);
    memory.sessions.load(bytes, () => [bytes.varint("session"), float()]);
    memory.seen.load(bytes);
    for (let i = 0; i < 16; i++) memory.channelMs[i] = float();
    for (let left = bytes.varint("channels", CHANNELS); left > 0; left--) {
      memory.lastRecord.set(text(), bytes.varint("record"));
    }
    if (bytes.left > 0) throw new RangeError(`Cannot read state: ${bytes.left} bytes too many`);
    return memory;
  }
}

/** Whether an item of a set was never counted here. */
export function isNew(counts: BoundedCounts, set: number, item: number): boolean {
  return counts.get(mix(item, set)) === 0;
}

/** Counts an item of a set. */
export function see(counts: BoundedCounts, set: number, item: number, times: number): void {
  counts.add(mix(item, set), times);
}

/** The context of what starts under a parent, or comes from a source: for {@link surpriseIn}. */
export function contextOf(set: number, item = 0): number {
  return mix(item, set);
}

/** Surprisal in nats of an item in a context, by what was counted with {@link seeIn}. */
export function surpriseIn(counts: BoundedCounts, context: number, item: number): number {
  return surprisal(
    counts.get(mix(item, context)),
    counts.get(mix(context, 1)),
    counts.get(mix(context, 2)),
  );
}

/** Counts an item in its context: the pair, the context's total, and its number of kinds. */
export function seeIn(counts: BoundedCounts, context: number, item: number, times: number): void {
  const pair = mix(item, context);
  if (counts.get(pair) === 0) counts.add(mix(context, 2));
  counts.add(pair, times);
  counts.add(mix(context, 1), times);
}
