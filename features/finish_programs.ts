/**
 * The programs of a row -> block I: what was started, from where, by what parent, how it was called.
 * @module
 */
import { type RowContext, type SetColumn, share, unseen } from "./finish.ts";
import { SEEN, surpriseIn, type UserMemory } from "./memory.ts";
import type { Programs } from "./programs.ts";
import { type Row, SET } from "./row.ts";
import { mix } from "./text.ts";

/** Sets the columns of block I. */
export function finishPrograms(
  set: SetColumn,
  row: Row,
  before: UserMemory,
  { memory, sysmon }: RowContext,
): void {
  const programs = sysmon ? row.sysmon : row.audited;
  if (!programs) return;
  const names = sysmon ? SET.sysmonPrograms : SET.programs;
  set("proc_count", programs.count);
  set("proc_distinct", row.tally.distinct(names));
  set("proc_new_host", unseen(row.tally, names, memory.seen, SEEN.program));
  set("proc_new_user", unseen(row.tally, names, before.seen, SEEN.program));
  set("user_path_share", share(programs.userPath, programs.count));
  set("lolbin", programs.lolbins);
  set("interpreter", programs.interpreters);
  set("office_shell", programs.officeShells);
  set("remote_exec_child", programs.remoteChildren);
  set("cmd_len_max", programs.longest);
  set("cmd_entropy", programs.meanEntropy / 8);
  set("cmd_encoded", programs.encoded);
  set("high_integrity_share", share(programs.elevated, programs.labelled));
  const { distinct, burst } = programs.discovery();
  set("discovery_distinct", distinct);
  set("discovery_burst", burst);
  chains(set, programs, memory.seen);
}

function chains(set: SetColumn, { chains }: Programs, seen: UserMemory["seen"]): void {
  let fresh = 0;
  let sum = 0;
  let max = 0;
  let known = 0;
  for (const [, { context, name, times }] of chains.entries()) {
    const nats = surpriseIn(seen, context, name);
    sum += nats * times;
    max = Math.max(max, nats);
    known += times;
    if (seen.get(mix(name, context)) === 0) fresh++;
  }
  set("parent_child_new", fresh * chains.weight);
  set("chain_surprise_mean", share(sum, known));
  set("chain_surprise_max", max);
}
