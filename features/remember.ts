/**
 * What a closed row leaves in the host's memory.
 * @module
 */
import type { BoundedCounts } from "./counts.ts";
import {
  EXPLICIT_PROGRAMS,
  NEW_FOR_HOST,
  NEW_FOR_USER,
  type RowContext,
  SOURCES,
} from "./finish.ts";
import { see, seeIn, SEEN, type UserMemory } from "./memory.ts";
import { type Row, SET, SUM } from "./row.ts";
import type { Tally } from "./tally.ts";

/** Counts a row into the memory of its user, which it gives, and of the host. */
export function rememberRow(user: string, row: Row, context: RowContext): UserMemory {
  const { memory, hour: { startMs }, sysmon } = context;
  const { tally } = row;
  const mine = memory.user(user, startMs);
  mine.windows++;
  memory.windows++;
  mine.lastStartMs = startMs;
  mine.hours[context.clock.week]++;
  if (row.events > 0) mine.mix.add(tally, SET.kinds, row.events, startMs);
  mine.logons.service += row.sum(SUM.serviceLogon);
  mine.logons.person += row.sum(SUM.personLogon);
  mine.logons.privileged += row.sum(SUM.priv_logon) + row.sum(SUM.adminLogon);
  for (const { set, seen } of NEW_FOR_USER) seeAll(tally, set, mine.seen, seen);
  for (const { set, seen } of NEW_FOR_HOST) seeAll(tally, set, memory.seen, seen);
  seeAllIn(tally, SET.source, mine.seen, SOURCES);
  seeAllIn(tally, SET.explicit_odd_process, memory.seen, EXPLICIT_PROGRAMS);
  for (const [, { hash }] of row.scripts?.entries() ?? []) see(memory.seen, SEEN.script, hash, 1);
  const names = sysmon ? SET.sysmonPrograms : SET.programs;
  seeAll(tally, names, mine.seen, SEEN.program);
  seeAll(tally, names, memory.seen, SEEN.program);
  for (const [, chain] of (sysmon ? row.sysmon : row.audited)?.chains.entries() ?? []) {
    seeIn(memory.seen, chain.context, chain.name, chain.times);
  }
  return mine;
}

function seeAll(tally: Tally, set: number, counts: BoundedCounts, seen: number): void {
  for (let place = tally.from(set); place < tally.from(set + 1); place++) {
    see(counts, seen, tally.item(place), tally.times(place));
  }
}

function seeAllIn(tally: Tally, set: number, counts: BoundedCounts, context: number): void {
  for (let place = tally.from(set); place < tally.from(set + 1); place++) {
    seeIn(counts, context, tally.item(place), tally.times(place));
  }
}
