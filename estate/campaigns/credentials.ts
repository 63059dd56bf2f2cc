/**
 * Campaigns against credentials.
 * @module
 */
import { directorySession, replicate } from "../actions/directory.ts";
import { failLogon, logonAt, networkLogon } from "../actions/logon.ts";
import { checkNtlm, failPreAuth, requestTgt, requestTicket } from "../actions/tickets.ts";
import { makeFile, openProcess, run } from "../actions/process.ts";
import { shareAccessed } from "../actions/share.ts";
import { type Account, hostsOf } from "../model.ts";
import type { Attack, Campaign } from "./plan.ts";

const LSASS = "C:\\Windows\\System32\\lsass.exe";

/** One password against many accounts, from one machine; then one works. */
function spray(attack: Attack): void {
  const { random, victim, scene } = attack;
  const { estate } = scene;
  const targets = random.sample(
    estate.people,
    Math.round(estate.people.length * attack.by(0.3, 0.6, 0.95)),
  );
  const spread = attack.by(5 * 3_600_000, 3_600_000, 240_000);
  const start = attack.moment();
  targets.forEach((target, i) => {
    const at = start + (i / targets.length) * spread + random.between(0, 900);
    attack.add("T1110.003", at, (scene, timeMs) => {
      if (random.chance(0.5)) failPreAuth(scene, timeMs, target.account, victim.host);
      else {
        failLogon(scene, timeMs, hostsOf(estate, "file")[0]!, target.account, victim.host);
      }
    });
  });
  const hit = random.pick(targets);
  attack.add("T1078.002", start + spread * 1.05, (scene, timeMs) => {
    requestTgt(scene, timeMs, hit.account, victim.host);
    networkLogon(scene, timeMs + 800, hostsOf(estate, "file")[0]!, hit.account, victim.host);
  });
}

/** Many passwords against one account, then in. */
function bruteForce(attack: Attack): void {
  const { random, victim, scene } = attack;
  const servers = hostsOf(scene.estate, "terminal", "app", "management");
  const server = random.pick(servers);
  const ip = attack.by("10.99.7", "10.99.7", "198.51.100") + `.${20 + random.int(200)}`;
  const from = { name: "kali", ip };
  const tries = attack.by(9, 45, 260);
  const gap = attack.by(240_000, 20_000, 900);
  const start = attack.moment();
  for (let i = 0; i < tries; i++) {
    attack.add("T1110.001", start + i * gap * random.between(0.6, 1.4), (scene, timeMs) => {
      failLogon(scene, timeMs, server, victim.account, from);
    });
  }
  attack.add("T1078.002", start + tries * gap * 1.1, (scene, timeMs) => {
    const session = logonAt(scene, timeMs, server, victim.account, { type: 10, from });
    for (const name of ["cmd.exe", "whoami.exe", "net.exe"]) {
      run(
        scene,
        timeMs + scene.random.between(20, 400) * 1000,
        session,
        `C:\\Windows\\System32\\${name}`,
      );
    }
  });
}

/** Tickets with RC4 for every account with a service principal name (Rubeus, Invoke-Kerberoast). */
function kerberoast(attack: Attack): void {
  const { victim, scene, random } = attack;
  const all = scene.estate.principals.map(([account]) => account);
  const people = random.sample(scene.estate.people, attack.by(0, 2, 5)).flatMap((person) =>
    person.adminAccount ?? []
  );
  const targets = [...random.sample(all, attack.by(2, 4, 4)), ...people];
  const start = attack.moment();
  attack.add("T1558.003", start, (scene, timeMs) => {
    const tool = `C:\\Users\\${victim.account.name}\\AppData\\Local\\Temp\\${
      attack.by("svcutil", "r", "Rubeus")
    }.exe`;
    run(scene, timeMs, attack.foothold(timeMs), tool, {
      commandLine: `${tool} kerberoast /nowrap`,
    });
  });
  targets.forEach((target, i) => {
    const at = start + 1500 + i * attack.by(3_600_000, 20_000, 15);
    attack.add("T1558.003", at, (scene, timeMs) => {
      requestTicket(scene, timeMs, victim.account, victim.host, target, { encryption: 0x17 });
    });
  });
}

