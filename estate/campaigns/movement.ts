/**
 * Campaigns that move from machine to machine.
 * @module
 */
import { logoff, logonAt, networkLogon, remoteDesktop, useCredentials } from "../actions/logon.ts";
import { remoteShell } from "../actions/powershell.ts";
import { connect, run, systemSession } from "../actions/process.ts";
import { shareAccessed } from "../actions/share.ts";
import { installService } from "../actions/system.ts";
import { type Host, hostsOf } from "../model.ts";
import { adminOf } from "./credentials.ts";
import type { Attack, Campaign } from "./plan.ts";

/** Machines to go to: servers and workstations that the victim does not work on. */
function targets(attack: Attack, count: number): Host[] {
  const others = attack.scene.estate.hosts.filter((host) => host !== attack.victim.host);
  return attack.random.sample(others, count);
}

/** Remote desktop from one machine to the next with the victim's own account. */
function hopByDesktop(attack: Attack): void {
  const { victim } = attack;
  let from = victim.host;
  targets(attack, attack.by(2, 4, 9)).forEach((host, i) => {
    const source = from;
    from = host;
    const at = attack.moment(attack.by(i, Math.floor(i / 2), 0)) + i * 600_000;
    attack.add("T1021.001", at, (scene, timeMs) => {
      const client = { ...attack.foothold(timeMs), host: source };
      const session = remoteDesktop(scene, timeMs, client, host, victim.account);
      for (
        const name of scene.random.sample(["cmd.exe", "whoami.exe", "notepad.exe", "net.exe"], 2)
      ) {
        run(
          scene,
          timeMs + scene.random.between(30, 400) * 1000,
          session,
          `C:\\Windows\\System32\\${name}`,
        );
      }
      logoff(scene, timeMs + scene.random.between(8, 40) * 60_000, session);
    });
  });
}

/** Commands on other machines by PsExec (or smbexec), WMI and WinRM. */
function executeRemotely(attack: Attack): void {
  const { victim } = attack;
  const admin = adminOf(attack);
  targets(attack, attack.by(3, 6, 16)).forEach((host, i) => {
    const way = attack.by("winrm", ["psexec", "wmi", "winrm"][i % 3]!, ["psexec", "wmi"][i % 2]!);
    const at = attack.moment(attack.by(i, Math.floor(i / 3), 0)) + i * 120_000;
    const technique = { psexec: "T1569.002", wmi: "T1047", winrm: "T1021.006" }[way]!;
    attack.add(technique, at, (scene, timeMs) => {
      const session = attack.foothold(timeMs);
      useCredentials(scene, timeMs - 1200, session, admin, host);
      const far = networkLogon(scene, timeMs, host, admin, victim.host);
      if (way === "winrm") {
        remoteShell(scene, timeMs + 600, far, [
          "whoami /all",
          "Get-LocalGroupMember Administrators",
        ]);
      } else if (way === "psexec") {
        shareAccessed(
          scene,
          timeMs + 90,
          { host, name: "ADMIN$", path: "C:\\Windows" },
          far,
          victim.host,
        );
        const name = attack.by("PSEXESVC", "PSEXESVC", scene.random.hex(8));
        installService(scene, timeMs + 500, far, {
          name,
          path: `%SystemRoot%\\${name}.exe`,
          onDemand: true,
        });
        const service = run(scene, timeMs + 700, systemSession(host), `C:\\Windows\\${name}.exe`);
        run(scene, timeMs + 1100, systemSession(host), "C:\\Windows\\System32\\cmd.exe", {
          parent: service,
        });
      } else {
        const provider = run(
          scene,
          timeMs + 300,
          systemSession(host),
          "C:\\Windows\\System32\\wbem\\WmiPrvSE.exe",
        );
        run(scene, timeMs + 800, far, "C:\\Windows\\System32\\cmd.exe", {
          commandLine: "cmd.exe /Q /c whoami 1> \\\\127.0.0.1\\ADMIN$\\__1700000000.1 2>&1",
          parent: provider,
        });
      }
    });
  });
}

/** A service account logs on at a console and by remote desktop, which it never did. */
function useServiceAccount(attack: Attack): void {
  const { scene, random, victim } = attack;
  const account = random.pick([
    scene.estate.services.sql,
    scene.estate.services.backup,
    scene.estate.services.web,
  ]);
  const hosts = [...hostsOf(scene.estate, "app", "terminal", "management"), victim.host];
  for (let i = 0; i < attack.by(1, 3, 7); i++) {
    const host = random.pick(hosts);
    attack.add("T1078.002", attack.moment(i), (scene, timeMs) => {
      const session = host === victim.host
        ? logonAt(scene, timeMs, host, account)
        : remoteDesktop(scene, timeMs, attack.foothold(timeMs), host, account);
      const shell = run(scene, timeMs + 40_000, session, "C:\\Windows\\System32\\cmd.exe");
      for (const name of ["whoami.exe", "hostname.exe", "net.exe"]) {
        run(
          scene,
          timeMs + scene.random.between(50, 300) * 1000,
          session,
          `C:\\Windows\\System32\\${name}`,
          {
            parent: shell,
          },
        );
      }
      connect(scene, timeMs + 90_000, shell, victim.host, 445);
      logoff(scene, timeMs + scene.random.between(6, 50) * 60_000, session);
    });
  }
}

/** Campaigns that move from machine to machine. */
export const MOVEMENT_CAMPAIGNS: readonly Campaign[] = [
  {
    name: "rdp-movement",
    title: "Remote desktop from machine to machine",
    techniques: ["T1021.001"],
    build: hopByDesktop,
  },
  {
    name: "remote-execution",
    title: "Commands elsewhere by PsExec, WMI and WinRM",
    techniques: ["T1569.002", "T1047", "T1021.006"],
    build: executeRemotely,
  },
  {
    name: "service-account",
    title: "A service account used by hand",
    techniques: ["T1078.002"],
    build: useServiceAccount,
  },
];
