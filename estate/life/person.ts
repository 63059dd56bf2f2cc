/**
 * A day of a person: coming, working, pausing, leaving, and the slips in between.
 * @module
 */
import {
  changeAccount,
  changeOwnPassword,
  directorySession,
  enumerate,
  lockAccount,
} from "../actions/directory.ts";
import {
  failLogon,
  lock,
  logoff,
  logonAt,
  requestTgt,
  requestTicket,
  type Session,
  type Source,
} from "../actions/logon.ts";
import { powershell } from "../actions/powershell.ts";
import { connect, injectThread, lookUp, makeFile, run, setValue } from "../actions/process.ts";
import { openShare, plugDisk, useFile } from "../actions/share.ts";
import { defenderFinds, restart } from "../actions/system.ts";
import { type Calendar, HOUR_MS } from "../calendar.ts";
import { type Estate, hostsOf, type Person, type Role, roleOn } from "../model.ts";
import { Random } from "../random.ts";
import type { Scene } from "../scene.ts";
import { ARGUMENTS, FILE_NAMES, PROGRAMS, SCRIPTS, WEB_NAMES } from "./programs.ts";
import { supportUsers } from "./helpdesk.ts";
import { administer } from "./admin.ts";

/** When a person works on a day. */
export interface Workday {
  /** Begin, UTC milliseconds. */
  readonly startMs: number;
  /** End. */
  readonly endMs: number;
  /** From a hotel or from home, over VPN. */
  readonly remote: boolean;
}

/** When somebody works on a day; undefined where not at all. The same whoever asks. */
export function workday(
  estate: Estate,
  calendar: Calendar,
  person: Person,
  day: number,
): Workday | undefined {
  const random = new Random(estate.seed, "workday", person.account.sid, day);
  const [from, to] = person.employed;
  const away = person.away.get(day);
  if (day < from || day >= to || away === "leave" || away === "sick") return undefined;
  const role = roleOn(person, day);
  if (role === "shift") return shift(calendar, person, day, random);
  const closed = calendar.closed(person.site, day);
  // Some work on a closed day, administrators more often.
  if (closed && !random.chance(role === "admin" ? 0.12 : 0.025)) return undefined;
  const monthEnd = role === "finance" && calendar.toMonthEnd(day) <= 2;
  const start = closed ? random.between(9, 16) : person.startHour + random.normal(0, 0.3);
  const hours = closed
    ? random.between(0.5, 4)
    : Math.max(3, person.hours + random.normal(monthEnd ? 2.5 : 0, 0.6));
  return {
    startMs: calendar.at(person.site, day, start),
    endMs: calendar.at(person.site, day, start + hours),
    remote: away === "travel" || random.chance(closed ? 0.7 : 0.12),
  };
}

/** Early, late and night shifts in weekly turns, five days on and two off in any part of the week. */
function shift(calendar: Calendar, person: Person, day: number, random: Random) {
  const turn = Number(person.account.sid.split("-").at(-1));
  if ((day + turn) % 7 >= 5) return undefined;
  const start = [6, 14, 22][(Math.floor((day + turn) / 7) + turn) % 3]! + random.normal(0, 0.15);
  return {
    startMs: calendar.at(person.site, day, start),
    endMs: calendar.at(person.site, day, start + 8 + random.normal(0.1, 0.15)),
    remote: false,
  };
}

/** Everything that a person does on a day. */
export function liveDay(scene: Scene, person: Person, day: number): void {
  const { estate, calendar, random } = scene;
  const times = workday(estate, calendar, person, day);
  if (!times) return;
  const role = roleOn(person, day);
  const place = times.remote && person.host.kind !== "terminal"
    ? { name: person.host.name, ip: `10.99.${1 + random.int(8)}.${10 + random.int(200)}` }
    : person.host;
  const sinceChange = (day - person.passwordDay + 4200) % 42;
  const slips = random.poisson(person.clumsiness * (sinceChange < 3 ? 6 : 1));
  for (let i = 0; i < slips; i++) {
    failLogon(
      scene,
      times.startMs - random.between(5, 60) * 1000,
      person.host,
      person.account,
      place,
      {
        type: person.host.kind === "terminal" ? 10 : random.chance(0.4) ? 2 : 7,
      },
    );
  }
  if (random.chance(slips > 2 ? 0.5 : sinceChange < 3 ? 0.04 : 0.002)) {
    lockOut(scene, times.startMs - 400_000, person, place);
  }
  if (sinceChange === 0) {
    changeOwnPassword(scene, times.startMs + random.between(40, 300) * 1000, person.account);
  }
  const session = arrive(scene, person, times, place, day);
  const busy = person.pace * (role === "finance" && calendar.toMonthEnd(day) <= 2 ? 1.8 : 1);
  const work: Work = { session, times, place, role, busy, person };
  pauses(scene, work);
  usePrograms(scene, work);
  runInBackground(scene, work);
  browse(scene, work);
  useShares(scene, work);
  tickets(scene, work);
  oddities(scene, work);
  if (role === "developer") develop(scene, work);
  if (role === "helpdesk") supportUsers(scene, work);
  if (role === "admin") administer(scene, work);
  leave(scene, work);
}

