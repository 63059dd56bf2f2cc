/**
 * Logging on and off, at the machine, over the network and by ticket, with what the domain
 * controller and the source machine write of it. Sequences as in the labelled sample logs.
 * @module
 */
import { type Account, type Host, SYSTEM } from "../model.ts";
import { type Fields, luidAt, processId, type Scene } from "../scene.ts";
import { checkNtlm, failPreAuth, requestTgt, requestTicket, type Source } from "./tickets.ts";

/** A logon that is still open. */
export interface Session {
  /** Where. */
  readonly host: Host;
  /** Who. */
  readonly account: Account;
  /** Number of the logon. */
  readonly logonId: number;
  /** Kind: 2 console, 3 network, 4 batch, 5 service, 7 unlock, 9 new credentials, 10 RDP, 11 cached. */
  readonly type: number;
}

/** The four Subject fields. */
export function subject(account: Account, logonId: number): Fields {
  return {
    SubjectUserSid: account.sid,
    SubjectUserName: account.name,
    SubjectDomainName: account.domain,
    SubjectLogonId: account.kind === "system" ? 0x3e7 : logonId,
  };
}

/** The Subject fields of a session. */
export function subjectOf(session: Session): Fields {
  return subject(session.account, session.logonId);
}

/** Subject fields of the machine itself, as lsass and winlogon write them. */
export function machineSubject(host: Host): Fields {
  return { ...subject(host.account, 0x3e7), SubjectUserSid: SYSTEM.sid, SubjectLogonId: 0x3e7 };
}

const NO_SUBJECT: Fields = {
  SubjectUserSid: "S-1-0-0",
  SubjectUserName: "-",
  SubjectDomainName: "-",
  SubjectLogonId: 0,
};

const PRIVILEGES = [
  "SeSecurityPrivilege",
  "SeBackupPrivilege",
  "SeRestorePrivilege",
  "SeTakeOwnershipPrivilege",
  "SeDebugPrivilege",
  "SeSystemEnvironmentPrivilege",
  "SeLoadDriverPrivilege",
  "SeImpersonatePrivilege",
  "SeDelegateSessionUserImpersonatePrivilege",
].join("\r\n\t\t\t");

/** 4624 and, for privileged accounts, 4672. */
function logon(scene: Scene, timeMs: number, session: Session, fields: Fields): void {
  const { host, account, logonId, type } = session;
  scene.emit(host, "security", 4624, timeMs, account, {
    ...NO_SUBJECT,
    TargetUserSid: account.sid,
    TargetUserName: account.name,
    TargetDomainName: account.domain,
    TargetLogonId: logonId,
    LogonType: type,
    LogonGuid: scene.random.guid(),
    ImpersonationLevel: "%%1833",
    VirtualAccount: "%%1843",
    ElevatedToken: account.privileged || account.kind === "system" ? "%%1842" : "%%1843",
    ...fields,
  });
  if (!account.privileged) return;
  scene.emit(host, "security", 4672, timeMs + scene.random.between(0.05, 1), account, {
    ...subject(account, logonId),
    PrivilegeList: PRIVILEGES,
  });
}

/** Options of {@link logonAt}. */
export interface LogonOptions {
  /** 2 console, 7 unlock, 10 RDP, 11 cached; 2 without it. */
  readonly type?: number;
  /** Where an RDP logon comes from. */
  readonly from?: Source;
}

