/**
 * What machines do without anybody: policies, services, updates, replication, clocks.
 * @module
 */
import { enumerate, replicate } from "../actions/directory.ts";
import { networkLogon, serviceLogon } from "../actions/logon.ts";
import { controllerOf } from "../actions/tickets.ts";
import { connect, lookUp, openProcess, run, setValue, systemSession } from "../actions/process.ts";
import {
  boot,
  changeTask,
  installService,
  restart,
  serviceStart,
  serviceState,
  setClock,
  update,
} from "../actions/system.ts";
import { DAY_MS, HOUR_MS } from "../calendar.ts";
import { type Host, hostsOf, SYSTEM } from "../model.ts";
import { Random } from "../random.ts";
import type { Scene } from "../scene.ts";

const SVCHOST = "C:\\Windows\\System32\\svchost.exe";

/** Everything that a machine does on a day. */
export function machineDay(scene: Scene, host: Host, day: number): void {
  const { random } = scene;
  const always = host.kind !== "workstation" || host.index % 3 === 0;
  if (!always && scene.calendar.closed(host.site, day) && random.chance(0.7)) return;
  const awake = always ? [0, 24] as const : [7 + random.next(), 17.5 + 2 * random.next()] as const;
  const moment = () => scene.calendar.at(host.site, day, random.between(awake[0], awake[1]));
  if (!always) boot(scene, scene.calendar.at(host.site, day, awake[0]), host);
  refreshPolicies(scene, host, moment);
  for (let i = random.poisson(6); i > 0; i--) serviceLogon(scene, moment(), host, SYSTEM);
  for (let i = random.poisson(4); i > 0; i--) {
    const name = random.pick(SERVICES), at = moment();
    serviceState(scene, at, host, name, "running");
    serviceState(scene, at + random.between(2, 20) * 60_000, host, name, "stopped");
  }
  runHousekeeping(scene, host, moment);
  if (host.kind === "dc") replicateDirectory(scene, host, day);
  patch(scene, host, day);
  if (day === host.clockFixedDay) {
    const at = scene.calendar.startMs + day * DAY_MS + 10 * HOUR_MS;
    setClock(scene, at, host, at + host.clockAheadMs);
  }
}

const SERVICES = [
  "Windows Update",
  "Background Intelligent Transfer Service",
  "Windows Modules Installer",
  "Application Experience",
  "Windows Error Reporting Service",
  "Software Protection",
  "WinHTTP Web Proxy Auto-Discovery Service",
];

/** Group policy: the machine's account at a domain controller every couple of hours. */
function refreshPolicies(scene: Scene, host: Host, moment: () => number): void {
  const dc = controllerOf(scene);
  if (dc === host) return;
  for (let i = scene.random.poisson(5); i > 0; i--) {
    networkLogon(scene, moment(), dc, host.account, host, { ticketHeld: scene.random.chance(0.5) });
  }
}

const HOUSEKEEPING = [
  [SVCHOST, "C:\\Windows\\System32\\svchost.exe -k netsvcs -p -s wuauserv"],
  ["C:\\Windows\\System32\\taskhostw.exe", "taskhostw.exe"],
  [
    "C:\\Windows\\System32\\SearchIndexer.exe",
    "C:\\Windows\\system32\\SearchIndexer.exe /Embedding",
  ],
  [
    "C:\\Windows\\System32\\wbem\\WmiPrvSE.exe",
    "C:\\Windows\\system32\\wbem\\wmiprvse.exe -Embedding",
  ],
  [
    "C:\\Windows\\System32\\conhost.exe",
    "\\??\\C:\\Windows\\system32\\conhost.exe 0xffffffff -ForceV1",
  ],
  ["C:\\Windows\\System32\\MpCmdRun.exe", "MpCmdRun.exe -SignatureUpdate"],
  ["C:\\Windows\\System32\\defrag.exe", "defrag.exe -c -h -o"],
  ["C:\\Windows\\System32\\rundll32.exe", "rundll32.exe Startupscan.dll,SusRunTask"],
] as const;

const LSASS = "C:\\Windows\\System32\\lsass.exe";

