/**
 * A row's sums and sets -> its 128 wire integers, judged against what was usual before the hour.
 * @module
 */
import { type BoundedCounts, surprisal } from "./counts.ts";
import type { Hour } from "./hour.ts";
import { finishPrograms } from "./finish_programs.ts";
import { contextOf, type HostMemory, isNew, SEEN, surpriseIn, UserMemory } from "./memory.ts";
import { type Row, SET, SHARED, SUM, SUMMED } from "./row.ts";
import { column, type FeatureName, FEATURES } from "./schema.ts";
import { entropyBits } from "./text.ts";
import type { Tally } from "./tally.ts";
import { DIMENSIONS, SYSTEM_USER, WINDOW_MS } from "./vector.ts";

/** What rows of the same hour share. */
export interface RowContext {
  readonly hour: Hour;
  readonly memory: HostMemory;
  /** All rows of the hour by user. */
  readonly rows: ReadonlyMap<string, Row>;
  readonly offsetMinutes: number;
  readonly holidays: ReadonlySet<string>;
  /** Programs are counted by Sysmon in this hour, else by 4688. */
  readonly sysmon: boolean;
  /** Missing share of record ids, 0 to 1. */
  readonly gap: number;
}

/** Columns that rows sum up: column, place of the sum. */
const SUMS = SUMMED.map((name) => [column(name), SUM[name]]);
/** Columns that are a share: column, place of the hits; the cases stand behind. */
const SHARES = SHARED.map((name) => [column(name), SUM[name]]);
/** Columns that count the items of a set: column, set. */
const DISTINCT = [
  ...["src_ip_distinct", "src_ws_distinct", "fail_users_distinct", "fail_src_distinct"] as const,
  ...["explicit_targets", "explicit_accounts", "rdp_out", "admin_port_fanout"] as const,
  ...["tgs_services", "enum_members", "ps_cmds_distinct", "share_access"] as const,
].map((name) => [column(name), SET[name]]);
/** Columns that count what a user never did before: column, set of the row, set of the memory. */
export const NEW_FOR_USER: readonly (readonly [number, number, number])[] = [
  [column("logon_type_new"), SET.logon_type_new, SEEN.logonType],
  [column("new_src_ip"), SET.src_ip_distinct, SEEN.sourceIp],
  [column("new_src_ws"), SET.src_ws_distinct, SEEN.workstation],
  [column("explicit_new_target"), SET.explicit_new_target, SEEN.reached],
  [column("new_internal_dest"), SET.new_internal_dest, SEEN.internal],
  [column("new_service_name"), SET.tgs_services, SEEN.service],
  [column("priv_new"), SET.priv_new, SEEN.privilege],
];
/** Columns that count what the host never saw before. */
export const NEW_FOR_HOST: readonly (readonly [number, number, number])[] = [
  [column("dns_new"), SET.dns_new, SEEN.domain],
  [column("hash_new"), SET.hash_new, SEEN.hash],
  [column("driver_load"), SET.driver_load, SEEN.driver],
];
const HOST_ONLY = FEATURES.flatMap(({ scope }, i) => scope === "host" ? [i] : []);
const DATA_TOUCH = column("data_touch");
/** Contexts of surprisal: a user's sources, the programs of explicit logons on a host. */
export const SOURCES = contextOf(SEEN.source);
export const EXPLICIT_PROGRAMS = contextOf(SEEN.explicitProgram);
const DAY_MS = 86_400_000;

/** The row's wire integers; the memory stays as it is. */
export function finishRow(user: string, row: Row, context: RowContext): Int32Array {
  const values = new Float64Array(DIMENSIONS);
  const set = (name: FeatureName, value: number) => void (values[column(name)] = value);
  const { tally } = row;
  const before = context.memory.users.get(user) ?? newcomer(context.hour.startMs);
  for (const [i, place] of SUMS) values[i] = row.sum(place);
  for (const [i, place] of SHARES) values[i] = share(row.sum(place), row.sum(place + 1));
  for (const [i, items] of DISTINCT) values[i] = tally.distinct(items);
  for (const [i, items, seen] of NEW_FOR_USER) values[i] = unseen(tally, items, before.seen, seen);
  for (const [i, items, seen] of NEW_FOR_HOST) {
    values[i] = unseen(tally, items, context.memory.seen, seen);
  }
  time(set, row, before, context);
  mixOfEvents(set, row, before);
  logons(set, row);
  novelty(set, row, before, context);
  finishPrograms(set, row, before, context);
  scripts(set, row, context.memory);
  pairs(set, row);
  values[DATA_TOUCH] += tally.distinct(SET.data_touch); // changes, and the files read
  if (user === SYSTEM_USER) hostColumns(set, context);
  else for (const i of HOST_ONLY) values[i] = 0;
  return toWire(values);
}

/** Sets a column of the row at hand by name. */
export type SetColumn = (name: FeatureName, value: number) => void;

function newcomer(startMs: number): UserMemory {
  const user = new UserMemory();
  user.firstSeenMs = startMs;
  return user;
}

/** How many items of a set were never counted. */
export function unseen(tally: Tally, set: number, counts: BoundedCounts, seen: number): number {
  let count = 0;
  for (let place = tally.from(set); place < tally.from(set + 1); place++) {
    if (isNew(counts, seen, tally.item(place))) count++;
  }
  return count * tally.weight(set);
}

/** A part of a whole, 0 where there is none. */
export function share(part: number, whole: number): number {
  return whole > 0 ? part / whole : 0;
}

