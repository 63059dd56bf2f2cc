/**
 * Persistence, defence evasion, credential memory, shares and files: blocks K and L, and what
 * Sysmon alone sees of blocks F and I.
 * @module
 */
import type { EventView } from "../event.ts";
import { fieldSlot as slot } from "../fields.ts";
import type { Actor, Count, EventKind } from "../hour.ts";
import {
  AUTORUN_KEY,
  DEFENCE_SERVICES,
  EXECUTABLE_FILE,
  INTERPRETERS,
  LSASS_READERS,
  USER_WRITABLE,
} from "../lists.ts";
import { type Row, SET, SUM } from "../row.ts";
import { baseName, hashLower, hashText, isPrivate, mix, registrableDomain } from "../text.ts";
import {
  bits,
  kinds,
  named,
  SECURITY,
  SUBJECT,
  sum,
  SYSMON,
  SYSMON_USER,
  SYSTEM,
  WRITER,
} from "./define.ts";

const TASKS = "Microsoft-Windows-TaskScheduler/Operational";
const DEFENDER = "Microsoft-Windows-Windows Defender/Operational";
const FIREWALL = "Microsoft-Windows-Windows Firewall With Advanced Security/Firewall";
const CODE_INTEGRITY = "Microsoft-Windows-CodeIntegrity/Operational";
const APPLOCKER = "Microsoft-Windows-AppLocker";
const APPLOCKER_USER: Actor = { sids: [slot("TargetUser")] };
const VM_READ = 0x10;
const READ = 0x1;
const CHANGES = 0x2 | 0x4 | 0x10000; // write, append, delete
/** The share of named pipes. */
const PIPES = /ipc\$$/i;
const ADMIN_PORTS = new Set([445, 135, 5985, 5986, 3389]);

const F = {
  AccessMask: slot("AccessMask"),
  AuditPolicyChanges: slot("AuditPolicyChanges"),
  ClassName: slot("ClassName"),
  DestinationIp: slot("DestinationIp"),
  DestinationPort: slot("DestinationPort"),
  EventType: slot("EventType"),
  GrantedAccess: slot("GrantedAccess"),
  ImageLoaded: slot("ImageLoaded"),
  ImagePath: slot("ImagePath"),
  Initiated: slot("Initiated"),
  NewTime: slot("NewTime"),
  ObjectName: slot("ObjectName"),
  ObjectType: slot("ObjectType"),
  ObjectValueName: slot("ObjectValueName"),
  PreviousTime: slot("PreviousTime"),
  ProcessName: slot("ProcessName"),
  QueryName: slot("QueryName"),
  RelativeTargetName: slot("RelativeTargetName"),
  ServiceFileName: slot("ServiceFileName"),
  ServiceName: slot("ServiceName"),
  ShareName: slot("ShareName"),
  SourceImage: slot("SourceImage"),
  TargetFilename: slot("TargetFilename"),
  TargetImage: slot("TargetImage"),
  TargetObject: slot("TargetObject"),
  param1: slot("param1"),
  param2: slot("param2"),
  param3: slot("param3"),
  param4: slot("param4"),
};

/** Mean surprisal in nats of a name's letter pairs in English; words lie near 2.6, random letters near 3.7. */
function letterSurprisal(name: string): number {
  const common = "thheinerantierenatonndoressttooenhaoftearsedinthateses";
  let pairs = 0;
  let nats = 0;
  for (let i = 0; i + 1 < name.length; i++) {
    const pair = name.slice(i, i + 2);
    let place = -1;
    for (let k = 0; k + 1 < common.length; k += 2) {
      if (common.slice(k, k + 2) === pair) place = k / 2;
    }
    const vowel = /[aeiouy]/;
    const mixed = vowel.test(pair[0]) !== vowel.test(pair[1]);
    nats += place >= 0 ? 2.2 : mixed ? 3.2 : 4.4;
    pairs++;
  }
  return pairs > 0 ? nats / pairs : 0;
}

