/**
 * The help desk: passwords, unlocks, remote help.
 * @module
 */
import { addToGroup, changeAccount, directorySession } from "../actions/directory.ts";
import { logoff, networkLogon, remoteDesktop, useCredentials } from "../actions/logon.ts";
import { remoteShell } from "../actions/powershell.ts";
import { run, systemSession } from "../actions/process.ts";
import { installService } from "../actions/system.ts";
import { hostsOf } from "../model.ts";
import type { Scene } from "../scene.ts";
import { moment, type Work } from "./workday.ts";

/** Tickets of a day, each worked off with the second account. */
export function supportUsers(scene: Scene, work: Work): void {
  const { random, estate } = scene;
  const { session, times, place, person, busy } = work;
  const account = person.adminAccount!;
  const tickets = random.poisson(5 * busy);
  for (let i = 0; i < tickets; i++) {
    const at = moment(random, times);
    const customer = random.pick(estate.people);
    const kind = random.next();
    if (kind < 0.45) {
      useCredentials(scene, at - 4000, session, account, session.host);
      const directory = directorySession(scene, at, account);
      if (kind < 0.2) changeAccount(scene, at, directory, customer.account, "unlocked");
      else if (kind < 0.38) changeAccount(scene, at, directory, customer.account, "reset");
      else {addToGroup(
          scene,
          at,
          directory,
          random.chance(0.5) ? "staff" : "projects",
          customer.account,
        );}
    } else if (kind < 0.7) {
      const far = networkLogon(scene, at, customer.host, account, place);
      if (kind < 0.54) addToGroup(scene, at + 900, far, "remoteDesktop", customer.account);
      else if (kind < 0.56) addToGroup(scene, at + 900, far, "administrators", customer.account);
      else remoteShell(scene, at + 900, far, ["Get-Process", "Get-Service Spooler"]);
    } else if (kind < 0.85) {
      const desk = remoteDesktop(scene, at, session, customer.host, account);
      run(scene, at + 60_000, desk, "C:\\Windows\\System32\\mmc.exe", { elevated: true });
      logoff(scene, at + random.between(5, 40) * 60_000, desk);
    } else if (kind < 0.92) psExec(scene, at, work);
  }
}

/** PsExec as Sysinternals leaves it: ADMIN$, a service, the tool and its child. */
export function psExec(
  scene: Scene,
  timeMs: number,
  work: Work,
  target = scene.random.pick(hostsOf(scene.estate, "workstation")),
  command = "ipconfig /all",
): void {
  const { random } = scene;
  const account = work.person.adminAccount!;
  useCredentials(scene, timeMs - 800, work.session, account, target, "C:\\Tools\\PsExec64.exe");
  run(scene, timeMs - 900, work.session, "C:\\Tools\\PsExec64.exe", {
    commandLine: `PsExec64.exe \\\\${target.name} -s cmd /c ${command}`,
  });
  const far = networkLogon(scene, timeMs, target, account, work.place);
  installService(scene, timeMs + 700, far, {
    name: "PSEXESVC",
    path: "%SystemRoot%\\PSEXESVC.exe",
    onDemand: true,
  });
  const local = systemSession(target);
  const service = run(scene, timeMs + 900, local, "C:\\Windows\\PSEXESVC.exe");
  run(scene, timeMs + 900 + random.between(100, 600), local, "C:\\Windows\\System32\\cmd.exe", {
    commandLine: `cmd /c ${command}`,
    parent: service,
  });
}