/** A forgotten password: guesses until the account locks, and the help desk opens it again. */
function lockOut(scene: Scene, timeMs: number, person: Person, place: Source): void {
  const { random, estate } = scene;
  const type = person.host.kind === "terminal" ? 10 : 2;
  let at = timeMs;
  for (let i = 0; i < 5; i++) {
    at += random.between(4, 25) * 1000;
    failLogon(scene, at, person.host, person.account, place, { type });
  }
  lockAccount(scene, at + 900, person.account, person.host.name);
  failLogon(scene, at + 20_000, person.host, person.account, place, { type, why: "locked" });
  const helper = random.pick(estate.people).adminAccount ?? estate.services.deploy;
  const directory = directorySession(scene, at + 180_000, helper);
  changeAccount(scene, at + 180_000, directory, person.account, "unlocked");
}

/** A person at work, as the parts of a day see it. */
export interface Work {
  /** Session at the person's machine. */
  readonly session: Session;
  /** When the person works. */
  readonly times: Workday;
  /** Where the person's network traffic comes from. */
  readonly place: Source;
  /** Role on this day. */
  readonly role: Role;
  /** How much is done, about 1. */
  readonly busy: number;
  /** Who. */
  readonly person: Person;
}

/** A moment of the working time, fewer around noon. */
export function moment(random: Random, times: Workday): number {
  for (;;) {
    const share = random.next();
    if (Math.abs(share - 0.45) < 0.06 && random.chance(0.7)) continue;
    return times.startMs + share * (times.endMs - times.startMs);
  }
}

function arrive(scene: Scene, person: Person, times: Workday, place: Source, day: number): Session {
  const { random } = scene;
  const { host, account } = person;
  const monday = scene.calendar.weekday(day) === 1;
  const type = host.kind === "terminal"
    ? 10
    : times.remote
    ? 11
    : monday || random.chance(0.45)
    ? 2
    : 7;
  const from = type === 10
    // Travellers come through the gateway, which hands on their public address.
    ? {
      name: "THIN-CLIENT",
      ip: times.remote
        ? `203.0.113.${1 + random.int(250)}`
        : `${person.site.subnet.slice(0, -1)}9.${20 + random.int(200)}`,
    }
    : undefined;
  const session = logonAt(scene, times.startMs, host, account, { type, from });
  const { logonId } = session;
  const before = scene.world.sessions.get(account.sid) ?? [];
  const open = { logonId, startMs: times.startMs };
  scene.world.sessions.set(account.sid, [...before.slice(-9), open]);
  if (type === 11) {
    requestTgt(scene, times.startMs + random.between(30, 200) * 1000, account, place);
  }
  if (type === 2 || type === 10) {
    const system = "C:\\Windows\\System32\\";
    for (const name of ["userinit.exe", "taskhostw.exe", "RuntimeBroker.exe"]) {
      run(scene, times.startMs + random.between(1, 20) * 1000, session, system + name);
    }
    const dc = hostsOf(scene.estate, "dc")[0]!;
    const netlogon = { host: dc, name: "SYSVOL", path: "C:\\Windows\\SYSVOL\\sysvol" };
    const at = times.startMs + random.between(2, 15) * 1000;
    const opened = openShare(scene, at, netlogon, account, place);
    useFile(scene, at + 300, netlogon, opened, place, "corp.example\\Policies\\gpt.ini");
    enumerate(scene, at + 2000, session, "user", "C:\\Windows\\explorer.exe");
  }
  return session;
}

