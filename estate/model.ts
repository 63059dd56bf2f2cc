/**
 * Who and what an estate is made of.
 * @module
 */
import type { Site } from "./calendar.ts";

/** What a machine is for. */
export type HostKind = "workstation" | "dc" | "file" | "terminal" | "app" | "management";

/** What people do for a living. */
export const ROLES = ["office", "developer", "helpdesk", "admin", "finance", "shift"] as const;

/** One of {@link ROLES}. */
export type Role = typeof ROLES[number];

/** What a host writes into its logs beyond what Windows does by default. */
export interface AuditPolicy {
  /** 4688. */
  readonly process: boolean;
  /** The command line inside 4688. */
  readonly commandLine: boolean;
  /** 5140. */
  readonly share: boolean;
  /** 5145. */
  readonly detailedShare: boolean;
  /** 4663, 4656 on objects with an audit entry. */
  readonly object: boolean;
  /** 4800, 4801. */
  readonly lock: boolean;
  /** 4698, 4702. */
  readonly task: boolean;
  /** 4697. */
  readonly serviceInstall: boolean;
  /** 4104 of every script block. */
  readonly scriptBlocks: boolean;
  /** Sysmon runs. */
  readonly sysmon: boolean;
}

/** A machine. */
export interface Host {
  /** Place in the estate's list. */
  readonly index: number;
  /** NetBIOS name. */
  readonly name: string;
  /** Name that logs carry. */
  readonly fqdn: string;
  /** What it is for. */
  readonly kind: HostKind;
  /** Where it stands. */
  readonly site: Site;
  /** IPv4 address. */
  readonly ip: string;
  /** Its computer account. */
  readonly account: Account;
  /** What it audits. */
  readonly audit: AuditPolicy;
  /** By how much its clock is ahead, until it is set right. */
  readonly clockAheadMs: number;
  /** Day on which its clock is set right; Infinity where it never is. */
  readonly clockFixedDay: number;
  /** First and last day on which it is off for good (repair, agent lost), if any. */
  readonly gap: readonly [number, number] | null;
  /** Day on which it joins the estate; 0 from the start. */
  readonly fromDay: number;
  /** Its Security log's maximum size, if it is small enough to matter. */
  readonly maxLogBytes: number | null;
  /** Its events reach the file late or twice now and then. */
  readonly untidy: boolean;
}

/** A security principal. */
export interface Account {
  /** sAMAccountName. */
  readonly name: string;
  /** NetBIOS domain, or the host's name for local accounts. */
  readonly domain: string;
  /** Security identifier. */
  readonly sid: string;
  /** What kind of account it is. */
  readonly kind: "user" | "admin" | "service" | "machine" | "system";
  /** Has rights of an administrator, so its logons carry special privileges. */
  readonly privileged: boolean;
}

/** A person and how that person works. */
export interface Person {
  /** Account of daily work. */
  readonly account: Account;
  /** Second account for administration, if any. */
  readonly adminAccount: Account | null;
  /** What the person does. */
  readonly role: Role;
  /** Role after a move, and the day of it. */
  readonly move: { readonly role: Role; readonly day: number } | null;
  /** Where the person works. */
  readonly site: Site;
  /** Machine on which the person works. */
  readonly host: Host;
  /** Local hour at which work usually begins. */
  readonly startHour: number;
  /** Hours of work. */
  readonly hours: number;
  /** How many things the person does, about 1. */
  readonly pace: number;
  /** Chance of a wrong password at a logon. */
  readonly clumsiness: number;
  /** File shares, the most used first. */
  readonly shares: readonly Share[];
  /** First and last day of employment. */
  readonly employed: readonly [number, number];
  /** Days away: leave, sickness, and travel (works from a hotel). */
  readonly away: ReadonlyMap<number, "leave" | "sick" | "travel">;
  /** Day on which the password expires and is changed, every 42 days from here. */
  readonly passwordDay: number;
}

/** A share on a file server. */
export interface Share {
  /** Server. */
  readonly host: Host;
  /** Name. */
  readonly name: string;
  /** Path on the server. */
  readonly path: string;
}

/** Everything there is before anything happens. */
export interface Estate {
  /** Seed that all chance comes from. */
  readonly seed: number;
  /** NetBIOS and DNS name of the domain, and the start of its SIDs. */
  readonly domain: { readonly netbios: string; readonly dns: string; readonly sid: string };
  /** All machines. */
  readonly hosts: readonly Host[];
  /** All people. */
  readonly people: readonly Person[];
  /** Service accounts by what they do. */
  readonly services: Readonly<Record<ServiceName, Account>>;
  /** Service accounts with a service principal name, and the name. */
  readonly principals: readonly (readonly [Account, string])[];
  /** Accounts that nobody has used for long. */
  readonly dormant: readonly Account[];
  /** File shares. */
  readonly shares: readonly Share[];
}

/** What service accounts are for. */
export type ServiceName = "backup" | "sql" | "web" | "deploy" | "scan" | "sync" | "monitor";

/** Hosts of some kinds. */
export function hostsOf(estate: Estate, ...kinds: HostKind[]): Host[] {
  return estate.hosts.filter((host) => kinds.includes(host.kind));
}

/** The role of a person on a day. */
export function roleOn(person: Person, day: number): Role {
  return person.move && day >= person.move.day ? person.move.role : person.role;
}

/** SYSTEM. */
export const SYSTEM: Account = {
  name: "SYSTEM",
  domain: "NT AUTHORITY",
  sid: "S-1-5-18",
  kind: "system",
  privileged: true,
};

/** NETWORK SERVICE. */
export const NETWORK_SERVICE: Account = {
  ...SYSTEM,
  name: "NETWORK SERVICE",
  sid: "S-1-5-20",
};

/** LOCAL SERVICE. */
export const LOCAL_SERVICE: Account = { ...SYSTEM, name: "LOCAL SERVICE", sid: "S-1-5-19" };

/** ANONYMOUS LOGON. */
export const ANONYMOUS: Account = {
  ...SYSTEM,
  name: "ANONYMOUS LOGON",
  sid: "S-1-5-7",
  privileged: false,
};
