/**
 * Administrators: servers, accounts, policies, and tools that attackers like as well.
 * @module
 */
import {
  addToGroup,
  changeAccount,
  changeAttribute,
  createAccount,
  directorySession,
} from "../actions/directory.ts";
import { logoff, networkLogon, remoteDesktop, useCredentials } from "../actions/logon.ts";
import { powershell, remoteShell } from "../actions/powershell.ts";
import { connect, run, systemSession } from "../actions/process.ts";
import {
  changeAuditPolicy,
  changeTask,
  clearLog,
  createTask,
  installService,
  serviceStart,
  weakenDefender,
} from "../actions/system.ts";
import { hostsOf } from "../model.ts";
import type { Scene } from "../scene.ts";
import { psExec } from "./helpdesk.ts";
import { moment, type Work } from "./workday.ts";
import { SCRIPTS } from "./programs.ts";

type Chore = (scene: Scene, timeMs: number, work: Work) => void;

/** A day's chores, and the accounts of people who come and go. */
export function administer(scene: Scene, work: Work): void {
  const { random } = scene;
  const chores = random.poisson(6 * work.busy);
  for (let i = 0; i < chores; i++) {
    random.favourite(CHORES)(scene, moment(random, work.times), work);
  }
  handleStaff(scene, work);
}

function servers(scene: Scene) {
  return hostsOf(scene.estate, "dc", "file", "app", "terminal", "management");
}

const visitServer: Chore = (scene, timeMs, work) => {
  const { random } = scene;
  const server = random.favourite(servers(scene));
  const desk = remoteDesktop(scene, timeMs, work.session, server, work.person.adminAccount!);
  const tools = ["mmc.exe", "cmd.exe", "Taskmgr.exe", "services.exe", "eventvwr.exe"];
  for (let i = 0; i <= random.int(4); i++) {
    const at = timeMs + random.between(20, 900) * 1000;
    run(scene, at, desk, `C:\\Windows\\System32\\${random.pick(tools)}`, { elevated: true });
  }
  logoff(scene, timeMs + random.between(10, 80) * 60_000, desk);
};

const scriptServers: Chore = (scene, timeMs, work) => {
  const { random } = scene;
  const account = work.person.adminAccount!;
  useCredentials(scene, timeMs - 2000, work.session, account, work.session.host);
  const process = powershell(scene, timeMs, { ...work.session, account }, {
    blocks: Array.from({ length: 1 + random.int(4) }, () => random.pick(SCRIPTS)),
    elevated: true,
    suspicious: random.chance(0.05), // words like Add-Type or VirtualAlloc trip Windows' own rule
  });
  for (const server of random.sample(servers(scene), 1 + random.int(4))) {
    connect(scene, timeMs + 1500, process, server, 5985);
    const far = networkLogon(
      scene,
      timeMs + random.between(2000, 30_000),
      server,
      account,
      work.place,
    );
    remoteShell(scene, timeMs + 31_000, far, [random.pick(SCRIPTS)]);
  }
};

const editDirectory: Chore = (scene, timeMs, work) => {
  const directory = directorySession(scene, timeMs, work.person.adminAccount!);
  changeAttribute(scene, timeMs, directory, {
    dn: `CN={${scene.random.guid().slice(1, -1)}},CN=Policies,CN=System,DC=corp,DC=example`,
    class: "groupPolicyContainer",
    attribute: "versionNumber",
    value: String(100 + scene.random.int(900)),
  });
  if (scene.random.chance(0.3)) {
    const person = scene.random.pick(scene.estate.people);
    addToGroup(scene, timeMs + 60_000, directory, "projects", person.account);
  }
};

const manageTasks: Chore = (scene, timeMs, work) => {
  const server = scene.random.pick(servers(scene));
  const far = networkLogon(scene, timeMs, server, work.person.adminAccount!, work.place);
  const name = `\\Corp\\${scene.random.pick(["Cleanup", "Report", "Sync", "Rotate logs"])}`;
  if (scene.random.chance(0.3)) createTask(scene, timeMs + 800, far, name, "C:\\Ops\\task.cmd");
  else changeTask(scene, timeMs + 800, far, name, "C:\\Ops\\task.cmd");
};

const remoteTool: Chore = (scene, timeMs, work) => {
  psExec(scene, timeMs, work, scene.random.pick(scene.estate.hosts), "gpupdate /force");
};

/** `wmic /node`: a network logon, and the child of WmiPrvSE at the far end. */
const wmiCall: Chore = (scene, timeMs, work) => {
  const target = scene.random.pick(scene.estate.hosts);
  const account = work.person.adminAccount!;
  run(scene, timeMs - 700, work.session, "C:\\Windows\\System32\\wbem\\WMIC.exe", {
    commandLine: `wmic /node:${target.name} os get lastbootuptime`,
  });
  const far = networkLogon(scene, timeMs, target, account, work.place);
  const host = run(
    scene,
    timeMs + 200,
    systemSession(target),
    "C:\\Windows\\System32\\wbem\\WmiPrvSE.exe",
  );
  if (scene.random.chance(0.4)) {
    run(scene, timeMs + 900, far, "C:\\Windows\\System32\\cmd.exe", {
      commandLine: "cmd.exe /c gpupdate /force",
      parent: host,
    });
  }
};

const installAgent: Chore = (scene, timeMs, work) => {
  const server = scene.random.pick(servers(scene));
  const far = networkLogon(scene, timeMs, server, work.person.adminAccount!, work.place);
  installService(scene, timeMs + 3000, far, {
    name: `Corp ${scene.random.pick(["Monitor", "Backup", "Log", "Print"])} Agent`,
    path: '"C:\\Program Files\\Corp\\Agent\\agent.exe" --service',
  });
};

const tuneServer: Chore = (scene, timeMs, work) => {
  const server = scene.random.pick(servers(scene));
  const far = networkLogon(scene, timeMs, server, work.person.adminAccount!, work.place);
  const draw = scene.random.next();
  if (draw < 0.25) changeAuditPolicy(scene, timeMs + 900, far, draw < 0.05 ? "removed" : "added");
  else if (draw < 0.5) {
    const log = scene.random.pick(["Application", "System", "Application", "Security"] as const);
    clearLog(scene, timeMs + 900, far, log);
  } else if (draw < 0.54) weakenDefender(scene, timeMs + 900, server);
  else if (draw < 0.7) weakenDefender(scene, timeMs + 900, server, "D:\\Databases");
  else serviceStart(scene, timeMs + 900, far, "Print Spooler", "auto start", "disabled");
};

const CHORES: readonly Chore[] = [
  visitServer,
  scriptServers,
  editDirectory,
  wmiCall,
  manageTasks,
  remoteTool,
  tuneServer,
  installAgent,
];

/** One administrator a day makes accounts for who comes and closes those of who has left. */
function handleStaff(scene: Scene, work: Work): void {
  const { estate, random } = scene;
  const day = scene.dayOf(work.times.startMs);
  const admins = estate.people.filter((person) => person.role === "admin");
  if (admins[day % admins.length] !== work.person) return;
  for (const person of estate.people) {
    const [from, to] = person.employed;
    const at = moment(random, work.times);
    const directory = directorySession(scene, at, work.person.adminAccount!);
    if (from > 0 && from === day + 1) {
      createAccount(scene, at, directory, person.account);
      addToGroup(scene, at + 90_000, directory, "staff", person.account);
    }
    if (to < scene.calendar.days && to === day) {
      changeAccount(scene, at, directory, person.account, "disabled");
    }
    if (person.move?.day === day + 1) addToGroup(scene, at, directory, "projects", person.account);
  }
}