/** Lunch and short breaks: the screen is locked and unlocked, now and then with a slip. */
function pauses(scene: Scene, work: Work): void {
  const { random } = scene;
  const { session, times, person } = work;
  const { host } = session;
  const breaks = 1 + random.poisson(2.2);
  for (let i = 0; i < breaks; i++) {
    const noon = times.startMs + (times.endMs - times.startMs) * random.normal(0.45, 0.03);
    const at = i === 0 ? noon : moment(random, times);
    const back = at + (i === 0 ? random.normal(40, 9) : 3 + random.exponential(8)) * 60_000;
    if (back > times.endMs) continue;
    lock(scene, at, session);
    if (random.chance(person.clumsiness)) {
      failLogon(scene, back - 6000, host, person.account, host, { type: 7 });
    }
    const unlocked = logonAt(scene, back, host, person.account, { type: 7 });
    logoff(scene, back + random.between(20, 90), unlocked);
  }
}

const ROAMING = ["Notes.docx", "Book1.xlsx", "export.csv", "image001.png", "Invoice.pdf"];

function usePrograms(scene: Scene, work: Work): void {
  const { random } = scene;
  const { session, times, role, busy } = work;
  const day = scene.dayOf(times.startMs);
  const programs = [...PROGRAMS[role], ...newPrograms(scene, role, day)];
  const count = random.poisson(22 * busy);
  for (let i = 0; i < count; i++) {
    const at = moment(random, times);
    const image = i % 9 === 8 ? programs.at(-1)! : random.favourite(programs);
    const file = image.slice(image.lastIndexOf("\\") + 1);
    const known = ARGUMENTS[file];
    const document = /OFFICE16/i.test(image) && random.chance(0.6)
      ? ` "\\\\${work.person.shares[0]!.host.name}\\${work.person.shares[0]!.name}\\${
        random.favourite(FILE_NAMES)
      }"`
      : "";
    const commandLine = known ? `${file} ${random.pick(known)}`.trim() : `"${image}"${document}`;
    const process = run(scene, at, session, image, { commandLine });
    if (random.chance(0.3)) {
      const path = `C:\\Users\\${session.account.name}\\Downloads\\${random.pick(ROAMING)}`;
      makeFile(scene, at + random.between(2, 200) * 1000, process, path);
    }
    if (random.chance(0.04)) {
      const key =
        `HKU\\${session.account.sid}\\Software\\Microsoft\\Windows\\CurrentVersion\\Run\\Teams`;
      setValue(scene, at + 900, process, key, image);
    }
  }
}

/** Applications that a role begins to use at some day of the estate. */
function newPrograms(scene: Scene, role: Role, day: number): string[] {
  const plan = new Random(scene.estate.seed, "applications", role);
  const from = plan.between(0.2, 0.9) * scene.calendar.days;
  const name = plan.pick(["Ledger", "Planner", "Quotes", "Tracker", "Designer"]);
  return day >= from ? [`C:\\Program Files\\${name}\\${name}.exe`] : [];
}

const BACKGROUND = [
  "backgroundTaskHost.exe",
  "RuntimeBroker.exe",
  "dllhost.exe",
  "conhost.exe",
  "smartscreen.exe",
  "SearchProtocolHost.exe",
  "taskhostw.exe",
  "ApplicationFrameHost.exe",
  "rundll32.exe",
];

/** What Windows and browsers start in the person's name. */
function runInBackground(scene: Scene, work: Work): void {
  const { random } = scene;
  const { session, times } = work;
  const browser = run(scene, times.startMs + 70_000, session, PROGRAMS.office[1]!);
  for (let i = random.poisson(28); i > 0; i--) {
    const at = moment(random, times);
    if (random.chance(0.4)) {
      const commandLine = `"${browser.image}" --type=renderer --lang=en-GB --client-id=${
        random.int(400)
      }`;
      run(scene, at, session, browser.image, { parent: browser, commandLine });
    } else {
      run(scene, at, session, `C:\\Windows\\System32\\${random.favourite(BACKGROUND)}`);
    }
  }
}

function browse(scene: Scene, work: Work): void {
  const { random } = scene;
  const { session, times, busy } = work;
  if (!session.host.audit.sysmon) return;
  const process = run(scene, times.startMs + 90_000, session, random.favourite(PROGRAMS.office));
  const names = random.poisson(10 * busy);
  for (let i = 0; i < names; i++) {
    const at = moment(random, times);
    const name = random.chance(0.08)
      ? `www.${random.hex(6).toLowerCase()}-shop.com`
      : random.favourite(WEB_NAMES);
    lookUp(scene, at, process, name);
    const ip = `${20 + name.length * 3}.${name.charCodeAt(0)}.${name.charCodeAt(4)}.${
      20 + name.length
    }`;
    connect(scene, at + random.between(20, 90), process, { ip, name }, 443);
  }
}