/** A person logs on at a machine: console, unlock, remote desktop, or by cached credentials. */
export function logonAt(
  scene: Scene,
  timeMs: number,
  host: Host,
  account: Account,
  options: LogonOptions = {},
): Session {
  const { type = 2, from } = options;
  const { random } = scene;
  const session = { host, account, type, logonId: luidAt(scene, timeMs) };
  if (type !== 11) {
    requestTgt(scene, timeMs - random.between(20, 120), account, host);
    requestTicket(scene, timeMs - random.between(2, 19), account, host, host.account);
  }
  scene.emit(host, "security", 4648, timeMs - random.between(0.3, 2), host.account, {
    ...machineSubject(host),
    TargetUserName: account.name,
    TargetDomainName: account.domain,
    TargetServerName: "localhost",
    TargetInfo: "localhost",
    ProcessId: 4 * (200 + random.int(100)),
    ProcessName: "C:\\Windows\\System32\\svchost.exe",
    IpAddress: from?.ip ?? "127.0.0.1",
    IpPort: "0",
  });
  logon(scene, timeMs, session, {
    ...machineSubject(host),
    LogonProcessName: "User32 ",
    AuthenticationPackageName: "Negotiate",
    WorkstationName: host.name,
    ProcessId: 4 * (200 + random.int(100)),
    ProcessName: "C:\\Windows\\System32\\svchost.exe",
    IpAddress: from?.ip ?? "127.0.0.1",
    IpPort: "0",
  });
  const address = from ? from.ip : "LOCAL";
  if (type === 2 || type === 10 || type === 11) {
    scene.emit(host, "session", 21, timeMs + random.between(40, 900), account, {
      User: `${account.domain}\\${account.name}`,
      SessionID: type === 10 ? 2 + random.int(9) : 1,
      Address: address,
    });
  }
  if (type === 7 && host.audit.lock) {
    scene.emit(host, "security", 4801, timeMs + random.between(1, 30), account, {
      TargetUserSid: account.sid,
      TargetUserName: account.name,
      TargetDomainName: account.domain,
      TargetLogonId: session.logonId,
      SessionId: 1,
    });
  }
  return session;
}

/** Options of {@link networkLogon}. */
export interface NetworkOptions {
  /** How the account proves itself; Kerberos without it. */
  readonly by?: "Kerberos" | "NTLM";
  /** Seconds until the logoff; a short random while without it. */
  readonly seconds?: number;
  /** The ticket is there already, so the domain controller is not asked. */
  readonly ticketHeld?: boolean;
  /** Encryption of the ticket. */
  readonly encryption?: number;
}

/** A network logon (type 3) at a machine, its ticket or NTLM check, and its logoff. */
export function networkLogon(
  scene: Scene,
  timeMs: number,
  host: Host,
  account: Account,
  from: Source,
  options: NetworkOptions = {},
): Session {
  const { random } = scene;
  const { by = "Kerberos", seconds = 5 + random.exponential(40), ticketHeld, encryption } = options;
  const session = { host, account, type: 3, logonId: luidAt(scene, timeMs) };
  if (by === "NTLM") checkNtlm(scene, timeMs - random.between(1, 9), account, from.name);
  else if (!ticketHeld) {
    requestTicket(scene, timeMs - random.between(1, 40), account, from, host.account, {
      encryption,
    });
  }
  logon(scene, timeMs, session, {
    LogonProcessName: by === "NTLM" ? "NtLmSsp " : "Kerberos",
    AuthenticationPackageName: by,
    WorkstationName: by === "NTLM" ? from.name : "-",
    LmPackageName: by === "NTLM" ? "NTLM V2" : "-",
    KeyLength: by === "NTLM" ? 128 : 0,
    ProcessName: "-",
    IpAddress: from.ip,
    IpPort: String(49_152 + random.int(16_000)),
  });
  logoff(scene, timeMs + seconds * 1000, session);
  return session;
}

/** A logon that a service or a task makes (type 5 or 4). */
export function serviceLogon(
  scene: Scene,
  timeMs: number,
  host: Host,
  account: Account,
  type: 4 | 5 = 5,
): Session {
  const logonId = account.kind === "system" ? 0x3e7 : luidAt(scene, timeMs);
  const session = { host, account, type, logonId };
  logon(scene, timeMs, session, {
    ...machineSubject(host),
    LogonProcessName: "Advapi  ",
    AuthenticationPackageName: "Negotiate",
    ProcessId: 4 * 180,
    ProcessName: type === 5
      ? "C:\\Windows\\System32\\services.exe"
      : "C:\\Windows\\System32\\svchost.exe",
  });
  return session;
}

/** 4634, or 4647 where the person ends a session at the machine. */
export function logoff(scene: Scene, timeMs: number, session: Session): void {
  const { host, account, logonId, type } = session;
  const who = {
    TargetUserSid: account.sid,
    TargetUserName: account.name,
    TargetDomainName: account.domain,
    TargetLogonId: logonId,
  };
  if (type === 2 || type === 10 || type === 11) {
    scene.emit(host, "security", 4647, timeMs, account, who);
  } else scene.emit(host, "security", 4634, timeMs, account, { ...who, LogonType: type });
}

/** 4800: the screen is locked. */
export function lock(scene: Scene, timeMs: number, session: Session): void {
  const { host, account, logonId } = session;
  if (!host.audit.lock) return;
  scene.emit(host, "security", 4800, timeMs, account, {
    TargetUserSid: account.sid,
    TargetUserName: account.name,
    TargetDomainName: account.domain,
    TargetLogonId: logonId,
    SessionId: 1,
  });
}

