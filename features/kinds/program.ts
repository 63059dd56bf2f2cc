/**
 * Programs that were started: block I, by 4688 or Sysmon 1, whichever the host has.
 * @module
 */
import type { EventView } from "../event.ts";
import { fieldSlot as slot } from "../fields.ts";
import type { Count, EventKind, Hour } from "../hour.ts";
import { ENCODED_COMMAND, USER_WRITABLE } from "../lists.ts";
import type { ProgramStart, Row } from "../row.ts";
import { column } from "../schema.ts";
import { addCharacters, baseName, entropyBits, hashText } from "../text.ts";
import { bits, kinds, SECURITY, SYSMON, SYSMON_USER, TARGET_OR_SUBJECT } from "./define.ts";

const COMMAND_LINE = slot("CommandLine");
const HASHES = column("hash_new");
/** Characters of a command line that its entropy is taken over. */
const ENTROPY_OVER = 4_096;
const histogram = new Uint32Array(256);

interface Origin {
  readonly path: string;
  readonly parent: string;
  readonly parentId: number;
  readonly elevated: boolean | undefined;
}

function programStart(event: EventView, origin: Origin): ProgramStart {
  const base = baseName(origin.path);
  const commandLine = event.text(COMMAND_LINE);
  histogram.fill(0);
  addCharacters(commandLine.slice(0, ENTROPY_OVER), histogram);
  return {
    timeMs: event.timeMs,
    name: hashText(base),
    base,
    parent: baseName(origin.parent),
    parentId: origin.parent === "" ? origin.parentId : 0,
    userPath: USER_WRITABLE.test(origin.path),
    elevated: origin.elevated,
    commandLength: commandLine === "" ? -1 : commandLine.length,
    commandEntropy: entropyBits(histogram),
    encoded: commandLine !== "" && ENCODED_COMMAND.test(commandLine.slice(0, 32_767)),
  };
}

function audited(hour: Hour, start: ProgramStart): void {
  hour.channels |= start.commandLength >= 0 ? bits("process", "cmdline") : bits("process");
}

const processCreation: Count = (event, row, hour) => {
  const label = event.text(slot("MandatoryLabel"));
  const token = event.text(slot("TokenElevationType"));
  const start = programStart(event, {
    path: event.text(slot("NewProcessName")),
    parent: event.text(slot("ParentProcessName")),
    parentId: event.number(slot("ProcessId")),
    elevated: label !== ""
      ? label === "S-1-16-12288" || label === "S-1-16-16384"
      : token === ""
      ? undefined
      : token === "%%1937",
  });
  const id = event.number(slot("NewProcessId"));
  hour.list(hour.processes, { timeMs: event.timeMs, id, base: start.base });
  row.start(row.audited, start);
  audited(hour, start);
};

const sysmonCreation: Count = (event, row, hour) => {
  const level = event.text(slot("IntegrityLevel"));
  const start = programStart(event, {
    path: event.text(slot("Image")),
    parent: event.text(slot("ParentImage")),
    parentId: 0,
    elevated: level === "" ? undefined : level === "High" || level === "System",
  });
  row.start(row.sysmon, start);
  putHashes(event, row);
  audited(hour, start);
};

/** Counts the SHA-256 of a Sysmon record, else its IMPHASH. */
function putHashes(event: EventView, row: Row): void {
  const hashes = event.text(slot("Hashes"));
  const hash = /SHA256=([0-9A-F]+)/i.exec(hashes)?.[1] ?? /IMPHASH=([0-9A-F]+)/i.exec(hashes)?.[1];
  if (hash) row.put(HASHES, hashText(hash.toUpperCase()));
}

/** Kinds of this module. */
export const PROGRAM_KINDS: readonly EventKind[] = [
  ...kinds(SECURITY, [4688], bits("process"), TARGET_OR_SUBJECT, processCreation),
  ...kinds(SYSMON, [1], bits("sysmon", "process"), SYSMON_USER, sysmonCreation),
  ...kinds(SYSMON, [29], bits("sysmon"), SYSMON_USER, putHashes),
];
