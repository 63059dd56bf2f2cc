/**
 * What domain controllers write when somebody proves who they are: Kerberos tickets, NTLM checks.
 * @module
 */
import { type Account, type Host, hostsOf } from "../model.ts";
import type { Scene } from "../scene.ts";

/** Where a network logon comes from: a machine of the estate, or an address. */
export type Source = Pick<Host, "ip" | "name">;

/** The domain controller that answers a machine. */
export function controllerOf(scene: Scene): Host {
  return scene.random.pick(hostsOf(scene.estate, "dc"));
}

/** 4768: a ticket-granting ticket. `encryption` 0x12 is AES-256, 0x17 RC4. */
export function requestTgt(
  scene: Scene,
  timeMs: number,
  account: Account,
  source: Source,
  options: { encryption?: number; preAuth?: string; status?: number } = {},
): void {
  const { encryption = 0x12, preAuth = "2", status = 0 } = options;
  scene.emit(controllerOf(scene), "security", 4768, timeMs, account, {
    TargetUserName: account.name,
    TargetDomainName: status ? scene.estate.domain.dns.toUpperCase() : account.domain,
    TargetSid: status ? "S-1-0-0" : account.sid,
    ServiceName: status ? `krbtgt/${scene.estate.domain.dns.toUpperCase()}` : "krbtgt",
    ServiceSid: status ? "S-1-0-0" : `${scene.estate.domain.sid}-502`,
    TicketOptions: 0x40810010,
    Status: status,
    TicketEncryptionType: status ? 0xffffffff : encryption,
    PreAuthType: status ? "-" : preAuth,
    IpAddress: `::ffff:${source.ip}`,
    IpPort: String(49_152 + scene.random.int(16_000)),
    CertIssuerName: "",
    CertSerialNumber: "",
    CertThumbprint: "",
  });
}

/** 4769: a ticket for a service, named by its account. */
export function requestTicket(
  scene: Scene,
  timeMs: number,
  account: Account,
  source: Source,
  service: Account,
  options: { encryption?: number } = {},
): void {
  scene.emit(controllerOf(scene), "security", 4769, timeMs, account, {
    TargetUserName: `${account.name}@${scene.estate.domain.dns.toUpperCase()}`,
    TargetDomainName: scene.estate.domain.dns.toUpperCase(),
    ServiceName: service.name,
    ServiceSid: service.sid,
    TicketOptions: 0x40810000,
    TicketEncryptionType: options.encryption ?? 0x12,
    IpAddress: `::ffff:${source.ip}`,
    IpPort: String(49_152 + scene.random.int(16_000)),
    Status: 0,
    LogonGuid: scene.random.guid(),
  });
}

/** 4776: a domain controller (or, for local accounts, the machine) checks NTLM credentials. */
export function checkNtlm(
  scene: Scene,
  timeMs: number,
  account: Account,
  workstation: string,
  status = 0,
): void {
  scene.emit(controllerOf(scene), "security", 4776, timeMs, account, {
    PackageName: "MICROSOFT_AUTHENTICATION_PACKAGE_V1_0",
    TargetUserName: account.name,
    Workstation: workstation,
    Status: status,
  });
}

/** 4771: Kerberos pre-authentication fails; 0x18 wrong password, 0x12 locked or disabled. */
export function failPreAuth(
  scene: Scene,
  timeMs: number,
  account: Account,
  from: Source,
  status = 0x18,
): void {
  scene.emit(controllerOf(scene), "security", 4771, timeMs, account, {
    TargetUserName: account.name,
    TargetSid: account.sid,
    ServiceName: `krbtgt/${scene.estate.domain.netbios}`,
    TicketOptions: 0x40810010,
    Status: status,
    PreAuthType: "2",
    IpAddress: `::ffff:${from.ip}`,
    IpPort: String(49_152 + scene.random.int(16_000)),
    CertIssuerName: "",
    CertSerialNumber: "",
    CertThumbprint: "",
  });
}
