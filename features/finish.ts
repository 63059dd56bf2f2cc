/**
 * A row's sums and sets -> its 128 wire integers, judged against what was usual before the hour.
 * @module
 */
import { type BoundedCounts, surprisal } from "./counts.ts";
import type { Hour } from "./hour.ts";
import { finishPrograms } from "./finish_programs.ts";
import { contextOf, type HostMemory, isNew, SEEN, surpriseIn, UserMemory } from "./memory.ts";
import { type Row, SET, SHARED, SUM, SUMMED } from "./row.ts";
import { COLUMN, type Column, FEATURES } from "./schema.ts";
import { entropyBits } from "./text.ts";
import type { Tally } from "./tally.ts";
import { DIMENSIONS, SYSTEM_USER, WINDOW_MS } from "./vector.ts";

/** What rows of the same hour share. */
export interface RowContext {
  readonly hour: Hour;
  readonly memory: HostMemory;
  /** All rows of the hour by user, with {@link SYSTEM_USER}. */
  readonly rows: readonly (readonly [string, Row])[];
  readonly clock: Clock;
  /** Programs are counted by Sysmon in this hour, else by 4688. */
  readonly sysmon: boolean;
  /** Missing share of record ids, 0 to 1. */
  readonly gap: number;
}

/** Columns that rows sum up, by the place of the sum. */
const SUMS = SUMMED.map((name) => COLUMN[name]);
/** Columns that are a share, and the places of their hits; the cases stand behind. */
const SHARES = SHARED.map((name) => COLUMN[name]);
const HITS = SHARED.map((name) => SUM[name]);
/** Columns that count the items of a set, and the sets. */
const COUNTED = [
  ...["src_ip_distinct", "src_ws_distinct", "fail_users_distinct", "fail_src_distinct"] as const,
  ...["explicit_targets", "explicit_accounts", "rdp_out", "admin_port_fanout"] as const,
  ...["tgs_services", "enum_members", "ps_cmds_distinct", "share_access"] as const,
];
const DISTINCT = COUNTED.map((name) => COLUMN[name]);
const DISTINCT_SETS = COUNTED.map((name) => SET[name]);
/** A column that counts what was never seen: the set of the row, the set of the memory. */
interface New {
  readonly place: number;
  readonly set: number;
  readonly seen: number;
}

/** Columns that count what a user never did before. */
export const NEW_FOR_USER: readonly New[] = [
  { place: COLUMN.logon_type_new, set: SET.logon_type_new, seen: SEEN.logonType },
  { place: COLUMN.new_src_ip, set: SET.src_ip_distinct, seen: SEEN.sourceIp },
  { place: COLUMN.new_src_ws, set: SET.src_ws_distinct, seen: SEEN.workstation },
  { place: COLUMN.explicit_new_target, set: SET.explicit_new_target, seen: SEEN.reached },
  { place: COLUMN.new_internal_dest, set: SET.new_internal_dest, seen: SEEN.internal },
  { place: COLUMN.new_service_name, set: SET.tgs_services, seen: SEEN.service },
  { place: COLUMN.priv_new, set: SET.priv_new, seen: SEEN.privilege },
];
/** Columns that count what the host never saw before. */
export const NEW_FOR_HOST: readonly New[] = [
  { place: COLUMN.dns_new, set: SET.dns_new, seen: SEEN.domain },
  { place: COLUMN.hash_new, set: SET.hash_new, seen: SEEN.hash },
  { place: COLUMN.driver_load, set: SET.driver_load, seen: SEEN.driver },
];
const HOST_ONLY = FEATURES.flatMap(({ scope }, i) => scope === "host" ? [i] : []);
/** A context of surprisal: the sources that a user comes from. */
export const SOURCES = contextOf(SEEN.source);
/** The other context: which programs log on with explicit credentials on a host. */
export const EXPLICIT_PROGRAMS = contextOf(SEEN.explicitProgram);
const DAY_MS = 86_400_000;
/** The values of the row at hand, in their units. */
const VALUES = new Float64Array(DIMENSIONS);
/** Rows whose wire integers share a buffer. */
const WIRE_ROWS = 64;
const WIRE_BYTES = 4 * DIMENSIONS;
let wireBuffer = new ArrayBuffer(0);
let wireRows = WIRE_ROWS;
const SCALE = Float64Array.from(FEATURES, ({ wireScale }: Column) => wireScale);
const LOW = Float64Array.from(FEATURES, ({ wireRange }: Column) => wireRange[0]);
const HIGH = Float64Array.from(FEATURES, ({ wireRange }: Column) => wireRange[1]);

