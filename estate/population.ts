/**
 * Makes an estate of a seed: sites, machines, accounts and people with their habits.
 * @module
 */
import { type Calendar, type Site, SITES } from "./calendar.ts";
import type {
  Account,
  AuditPolicy,
  Estate,
  Host,
  HostKind,
  Person,
  Role,
  ServiceName,
  Share,
} from "./model.ts";
import { FIRST_NAMES, LAST_NAMES } from "./names.ts";
import { Random } from "./random.ts";

/** How large an estate is. */
export interface EstateSize {
  /** Machines, servers among them; at least 5. */
  readonly hosts: number;
  /** People; at least 1. */
  readonly users: number;
  /** Seed of all chance. */
  readonly seed: number;
}

const NETBIOS = "CORP";
const DNS = "corp.example";

/** Makes the estate; throws a `RangeError` where it would be too small to have a domain. */
export function populate(size: EstateSize, calendar: Calendar): Estate {
  const { hosts: hostCount, users, seed } = size;
  if (!(hostCount >= 5) || !(users >= 1)) {
    throw new RangeError(
      `Cannot make an estate of ${hostCount} hosts and ${users} users: it needs 5 hosts (domain ` +
        `controller, file, application and management server, workstation) and 1 user`,
    );
  }
  const random = new Random(seed, "population");
  const sid = `S-1-5-21-${[0, 0, 0].map(() => 1_000_000 + random.int(4_000_000_000)).join("-")}`;
  const domain = { netbios: NETBIOS, dns: DNS, sid };
  let rid = 1103;
  const account = (name: string, kind: Account["kind"], privileged = false): Account => ({
    name,
    domain: NETBIOS,
    sid: `${sid}-${rid++}`,
    kind,
    privileged,
  });
  const sites = SITES.slice(0, users < 40 ? 1 : users < 200 ? 2 : SITES.length);
  const hosts = makeHosts(hostCount, sites, random, calendar, account);
  const shares = makeShares(hosts);
  const services = Object.fromEntries(
    SERVICE_NAMES.map(([use, name]) => [use, account(name, "service", PRIVILEGED.has(use))]),
  ) as Record<ServiceName, Account>;
  const dormant = ["j.old", "contractor7", "temp.audit", "svc_legacy"]
    .map((name) => account(name, "user"));
  const people = makePeople(users, sites, hosts, shares, random, calendar, account);
  const principals = [
    [services.sql, `MSSQLSvc/${hosts.find((host) => host.kind === "app")!.fqdn}:1433`],
    [services.web, `HTTP/intranet.${DNS}`],
    [services.monitor, `HTTP/monitor.${DNS}`],
    [dormant[3]!, `MSSQLSvc/legacy.${DNS}:1433`],
  ] as const;
  return { seed, domain, hosts, people, services, principals, dormant, shares };
}

const SERVICE_NAMES: readonly (readonly [ServiceName, string])[] = [
  ["backup", "svc_backup"],
  ["sql", "svc_sql"],
  ["web", "svc_web"],
  ["deploy", "svc_deploy"],
  ["scan", "svc_vulnscan"],
  ["sync", "svc_adsync"],
  ["monitor", "svc_monitor"],
];
const PRIVILEGED: ReadonlySet<ServiceName> = new Set(["backup", "deploy", "scan", "sync"]);

function serverKinds(count: number): HostKind[] {
  const kinds: HostKind[] = ["dc", "file", "app", "management"];
  if (count >= 12) kinds.push("terminal", "dc");
  for (let extra = 40; extra <= count; extra += 20) {
    kinds.push((["file", "app", "terminal", "app"] as const)[(extra / 20) % 4]!);
  }
  return kinds;
}

const PREFIX: Readonly<Record<HostKind, string>> = {
  workstation: "WS",
  dc: "DC",
  file: "FS",
  terminal: "TS",
  app: "APP",
  management: "MGT",
};

function makeHosts(
  count: number,
  sites: readonly Site[],
  random: Random,
  calendar: Calendar,
  account: (name: string, kind: Account["kind"]) => Account,
): Host[] {
  const kinds = serverKinds(count);
  while (kinds.length < count) kinds.push("workstation");
  const numbers: Partial<Record<HostKind, number>> = {};
  return kinds.map((kind, index) => {
    const site = kind === "workstation" ? random.favourite(sites) : sites[0]!;
    const number = numbers[kind] = (numbers[kind] ?? 0) + 1;
    const name = kind === "workstation"
      ? `${site.name}-WS${String(number).padStart(4, "0")}`
      : `${site.name}-${PREFIX[kind]}${String(number).padStart(2, "0")}`;
    const workstation = kind === "workstation";
    const offset = kind === "workstation" ? 50 + number : 10 + index;
    return {
      index,
      name,
      fqdn: `${name}.${DNS}`,
      kind,
      site,
      ip: `${site.subnet.slice(0, -1)}${1 + Math.floor(offset / 240)}.${10 + offset % 240}`,
      account: account(`${name}$`, "machine"),
      audit: auditOf(kind, random),
      ...troubles(workstation, random, calendar.days),
    };
  });
}

/** Policies differ: a baseline for all, more on servers, Sysmon on a part of the machines. */
function auditOf(kind: HostKind, random: Random): AuditPolicy {
  const server = kind !== "workstation";
  const process = random.chance(server ? 0.9 : 0.7);
  return {
    process,
    commandLine: process && random.chance(0.8),
    share: kind === "file" || random.chance(server ? 0.8 : 0.4),
    detailedShare: kind === "file" || random.chance(0.2),
    object: random.chance(server ? 0.5 : 0.3),
    lock: random.chance(0.7),
    task: random.chance(0.7),
    serviceInstall: random.chance(0.6),
    scriptBlocks: random.chance(0.6),
    sysmon: random.chance(server ? 0.5 : 0.35),
  };
}

