/**
 * Programs that were started: block I, by 4688 or Sysmon 1, whichever the host has.
 * @module
 */
import { commandOf } from "../command.ts";
import type { EventView } from "../event.ts";
import { fieldSlot as slot } from "../fields.ts";
import type { Count, EventKind, Hour } from "../hour.ts";
import { type Program, programOf } from "../program.ts";
import { type Row, SET, SUM } from "../row.ts";
import { hashText } from "../text.ts";
import { bits, kinds, SECURITY, SYSMON, SYSMON_USER, TARGET_OR_SUBJECT } from "./define.ts";

const F = {
  CommandLine: slot("CommandLine"),
  Hashes: slot("Hashes"),
  Image: slot("Image"),
  IntegrityLevel: slot("IntegrityLevel"),
  MandatoryLabel: slot("MandatoryLabel"),
  NewProcessId: slot("NewProcessId"),
  NewProcessName: slot("NewProcessName"),
  OriginalFileName: slot("OriginalFileName"),
  ParentCommandLine: slot("ParentCommandLine"),
  ParentImage: slot("ParentImage"),
  ParentProcessName: slot("ParentProcessName"),
  ProcessId: slot("ProcessId"),
  TokenElevationType: slot("TokenElevationType"),
};

const PROCESS = bits("process");
const PROCESS_AND_COMMAND = bits("process", "cmdline");

/** Counts the start of a program as Sysmon, or else the audit, saw it. */
function start(
  event: EventView,
  row: Row,
  hour: Hour,
  { program, sysmon, elevated }: {
    readonly program: Program;
    readonly sysmon: boolean;
    /** Undefined where the event does not say. */
    readonly elevated: boolean | undefined;
  },
): void {
  const commandLine = event.text(F.CommandLine);
  const command = commandOf(commandLine);
  row.put(sysmon ? SET.sysmonPrograms : SET.programs, program.name);
  row.programs(sysmon).add({
    timeMs: event.timeMs,
    program,
    original: sysmon ? event.text(F.OriginalFileName).toLowerCase() : "",
    elevated,
    commandLength: commandLine === "" ? -1 : commandLine.length,
    commandEntropy: command.entropy,
    encoded: command.encoded,
  });
  hour.channels |= commandLine === "" ? PROCESS : PROCESS_AND_COMMAND;
}

const processCreation: Count = (event, row, hour) => {
  const label = event.text(F.MandatoryLabel);
  const token = event.text(F.TokenElevationType);
  const program = programOf(event.text(F.NewProcessName));
  const parent = event.text(F.ParentProcessName);
  const elevated = label !== ""
    ? label === "S-1-16-12288" || label === "S-1-16-16384"
    : token === ""
    ? undefined
    : token === "%%1937";
  start(event, row, hour, { program, sysmon: false, elevated });
  hour.started(event.timeMs, hour.number(event, F.NewProcessId), program);
  if (parent !== "") row.programs(false).addParent(program, parent);
  else hour.orphan(event.timeMs, hour.number(event, F.ProcessId), program, row);
};

const sysmonCreation: Count = (event, row, hour) => {
  const level = event.text(F.IntegrityLevel);
  const program = programOf(event.text(F.Image));
  const elevated = level === "" ? undefined : level === "High" || level === "System";
  start(event, row, hour, { program, sysmon: true, elevated });
  const parent = event.text(F.ParentImage);
  const console = /\\mmc\.exe$/i.test(parent) &&
    !/-embedding/i.test(event.text(F.ParentCommandLine));
  row.programs(true).addParent(program, parent, { console });
  putHashes(event, row);
};

/** Counts the SHA-256 of a Sysmon record, else its IMPHASH. */
function putHashes(event: EventView, row: Row): void {
  const hashes = event.text(F.Hashes);
  const hash = /SHA256=([0-9A-F]+)/i.exec(hashes)?.[1] ?? /IMPHASH=([0-9A-F]+)/i.exec(hashes)?.[1];
  if (hash) row.put(SET.hash_new, hashText(hash.toUpperCase()));
}

/** Kinds of this module. */
export const PROGRAM_KINDS: readonly EventKind[] = [
  ...kinds(SECURITY, [4688], bits("process"), TARGET_OR_SUBJECT, processCreation),
  ...kinds(SYSMON, [1], bits("sysmon", "process"), SYSMON_USER, sysmonCreation),
  ...kinds(SYSMON, [29], bits("sysmon"), SYSMON_USER, (event, row) => {
    row.add(SUM.detected);
    putHashes(event, row);
  }),
];