/** The row's wire integers; the memory stays as it is. */
export function finishRow(user: string, row: Row, context: RowContext): Int32Array {
  const out = VALUES.fill(0);
  const { tally } = row;
  const before = context.memory.users.get(user) ?? newcomer(context.hour.startMs);
  for (let i = 0; i < SUMS.length; i++) out[SUMS[i]] = row.sum(i);
  for (let i = 0; i < SHARES.length; i++) {
    out[SHARES[i]] = share(row.sum(HITS[i]), row.sum(HITS[i] + 1));
  }
  for (let i = 0; i < DISTINCT.length; i++) out[DISTINCT[i]] = tally.distinct(DISTINCT_SETS[i]);
  for (const { place, set, seen } of NEW_FOR_USER) {
    out[place] = unseen(tally, set, before.seen, seen);
  }
  for (const { place, set, seen } of NEW_FOR_HOST) {
    out[place] = unseen(tally, set, context.memory.seen, seen);
  }
  time(out, row, before, context);
  mixOfEvents(out, row, before);
  logons(out, row);
  novelty(out, row, before, context);
  finishPrograms(out, row, before, context);
  scripts(out, row, context.memory);
  pairs(out, row);
  out[COLUMN.data_touch] += tally.distinct(SET.data_touch); // changes, and the files read
  if (user === SYSTEM_USER) hostColumns(out, context);
  else for (const i of HOST_ONLY) out[i] = 0;
  return toWire(out);
}

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
function hourOfWeek(startMs: number, offsetMinutes: number): number {
  const local = Math.floor((startMs + offsetMinutes * 60_000) / WINDOW_MS);
  return ((local + 72) % 168 + 168) % 168; // 1970 began on a Thursday
}

/** Columns that the hour itself says. */
const CLOCK = [
  ...[COLUMN.hour_sin, COLUMN.hour_cos, COLUMN.dow_sin, COLUMN.dow_cos],
  COLUMN.weekend_holiday,
];

/** What the hour itself says, the same in every row. */
export interface Clock {
  /** Hour of the host's week. */
  readonly week: number;
  /** Values of {@link CLOCK}. */
  readonly values: readonly number[];
}

/** What an hour says by the host's clock; holidays count like a weekend. */
export function clockOf(
  startMs: number,
  offsetMinutes: number,
  holidays: ReadonlySet<string>,
): Clock {
  const localMs = startMs + offsetMinutes * 60_000;
  const day = 2 * Math.PI * ((localMs + WINDOW_MS / 2) % DAY_MS) / DAY_MS;
  const week = hourOfWeek(startMs, offsetMinutes);
  const weekday = Math.floor(week / 24);
  const free = weekday >= 5 ||
    holidays.size > 0 && holidays.has(new Date(localMs).toISOString().slice(0, 10));
  const angle = 2 * Math.PI * weekday / 7;
  return {
    week,
    values: [Math.sin(day), Math.cos(day), Math.sin(angle), Math.cos(angle), free ? 1 : 0],
  };
}

function time(out: Float64Array, row: Row, before: UserMemory, { hour, clock }: RowContext): void {
  for (let i = 0; i < CLOCK.length; i++) out[CLOCK[i]] = clock.values[i];
  out[COLUMN.active_minutes] = bitCount(row.minutesLow) + bitCount(row.minutesHigh);
  out[COLUMN.hour_surprise] = surprisal(before.hours[clock.week], before.windows, 167);
  const gap = (hour.startMs - before.lastStartMs) / WINDOW_MS - 1;
  out[COLUMN.idle_gap] = before.windows > 0 ? Math.max(0, gap) : 0;
  out[COLUMN.user_tenure] = Math.exp(-(hour.startMs - before.firstSeenMs) / DAY_MS / 14);
}

