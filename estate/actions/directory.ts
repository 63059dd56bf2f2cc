/**
 * Changes of accounts, groups and objects of the directory, written by a domain controller or, for
 * local accounts, by the machine.
 * @module
 */
import { type Account, type Host, hostsOf } from "../model.ts";
import { luidAt, processId, type Scene } from "../scene.ts";
import { type Session, subject, subjectOf } from "./logon.ts";

/** A session of an administrator at the domain controller, over the network. */
export function directorySession(scene: Scene, timeMs: number, account: Account): Session {
  const host = hostsOf(scene.estate, "dc")[0]!;
  return { host, account, type: 3, logonId: luidAt(scene, timeMs) };
}

const SIMPLE = {
  enabled: 4722,
  disabled: 4725,
  reset: 4724,
  deleted: 4726,
  unlocked: 4767,
} as const;

/** 4722 to 4726, 4767: an account is enabled, disabled, reset, deleted or unlocked. */
export function changeAccount(
  scene: Scene,
  timeMs: number,
  by: Session,
  target: Account,
  change: keyof typeof SIMPLE,
): void {
  scene.emit(by.host, "security", SIMPLE[change], timeMs, by.account, {
    ...subjectOf(by),
    TargetUserName: target.name,
    TargetDomainName: target.domain,
    TargetSid: target.sid,
  });
}

/** 4723: somebody changes the own password. */
export function changeOwnPassword(scene: Scene, timeMs: number, account: Account): void {
  const session = directorySession(scene, timeMs, account);
  scene.emit(session.host, "security", 4723, timeMs, account, {
    ...subject(account, session.logonId),
    TargetUserName: account.name,
    TargetDomainName: account.domain,
    TargetSid: account.sid,
  });
  accountAltered(scene, timeMs + 12, session, account);
}

/** 4740: an account is locked after too many wrong passwords, tried at a machine. */
export function lockAccount(
  scene: Scene,
  timeMs: number,
  target: Account,
  callerComputer: string,
): void {
  const host = hostsOf(scene.estate, "dc")[0]!;
  scene.emit(host, "security", 4740, timeMs, target, {
    ...subject(host.account, 0x3e7),
    SubjectUserSid: "S-1-5-18",
    TargetUserName: target.name,
    TargetDomainName: callerComputer,
    TargetSid: target.sid,
  });
}

/** 4738: an account is altered. */
export function accountAltered(
  scene: Scene,
  timeMs: number,
  by: Session,
  target: Account,
  fields: { UserAccountControl?: string; SidHistory?: string } = {},
): void {
  scene.emit(by.host, "security", 4738, timeMs, by.account, {
    ...subjectOf(by),
    TargetUserName: target.name,
    TargetDomainName: target.domain,
    TargetSid: target.sid,
    PasswordLastSet: new Date(timeMs).toISOString().slice(0, 19).replace("T", " "),
    ...fields,
  });
}

/** 4720, 4722, 4738, 4724: an account is created and made ready. */
export function createAccount(scene: Scene, timeMs: number, by: Session, target: Account): void {
  scene.emit(by.host, "security", 4720, timeMs, by.account, {
    ...subjectOf(by),
    TargetUserName: target.name,
    TargetDomainName: target.domain,
    TargetSid: target.sid,
    SamAccountName: target.name,
    PasswordLastSet: "%%1794",
    AccountExpires: "%%1794",
    PrimaryGroupId: "513",
    OldUacValue: "0x0",
    NewUacValue: "0x15",
    UserAccountControl: "\r\n\t\t%%2080\r\n\t\t%%2082\r\n\t\t%%2084",
  });
  changeAccount(scene, timeMs + 14, by, target, "enabled");
  changeAccount(scene, timeMs + 30, by, target, "reset");
  accountAltered(scene, timeMs + 45, by, target);
}

/** Groups by relative id: name, and the event of adding a member (4728 global, 4732 local, 4756 universal). */
export const GROUPS = {
  domainAdmins: ["Domain Admins", 512, 4728],
  enterpriseAdmins: ["Enterprise Admins", 519, 4756],
  staff: ["Staff", 1190, 4728],
  projects: ["Projects-RW", 1191, 4728],
  remoteDesktop: ["Remote Desktop Users", 555, 4732],
  administrators: ["Administrators", 544, 4732],
} as const;

