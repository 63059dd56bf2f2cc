/**
 * What a host remembers between windows: who was here when and with what, in bounded memory. It
 * changes only when an hour closes, so that the order of events within an hour does not matter and
 * a restart can begin again at the last closed hour.
 * @module
 */
import { ByteReader, ByteWriter } from "./bytes.ts";
import { BoundedCounts, surprisal } from "./counts.ts";
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
const USER_KEYS = 512;
const HOST_KEYS = 65_536;
const ALIASES = 20_000;
const HOURS = 168;
const MIX_KINDS = 64;
const CHANNELS = 4_096;
/** Longest text that state holds, characters: longer ones are hostile, and are not remembered. */
const MAX_TEXT = 1_024;
/** The same in bytes of UTF-8. */
const MAX_BYTES = 3 * MAX_TEXT;
/** Time constant of the usual mix of events. */
const MIX_MS = 30 * 86_400_000;
const VERSION = 1;

/** What is remembered of one user on this host. */
export class UserMemory {
  firstSeenMs = 0;
  lastStartMs = -1;
  windows = 0;
  /** Logons by service or batch; at the keyboard or remote; with special privileges. */
  readonly logons = { service: 0, person: 0, privileged: 0 };
  readonly hours = new Uint32Array(HOURS);
  /** Damped weight of each kind of event, as of `mixMs`. */
  readonly mix = new Map<number, number>();
  mixMs = 0;
  readonly seen = new BoundedCounts(USER_KEYS);

  /** Moves the usual mix to `atMs` and adds a window's counts as shares. */
  addMix(kinds: ReadonlyMap<number, number>, events: number, atMs: number): void {
    const keep = Math.exp(-(atMs - this.mixMs) / MIX_MS);
    for (const [kind, weight] of this.mix) this.mix.set(kind, Math.fround(weight * keep));
    this.mixMs = atMs;
    for (const [kind, count] of kinds) {
      this.mix.set(kind, Math.fround((this.mix.get(kind) ?? 0) + count / events));
    }
    while (this.mix.size > MIX_KINDS) {
      let rarest = -1;
      let least = Infinity;
      for (const [kind, weight] of this.mix) {
        if (weight < least) [rarest, least] = [kind, weight];
      }
      this.mix.delete(rarest);
    }
  }
}

/** Everything that one host remembers. */
export class HostMemory {
  /** Windows that end at or before this are closed. */
  closedUntilMs = -Infinity;
  /** User windows closed so far. */
  windows = 0;
  readonly users = new Map<string, UserMemory>();
  /** Names, Sysmon processes and process ids -> who or what they are, most recent last. */
  readonly aliases = new Map<string, string>();
  /** Starts of open sessions by logon id. */
  readonly sessions = new Map<string, number>();
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
    if (meaning.length <= MAX_TEXT) remember(this.aliases, alias, meaning);
  }

  /** Notes when a session began. */
  openSession(key: string, timeMs: number): void {
    remember(this.sessions, key, timeMs);
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
      float(user.mixMs);
      out.varint(user.mix.size);
      for (const [kind, weight] of user.mix) {
        out.varint(kind);
        float(weight);
      }
      user.seen.save(out);
    }
    out.varint(this.aliases.size);
    for (const [alias, meaning] of this.aliases) {
      text(alias);
      text(meaning);
    }
    out.varint(this.sessions.size);
    for (const [key, timeMs] of this.sessions) {
      text(key);
      float(timeMs);
    }
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
      for (let i = 0; i < HOURS; i++) user.hours[i] = bytes.varint("hour");
      user.mixMs = float();
      for (let kinds = bytes.varint("kinds", MIX_KINDS); kinds > 0; kinds--) {
        user.mix.set(bytes.varint("kind"), float());
      }
      user.seen.load(bytes);
      memory.users.set(sid, user);
    }
    for (let left = bytes.varint("aliases", ALIASES); left > 0; left--) {
      memory.aliases.set(text(), text());
    }
    for (let left = bytes.varint("sessions", ALIASES); left > 0; left--) {
      memory.sessions.set(text(), float());
    }
    memory.seen.load(bytes);
    for (let i = 0; i < 16; i++) memory.channelMs[i] = float();
    for (let left = bytes.varint("channels", CHANNELS); left > 0; left--) {
      memory.lastRecord.set(text(), bytes.varint("record"));
    }
    if (bytes.left > 0) throw new RangeError(`Cannot read state: ${bytes.left} bytes too many`);
    return memory;
  }
}

/** Sets a key as the most recent; the oldest leaves at the bound. */
function remember<T>(map: Map<string, T>, key: string, value: T): void {
  if (key.length > MAX_TEXT) return;
  map.delete(key);
  if (map.size >= ALIASES) map.delete(map.keys().next().value!);
  map.set(key, value);
}

/** Whether an item of a set was never counted here. */
export function isNew(counts: BoundedCounts, set: number, item: number): boolean {
  return counts.get(mix(item, set)) === 0;
}

/** Counts an item of a set. */
export function see(counts: BoundedCounts, set: number, item: number, times = 1): void {
  counts.add(mix(item, set), times);
}

/** Surprisal of an item given a context of a set, by what was counted with {@link seeIn}. */
export function surpriseIn(
  counts: BoundedCounts,
  set: number,
  context: number,
  item: number,
): number {
  const total = mix(context, set);
  return surprisal(
    counts.get(mix(item, total)),
    counts.get(mix(total, 1)),
    counts.get(mix(total, 2)),
  );
}

/** Counts an item in its context: the pair, the context's total, and its number of kinds. */
export function seeIn(
  counts: BoundedCounts,
  set: number,
  context: number,
  item: number,
  times = 1,
): void {
  const total = mix(context, set);
  const pair = mix(item, total);
  if (counts.get(pair) === 0) counts.add(mix(total, 2));
  counts.add(pair, times);
  counts.add(mix(total, 1), times);
}
