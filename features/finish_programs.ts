/**
 * The programs of a row -> block I: what was started, from where, by what parent, how it was called.
 * @module
 */
import { type RowContext, share, unseen } from "./finish.ts";
import { SEEN, surpriseIn, type UserMemory } from "./memory.ts";
import type { Programs } from "./programs.ts";
import { type Row, SET } from "./row.ts";
import { COLUMN } from "./schema.ts";
import { mix } from "./text.ts";

/** Sets the columns of block I. */
export function finishPrograms(
  out: Float64Array,
  row: Row,
  before: UserMemory,
  { memory, sysmon }: RowContext,
): void {
  const programs = sysmon ? row.sysmon : row.audited;
  if (!programs) return;
  const names = sysmon ? SET.sysmonPrograms : SET.programs;
  out[COLUMN.proc_count] = programs.count;
  out[COLUMN.proc_distinct] = row.tally.distinct(names);
  out[COLUMN.proc_new_host] = unseen(row.tally, names, memory.seen, SEEN.program);
  out[COLUMN.proc_new_user] = unseen(row.tally, names, before.seen, SEEN.program);
  out[COLUMN.user_path_share] = share(programs.userPath, programs.count);
  out[COLUMN.lolbin] = programs.lolbins;
  out[COLUMN.interpreter] = programs.interpreters;
  out[COLUMN.office_shell] = programs.officeShells;
  out[COLUMN.remote_exec_child] = programs.remoteChildren;
  out[COLUMN.cmd_len_max] = programs.longest;
  out[COLUMN.cmd_entropy] = programs.meanEntropy / 8;
  out[COLUMN.cmd_encoded] = programs.encoded;
  out[COLUMN.high_integrity_share] = share(programs.elevated, programs.labelled);
  const { distinct, burst } = programs.discovery();
  out[COLUMN.discovery_distinct] = distinct;
  out[COLUMN.discovery_burst] = burst;
  chains(out, programs, memory.seen);
}

function chains(out: Float64Array, { chains }: Programs, seen: UserMemory["seen"]): void {
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
  out[COLUMN.parent_child_new] = fresh * chains.weight;
  out[COLUMN.chain_surprise_mean] = share(sum, known);
  out[COLUMN.chain_surprise_max] = max;
}
