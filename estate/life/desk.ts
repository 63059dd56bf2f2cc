/**
 * Programs at a person's machine.
 * @module
 */
import { powershell } from "../actions/powershell.ts";
import { connect, injectThread, lookUp, makeFile, run, setValue } from "../actions/process.ts";
import type { Role } from "../model.ts";
import { Random } from "../random.ts";
import type { Scene } from "../scene.ts";
import { ARGUMENTS, FILE_NAMES, PROGRAMS, SCRIPTS, WEB_NAMES } from "./programs.ts";
import { moment, type Work } from "./workday.ts";

const ROAMING = ["Notes.docx", "Book1.xlsx", "export.csv", "image001.png", "Invoice.pdf"];

/** Programs that people of the role open, and what they leave. */
export function usePrograms(scene: Scene, work: Work): void {
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
export function runInBackground(scene: Scene, work: Work): void {
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

/** Names and addresses that a browser asks for, where Sysmon sees them. */
export function browse(scene: Scene, work: Work): void {
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

const DEBUGGER =
  "C:\\Program Files\\Microsoft Visual Studio\\2022\\Professional\\Common7\\IDE\\vsjitdebugger.exe";

/** Shells, builds and debuggers. */
export function develop(scene: Scene, work: Work): void {
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
