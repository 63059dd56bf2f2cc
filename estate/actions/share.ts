/**
 * Files over the network and removable disks.
 * @module
 */
import type { Account, Share } from "../model.ts";
import { processId, type Scene } from "../scene.ts";
import { networkLogon, type NetworkOptions, type Session, subjectOf } from "./logon.ts";
import { type Source } from "./tickets.ts";

/** Access masks of 5145 and 4663 with the text that goes with them. */
const ACCESS = {
  read: [0x1, "%%4416\r\n\t\t\t\t"],
  write: [0x2, "%%4417\r\n\t\t\t\t"],
  delete: [0x10000, "%%1537\r\n\t\t\t\t"],
} as const;

/** A kind of access to a file. */
export type Access = keyof typeof ACCESS;

/** Connects to a share: network logon at the server, 5140. */
export function openShare(
  scene: Scene,
  timeMs: number,
  share: Share,
  account: Account,
  from: Source,
  options: NetworkOptions = {},
): Session {
  const session = networkLogon(scene, timeMs, share.host, account, from, {
    seconds: 600 + scene.random.exponential(900),
    ...options,
  });
  shareAccessed(scene, timeMs + scene.random.between(1, 20), share, session, from);
  return session;
}

/** 5140: a share is used within a session that is there. */
export function shareAccessed(
  scene: Scene,
  timeMs: number,
  share: Share,
  session: Session,
  from: Source,
): void {
  if (!share.host.audit.share) return;
  scene.emit(share.host, "security", 5140, timeMs, session.account, {
    ...subjectOf(session),
    ObjectType: "File",
    IpAddress: from.ip,
    IpPort: String(49_152 + scene.random.int(16_000)),
    ShareName: `\\\\*\\${share.name}`,
    ShareLocalPath: `\\??\\${share.path}`,
    AccessMask: 1,
    AccessList: ACCESS.read[1],
  });
}

/** Uses a file of a share: 5145, and 4663 where objects are audited. */
export function useFile(
  scene: Scene,
  timeMs: number,
  share: Share,
  session: Session,
  from: Source,
  path: string,
  access: Access = "read",
): void {
  const { host } = share;
  const [mask, list] = ACCESS[access];
  if (host.audit.detailedShare) {
    scene.emit(host, "security", 5145, timeMs, session.account, {
      ...subjectOf(session),
      ObjectType: "File",
      IpAddress: from.ip,
      IpPort: String(49_152 + scene.random.int(16_000)),
      ShareName: `\\\\*\\${share.name}`,
      ShareLocalPath: `\\??\\${share.path}`,
      RelativeTargetName: path,
      AccessMask: mask,
      AccessList: list,
      AccessReason: "-",
    });
  }
  if (host.audit.object && access !== "read") {
    scene.emit(host, "security", 4663, timeMs + 1.7, session.account, {
      ...subjectOf(session),
      ObjectServer: "Security",
      ObjectType: "File",
      ObjectName: `${share.path}\\${path}`,
      HandleId: processId(scene.random),
      AccessList: list,
      AccessMask: mask,
      ProcessId: 4,
      ProcessName: "",
      ResourceAttributes: "-",
    });
  }
}

/** 6416: a removable disk is plugged in. */
export function plugDisk(scene: Scene, timeMs: number, session: Session): void {
  const { host, account } = session;
  scene.emit(host, "security", 6416, timeMs, account, {
    SubjectUserSid: "S-1-5-18",
    SubjectUserName: host.account.name,
    SubjectDomainName: host.account.domain,
    SubjectLogonId: 0x3e7,
    DeviceId: `USBSTOR\\Disk&Ven_SanDisk&Prod_Ultra\\${scene.random.hex(16).toUpperCase()}&0`,
    DeviceDescription: "SanDisk Ultra USB Device",
    ClassId: "{4D36E967-E325-11CE-BFC1-08002BE10318}",
    ClassName: "DiskDrive",
    VendorIds: "USBSTOR\\DiskSanDisk_Ultra___________1.00",
    CompatibleIds: "USBSTOR\\Disk",
    LocationInformation: "-",
  });
}