function useShares(scene: Scene, work: Work): void {
  const { random } = scene;
  const { person, times, place, busy } = work;
  const count = random.poisson(3 * busy);
  for (let i = 0; i < count; i++) {
    const share = random.favourite(person.shares);
    let at = moment(random, times);
    const opened = openShare(scene, at, share, person.account, place);
    const files = 1 + random.poisson(4 * busy);
    for (let k = 0; k < files; k++) {
      at += random.exponential(45_000);
      const access = random.chance(0.25) ? "write" : random.chance(0.03) ? "delete" : "read";
      useFile(scene, at, share, opened, place, random.favourite(FILE_NAMES), access);
    }
  }
}

/** Tickets for mail, proxy and intranet, and the renewal of the ticket-granting ticket. */
function tickets(scene: Scene, work: Work): void {
  const { random, estate } = scene;
  const { person, times, place, busy } = work;
  const services = [estate.services.web, ...hostsOf(estate, "app").map((host) => host.account)];
  const count = random.poisson(4 * busy);
  for (let i = 0; i < count; i++) {
    requestTicket(scene, moment(random, times), person.account, place, random.pick(services));
  }
  if (times.endMs - times.startMs > 9.5 * HOUR_MS) {
    requestTgt(scene, times.startMs + 9.5 * HOUR_MS, person.account, place);
  }
}

/** Rare things that are innocent: a USB disk, a wrong server, a hotel's name, an installer. */
function oddities(scene: Scene, work: Work): void {
  const { random, estate } = scene;
  const { session, times, person, place } = work;
  if (random.chance(0.015)) plugDisk(scene, moment(random, times), session);
  if (random.chance(0.01)) {
    const server = random.pick(hostsOf(estate, "file", "app"));
    failLogon(scene, moment(random, times), server, person.account, place, { why: "rights" });
  }
  if (random.chance(0.012)) {
    const installer = `C:\\Users\\${person.account.name}\\Downloads\\setup-${random.hex(4)}.exe`;
    const process = run(scene, moment(random, times), session, installer);
    makeFile(scene, moment(random, times), process, `C:\\Users\\Public\\${random.hex(5)}.dll`);
  }
  if (random.chance(0.003)) {
    const found = `C:\\Users\\${person.account.name}\\Downloads\\toolbar-${random.hex(4)}.exe`;
    defenderFinds(scene, moment(random, times), session, "PUA:Win32/InstallCore", found);
  }
  if (random.chance(0.02)) {
    const share = random.pick(estate.shares);
    openShare(scene, moment(random, times), share, person.account, place);
  }
}

const DEBUGGER =
  "C:\\Program Files\\Microsoft Visual Studio\\2022\\Professional\\Common7\\IDE\\vsjitdebugger.exe";

function develop(scene: Scene, work: Work): void {
  const { random } = scene;
  const { session, times, busy } = work;
  const shells = random.poisson(1.5 * busy);
  for (let i = 0; i < shells; i++) {
    const blocks = Array.from({ length: 1 + random.int(3) }, () => random.favourite(SCRIPTS));
    powershell(scene, moment(random, times), session, { blocks });
  }
  if (random.chance(0.15)) {
    const debuggee = PROGRAMS.developer[random.pick([2, 5, 9])]!;
    const debug = run(scene, moment(random, times), session, DEBUGGER);
    injectThread(scene, moment(random, times), debug, debuggee);
  }
  const builds = random.poisson(4 * busy);
  for (let i = 0; i < builds; i++) {
    let at = moment(random, times);
    const shell = run(scene, at, session, "C:\\Windows\\System32\\cmd.exe", {
      commandLine: "cmd.exe /c build.cmd",
    });
    for (let k = random.poisson(3); k > 0; k--) {
      at += random.between(300, 9000);
      const image = random.favourite(PROGRAMS.developer);
      run(scene, at, session, image, { parent: shell });
    }
  }
}

function leave(scene: Scene, work: Work): void {
  const { random } = scene;
  const { session, times, person } = work;
  if (session.type === 7 || random.chance(0.4)) return lock(scene, times.endMs, session);
  logoff(scene, times.endMs, session);
  if (person.host.kind === "workstation" && random.chance(0.08)) {
    restart(scene, times.endMs + 4000, person.host, person.account, "Other (Planned)");
  }
}