function service(event: EventView, row: Row, path: string, counter: "service7045" | "service4697") {
  row.add(SUM[counter]);
  const name = event.text(F.ServiceName);
  const program = baseName(path.replace(/^"?([^"]*?\.(?:exe|sys|bat|cmd))\b.*$/i, "$1"));
  const odd = USER_WRITABLE.test(path.replace(/^["\\?]+/, "")) || /%comspec%|admin\$/i.test(path) ||
    INTERPRETERS.has(program) || /^\\\\/.test(path) ||
    (/^[a-z]{8,}$/i.test(name) && letterSurprisal(name.toLowerCase()) > 3.5);
  if (odd) row.add(SUM[`${counter}Odd`]);
  if (/\.sys\b/i.test(path)) row.put(SET.driver_load, hashLower(path));
}

const lsassBySysmon: Count = (event, row, hour) => {
  if (!/\\lsass\.exe$/i.test(event.text(F.TargetImage))) return;
  if ((hour.number(event, F.GrantedAccess) & VM_READ) === 0) return;
  if (!LSASS_READERS.has(baseName(event.text(F.SourceImage)))) row.add(SUM.lsass_access);
};

const objectAccess: Count = (event, row, hour) => {
  const name = event.text(F.ObjectName);
  const mask = hour.number(event, F.AccessMask);
  if (/lsass\.exe$/i.test(name)) {
    const program = baseName(event.text(F.ProcessName));
    if ((mask & VM_READ) !== 0 && !LSASS_READERS.has(program)) row.add(SUM.lsass_access);
    return;
  }
  if (event.eventId !== 4663 || event.text(F.ObjectType) === "Key") return;
  if ((mask & CHANGES) !== 0) row.add(SUM.data_touch);
  if ((mask & 0x2) !== 0 && EXECUTABLE_FILE.test(name)) row.add(SUM.written);
};

const shareAccess: Count = (event, row, hour) => {
  const name = event.text(F.ShareName);
  const path = event.text(F.RelativeTargetName);
  const folder = path.indexOf("\\");
  const share = hashLower(name);
  row.put(SET.share_access, mix(hashLower(path, folder < 0 ? path.length : folder), share));
  if (event.eventId !== 5145) return;
  if (name.endsWith("$") && PIPES.test(name)) return; // pipes hold no files
  const mask = hour.number(event, F.AccessMask);
  if ((mask & CHANGES) !== 0) row.add(SUM.data_touch);
  else if ((mask & READ) !== 0) row.put(SET.data_touch, mix(hashLower(path), share));
};

const connection: Count = (event, row, hour) => {
  if (event.text(F.Initiated) !== "true") return;
  const address = event.text(F.DestinationIp);
  if (!isPrivate(address)) return;
  row.put(SET.new_internal_dest, hashText(address));
  if (ADMIN_PORTS.has(hour.number(event, F.DestinationPort))) {
    row.put(SET.admin_port_fanout, hashText(address));
  }
};

const registry = (key: number, value?: number): Count => (event, row) => {
  if (/^delete/i.test(event.text(F.EventType))) return;
  const path = event.text(key) + (value ? `\\${event.text(value)}` : "");
  if (AUTORUN_KEY.test(path)) row.add(SUM.autorun_reg);
};

const serviceState: Count = (event, row) => {
  const name = event.text(event.eventId === 7036 ? F.param1 : F.param4).toLowerCase();
  const state = event.text(event.eventId === 7036 ? F.param2 : F.param3).toLowerCase();
  const off = event.eventId === 7036 ? /stop/.test(state) : /disabled/.test(state);
  const shown = event.text(F.param1).toLowerCase();
  const defence = DEFENCE_SERVICES.has(name) ||
    /defender|firewall|security center|event log|shadow copy|backup|sysmon/.test(shown);
  if (off && defence) row.add(SUM.svc_state);
};

/** 4719: success or failure removed; 4912, of one user: their inclusion removed or exclusion added. */
const LESS_AUDITING = /%%84(48|50|52|55|56|59)/;

const removedAuditing: Count = (event, row) => {
  if (event.eventId === 4906 || LESS_AUDITING.test(event.text(F.AuditPolicyChanges))) {
    row.add(SUM.audit_policy); // 4906 has no such field
  }
};

const device: Count = (event, row) => {
  if (/disk|portable|wpd|usb/i.test(event.text(F.ClassName))) row.add(SUM.data_touch);
};

/** Sysmon: who opened another process, by name, else by the process; events 8 and 10 differ in case. */
const bySource = (process: "SourceProcessGuid" | "SourceProcessGUID"): Actor => ({
  ...SYSMON_USER,
  name: [-1, slot("SourceUser")],
  process: slot(process),
});
const files = bits("object");
const policy = bits("policy");

/** Kinds of this module. */
export const SYSTEM_KINDS: readonly EventKind[] = [
  ...kinds(SYSTEM, [7045], 0, WRITER, (event, row) => {
    service(event, row, event.text(F.ImagePath), "service7045");
  }),
  ...kinds(SECURITY, [4697], policy, SUBJECT, (event, row) => {
    service(event, row, event.text(F.ServiceFileName), "service4697");
  }),
  ...kinds(SYSTEM, [7036], 0, undefined, serviceState),
  ...kinds(SYSTEM, [7040], 0, WRITER, serviceState),
  ...kinds(SYSTEM, [104], 0, WRITER, (_, row, hour) => {
    hour.broken = true;
    row.add(SUM.log_cleared);
  }),
  ...kinds(SECURITY, [1102], policy, SUBJECT, (_, row, hour) => {
    hour.broken = true;
    row.add(SUM.log_cleared);
  }),
  ...kinds(SECURITY, [1101, 1104], policy, undefined, (_, __, hour) => void (hour.broken = true)),
  ...kinds(SECURITY, [1100], policy, undefined, (_, __, hour) => void (hour.silenced = true)),
  ...kinds(SYSTEM, [12, 13], 0, undefined, (event, _, hour) => {
    if (event.provider === "Microsoft-Windows-Kernel-General") hour.restarted = true;
  }),
  ...kinds(SYSTEM, [1074, 6008], 0, WRITER, (_, __, hour) => void (hour.restarted = true)),
  ...kinds(SECURITY, [4608], policy, undefined, (_, __, hour) => void (hour.restarted = true)),
  ...kinds(SECURITY, [4616], policy, SUBJECT, (event, _, hour) => {
    const [from, to] = [event.text(F.PreviousTime), event.text(F.NewTime)].map(Date.parse);
    if (!(Math.abs(from - to) > 5 * 60_000)) return;
    hour.clockSteps++;
    if (from > to) hour.broken = true;
  }),
  ...kinds(SECURITY, [4719, 4912], policy, SUBJECT, removedAuditing),
  ...kinds(SECURITY, [4906], policy, undefined, removedAuditing),
  ...kinds(SECURITY, [4946, 4947, 4948, 4950], policy, undefined, sum("defences_changed")),
  ...kinds(SECURITY, [4698], bits("task"), SUBJECT, (_, row) => row.add(SUM.task4698)),
  ...kinds(SECURITY, [4702], bits("task"), SUBJECT, (_, row) => row.add(SUM.task4702)),
  ...kinds(TASKS, [106], bits("task"), named("UserContext"), (_, row) => row.add(SUM.task106)),
  ...kinds(TASKS, [140], bits("task"), named("UserName"), (_, row) => row.add(SUM.task140)),
  ...kinds(SECURITY, [4656, 4663], files, SUBJECT, objectAccess),
  ...kinds(SECURITY, [4660], files, SUBJECT, sum("data_touch")),
  ...kinds(SECURITY, [4657], files, SUBJECT, registry(F.ObjectName, F.ObjectValueName)),
  ...kinds(SECURITY, [6416], files, undefined, device),
  ...kinds(SECURITY, [5140, 5145], bits("share"), SUBJECT, shareAccess),
  ...kinds("Microsoft-Windows-WMI-Activity/Operational", [5861], 0, undefined, sum("wmi_sub")),
  ...kinds(DEFENDER, [1116, 1117], 0, undefined, sum("protection_hits")),
  ...kinds(DEFENDER, [5001, 5007, 5010, 5012, 5013], 0, undefined, sum("defences_changed")),
  ...kinds(
    FIREWALL,
    [2003, 2004, 2005, 2006, 2052, 2071, 2073, 2082, 2083, 2097],
    0,
    { sids: [slot("ModifyingUser")] },
    sum("defences_changed"),
  ),
  ...kinds(CODE_INTEGRITY, [3076, 3077], 0, WRITER, sum("protection_hits")),
  ...kinds(`${APPLOCKER}/EXE and DLL`, [8003, 8004], 0, APPLOCKER_USER, sum("protection_hits")),
  ...kinds(`${APPLOCKER}/MSI and Script`, [8006, 8007], 0, APPLOCKER_USER, sum("protection_hits")),
  ...kinds(SYSMON, [3], bits("sysmon"), SYSMON_USER, connection),
  ...kinds(SYSMON, [6], bits("sysmon"), undefined, (event, row) => {
    row.put(SET.driver_load, hashLower(event.text(F.ImageLoaded)));
  }),
  ...kinds(SYSMON, [8], bits("sysmon"), bySource("SourceProcessGuid"), sum("injection")),
  ...kinds(SYSMON, [25], bits("sysmon"), SYSMON_USER, sum("injection")),
  ...kinds(SYSMON, [10], bits("sysmon"), bySource("SourceProcessGUID"), lsassBySysmon),
  ...kinds(SYSMON, [11], bits("sysmon"), SYSMON_USER, (event, row) => {
    if (EXECUTABLE_FILE.test(event.text(F.TargetFilename))) row.add(SUM.created);
  }),
  ...kinds(SYSMON, [12, 13, 14], bits("sysmon"), SYSMON_USER, registry(F.TargetObject)),
  ...kinds(SYSMON, [19, 20, 21], bits("sysmon"), SYSMON_USER, sum("wmi_sub")),
  ...kinds(SYSMON, [22], bits("sysmon"), SYSMON_USER, (event, row) => {
    row.put(SET.dns_new, hashText(registrableDomain(event.text(F.QueryName))));
  }),
  ...kinds(SYSMON, [23, 26], bits("sysmon"), SYSMON_USER, sum("data_touch")),
];
