/**
 * Programs that start, and what they touch: 4688, and Sysmon where it runs.
 * @module
 */
import { type Account, type Host, SYSTEM } from "../model.ts";
import { processId, type Scene } from "../scene.ts";
import { type Session, subject } from "./logon.ts";

/** A running program. */
export interface Process {
  /** The session that it runs in. */
  readonly session: Session;
  /** Full path. */
  readonly image: string;
  /** How it was started. */
  readonly commandLine: string;
  /** Process id. */
  readonly id: number;
  /** Sysmon's name of it. */
  readonly guid: string;
}

/** How a program is started. */
export interface RunOptions {
  /** Command line; the quoted path without it. */
  readonly commandLine?: string;
  /** The program that starts it; Explorer, or the service control manager for services. */
  readonly parent?: Process;
  /** Runs with full rights of an administrator. */
  readonly elevated?: boolean;
}

const EXPLORER = "C:\\Windows\\explorer.exe";
const SERVICES = "C:\\Windows\\System32\\services.exe";

/** `yyyy-mm-dd hh:mm:ss.mmm` as Sysmon writes it. */
export function utcTime(scene: Scene, host: Host, timeMs: number): string {
  const ahead = scene.dayOf(timeMs) < host.clockFixedDay ? host.clockAheadMs : 0;
  return new Date(timeMs + ahead).toISOString().replace("T", " ").slice(0, 23);
}

/** SYSTEM's own session of a host, which services run in. */
export function systemSession(host: Host): Session {
  return { host, account: SYSTEM, logonId: 0x3e7, type: 5 };
}

const HASHES = new Map<string, string>();

/** The hash of a file: the same for the same version of the same program everywhere. */
export function hashOf(image: string): string {
  let hash = HASHES.get(image);
  if (hash === undefined) {
    let [a, b] = [0x811c9dc5, 0x9e3779b9];
    for (let i = 0; i < image.length; i++) {
      a = Math.imul(a ^ image.charCodeAt(i), 0x01000193);
      b = Math.imul(b ^ image.charCodeAt(i), 0x85ebca6b) ^ (b >>> 13);
    }
    const words = Array.from({ length: 8 }, (_, i) => {
      const word = Math.imul(a ^ (b >>> i), 0xc2b2ae35 + 2 * i) ^ Math.imul(b, i + 1);
      return (word >>> 0).toString(16).padStart(8, "0").toUpperCase();
    });
    HASHES.set(image, hash = `SHA256=${words.join("")}`);
  }
  return hash;
}

/** A program starts. */
export function run(
  scene: Scene,
  timeMs: number,
  session: Session,
  image: string,
  options: RunOptions = {},
): Process {
  const { random } = scene;
  const { host, account } = session;
  const { commandLine = `"${image}"`, parent, elevated = account.kind === "system" } = options;
  const process = { session, image, commandLine, id: processId(random), guid: random.guid() };
  const parentImage = parent?.image ?? (account.kind === "system" ? SERVICES : EXPLORER);
  const parentId = parent?.id ?? 4 * (250 + host.index % 500);
  if (host.audit.process) {
    scene.emit(host, "security", 4688, timeMs, account, {
      ...subject(account.kind === "system" ? host.account : account, session.logonId),
      ...(account.kind === "system" ? { SubjectUserSid: SYSTEM.sid, SubjectLogonId: 0x3e7 } : {}),
      NewProcessId: process.id,
      NewProcessName: image,
      TokenElevationType: elevated ? "%%1937" : account.privileged ? "%%1936" : "%%1938",
      ProcessId: parentId,
      CommandLine: host.audit.commandLine ? commandLine : "",
      ParentProcessName: parentImage,
      MandatoryLabel: account.kind === "system"
        ? "S-1-16-16384"
        : elevated
        ? "S-1-16-12288"
        : "S-1-16-8192",
    });
  }
  if (host.audit.sysmon) {
    const file = image.slice(image.lastIndexOf("\\") + 1);
    scene.emit(host, "sysmon", 1, timeMs + random.between(0.2, 4), account, {
      RuleName: "-",
      UtcTime: utcTime(scene, host, timeMs),
      ProcessGuid: process.guid,
      ProcessId: process.id,
      Image: image,
      FileVersion: "10.0.19041.1",
      Description: file.replace(/\.exe$/i, ""),
      OriginalFileName: file,
      CommandLine: commandLine,
      CurrentDirectory: account.kind === "system"
        ? "C:\\Windows\\system32\\"
        : `C:\\Users\\${account.name}\\`,
      User: userName(account),
      LogonGuid: random.guid(),
      LogonId: session.logonId,
      TerminalSessionId: account.kind === "system" ? 0 : 1,
      IntegrityLevel: account.kind === "system" ? "System" : elevated ? "High" : "Medium",
      Hashes: hashOf(image),
      ParentProcessGuid: parent?.guid ?? random.guid(),
      ParentProcessId: parentId,
      ParentImage: parentImage,
      ParentCommandLine: parent?.commandLine ?? parentImage,
      ParentUser: userName(parent?.session.account ?? account),
    });
  }
  return process;
}

/** `DOMAIN\name`. */
export function userName(account: Account): string {
  return `${account.domain}\\${account.name}`;
}