/** Number of bits that are set. */
function bitCount(bits: number): number {
  const pairs = bits - ((bits >>> 1) & 0x55555555);
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

function mixOfEvents(out: Float64Array, { tally, events }: Row, { mix }: UserMemory): void {
  const kinds = tally.distinct(SET.kinds);
  const bits = entropyBits(tally.counts(SET.kinds));
  out[COLUMN.ev_total] = events;
  out[COLUMN.eid_distinct] = kinds;
  out[COLUMN.eid_entropy] = kinds > 1 ? bits / Math.log2(kinds) : 0;
  out[COLUMN.eid_jsd] = mix.empty || events === 0 ? 0 : mix.divergence(tally, SET.kinds, events);
}

/** Counters that two kinds of event write for the same act: the larger counts. */
function larger(row: Row, a: number, b: number): number {
  return Math.max(row.sum(a), row.sum(b));
}

function logons(out: Float64Array, row: Row): void {
  const [ok, failed] = [row.sum(SUM.logon_ok), row.sum(SUM.logon_fail)];
  const reconnects = larger(row, SUM.reconnect, SUM.rdpReconnect);
  out[COLUMN.logon_unlock] = larger(row, SUM.unlock, SUM.unlocked);
  out[COLUMN.logon_rdp] = larger(row, SUM.rdp, SUM.rdpSession) + reconnects;
  out[COLUMN.lockouts] = larger(row, SUM.lockouts, SUM.lockoutFailures);
  out[COLUMN.fail_ratio] = (failed + 1) / (failed + ok + 2);
  out[COLUMN.fail_burst] = row.failuresByMinute ? Math.max(...row.failuresByMinute) : 0;
}

function pairs(out: Float64Array, row: Row): void {
  out[COLUMN.svc_install] = larger(row, SUM.service7045, SUM.service4697);
  out[COLUMN.svc_susp] = larger(row, SUM.service7045Odd, SUM.service4697Odd);
  out[COLUMN.exe_drop] = larger(row, SUM.created, SUM.detected) + row.sum(SUM.written);
  out[COLUMN.task_created] = larger(row, SUM.task4698, SUM.task106);
  out[COLUMN.task_changed] = larger(row, SUM.task4702, SUM.task140);
}

/** Surprisal of a set's strangest item in a context, nats. */
function strangest(tally: Tally, set: number, counts: BoundedCounts, context: number): number {
  let nats = 0;
  for (let place = tally.from(set); place < tally.from(set + 1); place++) {
    nats = Math.max(nats, surpriseIn(counts, context, tally.item(place)));
  }
  return nats;
}

function novelty(out: Float64Array, row: Row, before: UserMemory, { memory }: RowContext): void {
  const { tally } = row;
  out[COLUMN.src_surprise] = strangest(tally, SET.source, before.seen, SOURCES);
  out[COLUMN.explicit_odd_process] = strangest(
    tally,
    SET.explicit_odd_process,
    memory.seen,
    EXPLICIT_PROGRAMS,
  );
  out[COLUMN.first_on_host] = before.windows === 0 ? 1 : 0;
  out[COLUMN.user_rarity_on_host] = surprisal(before.windows, memory.windows, memory.users.size);
}

function scripts(out: Float64Array, { scripts }: Row, memory: HostMemory): void {
  if (!scripts) return;
  let entropy = 0;
  let suspicious = 0;
  const fresh = new Set<number>();
  for (const [, script] of scripts.entries()) {
    entropy = Math.max(entropy, entropyBits(script.histogram));
    if (script.suspicious) suspicious++;
    if (isNew(memory.seen, SEEN.script, script.hash)) fresh.add(script.hash);
  }
  out[COLUMN.ps_blocks] = scripts.distinct;
  out[COLUMN.ps_susp_tokens] = suspicious * scripts.weight;
  out[COLUMN.ps_entropy] = entropy / 8;
  out[COLUMN.ps_new_script] = fresh.size * scripts.weight;
}

function hostColumns(out: Float64Array, { rows, memory, gap }: RowContext): void {
  for (const [user] of rows) {
    if (user === SYSTEM_USER) continue;
    out[COLUMN.users_on_host]++;
    if (!memory.users.has(user)) out[COLUMN.new_users_on_host]++;
  }
  out[COLUMN.log_gap] = gap;
}

/** Values in their units -> integers in wire units, within each column's range. */
function toWire(values: Float64Array): Int32Array {
  const wire = freshWire();
  for (let i = 0; i < DIMENSIONS; i++) {
    if (values[i] === 0) continue; // most are
    const value = Math.round(values[i] * SCALE[i]);
    wire[i] = value < LOW[i] ? LOW[i] : value > HIGH[i] ? HIGH[i] : value;
  }
  return wire;
}

/** Zeros for one row: many rows share a buffer, because making each its own costs more. */
function freshWire(): Int32Array {
  if (wireRows === WIRE_ROWS) [wireBuffer, wireRows] = [new ArrayBuffer(WIRE_ROWS * WIRE_BYTES), 0];
  return new Int32Array(wireBuffer, wireRows++ * WIRE_BYTES, DIMENSIONS);
}