/** Programs that open lsass every day, with what access. */
const LSASS_READERS = [
  ["C:\\ProgramData\\Microsoft\\Windows Defender\\Platform\\4.18.24090\\MsMpEng.exe", 0x1010],
  ["C:\\Windows\\System32\\wbem\\WmiPrvSE.exe", 0x1410],
  [SVCHOST, 0x1000],
  ["C:\\Windows\\System32\\csrss.exe", 0x1fffff],
] as const;

function runHousekeeping(scene: Scene, host: Host, moment: () => number): void {
  const { random } = scene;
  const system = systemSession(host);
  for (let i = random.poisson(9); i > 0; i--) {
    const [image, commandLine] = random.favourite(HOUSEKEEPING);
    const at = moment();
    const process = run(scene, at, system, image, { commandLine });
    if (random.chance(0.3)) lookUp(scene, at + 90, process, "settings-win.data.microsoft.com");
    if (random.chance(0.3)) {
      connect(scene, at + 130, process, { ip: "40.126.31.9", name: "update.microsoft.com" }, 443);
    }
    if (random.chance(0.1)) {
      const target = "HKLM\\SYSTEM\\CurrentControlSet\\Services\\W32Time\\Config\\Status";
      setValue(scene, at + 300, process, target, `DWORD (0x${random.hex(8)})`);
    }
  }
  for (let i = random.poisson(4); i > 0; i--) {
    const [image, access] = random.favourite(LSASS_READERS);
    openProcess(scene, moment(), run(scene, moment(), system, image), LSASS, access);
  }
  for (let i = random.poisson(2); i > 0; i--) enumerate(scene, moment(), system, "group", SVCHOST);
  if (random.chance(0.5)) {
    const name = "\\Microsoft\\Windows\\UpdateOrchestrator\\Schedule Scan";
    changeTask(scene, moment(), system, name, "%systemroot%\\system32\\usoclient.exe");
  }
  if (random.chance(0.4)) {
    const at = moment();
    const bits = "Background Intelligent Transfer Service";
    serviceStart(scene, at, system, bits, "demand start", "auto start");
    serviceStart(scene, at + 240_000, system, bits, "auto start", "demand start");
  }
  if (random.chance(0.6)) {
    update(
      scene,
      moment(),
      host,
      "Security Intelligence Update for Microsoft Defender Antivirus - KB2267602",
    );
  }
}

/** Domain controllers replicate with each other by their machine accounts. */
function replicateDirectory(scene: Scene, host: Host, day: number): void {
  const others = hostsOf(scene.estate, "dc").filter((other) => other !== host);
  for (const other of others) {
    for (let hour = 0; hour < 24; hour += 3) {
      const at = scene.calendar.at(host.site, day, hour) + scene.random.between(0, HOUR_MS);
      const session = networkLogon(scene, at, host, other.account, other);
      replicate(scene, at + 400, session);
    }
  }
}

/** Updates in the night of the second Tuesday on servers, over the next days on workstations. */
function patch(scene: Scene, host: Host, day: number): void {
  const since = scene.calendar.sincePatchTuesday(day);
  const wave = host.kind === "workstation" ? 1 + host.index % 3 : 0;
  const mine = new Random(scene.estate.seed, "patch", host.index, day - since);
  const late = mine.chance(0.1) ? 1 + mine.int(4) : 0;
  if (since !== wave + late) return;
  const at = scene.calendar.at(host.site, day, host.kind === "workstation" ? 12.5 : 26) +
    scene.random.exponential(0.5 * HOUR_MS);
  const month = scene.calendar.date(day).slice(0, 7);
  for (
    const title of [
      "Cumulative Update for Windows",
      "Security Update for .NET",
      "Malicious Software Removal Tool",
    ]
  ) {
    update(scene, at, host, `${month} ${title} (KB50${mine.int(90_000) + 10_000})`);
  }
  if (mine.chance(0.15)) {
    const driver = mine.pick(["iaStorAC", "nvlddmkm", "rtwlane", "igdkmd64"]);
    const path = `\\SystemRoot\\System32\\drivers\\${driver}.sys`;
    installService(scene, at + 60_000, systemSession(host), { name: driver, path, onDemand: true });
  }
  run(scene, at + 30_000, systemSession(host), "C:\\Windows\\servicing\\TrustedInstaller.exe");
  run(scene, at + 40_000, systemSession(host), "C:\\Windows\\WinSxS\\TiWorker.exe");
  restart(scene, at + 900_000, host, SYSTEM, "Operating System: Service pack (Planned)");
}
