/**
 * What a closed row leaves in the host's memory.
 * @module
 */
import { hourOfWeek, NEW_FOR_HOST, NEW_FOR_USER, type RowContext } from "./finish.ts";
import { programStarts } from "./finish_programs.ts";
import { see, seeIn, SEEN } from "./memory.ts";
import type { Row } from "./row.ts";
import { column } from "./schema.ts";
import { hashText } from "./text.ts";

/** Items of a set in an order that does not depend on when they came. */
function sorted(items: ReadonlyMap<number, number>): [number, number][] {
  return [...items].sort(([a], [b]) => a - b);
}

/** Counts a row into the memory of its user and of the host. */
export function rememberRow(user: string, row: Row, context: RowContext): void {
  const { memory, hour: { startMs } } = context;
  const mine = memory.user(user, startMs);
  mine.windows++;
  memory.windows++;
  mine.lastStartMs = startMs;
  mine.hours[hourOfWeek(startMs, context.offsetMinutes)]++;
  if (row.events > 0) mine.addMix(new Map(sorted(row.kinds)), row.events, startMs);
  mine.logons.service += row.extra.get("serviceLogon") ?? 0;
  mine.logons.person += row.extra.get("personLogon") ?? 0;
  mine.logons.privileged += row.values[column("priv_logon")];
  for (const [, items, seen] of NEW_FOR_USER) {
    for (const [item, times] of sorted(row.items(items))) see(mine.seen, seen, item, times);
  }
  for (const [, items, seen] of NEW_FOR_HOST) {
    for (const [item, times] of sorted(row.items(items))) see(memory.seen, seen, item, times);
  }
  for (const [item, times] of sorted(row.items(-SEEN.source))) {
    seeIn(mine.seen, SEEN.source, 0, item, times);
  }
  for (const [item, times] of sorted(row.items(column("explicit_odd_process")))) {
    seeIn(memory.seen, SEEN.explicitProgram, 0, item, times);
  }
  for (const hash of [...row.scripts.values()].map(({ hash }) => hash).sort((a, b) => a - b)) {
    see(memory.seen, SEEN.script, hash);
  }
  rememberPrograms(row, context, mine.seen);
}

function rememberPrograms(
  row: Row,
  { memory, sysmon }: RowContext,
  mine: RowContext["memory"]["seen"],
): void {
  const starts = programStarts(row, sysmon)
    .map(({ name, parent }) => ({
      name,
      parent: parent === "" ? 0 : hashText(parent),
      known: parent !== "",
    }))
    .sort((a, b) => a.name - b.name || a.parent - b.parent);
  for (const { name, parent, known } of starts) {
    see(mine, SEEN.program, name);
    see(memory.seen, SEEN.program, name);
    if (known) seeIn(memory.seen, SEEN.chain, parent, name);
  }
}
