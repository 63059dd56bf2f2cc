/**
 * What happens to a machine: services, tasks, updates, restarts, policies, logs.
 * @module
 */
import { type Account, type Host, SYSTEM } from "../model.ts";
import type { Scene } from "../scene.ts";
import { type Session, subjectOf } from "./logon.ts";
import { systemSession, userName } from "./process.ts";

/** A service to install. */
export interface Service {
  /** Display name. */
  readonly name: string;
  /** Program with its arguments. */
  readonly path: string;
  /** Account that it runs as. */
  readonly account?: string;
  /** Started by demand only. */
  readonly onDemand?: boolean;
}

/** 7045 and, where audited, 4697: a service is installed. */
export function installService(
  scene: Scene,
  timeMs: number,
  session: Session,
  service: Service,
): void {
  const { host, account } = session;
  const { name, path, account: runsAs = "LocalSystem", onDemand } = service;
  scene.emit(host, "system", 7045, timeMs, account, {
    ServiceName: name,
    ImagePath: path,
    ServiceType: path.endsWith(".sys") ? "kernel mode driver" : "user mode service",
    StartType: onDemand ? "demand start" : "auto start",
    AccountName: runsAs,
  });
  if (!host.audit.serviceInstall) return;
  scene.emit(host, "security", 4697, timeMs + scene.random.between(0.1, 3), account, {
    ...subjectOf(session),
    ServiceName: name,
    ServiceFileName: path,
    ServiceType: path.endsWith(".sys") ? 0x1 : 0x10,
    ServiceStartType: onDemand ? 3 : 2,
    ServiceAccount: runsAs,
  });
}

/** 7036: a service starts or stops. */
export function serviceState(
  scene: Scene,
  timeMs: number,
  host: Host,
  service: string,
  state: "running" | "stopped",
): void {
  scene.emit(host, "system", 7036, timeMs, SYSTEM, {
    param1: service,
    param2: state,
    Binary: new TextEncoder().encode(service),
  });
}

/** 7040: the start of a service is set to something else. */
export function serviceStart(
  scene: Scene,
  timeMs: number,
  session: Session,
  service: string,
  from: string,
  to: string,
): void {
  scene.emit(session.host, "system", 7040, timeMs, session.account, {
    param1: service,
    param2: from,
    param3: to,
    param4: service,
  });
}

/** 4698 and 106: a task is registered. */
export function createTask(
  scene: Scene,
  timeMs: number,
  session: Session,
  name: string,
  command: string,
  runsAs: Account = session.account,
): void {
  const { host, account } = session;
  if (host.audit.task) {
    scene.emit(host, "security", 4698, timeMs, account, {
      ...subjectOf(session),
      TaskName: name,
      TaskContent: taskXml(command, runsAs, account),
    });
  }
  scene.emit(host, "task", 106, timeMs + 4, account, {
    TaskName: name,
    UserContext: userName(account),
  });
}

/** 4702 and 140: a task is changed. */
export function changeTask(
  scene: Scene,
  timeMs: number,
  session: Session,
  name: string,
  command: string,
): void {
  const { host, account } = session;
  if (host.audit.task) {
    scene.emit(host, "security", 4702, timeMs, account, {
      ...subjectOf(session),
      TaskName: name,
      TaskContentNew: taskXml(command, account, account),
    });
  }
  scene.emit(host, "task", 140, timeMs + 3, account, {
    TaskName: name,
    UserName: userName(account),
  });
}

function taskXml(command: string, runsAs: Account, author: Account): string {
  return `<?xml version="1.0" encoding="UTF-16"?>\r\n<Task version="1.2" xmlns="http://schemas.` +
    `microsoft.com/windows/2004/02/mit/task">\r\n  <RegistrationInfo>\r\n    <Author>` +
    `${
      userName(author)
    }</Author>\r\n  </RegistrationInfo>\r\n  <Principals>\r\n    <Principal>\r\n` +
    `      <UserId>${runsAs.sid}</UserId>\r\n    </Principal>\r\n  </Principals>\r\n  <Actions>\r\n` +
    `    <Exec>\r\n      <Command>${command}</Command>\r\n    </Exec>\r\n  </Actions>\r\n</Task>`;
}

/** 1102 or 104: a log is cleared. */
export function clearLog(
  scene: Scene,
  timeMs: number,
  session: Session,
  log: "Security" | "System" | "Application",
): void {
  if (log === "Security") {
    scene.emit(session.host, "security", 1102, timeMs, session.account, subjectOf(session));
  } else {
    scene.emit(session.host, "system", 104, timeMs, session.account, {
      SubjectUserName: session.account.name,
      SubjectDomainName: session.account.domain,
      Channel: log,
      BackupPath: "",
    });
  }
}

/** 4719: the audit policy of a machine changes. */
export function changeAuditPolicy(
  scene: Scene,
  timeMs: number,
  session: Session,
  change: "added" | "removed",
): void {
  scene.emit(session.host, "security", 4719, timeMs, session.account, {
    ...subjectOf(session),
    CategoryId: "%%8273",
    SubcategoryId: "%%12544",
    SubcategoryGuid: "{0CCE9215-69AE-11D9-BED3-505054503030}",
    AuditPolicyChanges: change === "removed" ? "%%8448, %%8450" : "%%8449, %%8451",
  });
}