/** Why a logon fails: SubStatus and the text that goes with it. */
export const FAILURES = {
  wrongPassword: [0xc000006a, "%%2313"],
  noSuchUser: [0xc0000064, "%%2313"],
  disabled: [0xc0000072, "%%2310"],
  expired: [0xc0000071, "%%2309"],
  locked: [0xc0000234, "%%2307"],
  rights: [0xc000015b, "%%2308"],
} as const;

/** Options of {@link failLogon}. */
export interface FailureOptions {
  /** Logon type; 3 without it. */
  readonly type?: number;
  /** Why; a wrong password without it. */
  readonly why?: keyof typeof FAILURES;
  /** How the account tried to prove itself. */
  readonly by?: "Kerberos" | "NTLM";
}

/** A logon fails: 4625 at the machine, 4771 or 4776 at the domain controller. */
export function failLogon(
  scene: Scene,
  timeMs: number,
  host: Host,
  account: Account,
  from: Source,
  options: FailureOptions = {},
): void {
  const { random } = scene;
  const { type = 3, why = "wrongPassword", by = type === 3 ? "NTLM" : "Kerberos" } = options;
  const [code, reason] = FAILURES[why];
  const local = type !== 3;
  const whole = why === "locked" || why === "rights";
  scene.emit(host, "security", 4625, timeMs, account, {
    ...(local ? machineSubject(host) : NO_SUBJECT),
    TargetUserSid: "S-1-0-0",
    TargetUserName: account.name,
    TargetDomainName: account.domain,
    Status: whole ? code : 0xc000006d,
    FailureReason: reason,
    SubStatus: whole ? 0 : code,
    LogonType: type,
    LogonProcessName: local ? "User32 " : "NtLmSsp ",
    AuthenticationPackageName: local ? "Negotiate" : by,
    WorkstationName: from.name,
    ProcessId: local ? 4 * (200 + random.int(100)) : 0,
    ProcessName: local ? "C:\\Windows\\System32\\svchost.exe" : "-",
    IpAddress: local && from.ip === host.ip ? "127.0.0.1" : from.ip,
    IpPort: local ? "0" : String(49_152 + random.int(16_000)),
  });
  if (by === "NTLM") {
    return checkNtlm(scene, timeMs - random.between(1, 9), account, from.name, code);
  }
  if (why === "noSuchUser") return requestTgt(scene, timeMs - 5, account, from, { status: 6 });
  failPreAuth(scene, timeMs - random.between(1, 30), account, from, why === "locked" ? 0x12 : 0x18);
}

/** 4648: somebody uses other credentials (runas, mapped drive, remote tool). */
export function useCredentials(
  scene: Scene,
  timeMs: number,
  session: Session,
  account: Account,
  server: Host,
  processName = "C:\\Windows\\System32\\svchost.exe",
): void {
  const local = server === session.host;
  scene.emit(session.host, "security", 4648, timeMs, session.account, {
    ...subjectOf(session),
    LogonGuid: scene.random.guid(),
    TargetUserName: account.name,
    TargetDomainName: account.domain,
    TargetLogonGuid: scene.random.guid(),
    TargetServerName: local ? "localhost" : server.fqdn,
    TargetInfo: local ? "localhost" : `cifs/${server.fqdn}`,
    ProcessId: processId(scene.random),
    ProcessName: processName,
    IpAddress: local ? "::1" : "-",
    IpPort: local ? "0" : "-",
  });
}

/** Remote desktop: the client notes where it goes, the server the logon. */
export function remoteDesktop(
  scene: Scene,
  timeMs: number,
  client: Session,
  server: Host,
  account: Account,
): Session {
  const { random } = scene;
  scene.emit(client.host, "rdpClient", 1024, timeMs, client.account, {
    Name: "Server Name",
    Value: server.name,
    CustomLevel: "Info",
  });
  if (account !== client.account) {
    useCredentials(
      scene,
      timeMs + 500,
      client,
      account,
      server,
      "C:\\Windows\\System32\\lsass.exe",
    );
  }
  networkLogon(scene, timeMs + random.between(1500, 3000), server, account, client.host);
  return logonAt(scene, timeMs + random.between(3500, 9000), server, account, {
    type: 10,
    from: client.host,
  });
}