/** Ticket-granting tickets without pre-authentication, with RC4. */
function asRepRoast(attack: Attack): void {
  const { random, victim, scene } = attack;
  const count = attack.by(2, 6, 20);
  const targets = [
    ...scene.estate.dormant,
    ...random.sample(scene.estate.people, count).map((p) => p.account),
  ]
    .slice(0, count);
  const start = attack.moment();
  targets.forEach((target, i) => {
    const at = start + i * attack.by(1_800_000, 4000, 30) + random.between(0, 20);
    attack.add("T1558.004", at, (scene, timeMs) => {
      const open = i % 3 === 0; // the others need pre-authentication and fail
      requestTgt(
        scene,
        timeMs,
        target,
        victim.host,
        open ? { encryption: 0x17, preAuth: "0" } : { status: 0x19 },
      );
    });
  });
}

/** An administrator's hash from one machine, used by NTLM against others. */
function passTheHash(attack: Attack): void {
  const { random, victim, scene } = attack;
  const admin = adminOf(attack);
  const start = attack.moment();
  attack.add("T1550.002", start, (scene, timeMs) => {
    const session = attack.foothold(timeMs);
    const process = run(scene, timeMs, session, "C:\\Windows\\System32\\cmd.exe", {
      elevated: true,
    });
    openProcess(scene, timeMs + 3000, process, LSASS, 0x1010);
    // sekurlsa::pth: a logon with new credentials (type 9) by seclogo
    scene.emit(session.host, "security", 4624, timeMs + 5000, victim.account, {
      SubjectUserSid: victim.account.sid,
      SubjectUserName: victim.account.name,
      SubjectDomainName: victim.account.domain,
      SubjectLogonId: session.logonId,
      TargetUserSid: victim.account.sid,
      TargetUserName: victim.account.name,
      TargetDomainName: victim.account.domain,
      TargetLogonId: session.logonId + 977,
      LogonType: 9,
      LogonProcessName: "seclogo",
      AuthenticationPackageName: "Negotiate",
      IpAddress: "::1",
      IpPort: "0",
      ProcessName: "C:\\Windows\\System32\\svchost.exe",
      ImpersonationLevel: "%%1833",
      TargetOutboundUserName: admin.name,
      TargetOutboundDomainName: admin.domain,
      ElevatedToken: "%%1842",
    });
  });
  const hosts = random.sample(scene.estate.hosts, attack.by(2, 5, 14));
  hosts.forEach((host, i) => {
    const at = start + 60_000 + i * attack.by(2_400_000, 200_000, 7000) * random.between(0.5, 1.5);
    attack.add("T1550.002", at, (scene, timeMs) => {
      const far = networkLogon(scene, timeMs, host, admin, victim.host, { by: "NTLM" });
      shareAccessed(
        scene,
        timeMs + 40,
        { host, name: "ADMIN$", path: "C:\\Windows" },
        far,
        victim.host,
      );
    });
  });
}

/** A stolen ticket: the administrator's name from a machine that never asked for the ticket. */
function passTheTicket(attack: Attack): void {
  const { random, victim, scene } = attack;
  const admin = adminOf(attack);
  const start = attack.moment();
  attack.add("T1550.003", start, (scene, timeMs) => {
    run(scene, timeMs, attack.foothold(timeMs), "C:\\Windows\\System32\\klist.exe");
  });
  const servers = random.sample(
    hostsOf(scene.estate, "file", "app", "dc", "terminal"),
    attack.by(1, 3, 8),
  );
  servers.forEach((host, i) => {
    const at = start + 30_000 + i * attack.by(3_000_000, 300_000, 9000) * random.between(0.5, 1.5);
    attack.add("T1550.003", at, (scene, timeMs) => {
      const encryption = attack.by(0x12, 0x17, 0x17);
      const far = networkLogon(scene, timeMs, host, admin, victim.host, { encryption });
      shareAccessed(scene, timeMs + 50, { host, name: "C$", path: "C:\\" }, far, victim.host);
    });
  });
}