function troubles(workstation: boolean, random: Random, days: number) {
  const wrongClock = random.chance(0.06);
  const gapStart = Math.floor(random.between(0.15, 0.8) * days);
  return {
    clockAheadMs: wrongClock ? Math.round(random.normal(0, 25 * 60_000)) : random.normal(0, 900),
    clockFixedDay: wrongClock ? Math.floor(random.between(0.3, 1.2) * days) : Infinity,
    gap: workstation && random.chance(0.06)
      ? [gapStart, gapStart + 1 + random.int(6)] as const
      : null,
    fromDay: workstation && random.chance(0.05) ? Math.floor(random.between(0.1, 0.6) * days) : 0,
    maxLogBytes: workstation && random.chance(0.05) ? 4096 + 65_536 * (24 + random.int(24)) : null,
    untidy: random.chance(0.05),
  };
}

const SHARE_NAMES = [
  "Public",
  "Projects",
  "Finance",
  "Engineering",
  "HR",
  "Sales",
  "Users$",
  "Software",
  "Legal",
  "Archive",
];

function makeShares(hosts: readonly Host[]): Share[] {
  const servers = hosts.filter((host) => host.kind === "file");
  return SHARE_NAMES.flatMap((name, i) => {
    const host = servers[i % servers.length]!;
    return [{ host, name, path: `D:\\Shares\\${name.replace("$", "")}` }];
  });
}

const ROLE_SHARES: Readonly<Record<Role, readonly string[]>> = {
  office: ["Public", "Users$", "Sales", "Projects"],
  developer: ["Engineering", "Users$", "Projects", "Software"],
  helpdesk: ["Software", "Users$", "Public"],
  admin: ["Software", "Users$", "Archive"],
  finance: ["Finance", "Users$", "Public", "Legal"],
  shift: ["Public", "Projects"],
};

/** Roles in the proportions of a mid-sized firm; IT is present in every estate. */
function roleOf(index: number, random: Random): Role {
  if (index % 20 === 3) return "admin";
  if (index % 14 === 5) return "helpdesk";
  const draw = random.next();
  return draw < 0.22 ? "developer" : draw < 0.38 ? "finance" : draw < 0.52 ? "shift" : "office";
}

function makePeople(
  count: number,
  sites: readonly Site[],
  hosts: readonly Host[],
  shares: readonly Share[],
  random: Random,
  calendar: Calendar,
  account: (name: string, kind: Account["kind"], privileged?: boolean) => Account,
): Person[] {
  const free = hosts.filter((host) => host.kind === "workstation");
  const terminals = hosts.filter((host) => host.kind === "terminal");
  const taken = new Set<string>();
  const people: Person[] = [];
  for (let i = 0; i < count; i++) {
    const role = roleOf(i, random);
    const desk = free[i % free.length]!;
    const shared = i >= free.length && role !== "developer" && role !== "admin";
    const host = shared && terminals.length > 0 && random.chance(0.5)
      ? random.pick(terminals)
      : desk;
    const name = uniqueName(random, taken);
    const wanted = ROLE_SHARES[role];
    const it = role === "admin" || role === "helpdesk";
    people.push({
      account: account(name, "user"),
      adminAccount: it ? account(`adm-${name}`, "admin", true) : null,
      role,
      move: role === "office" && random.chance(0.04)
        ? { role: "finance", day: Math.floor(random.between(0.2, 0.8) * calendar.days) }
        : null,
      site: host.kind === "terminal" ? random.pick(sites) : desk.site,
      host,
      startHour: role === "developer" ? random.normal(9.6, 0.8) : random.normal(8.5, 0.5),
      hours: random.normal(8.6, 0.5),
      pace: Math.exp(random.normal(0, 0.3)),
      clumsiness: 0.01 + random.exponential(0.03),
      shares: shares.filter((share) => wanted.includes(share.name))
        .sort((a, b) => wanted.indexOf(a.name) - wanted.indexOf(b.name)),
      employed: employment(random, calendar.days),
      away: absences(random, calendar.days),
      passwordDay: random.int(42),
    });
  }
  return people;
}

function uniqueName(random: Random, taken: Set<string>): string {
  for (;;) {
    const first = random.pick(FIRST_NAMES), last = random.pick(LAST_NAMES);
    const name = `${first[0]}.${last}`.toLowerCase();
    for (const candidate of [name, `${first}.${last}`.toLowerCase(), `${name}${random.int(99)}`]) {
      if (taken.has(candidate) || candidate.length > 20) continue;
      taken.add(candidate);
      return candidate;
    }
  }
}

/** Most are there all the time; some are hired, some leave. */
function employment(random: Random, days: number): readonly [number, number] {
  const draw = random.next();
  if (draw < 0.05) return [Math.floor(random.between(0.1, 0.75) * days), days];
  if (draw < 0.08) return [0, Math.floor(random.between(0.3, 0.95) * days)];
  return [0, days];
}

/** Spells of leave (about 25 days a year), sickness (about 6) and travel. */
function absences(random: Random, days: number): Map<number, "leave" | "sick" | "travel"> {
  const away = new Map<number, "leave" | "sick" | "travel">();
  const spells = [["leave", 0.012, 7], ["sick", 0.008, 2], ["travel", 0.006, 3]] as const;
  for (let day = 0; day < days; day++) {
    for (const [kind, chance, mean] of spells) {
      if (!random.chance(chance)) continue;
      const length = 1 + Math.floor(random.exponential(mean));
      for (let i = 0; i < length; i++) away.set(day + i, kind);
    }
  }
  return away;
}