/** Hour of the host's week, Monday 0:00 = 0. */
export function hourOfWeek(startMs: number, offsetMinutes: number): number {
  const local = Math.floor((startMs + offsetMinutes * 60_000) / WINDOW_MS);
  return ((local + 72) % 168 + 168) % 168; // 1970 began on a Thursday
}

function time(set: SetColumn, row: Row, before: UserMemory, context: RowContext): void {
  const { startMs } = context.hour;
  const localMs = startMs + context.offsetMinutes * 60_000;
  const hourOfDay = (localMs + WINDOW_MS / 2) % DAY_MS / WINDOW_MS;
  const week = hourOfWeek(startMs, context.offsetMinutes);
  const day = Math.floor(week / 24);
  set("hour_sin", Math.sin(2 * Math.PI * hourOfDay / 24));
  set("hour_cos", Math.cos(2 * Math.PI * hourOfDay / 24));
  set("dow_sin", Math.sin(2 * Math.PI * day / 7));
  set("dow_cos", Math.cos(2 * Math.PI * day / 7));
  set("active_minutes", bitCount(row.minutesLow) + bitCount(row.minutesHigh));
  const holiday = context.holidays.has(new Date(localMs).toISOString().slice(0, 10));
  set("weekend_holiday", day >= 5 || holiday ? 1 : 0);
  set("hour_surprise", surprisal(before.hours[week], before.windows, 167));
  const gapMs = startMs - before.lastStartMs;
  set("idle_gap", before.windows > 0 ? Math.max(0, gapMs / WINDOW_MS - 1) : 0);
  set("user_tenure", Math.exp(-(startMs - before.firstSeenMs) / DAY_MS / 14));
}

function bitCount(bits: number): number {
  let count = 0;
  for (; bits !== 0; bits &= bits - 1) count++;
  return count;
}

function mixOfEvents(set: SetColumn, { tally, events }: Row, { mix }: UserMemory): void {
  const kinds = tally.distinct(SET.kinds);
  const bits = entropyBits(tally.counts(SET.kinds));
  set("ev_total", events);
  set("eid_distinct", kinds);
  set("eid_entropy", kinds > 1 ? bits / Math.log2(kinds) : 0);
  set("eid_jsd", mix.empty || events === 0 ? 0 : mix.divergence(tally, SET.kinds, events));
}

/** Counters that two kinds of event write for the same act: the larger counts. */
function larger(row: Row, a: number, b: number): number {
  return Math.max(row.sum(a), row.sum(b));
}

function logons(set: SetColumn, row: Row): void {
  const [ok, failed] = [row.sum(SUM.logon_ok), row.sum(SUM.logon_fail)];
  const reconnects = larger(row, SUM.reconnect, SUM.rdpReconnect);
  set("logon_unlock", larger(row, SUM.unlock, SUM.unlocked));
  set("logon_rdp", larger(row, SUM.rdp, SUM.rdpSession) + reconnects);
  set("lockouts", larger(row, SUM.lockouts, SUM.lockoutFailures));
  set("fail_ratio", (failed + 1) / (failed + ok + 2));
  set("fail_burst", row.failuresByMinute ? Math.max(...row.failuresByMinute) : 0);
}

function pairs(set: SetColumn, row: Row): void {
  set("svc_install", larger(row, SUM.service7045, SUM.service4697));
  set("svc_susp", larger(row, SUM.service7045Odd, SUM.service4697Odd));
  set("task_created", larger(row, SUM.task4698, SUM.task106));
  set("task_changed", larger(row, SUM.task4702, SUM.task140));
}

function novelty(set: SetColumn, row: Row, before: UserMemory, { memory }: RowContext): void {
  const { tally } = row;
  const most = (items: number, counts: BoundedCounts, context: number) => {
    let nats = 0;
    for (let place = tally.from(items); place < tally.from(items + 1); place++) {
      nats = Math.max(nats, surpriseIn(counts, context, tally.item(place)));
    }
    return nats;
  };
  set("src_surprise", most(SET.source, before.seen, SOURCES));
  set("explicit_odd_process", most(SET.explicit_odd_process, memory.seen, EXPLICIT_PROGRAMS));
  set("first_on_host", before.windows === 0 ? 1 : 0);
  set("user_rarity_on_host", surprisal(before.windows, memory.windows, memory.users.size));
}

function scripts(set: SetColumn, { scripts }: Row, memory: HostMemory): void {
  if (!scripts) return;
  let entropy = 0;
  let suspicious = 0;
  const fresh = new Set<number>();
  for (const [, script] of scripts.entries()) {
    entropy = Math.max(entropy, entropyBits(script.histogram));
    if (script.suspicious) suspicious++;
    if (isNew(memory.seen, SEEN.script, script.hash)) fresh.add(script.hash);
  }
  set("ps_blocks", scripts.distinct);
  set("ps_susp_tokens", suspicious * scripts.weight);
  set("ps_entropy", entropy / 8);
  set("ps_new_script", fresh.size * scripts.weight);
}

function hostColumns(set: SetColumn, { rows, memory, gap }: RowContext): void {
  const people = [...rows.keys()].filter((user) => user !== SYSTEM_USER);
  set("users_on_host", people.length);
  set("new_users_on_host", people.filter((user) => !memory.users.has(user)).length);
  set("log_gap", gap);
}

/** Values in their units -> integers in wire units, within each column's range. */
function toWire(values: Float64Array): Int32Array {
  const wire = new Int32Array(DIMENSIONS);
  for (let i = 0; i < DIMENSIONS; i++) {
    const { wireScale, wireRange: [low, high] } = FEATURES[i];
    wire[i] = Math.min(high, Math.max(low, Math.round(values[i] * wireScale)));
  }
  return wire;
}