/** 1074, 1100, 13, 12 and the services again: a machine restarts. */
export function restart(scene: Scene, timeMs: number, host: Host, by: Account, why: string): void {
  scene.emit(host, "system", 1074, timeMs, by, {
    param1: "C:\\Windows\\System32\\shutdown.exe (" + host.name + ")",
    param2: host.name,
    param3: why,
    param4: "0x80020010",
    param5: "restart",
    param6: "",
    param7: userName(by),
  });
  scene.emit(host, "security", 1100, timeMs + 9000, SYSTEM, {});
  scene.emit(host, "system", 13, timeMs + 11_000, SYSTEM, { StopTime: timeMs + 11_000 });
  boot(scene, timeMs + 60_000 + scene.random.between(0, 60_000), host);
}

/** A machine boots. */
export function boot(scene: Scene, timeMs: number, host: Host): void {
  scene.emit(host, "system", 12, timeMs, SYSTEM, {
    MajorVersion: 10,
    BuildVersion: host.kind === "workstation" ? 19_045 : 20_348,
    QfeVersion: 3_000,
    StartTime: timeMs,
  });
  scene.emit(host, "security", 4624, timeMs + 3000, SYSTEM, {
    TargetUserSid: SYSTEM.sid,
    TargetUserName: "SYSTEM",
    TargetDomainName: SYSTEM.domain,
    TargetLogonId: 0x3e7,
    LogonType: 0,
    ProcessId: 4,
    ProcessName: "",
    VirtualAccount: "%%1843",
    ElevatedToken: "%%1842",
  });
  subscribeWmi(scene, timeMs + 30_000, host, 'NTEventLogEventConsumer="SCM Event Log Consumer"');
  for (
    const service of ["Windows Update", "Windows Search", "Background Intelligent Transfer Service"]
  ) {
    serviceState(scene, timeMs + scene.random.between(9000, 120_000), host, service, "running");
  }
}

/** 43 and 19: an update is installed. */
export function update(scene: Scene, timeMs: number, host: Host, title: string): void {
  const fields = {
    updateTitle: title,
    updateGuid: scene.random.guid(),
    updateRevisionNumber: 200,
  };
  scene.emit(host, "system", 43, timeMs, SYSTEM, fields);
  scene.emit(host, "system", 19, timeMs + scene.random.between(20_000, 400_000), SYSTEM, {
    ...fields,
    serviceGuid: "{7971F918-A847-4430-9279-4A52D1EFE18D}",
  });
}

/** Defender 5001 or 5007: protection is switched off, or an exclusion is added. */
export function weakenDefender(scene: Scene, timeMs: number, host: Host, exclusion?: string): void {
  const product = {
    "Product Name": "Microsoft Defender Antivirus",
    "Product Version": "4.18.24090.11",
  };
  if (exclusion === undefined) return scene.emit(host, "defender", 5001, timeMs, SYSTEM, product);
  scene.emit(host, "defender", 5007, timeMs, SYSTEM, {
    ...product,
    "Old Value": "",
    "New Value":
      `HKLM\\SOFTWARE\\Microsoft\\Windows Defender\\Exclusions\\Paths\\${exclusion} = 0x0`,
  });
}

/** Defender 1116: something bad is found. */
export function defenderFinds(
  scene: Scene,
  timeMs: number,
  session: Session,
  threat: string,
  path: string,
): void {
  scene.emit(session.host, "defender", 1116, timeMs, SYSTEM, {
    "Product Name": "Microsoft Defender Antivirus",
    "Product Version": "4.18.24090.11",
    "Detection ID": scene.random.guid(),
    "Threat Name": threat,
    "Severity Name": "High",
    "Category Name": "Tool",
    "Process Name": "C:\\Windows\\explorer.exe",
    "Detection User": userName(session.account),
    Path: `file:_${path}`,
  });
}

/** 4616 and Kernel-General 1: the clock is set. */
export function setClock(scene: Scene, timeMs: number, host: Host, beforeMs: number): void {
  scene.emit(host, "security", 4616, timeMs, SYSTEM, {
    ...subjectOf(systemSession(host)),
    PreviousTime: beforeMs,
    NewTime: timeMs,
    ProcessId: 4 * 300,
    ProcessName: "C:\\Windows\\System32\\svchost.exe",
  });
  scene.emit(host, "system", 1, timeMs, SYSTEM, { NewTime: timeMs, OldTime: beforeMs, Reason: 2 });
}

/** WMI 5861: a permanent subscription binds a filter to a consumer. */
export function subscribeWmi(scene: Scene, timeMs: number, host: Host, consumer: string): void {
  scene.emit(host, "wmi", 5861, timeMs, SYSTEM, {
    Namespace: "//./root/subscription",
    ESS: "Updater",
    CONSUMER: consumer,
    PossibleCause: "Binding EventFilter: instance of __EventFilter",
  });
}
