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
import { failLogon, lock, logoff, logonAt, type Session } from "../actions/logon.ts";
import { requestTgt, requestTicket, type Source } from "../actions/tickets.ts";
import { makeFile, run } from "../actions/process.ts";
import { openShare, plugDisk, useFile } from "../actions/share.ts";
import { defenderFinds, restart } from "../actions/system.ts";
import { HOUR_MS } from "../calendar.ts";
import { hostsOf, type Person, roleOn } from "../model.ts";
import type { Scene } from "../scene.ts";
import { FILE_NAMES } from "./programs.ts";
import { browse, develop, runInBackground, usePrograms } from "./desk.ts";
import { moment, type Work, type Workday, workday } from "./workday.ts";
import { supportUsers } from "./helpdesk.ts";
import { administer } from "./admin.ts";

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

function leave(scene: Scene, work: Work): void {
  const { random } = scene;
  const { session, times, person } = work;
  if (session.type === 7 || random.chance(0.4)) return lock(scene, times.endMs, session);
  logoff(scene, times.endMs, session);
  if (person.host.kind === "workstation" && random.chance(0.08)) {
    restart(scene, times.endMs + 4000, person.host, person.account, "Other (Planned)");
  }
}
