/**
 * PowerShell: block J.
 * @module
 */
import { fieldSlot as slot } from "../fields.ts";
import type { Count, EventKind } from "../hour.ts";
import { SUSPICIOUS_SCRIPT } from "../lists.ts";
import { SET, SUM } from "../row.ts";
import { addCharacters, hashText, mix } from "../text.ts";
import { bits, CLASSIC_POWERSHELL, kinds, POWERSHELL, WRITER } from "./define.ts";

const LEVEL_WARNING = 3;

const scriptBlock: Count = (event, row, hour) => {
  const text = event.text(slot("ScriptBlockText"));
  const histogram = new Uint32Array(256);
  addCharacters(text, histogram);
  const part = hashText(text.replace(/\d+/g, "0"));
  row.script(hashText(event.text(slot("ScriptBlockId"))), {
    histogram,
    hash: mix(part, hour.number(event, slot("MessageNumber"))),
    suspicious: SUSPICIOUS_SCRIPT.test(text),
  });
  row.add(SUM.ps_len, text.length);
  if (event.level === LEVEL_WARNING) row.add(SUM.ps_warning);
};

const commands = (text: string, put: (name: string) => void): void => {
  for (const [, name] of text.matchAll(/CommandInvocation\(([^)]+)\)/g)) put(name.toLowerCase());
};

/** Kinds of this module. */
export const SCRIPT_KINDS: readonly EventKind[] = [
  ...kinds(POWERSHELL, [4104], bits("powershell"), WRITER, scriptBlock),
  ...kinds(POWERSHELL, [4103], bits("powershell"), WRITER, (event, row) => {
    commands(event.text(slot("Payload")), (name) => row.put(SET.ps_cmds_distinct, hashText(name)));
  }),
  ...kinds(CLASSIC_POWERSHELL, [800], bits("powershell"), undefined, (event, row) => {
    const details = event.text(slot("Data2")) || event.text(slot("Data1"));
    commands(details, (name) => row.put(SET.ps_cmds_distinct, hashText(name)));
  }),
  ...kinds(CLASSIC_POWERSHELL, [400], 0, undefined, (event, row) => {
    const text = `${event.text(slot("Data"))}${event.text(slot("Data1"))}${
      event.text(slot("Data2"))
    }`;
    if (/HostName=ServerRemoteHost/.test(text)) row.add(SUM.ps_remote);
  }),
  ...kinds("Microsoft-Windows-WinRM/Operational", [91], 0, WRITER, (event, row) => {
    const uri = `${event.text(slot("resourceUri"))}${event.text(slot("shellId"))}`;
    if (/powershell/i.test(uri)) row.add(SUM.ps_remote);
  }),
];
