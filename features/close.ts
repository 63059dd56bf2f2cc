/**
 * Closes an hour: joins what only the whole hour shows, finds out who each row belongs to, and has
 * every row become 128 integers. Rows are first judged against what was usual before the hour, and
 * only then remembered, so that neither the order of events nor of rows matters.
 * @module
 */
import type { Hour, Orphan } from "./hour.ts";
import type { HostMemory, UserMemory } from "./memory.ts";
import { clockOf, finishRow, type RowContext } from "./finish.ts";
import { rememberRow } from "./remember.ts";
import { type Row, SUM } from "./row.ts";
import { MASK_CHANNELS } from "./schema.ts";
import { hashText } from "./text.ts";
import { type EntityClass, SYSTEM_USER, WINDOW_MS, type WindowRow } from "./vector.ts";

const AUDITED_FOR_MS = 7 * 86_400_000;

/** What a closing hour needs to know beside its events. */
export interface CloseOptions {
  /** Computer, lower case. */
  readonly host: string;
  /** The host's offset from UTC at a time, minutes. */
  readonly offsetMinutes: (timeMs: number) => number;
  /** Days that count like a weekend, `YYYY-MM-DD` in the host's time. */
  readonly holidays: ReadonlySet<string>;
  /**
   * Audited channels of an hour, from those that wrote in the last seven days (`seen`): where the
   * host's policy is known, it knows better. Bits of MASK_CHANNELS.
   */
  readonly audited: (seen: number) => number;
}

/** The rows of an hour in the order of their users; the memory has moved on to the hour's end. */
export function closeHour(hour: Hour, memory: HostMemory, options: CloseOptions): WindowRow[] {
  const endMs = hour.startMs + WINDOW_MS;
  for (const row of hour.runs.ends()) row.home.add(SUM.fail_then_ok);
  sessionLengths(hour, memory);
  parents(hour, memory);
  const actors = hour.rows.entries();
  learnAliases(actors, hour, memory);
  const rows = resolveRows(actors, hour.system, memory);
  const channels = options.audited(auditedChannels(hour, memory, endMs)) | hour.channels;
  const offsetMinutes = options.offsetMinutes(hour.startMs);
  const context: RowContext = {
    hour,
    memory,
    rows,
    clock: clockOf(hour.startMs, offsetMinutes, options.holidays),
    sysmon: rows.some(([, row]) => row.sysmon !== undefined),
    gap: recordGap(hour, memory),
  };
  for (const [, row] of rows) row.tally.seal();
  const values = rows.map(([user, row]) => finishRow(user, row, context));
  const memories = rows.map(([user, row]) => rememberRow(user, row, context));
  memory.closedUntilMs = endMs;
  return rows.map(([user, row], i) => ({
    host: options.host,
    user,
    userName: user === SYSTEM_USER ? "" : row.name, // it merges many accounts: none names it
    entityClass: entityClass(user, memories[i].logons),
    startMs: hour.startMs,
    offsetMinutes,
    events: row.events,
    channels,
    values: values[i],
  }));
}

/** Text in code unit order. */
export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function sessionLengths(hour: Hour, memory: HostMemory): void {
  const edges = hour.sessions.entries().flatMap(([, edges]) => edges).sort((a, b) =>
    a.timeMs - b.timeMs || Number(a.row !== undefined) - Number(b.row !== undefined) ||
    a.key - b.key
  );
  for (const { timeMs, key, row } of edges) {
    if (row === undefined) memory.sessions.set(key, timeMs);
    else {
      const startMs = memory.sessions.get(key);
      if (startMs === undefined) continue;
      row.home.max(SUM.session_len_max, Math.floor((timeMs - startMs) / 60_000));
    }
  }
  for (const { key, row } of edges) if (row !== undefined) memory.sessions.delete(key);
}

/** Finds the names of parents that events give only by process id. */
function parents(hour: Hour, memory: HostMemory): void {
  const steps: { timeMs: number; id: number; base: string; orphan?: Orphan }[] = [
    ...hour.processes.values(),
  ];
  for (const orphan of hour.orphans.values()) {
    steps.push({ timeMs: orphan.timeMs, id: orphan.parentId, base: "", orphan });
  }
  steps.sort((a, b) =>
    a.timeMs - b.timeMs || Number(a.orphan === undefined) - Number(b.orphan === undefined) ||
    a.id - b.id || compare(a.base, b.base)
  );
  for (const { id, base, orphan } of steps) {
    if (orphan === undefined) memory.learn(`pid ${id}`, base);
    else {
      const { row, program, times } = orphan;
      row.home.programs(false).addParent(program, memory.aliases.get(`pid ${id}`) ?? "", { times });
    }
  }
}

