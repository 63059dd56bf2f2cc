/**
 * A row's sums and sets -> its 128 wire integers, judged against what was usual before the hour.
 * @module
 */
import { surprisal } from "./counts.ts";
import type { Hour } from "./hour.ts";
import { finishPrograms } from "./finish_programs.ts";
import { type HostMemory, isNew, SEEN, surpriseIn, UserMemory } from "./memory.ts";
import type { Row } from "./row.ts";
import { column, type FeatureName, FEATURES } from "./schema.ts";
import { entropyBits } from "./text.ts";
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

/** Sets that are counted as they are, by column. */
const DISTINCT = ([
  "src_ip_distinct",
  "src_ws_distinct",
  "fail_users_distinct",
  "fail_src_distinct",
  "explicit_targets",
  "explicit_accounts",
  "rdp_out",
  "admin_port_fanout",
  "tgs_services",
  "enum_members",
  "ps_cmds_distinct",
  "share_access",
] satisfies FeatureName[]).map(column);

/** Columns that count what a user never did before: column, set of the row, set of the memory. */
export const NEW_FOR_USER: readonly (readonly [number, number, number])[] = [
  [column("logon_type_new"), column("logon_type_new"), SEEN.logonType],
  [column("new_src_ip"), column("src_ip_distinct"), SEEN.sourceIp],
  [column("new_src_ws"), column("src_ws_distinct"), SEEN.workstation],
  [column("explicit_new_target"), column("explicit_new_target"), SEEN.reached],
  [column("new_internal_dest"), column("new_internal_dest"), SEEN.internal],
  [column("new_service_name"), column("tgs_services"), SEEN.service],
  [column("priv_new"), column("priv_new"), SEEN.privilege],
];
/** Columns that count what the host never saw before. */
export const NEW_FOR_HOST: readonly (readonly [number, number, number])[] = [
  [column("dns_new"), column("dns_new"), SEEN.domain],
  [column("hash_new"), column("hash_new"), SEEN.hash],
  [column("driver_load"), column("driver_load"), SEEN.driver],
];
const SHARES = FEATURES.flatMap(({ kind }, i) => kind === "share" ? [i] : []);
const HOST_ONLY = FEATURES.flatMap(({ scope }, i) => scope === "host" ? [i] : []);
const DATA_TOUCH = column("data_touch");
const DAY_MS = 86_400_000;

/** The row's wire integers; the memory stays as it is. */
export function finishRow(user: string, row: Row, context: RowContext): Int32Array {
  const values = row.values.slice();
  const set = (name: FeatureName, value: number) => void (values[column(name)] = value);
  const before = context.memory.users.get(user) ?? newcomer(context.hour.startMs);
  for (const i of SHARES) values[i] = row.totals[i] > 0 ? values[i] / row.totals[i] : 0;
  for (const i of DISTINCT) values[i] = row.distinct(i);
  time(set, row, before, context);
  mixOfEvents(set, row, before);
  logons(set, row);
  for (const [i, items, seen] of NEW_FOR_USER) {
    values[i] = unseen(row, items, (item) => isNew(before.seen, seen, item));
  }
  for (const [i, items, seen] of NEW_FOR_HOST) {
    values[i] = unseen(row, items, (item) => isNew(context.memory.seen, seen, item));
  }
  novelty(set, row, before, context);
  finishPrograms(set, row, before, context);
  scripts(set, row, context.memory);
  pairs(set, row);
  values[DATA_TOUCH] += row.distinct(DATA_TOUCH); // changes event by event, and the files read
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

function unseen(row: Row, set: number, isNew: (item: number) => boolean): number {
  let count = row.overflow.get(set) ?? 0;
  for (const item of row.items(set).keys()) if (isNew(item)) count++;
  return count;
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

function mixOfEvents(set: SetColumn, row: Row, before: UserMemory): void {
  set("ev_total", row.events);
  set("eid_distinct", row.kinds.size);
  const bits = entropyBits(row.kinds.values());
  set("eid_entropy", row.kinds.size > 1 ? bits / Math.log2(row.kinds.size) : 0);
  set("eid_jsd", before.mix.size > 0 && row.events > 0 ? divergence(row, before.mix) : 0);
}

/** Jensen-Shannon divergence in bits between the window's kinds and the usual mix (Lin, 1991). */
function divergence(row: Row, usual: ReadonlyMap<number, number>): number {
  let total = 0;
  for (const weight of usual.values()) total += weight;
  const entropy = (share: number) => share > 0 ? -share * Math.log2(share) : 0;
  let sum = 0;
  for (const kind of [...new Set([...row.kinds.keys(), ...usual.keys()])].sort((a, b) => a - b)) {
    const now = (row.kinds.get(kind) ?? 0) / row.events;
    const then = (usual.get(kind) ?? 0) / total;
    sum += entropy((now + then) / 2) - (entropy(now) + entropy(then)) / 2;
  }
  return Math.min(1, Math.max(0, sum));
}

/** Counters that two kinds of event write for the same act: the larger counts. */
function larger(row: Row, a: string, b: string): number {
  return Math.max(row.extra.get(a) ?? 0, row.extra.get(b) ?? 0);
}

function logons(set: SetColumn, row: Row): void {
  const [ok, failed] = [row.values[column("logon_ok")], row.values[column("logon_fail")]];
  set("logon_unlock", larger(row, "unlock", "unlocked"));
  set("logon_rdp", larger(row, "rdp", "rdpSession") + larger(row, "reconnect", "rdpReconnect"));
  set("lockouts", larger(row, "lockouts", "lockoutFailures"));
  set("fail_ratio", (failed + 1) / (failed + ok + 2));
  set("fail_burst", Math.max(...row.failuresByMinute));
}

function pairs(set: SetColumn, row: Row): void {
  set("svc_install", larger(row, "service7045", "service4697"));
  set("svc_susp", larger(row, "service7045Odd", "service4697Odd"));
  set("task_created", larger(row, "task4698", "task106"));
  set("task_changed", larger(row, "task4702", "task140"));
}

function novelty(set: SetColumn, row: Row, before: UserMemory, { memory }: RowContext): void {
  let source = 0;
  for (const item of row.items(-SEEN.source).keys()) {
    source = Math.max(source, surpriseIn(before.seen, SEEN.source, 0, item));
  }
  set("src_surprise", source);
  let program = 0;
  for (const item of row.items(column("explicit_odd_process")).keys()) {
    program = Math.max(program, surpriseIn(memory.seen, SEEN.explicitProgram, 0, item));
  }
  set("explicit_odd_process", program);
  set("first_on_host", before.windows === 0 ? 1 : 0);
  set("user_rarity_on_host", surprisal(before.windows, memory.windows, memory.users.size));
}

function scripts(set: SetColumn, row: Row, memory: HostMemory): void {
  let entropy = 0;
  let suspicious = 0;
  const fresh = new Set<number>();
  for (const script of row.scripts.values()) {
    entropy = Math.max(entropy, entropyBits(script.histogram));
    if (script.suspicious) suspicious++;
    if (isNew(memory.seen, SEEN.script, script.hash)) fresh.add(script.hash);
  }
  set("ps_blocks", row.scripts.size);
  set("ps_susp_tokens", suspicious);
  set("ps_entropy", entropy / 8);
  set("ps_new_script", fresh.size);
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
