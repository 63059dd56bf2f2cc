/**
 * The programs of a row -> block I: what was started, from where, by what parent, how it was called.
 * @module
 */
import type { RowContext, SetColumn } from "./finish.ts";
import { DISCOVERY, DOCUMENT_PROGRAMS, INTERPRETERS, LOLBINS, REMOTE_PARENTS } from "./lists.ts";
import { isNew, SEEN, surpriseIn, type UserMemory } from "./memory.ts";
import type { ProgramStart, Row } from "./row.ts";
import { hashText, mix } from "./text.ts";

const BURST_MS = 5 * 60_000;

/** The program starts that count in this hour. */
export function programStarts(row: Row, sysmon: boolean): readonly ProgramStart[] {
  return sysmon ? row.sysmon : row.audited;
}

/** Sets the columns of block I. */
export function finishPrograms(
  set: SetColumn,
  row: Row,
  before: UserMemory,
  { memory, sysmon }: RowContext,
): void {
  const starts = programStarts(row, sysmon);
  const count = (test: (start: ProgramStart) => boolean) => starts.filter(test).length;
  const names = new Set(starts.map(({ name }) => name));
  const newTo = (counts: UserMemory["seen"]) =>
    [...names].filter((name) => isNew(counts, SEEN.program, name)).length;
  set("proc_count", starts.length);
  set("proc_distinct", names.size);
  set("proc_new_host", newTo(memory.seen));
  set("proc_new_user", newTo(before.seen));
  chains(set, starts, memory.seen);
  set("user_path_share", share(count(({ userPath }) => userPath), starts.length));
  set("lolbin", count(({ base }) => LOLBINS.has(base)));
  set("interpreter", count(({ base }) => INTERPRETERS.has(base)));
  set(
    "office_shell",
    count(({ base, parent }) => {
      return INTERPRETERS.has(base) && DOCUMENT_PROGRAMS.has(parent);
    }),
  );
  set(
    "remote_exec_child",
    count(({ base, parent }) => {
      return REMOTE_PARENTS.has(parent) || (parent === "services.exe" && INTERPRETERS.has(base));
    }),
  );
  discovery(set, starts);
  commandLines(set, starts);
  const labelled = starts.filter(({ elevated }) => elevated !== undefined);
  set(
    "high_integrity_share",
    share(labelled.filter(({ elevated }) => elevated).length, labelled.length),
  );
}

function share(part: number, whole: number): number {
  return whole > 0 ? part / whole : 0;
}

function chains(set: SetColumn, starts: readonly ProgramStart[], seen: UserMemory["seen"]): void {
  const fresh = new Set<number>();
  let sum = 0;
  let max = 0;
  let known = 0;
  for (const { parent, name } of starts) {
    if (parent === "") continue;
    const context = hashText(parent);
    const nats = surpriseIn(seen, SEEN.chain, context, name);
    sum += nats;
    max = Math.max(max, nats);
    known++;
    if (seen.get(mix(name, mix(context, SEEN.chain))) === 0) fresh.add(mix(name, context));
  }
  set("parent_child_new", fresh.size);
  set("chain_surprise_mean", known > 0 ? sum / known : 0);
  set("chain_surprise_max", max);
}

function discovery(set: SetColumn, starts: readonly ProgramStart[]): void {
  const found = starts.filter(({ base }) => DISCOVERY.has(base))
    .toSorted((a, b) => a.timeMs - b.timeMs);
  set("discovery_distinct", new Set(found.map(({ base }) => base)).size);
  let burst = 0;
  for (let first = 0, last = 0; last < found.length; last++) {
    while (found[last].timeMs - found[first].timeMs > BURST_MS) first++;
    burst = Math.max(burst, new Set(found.slice(first, last + 1).map(({ base }) => base)).size);
  }
  set("discovery_burst", burst);
}

function commandLines(set: SetColumn, starts: readonly ProgramStart[]): void {
  const written = starts.filter(({ commandLength }) => commandLength >= 0)
    .toSorted((a, b) => a.commandEntropy - b.commandEntropy); // sums of floats depend on order
  set("cmd_len_max", written.reduce((max, start) => Math.max(max, start.commandLength), 0));
  const bits = written.reduce((sum, start) => sum + start.commandEntropy, 0);
  set("cmd_entropy", share(bits / 8, written.length));
  set("cmd_encoded", written.filter(({ encoded }) => encoded).length);
}