/** An actor, or the account that it was found to be, and its row. */
type Entry = readonly [string, Row];

/** Learns the names of the hour's accounts, and the accounts of its Sysmon processes. */
function learnAliases(actors: readonly Entry[], hour: Hour, memory: HostMemory): void {
  for (const [sid, { name }] of actors) {
    if (name === "" || !sid.startsWith("S-")) continue;
    memory.learn(name, sid);
    memory.learn(name.slice(name.indexOf("\\") + 1), sid);
  }
  for (const [process, { account }] of hour.owners.entries()) {
    memory.learn(`guid ${process}`, account);
  }
}

/** Rows by the account they belong to, in order; what belongs to nobody joins the host's own. */
function resolveRows(actors: readonly Entry[], system: Row, memory: HostMemory): Entry[] {
  const resolved = new Map<string, Row>();
  for (const [key, row] of actors) {
    const user = owner(key, row, memory);
    const known = user === SYSTEM_USER ? system : resolved.get(user);
    if (known) known.merge(row);
    else resolved.set(user, row);
  }
  resolved.set(SYSTEM_USER, system);
  return [...resolved].sort(([a], [b]) => compare(a, b));
}

/** Whose row a key stands for. */
function owner(key: string, row: Row, memory: HostMemory): string {
  if (row.name.endsWith("$")) return SYSTEM_USER;
  if (key.startsWith("S-")) return key;
  let name = key;
  if (key.startsWith("guid ")) {
    name = memory.aliases.get(`guid ${hashText(key.slice(5))}`) ?? "";
    if (name === "") return SYSTEM_USER;
    name = `name ${name}`;
  }
  const account = name.slice(name.indexOf(" ") + 1);
  if (account.endsWith("$")) return SYSTEM_USER;
  const sid = memory.aliases.get(account) ??
    memory.aliases.get(account.slice(account.lastIndexOf("\\") + 1));
  if (sid !== undefined) return sid;
  row.name ||= account;
  return name.startsWith("name ") ? name : SYSTEM_USER;
}

/** Channels that wrote in the last seven days. */
function auditedChannels(hour: Hour, memory: HostMemory, endMs: number): number {
  let bits = 0;
  for (let i = 0; i < MASK_CHANNELS.length; i++) {
    if (hour.channels & (1 << i)) memory.channelMs[i] = endMs;
    if (endMs - memory.channelMs[i] < AUDITED_FOR_MS) bits |= 1 << i;
  }
  return bits;
}

/** Missing share of record ids over the channels of the hour. */
function recordGap(hour: Hour, memory: HostMemory): number {
  let missing = 0;
  let range = 0;
  for (const channel of [...hour.records.keys()].sort(compare)) {
    const ids = hour.records.get(channel)!;
    const last = memory.lastRecord.get(channel);
    const from = last !== undefined && last < ids.min ? last + 1 : ids.min;
    range += ids.max - from + 1;
    missing += ids.max - from + 1 - ids.size;
    memory.lastOf(channel, ids.max);
  }
  const silenced = hour.silenced && !hour.restarted;
  return hour.broken || silenced ? 1 : range > 0 ? missing / range : 0;
}

/** Virtual accounts of services, of application pools, and of virtual machines. */
const SERVICE_SIDS = ["S-1-5-80-", "S-1-5-82-", "S-1-5-83-"];

/**
 * Class of an account: virtual and pool accounts and those that only ever log on as a service or
 * batch are services; the built-in administrator, and whoever gets special privileges or logs on as a
 * member of a group of admins (features/lists/privileged_groups.json), are admins.
 */
function entityClass(user: string, logons: UserMemory["logons"]): EntityClass {
  if (user === SYSTEM_USER) return "machine";
  const service = SERVICE_SIDS.some((sid) => user.startsWith(sid));
  if (service || (logons.service > 0 && logons.person === 0)) return "service";
  const builtIn = user.startsWith("S-1-5-21-") && user.endsWith("-500");
  return builtIn || logons.privileged > 0 ? "admin" : "human";
}