function common(scene: Scene, timeMs: number, process: Process) {
  return {
    RuleName: "-",
    UtcTime: utcTime(scene, process.session.host, timeMs),
    ProcessGuid: process.guid,
    ProcessId: process.id,
    Image: process.image,
    User: userName(process.session.account),
  };
}

/** Sysmon 3: a program opens a connection. */
export function connect(
  scene: Scene,
  timeMs: number,
  process: Process,
  to: { readonly ip: string; readonly name: string },
  port: number,
): void {
  const { host, account } = process.session;
  if (!host.audit.sysmon) return;
  scene.emit(host, "sysmon", 3, timeMs, account, {
    ...common(scene, timeMs, process),
    Protocol: "tcp",
    Initiated: true,
    SourceIp: host.ip,
    SourceHostname: host.fqdn,
    SourcePort: 49_152 + scene.random.int(16_000),
    DestinationIp: to.ip,
    DestinationHostname: to.name,
    DestinationPort: port,
  });
}

/** Sysmon 22: a program asks for a name. */
export function lookUp(scene: Scene, timeMs: number, process: Process, name: string): void {
  const { host, account } = process.session;
  if (!host.audit.sysmon) return;
  const ip = `${20 + scene.random.int(180)}.${scene.random.int(250)}.${scene.random.int(250)}.9`;
  scene.emit(host, "sysmon", 22, timeMs, account, {
    ...common(scene, timeMs, process),
    QueryName: name,
    QueryStatus: "0",
    QueryResults: `::ffff:${ip};`,
  });
}

/** Sysmon 11: a program makes a file. */
export function makeFile(scene: Scene, timeMs: number, process: Process, path: string): void {
  const { host, account } = process.session;
  if (!host.audit.sysmon) return;
  scene.emit(host, "sysmon", 11, timeMs, account, {
    ...common(scene, timeMs, process),
    TargetFilename: path,
    CreationUtcTime: utcTime(scene, host, timeMs),
  });
}

/** Sysmon 13: a program sets a value of the registry. */
export function setValue(
  scene: Scene,
  timeMs: number,
  process: Process,
  target: string,
  details: string,
): void {
  const { host, account } = process.session;
  if (host.audit.sysmon) {
    scene.emit(host, "sysmon", 13, timeMs, account, {
      ...common(scene, timeMs, process),
      EventType: "SetValue",
      TargetObject: target,
      Details: details,
    });
  }
  if (!host.audit.object) return;
  const cut = target.lastIndexOf("\\");
  scene.emit(host, "security", 4657, timeMs, account, {
    ...subject(account, process.session.logonId),
    ObjectName: target.slice(0, cut).replace(/^HK\w+/, "\\REGISTRY\\MACHINE"),
    ObjectValueName: target.slice(cut + 1),
    HandleId: processId(scene.random),
    OperationType: "%%1904",
    OldValueType: "-",
    OldValue: "-",
    NewValueType: "%%1873",
    NewValue: details,
    ProcessId: process.id,
    ProcessName: process.image,
  });
}

/** Sysmon 10, and 4656 and 4663 where objects are audited: a program opens another one. */
export function openProcess(
  scene: Scene,
  timeMs: number,
  process: Process,
  target: string,
  access: number,
): void {
  const { host, account, logonId } = process.session;
  const { random } = scene;
  if (host.audit.sysmon) {
    scene.emit(host, "sysmon", 10, timeMs, account, {
      RuleName: "-",
      UtcTime: utcTime(scene, host, timeMs),
      SourceProcessGUID: process.guid,
      SourceProcessId: process.id,
      SourceThreadId: processId(random),
      SourceImage: process.image,
      TargetProcessGUID: random.guid(),
      TargetProcessId: 4 * (150 + host.index % 61),
      TargetImage: target,
      GrantedAccess: access,
      CallTrace:
        "C:\\Windows\\SYSTEM32\\ntdll.dll+9d234|C:\\Windows\\System32\\KERNELBASE.dll+2c13e",
      SourceUser: userName(account),
      TargetUser: userName(SYSTEM),
    });
  }
  if (!host.audit.object) return;
  scene.emit(host, "security", 4663, timeMs + 0.4, account, {
    ...subject(account, logonId),
    ObjectServer: "Security",
    ObjectType: "Process",
    ObjectName: target.replace("C:", "\\Device\\HarddiskVolume2"),
    HandleId: processId(random),
    AccessList: "%%4484\r\n\t\t\t\t",
    AccessMask: access,
    ProcessId: process.id,
    ProcessName: process.image,
    ResourceAttributes: "-",
  });
}

/** Sysmon 8: a program starts a thread in another one. */
export function injectThread(scene: Scene, timeMs: number, process: Process, target: string): void {
  const { host, account } = process.session;
  if (!host.audit.sysmon) return;
  scene.emit(host, "sysmon", 8, timeMs, account, {
    RuleName: "-",
    UtcTime: utcTime(scene, host, timeMs),
    SourceProcessGuid: process.guid,
    SourceProcessId: process.id,
    SourceImage: process.image,
    TargetProcessGuid: scene.random.guid(),
    TargetProcessId: processId(scene.random),
    TargetImage: target,
    NewThreadId: processId(scene.random),
    StartAddress: `0x00007FF${scene.random.hex(9).toUpperCase()}`,
    SourceUser: userName(account),
    TargetUser: userName(account),
  });
}