/** The directory's secrets by replication, from a workstation. */
function dcSync(attack: Attack): void {
  const { victim } = attack;
  const admin = adminOf(attack);
  for (let i = 0; i < attack.by(1, 3, 12); i++) {
    const at = attack.moment(attack.by(i, 0, 0)) + i * 4000;
    attack.add("T1003.006", at, (scene, timeMs) => {
      const session = directorySession(scene, timeMs, admin);
      networkLogon(scene, timeMs, session.host, admin, victim.host);
      replicate(scene, timeMs + 300, session);
    });
  }
}

/** Memory of lsass: by comsvcs.dll, procdump, or a tool of its own. */
function lsassAccess(attack: Attack): void {
  const { victim } = attack;
  const dump = `C:\\Users\\${victim.account.name}\\AppData\\Local\\Temp\\d.dmp`;
  const [image, commandLine] = attack.by(
    ["C:\\Windows\\System32\\rundll32.exe", `rundll32.exe comsvcs.dll, MiniDump 724 ${dump} full`],
    ["C:\\Tools\\procdump64.exe", `procdump64.exe -accepteula -ma lsass.exe ${dump}`],
    [
      "C:\\Users\\Public\\mimikatz.exe",
      "mimikatz.exe privilege::debug sekurlsa::logonpasswords exit",
    ],
  );
  for (let i = 0; i < attack.by(1, 2, 4); i++) {
    attack.add("T1003.001", attack.moment(i), (scene, timeMs) => {
      const session = attack.foothold(timeMs);
      const process = run(scene, timeMs, session, image!, { commandLine, elevated: true });
      openProcess(scene, timeMs + 700, process, LSASS, attack.by(0x1010, 0x1fffff, 0x1410));
      makeFile(scene, timeMs + 2500, process, dump);
    });
  }
}

/** The account of an administrator whose credentials lie on the victim's machine. */
export function adminOf(attack: Attack): Account {
  const admins = attack.scene.estate.people.flatMap((person) => person.adminAccount ?? []);
  return admins.length > 0 ? attack.random.pick(admins) : attack.scene.estate.services.deploy;
}

/** An account that nobody has used for long works again, by NTLM from a strange address. */
function wakeDormant(attack: Attack): void {
  const { random, scene, victim } = attack;
  const account = random.pick(scene.estate.dormant);
  for (let i = 0; i < attack.by(2, 5, 12); i++) {
    const at = attack.moment(attack.by(i, Math.floor(i / 2), 0)) + i * 90_000;
    attack.add("T1078.002", at, (scene, timeMs) => {
      const host = scene.random.pick(hostsOf(scene.estate, "file", "app"));
      if (i === 0) checkNtlm(scene, timeMs - 4000, account, victim.host.name, 0xc000006a);
      networkLogon(scene, timeMs, host, account, victim.host, {
        by: attack.by("Kerberos", "NTLM", "NTLM"),
      });
    });
  }
}

/** Campaigns against credentials. */
export const CREDENTIAL_CAMPAIGNS: readonly Campaign[] = [
  {
    name: "password-spray",
    title: "One password against many accounts",
    techniques: ["T1110.003", "T1078.002"],
    build: spray,
  },
  {
    name: "brute-force",
    title: "Many passwords against one account, then in",
    techniques: ["T1110.001", "T1078.002"],
    build: bruteForce,
  },
  {
    name: "kerberoasting",
    title: "RC4 tickets for service accounts",
    techniques: ["T1558.003"],
    build: kerberoast,
  },
  {
    name: "asrep-roasting",
    title: "Tickets without pre-authentication",
    techniques: ["T1558.004"],
    build: asRepRoast,
  },
  {
    name: "pass-the-hash",
    title: "An administrator's hash used by NTLM",
    techniques: ["T1550.002"],
    build: passTheHash,
  },
  {
    name: "pass-the-ticket",
    title: "A stolen ticket used from another machine",
    techniques: ["T1550.003"],
    build: passTheTicket,
  },
  {
    name: "dcsync",
    title: "Directory secrets by replication",
    techniques: ["T1003.006"],
    build: dcSync,
  },
  {
    name: "lsass-access",
    title: "Credentials from the memory of lsass",
    techniques: ["T1003.001"],
    needs: ({ audit }) => audit.sysmon || audit.object,
    build: lsassAccess,
  },
  {
    name: "dormant-account",
    title: "An account woken after long silence",
    techniques: ["T1078.002"],
    build: wakeDormant,
  },
];
