/**
 * Service accounts by the clock: backup, monitoring, scans, directory sync, roll-outs.
 * @module
 */
import { directorySession, replicate } from "../actions/directory.ts";
import { failLogon, networkLogon, serviceLogon } from "../actions/logon.ts";
import { powershell } from "../actions/powershell.ts";
import { connect, run, systemSession } from "../actions/process.ts";
import { openShare, useFile } from "../actions/share.ts";
import { createTask, installService, serviceState } from "../actions/system.ts";
import { HOUR_MS } from "../calendar.ts";
import { type Account, hostsOf } from "../model.ts";
import { Random } from "../random.ts";
import type { Scene } from "../scene.ts";
import { FILE_NAMES } from "./programs.ts";

/** What service accounts do on a day. */
export function serviceDay(scene: Scene, day: number): void {
  backUp(scene, day);
  monitor(scene, day);
  syncDirectory(scene, day);
  runDatabases(scene, day);
  if (scene.calendar.weekday(day) === 6) scanForWeaknesses(scene, day);
  rollOut(scene, day);
}

function management(scene: Scene) {
  return hostsOf(scene.estate, "management")[0]!;
}

/** Every night from 22:00: a full backup on Saturdays, else a part; reads shares and C$. */
function backUp(scene: Scene, day: number): void {
  const { estate, random } = scene;
  const from = management(scene);
  const account = estate.services.backup;
  let at = scene.calendar.at(from.site, day, 22) + random.between(0, 300) * 1000;
  const session = serviceLogon(scene, at - 4000, from, account, 4);
  const full = scene.calendar.weekday(day) === 6;
  const agent = run(
    scene,
    at - 3000,
    session,
    "C:\\Program Files\\Corp\\Backup\\backup.exe",
  );
  for (const host of hostsOf(estate, "dc", "file", "app", "terminal")) {
    at += random.between(2, 12) * 60_000;
    connect(scene, at - 200, agent, host, 445);
    const drive = { host, name: "C$", path: "C:\\" };
    const opened = openShare(scene, at, drive, account, from, { seconds: 1200 });
    serviceState(scene, at + 5000, host, "Volume Shadow Copy", "running");
    for (let i = 0; i < (full ? 30 : 8); i++) {
      useFile(scene, at + i * 900, drive, opened, from, `Data\\${random.pick(FILE_NAMES)}`);
    }
    serviceState(scene, at + 600_000, host, "Volume Shadow Copy", "stopped");
  }
}

/** Every second hour a look at each server. */
function monitor(scene: Scene, day: number): void {
  const { estate, random } = scene;
  const from = management(scene);
  for (let hour = 0; hour < 24; hour += 2) {
    for (const host of hostsOf(estate, "dc", "file", "app", "terminal")) {
      const at = scene.calendar.at(from.site, day, hour) + random.between(60, 240) * 1000;
      networkLogon(scene, at, host, estate.services.monitor, from, {
        by: random.chance(0.3) ? "NTLM" : "Kerberos",
        ticketHeld: hour % 8 !== 0,
      });
    }
  }
}

/** Directory sync with the cloud replicates four times a day, by the right that DCSync uses. */
function syncDirectory(scene: Scene, day: number): void {
  const { estate, random } = scene;
  const from = hostsOf(estate, "app")[0]!;
  for (const hour of [3, 9, 15, 21]) {
    const at = scene.calendar.at(from.site, day, hour) + random.between(0, 200) * 1000;
    const session = directorySession(scene, at, estate.services.sync);
    networkLogon(scene, at, session.host, estate.services.sync, from);
    replicate(scene, at + 700, session);
  }
}

/** Databases and web applications: nightly jobs and service logons. */
function runDatabases(scene: Scene, day: number): void {
  const { estate, random } = scene;
  for (const host of hostsOf(estate, "app")) {
    for (const hour of [1, 5, 13]) {
      const at = scene.calendar.at(host.site, day, hour) + random.between(0, 400) * 1000;
      const session = serviceLogon(scene, at, host, estate.services.sql, 4);
      run(
        scene,
        at + 2000,
        session,
        "C:\\Program Files\\Microsoft SQL Server\\MSSQL16\\Binn\\sqlcmd.exe",
        {
          commandLine: 'sqlcmd -Q "EXEC dbo.NightlyJob"',
        },
      );
    }
    const at = scene.calendar.at(host.site, day, 6) + random.between(0, 900) * 1000;
    const session = serviceLogon(scene, at, host, estate.services.web);
    powershell(scene, at + 1000, session, {
      blocks: [
        "Get-ChildItem C:\\inetpub\\logs | Where-Object LastWriteTime -lt (Get-Date).AddDays(-30) | Remove-Item",
      ],
      commandLine: "powershell.exe -NoProfile -File C:\\Ops\\rotate.ps1",
      path: "C:\\Ops\\rotate.ps1",
    });
  }
}

const SCAN_NAMES = ["admin", "root", "guest", "test", "sa", "administrator"];

/** Saturday's authenticated vulnerability scan: one good logon a host and a handful of guesses. */
function scanForWeaknesses(scene: Scene, day: number): void {
  const { estate, random } = scene;
  const from = management(scene);
  let at = scene.calendar.at(from.site, day, 11) + random.between(0, 900) * 1000;
  for (const host of estate.hosts) {
    at += random.between(20, 90) * 1000;
    networkLogon(scene, at, host, estate.services.scan, from, { by: "NTLM" });
    for (const name of random.sample(SCAN_NAMES, 3)) {
      const guess: Account = { ...estate.services.scan, name, domain: "", sid: "S-1-0-0" };
      failLogon(scene, at + random.between(500, 9000), host, guess, from, { why: "noSuchUser" });
    }
  }
}

/** On a few days software goes to all machines at once: a new program, service and task. */
function rollOut(scene: Scene, day: number): void {
  const { estate, calendar } = scene;
  const plan = new Random(estate.seed, "roll-outs");
  const count = Math.max(1, Math.round(calendar.days / 25));
  for (let i = 0; i < count; i++) {
    const when = 2 + plan.int(Math.max(1, calendar.days - 3));
    const product = plan.pick(["VpnClient", "Printing", "Expenses", "Inventory", "Chat"]) +
      plan.int(9);
    if (when === day) deploy(scene, day, product);
  }
}

function deploy(scene: Scene, day: number, product: string): void {
  const { estate, random } = scene;
  const from = management(scene);
  const program = `C:\\Program Files\\Corp\\${product}\\${product}.exe`;
  for (const host of estate.hosts) {
    if (random.chance(0.07)) continue; // off or unreachable
    const at = scene.calendar.at(host.site, day, 12) + random.exponential(0.8 * HOUR_MS);
    const far = networkLogon(scene, at, host, estate.services.deploy, from);
    const installer = run(
      scene,
      at + 4000,
      systemSession(host),
      "C:\\Windows\\System32\\msiexec.exe",
      {
        commandLine: `msiexec /i \\\\${from.name}\\Deploy$\\${product}.msi /qn`,
      },
    );
    installService(scene, at + 9000, far, { name: `Corp ${product} Service`, path: program });
    createTask(scene, at + 10_000, systemSession(host), `\\Corp\\${product} Update`, program);
    run(scene, at + 12_000, systemSession(host), program, { parent: installer });
  }
}