/** 4728, 4732 or 4756: an account becomes a member of a group. */
export function addToGroup(
  scene: Scene,
  timeMs: number,
  by: Session,
  group: keyof typeof GROUPS,
  member: Account,
): void {
  const [name, rid, eventId] = GROUPS[group];
  const builtin = eventId === 4732;
  scene.emit(by.host, "security", eventId, timeMs, by.account, {
    ...subjectOf(by),
    MemberName: builtin ? "-" : `CN=${member.name},OU=Staff,DC=corp,DC=example`,
    MemberSid: member.sid,
    TargetUserName: name,
    TargetDomainName: builtin ? "Builtin" : by.account.domain,
    TargetSid: builtin ? `S-1-5-32-${rid}` : `${scene.estate.domain.sid}-${rid}`,
  });
}

const REPLICATION = "{1131f6ad-9c07-11d1-f79f-00c04fc2dcd2}";

/** 4662 with the replication right: what DCSync leaves, and each domain controller all day. */
export function replicate(scene: Scene, timeMs: number, by: Session): void {
  for (const [i, right] of [REPLICATION.replace("ad-", "aa-"), REPLICATION].entries()) {
    directoryAccess(scene, timeMs + 3 * i, by, {
      type: "%{19195a5b-6da0-11d0-afd3-00c04fd930c9}",
      properties: `%%7688\r\n\t\t${right}\r\n\t{19195a5b-6da0-11d0-afd3-00c04fd930c9}`,
    });
  }
}

/** 4662: an object of the directory is read with a right that is audited. */
export function directoryAccess(
  scene: Scene,
  timeMs: number,
  by: Session,
  what: { type: string; properties: string },
): void {
  scene.emit(by.host, "security", 4662, timeMs, by.account, {
    ...subjectOf(by),
    ObjectServer: "DS",
    ObjectType: what.type,
    ObjectName: `%{${scene.random.guid().slice(1, -1).toLowerCase()}}`,
    OperationType: "Object Access",
    AccessList: "%%7688\r\n\t\t\t\t",
    AccessMask: 0x100,
    Properties: what.properties,
    AdditionalInfo2: "",
  });
}

/** 5136: an attribute of an object changes. */
export function changeAttribute(
  scene: Scene,
  timeMs: number,
  by: Session,
  change: { dn: string; class: string; attribute: string; value: string },
): void {
  scene.emit(by.host, "security", 5136, timeMs, by.account, {
    ...subjectOf(by),
    OpCorrelationID: scene.random.guid(),
    DSName: scene.estate.domain.dns,
    DSType: "%%14676",
    ObjectDN: change.dn,
    ObjectGUID: scene.random.guid(),
    ObjectClass: change.class,
    AttributeLDAPDisplayName: change.attribute,
    AttributeSyntaxOID: "2.5.5.12",
    AttributeValue: change.value,
    OperationType: "%%14674",
  });
}

/** 4798 or 4799: a program lists the groups of a user, or the members of a group, of a machine. */
export function enumerate(
  scene: Scene,
  timeMs: number,
  session: Session,
  what: "user" | "group",
  caller: string,
): void {
  const { host } = session;
  scene.emit(host, "security", what === "user" ? 4798 : 4799, timeMs, session.account, {
    ...subjectOf(session),
    TargetUserName: what === "user" ? "Administrator" : "Administrators",
    TargetDomainName: what === "user" ? host.name : "Builtin",
    TargetSid: what === "user" ? `${machineSid(host)}-500` : "S-1-5-32-544",
    CallerProcessId: processId(scene.random),
    CallerProcessName: caller,
  });
}

/** The SID that a machine's local accounts begin with. */
export function machineSid(host: Host): string {
  return `S-1-5-21-${1_000_003 * (host.index + 7)}-${77_777_777 + host.index}-${
    3_141_592 + host.index
  }`;
}
