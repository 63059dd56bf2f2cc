/**
 * Short stories of a host, and what they come to by hand: each column has one that fills it.
 * @module
 */
import type { EventView } from "@/features/event.ts";
import { type FieldName, fieldSlot } from "@/features/fields.ts";
import type { FeatureName } from "@/features/schema.ts";

/** The person whose row most stories are about. */
export const ALICE = "S-1-5-21-1-2-3-1104";
/** A Monday, 9:00 UTC. */
export const START = Date.UTC(2026, 0, 5, 9);

type Fields = Partial<Record<FieldName, string>>;
type System = Partial<EventView> & { readonly minute?: number; readonly hour?: number };

/** Events, and wire integers of the last hour's row. */
export interface Story {
  readonly title: string;
  readonly events: readonly EventView[];
  /** Whose row; Alice's by default. */
  readonly user?: string;
  readonly expected: Partial<Record<FeatureName, number>>;
}

let record = 0;

function event(
  channel: string,
  eventId: number,
  fields: Fields,
  { minute = 30, hour = 0, ...system }: System = {},
): EventView {
  const texts = new Map(
    Object.entries(fields).map(([name, value]) => [fieldSlot(name as FieldName), value]),
  );
  return {
    channel,
    eventId,
    provider: "",
    version: 2,
    level: 0,
    recordId: ++record,
    timeMs: START + (60 * hour + minute) * 60_000,
    computer: "ws-1.ex.org",
    userSid: "",
    text: (slot) => texts.get(slot) ?? "",
    number: (slot) => texts.has(slot) ? Number(texts.get(slot)) : NaN,
    ...system,
  };
}

const TARGET = { TargetUserSid: ALICE, TargetUserName: "alice", TargetDomainName: "EX" };
/** Alice acts. */
export const SUBJECT = { SubjectUserSid: ALICE, SubjectUserName: "alice", SubjectDomainName: "EX" };
const ACTOR = { TargetUserName: "alice", TargetDomainName: "EX" };
const GET_CHANGES = "{1131f6aa-9c07-11d1-f79f-00c04fc2dcd2}";
const DAY = 24;

/** An event of the Security log. */
export const security = (eventId: number, fields: Fields, system?: System) =>
  event("Security", eventId, fields, system);
const logon = (fields: Fields = {}, system?: System) =>
  security(4624, { ...TARGET, LogonType: "2", ...fields }, system);
const failure = (fields: Fields = {}, system?: System) =>
  security(4625, { ...ACTOR, SubStatus: "0xc000006a", ...fields }, system);
const process = (fields: Fields, system?: System) =>
  security(4688, { ...SUBJECT, ...fields }, system);
/** By Alice, whose name Sysmon gives and a logon has told. */
const sysmon = (eventId: number, fields: Fields, system?: System) =>
  event("Microsoft-Windows-Sysmon/Operational", eventId, { User: "EX\\alice", ...fields }, system);
const script = (fields: Fields, system?: System) =>
  event("Microsoft-Windows-PowerShell/Operational", 4104, fields, { userSid: ALICE, ...system });
const byAlice = (channel: string, eventId: number, fields: Fields = {}) =>
  event(channel, eventId, fields, { userSid: ALICE });
const share = (RelativeTargetName: string, AccessMask: string, ShareName = "\\\\*\\hr") =>
  security(5145, { ...SUBJECT, ShareName, RelativeTargetName, AccessMask });

const time: Story[] = [
  {
    title: "a first hour on Monday, 9 to 10",
    events: [logon({}, { minute: 0 }), logon({}, { minute: 5 }), logon({}, { minute: 5 })],
    expected: {
      hour_sin: Math.round(1000 * Math.sin(9.5 / 12 * Math.PI)),
      hour_cos: Math.round(1000 * Math.cos(9.5 / 12 * Math.PI)),
      dow_sin: 0,
      dow_cos: 1000,
      active_minutes: 2,
      weekend_holiday: 0,
      hour_surprise: Math.round(100 * Math.log(168)),
      idle_gap: 0,
      user_tenure: 1000,
      first_on_host: 1,
      user_rarity_on_host: 0,
    },
  },
  {
    title: "the same hour a week later",
    events: [logon(), logon({}, { hour: 7 * DAY })],
    expected: {
      hour_surprise: Math.round(100 * Math.log(169 / 2)),
      idle_gap: 167,
      user_tenure: Math.round(1000 * Math.exp(-0.5)),
      first_on_host: 0,
      user_rarity_on_host: Math.round(100 * Math.log(5 / 2)), // 1 of 2 windows, 2 users
    },
  },
  {
    title: "a Saturday",
    events: [logon({}, { hour: 5 * DAY })],
    expected: { dow_sin: -975, dow_cos: -223, weekend_holiday: 1 },
  },
];

const volume: Story[] = [
  {
    title: "two kinds of event after an hour of one",
    events: [logon(), logon({}, { hour: 1 }), security(4634, TARGET, { hour: 1 })],
    expected: { ev_total: 2, ev_security: 2, eid_distinct: 2, eid_entropy: 1000, eid_jsd: 311 },
  },
  {
    title: "an event of each other log",
    events: [
      logon(),
      byAlice("System", 7040),
      script({ ScriptBlockId: "1" }),
      event("Windows PowerShell", 400, {}),
      sysmon(1, { Image: "C:\\a.exe" }),
      sysmon(5, {}),
    ],
    expected: { ev_total: 5, ev_system: 1, ev_powershell: 1, ev_sysmon: 2 },
  },
];

const logons: Story[] = [
  {
    title: "logons of every type",
    events: ["0", "2", "3", "4", "5", "7", "8", "9", "10", "11", "12", "13"].map((LogonType) =>
      logon({ LogonType })
    ),
    expected: {
      logon_ok: 11,
      logon_interactive: 1,
      logon_network: 1,
      logon_batch_service: 2,
      logon_unlock: 2,
      logon_cleartext: 1,
      logon_newcred: 1,
      logon_rdp: 2,
      logon_cached: 3,
      logon_type_new: 11,
    },
  },
  {
    title: "one unlock and one remote session, each written twice",
    events: [
      logon({ LogonType: "7" }),
      security(4801, TARGET),
      logon({ LogonType: "10" }),
      event("Microsoft-Windows-TerminalServices-LocalSessionManager/Operational", 21, {
        ...{ User: "EX\\alice", SessionID: "2", Address: "10.0.0.9" },
      }),
      security(4778, { AccountName: "alice", AccountDomain: "EX" }),
    ],
    expected: { logon_unlock: 1, logon_rdp: 2 },
  },
  {
    title: "network logons by NTLM and Kerberos, elevated and not, from near and far",
    events: [
      logon({
        ...{ LogonType: "3", AuthenticationPackageName: "NTLM", ElevatedToken: "%%1842" },
        ...{ IpAddress: "203.0.113.5", WorkstationName: "WS-7" },
      }),
      logon({
        ...{ LogonType: "3", AuthenticationPackageName: "Kerberos", ElevatedToken: "%%1843" },
        ...{ IpAddress: "::ffff:10.0.0.9", WorkstationName: "WS-1" },
      }),
      logon({ LogonType: "3", IpAddress: "fd00:1:2:3::1", WorkstationName: "-" }),
      logon({ LogonType: "3", IpAddress: "fd00:1:2:3::2" }),
      logon({ LogonType: "3", IpAddress: "::1" }),
    ],
    expected: {
      ntlm_share: 200,
      elevated_share: 200,
      src_ip_distinct: 3,
      src_ws_distinct: 1,
      src_external_share: 250,
      new_src_ip: 3,
      new_src_ws: 1,
    },
  },
  {
    title: "a source after two logons from another",
    events: [
      ...[1, 2].map(() => logon({ LogonType: "3", IpAddress: "10.0.0.1" })),
      logon({ LogonType: "3", IpAddress: "10.0.0.2" }, { hour: 1 }),
    ],
    expected: { new_src_ip: 1, src_surprise: Math.round(100 * Math.log(4)), logon_type_new: 0 },
  },
  {
    title: "a session of 42 minutes",
    events: [
      logon({ TargetLogonId: "0x10" }, { minute: 3 }),
      security(4634, { ...TARGET, TargetLogonId: "0x10", LogonType: "2" }, { minute: 45 }),
    ],
    expected: { session_len_max: 42 },
  },
  {
    title: "a remote session of 20 minutes that was disconnected",
    events: [
      logon({ LogonType: "10", TargetLogonId: "0x20" }, { minute: 10 }),
      security(4779, { AccountName: "alice", AccountDomain: "EX", LogonID: "0x20" }),
    ],
    expected: { session_len_max: 20 },
  },
];

const failures: Story[] = [
  {
    title: "four failures within ten minutes, then a success",
    events: [
      failure({ IpAddress: "10.0.0.1" }, { minute: 1 }),
      failure({ IpAddress: "10.0.0.1" }, { minute: 1 }),
      failure({ IpAddress: "10.0.0.2", SubStatus: "0xc0000072" }, { minute: 2 }),
      failure({ SubStatus: "0x0", Status: "0xc0000234" }, { minute: 3 }),
      logon({}, { minute: 9 }),
    ],
    expected: {
      logon_fail: 4,
      fail_ratio: Math.round(1000 * 5 / 7),
      fail_src_distinct: 2,
      fail_badpw_share: 500,
      fail_policy_share: 250,
      fail_burst: 2,
      fail_then_ok: 1,
      lockouts: 1,
    },
  },
  {
    title: "a spray over names, half of which do not exist",
    events: ["ann", "ben", "cat", "dan"].map((TargetUserName, i) =>
      failure({ TargetUserName, SubStatus: i < 2 ? "0xc0000064" : "0xc000006a" })
    ),
    user: "SYSTEM",
    expected: { fail_users_distinct: 4, fail_nouser_share: 500, fail_badpw_share: 500 },
  },
  {
    title: "failed validations and tickets",
    events: [
      logon(),
      security(4776, { TargetUserName: "alice", Status: "0xc000006a", Workstation: "WS-7" }),
      security(4771, { ...ACTOR, TargetSid: ALICE, Status: "0x18", IpAddress: "10.0.0.1" }),
      security(4768, { ...ACTOR, TargetSid: ALICE, Status: "0x12" }),
      security(4740, { TargetSid: ALICE, TargetUserName: "alice", TargetDomainName: "WS-7" }),
    ],
    expected: { ntlm_fail: 1, preauth_fail: 2, fail_src_distinct: 2, lockouts: 1 },
  },
];

const novelty: Story[] = [
  {
    title: "Alice comes to a host that knew Bob",
    events: [
      logon({ TargetUserSid: `${ALICE}5`, TargetUserName: "bob" }),
      logon({}, { hour: 1 }),
    ],
    expected: { user_rarity_on_host: Math.round(100 * Math.log(5)) }, // 0 of 2 windows, 2 users
  },
  {
    title: "two people on a host, one of them new",
    events: [
      logon(),
      logon({}, { hour: 1 }),
      logon({ TargetUserSid: `${ALICE}5`, TargetUserName: "bob" }, { hour: 1 }),
      logon({ TargetUserSid: "S-1-5-18", TargetUserName: "WS-1$" }, { hour: 1 }),
    ],
    user: "SYSTEM",
    expected: { users_on_host: 2, new_users_on_host: 1 },
  },
];

const explicit = (server: string, name: string, program: string, system?: System) =>
  security(4648, {
    ...SUBJECT,
    ...{ TargetServerName: server, TargetUserName: name, TargetDomainName: "EX" },
    ProcessName: `C:\\Windows\\${program}.exe`,
  }, system);

const reach: Story[] = [
  {
    title: "credentials for other servers, one known, by a program not used for it before",
    events: [
      ...[1, 2, 3].map(() => explicit("srv-1", "alice", "lsass")),
      explicit("srv-1", "bob", "evil", { hour: 1 }),
      explicit("srv-2", "Alice", "lsass", { hour: 1 }),
      explicit("localhost", "carol", "lsass", { hour: 1 }),
      explicit("srv-2", "bob", "lsass", { hour: 1 }),
    ],
    expected: {
      explicit_cred: 4,
      explicit_targets: 2,
      explicit_accounts: 3,
      explicit_new_target: 1,
      explicit_other_acct: 750,
      explicit_odd_process: Math.round(100 * Math.log(5)),
    },
  },
  {
    title: "remote desktops opened elsewhere",
    events: ["srv-1", "SRV-1", "srv-2"].map((Value) =>
      byAlice("Microsoft-Windows-TerminalServices-RDPClient/Operational", 1024, { Value })
    ),
    expected: { rdp_out: 2, explicit_new_target: 2 },
  },
  {
    title: "connections out and in, and names looked up",
    events: [
      logon(),
      ...["10.0.0.1", "10.0.0.2", "8.8.8.8"].map((DestinationIp) =>
        sysmon(3, { Initiated: "true", DestinationIp, DestinationPort: "445" })
      ),
      sysmon(3, { Initiated: "true", DestinationIp: "10.0.0.3", DestinationPort: "443" }),
      sysmon(3, { Initiated: "false", DestinationIp: "10.0.0.4", DestinationPort: "445" }),
      ...["a.ex.co.uk", "b.ex.co.uk", "ex.org."].map((QueryName) => sysmon(22, { QueryName })),
    ],
    expected: { admin_port_fanout: 2, new_internal_dest: 3, dns_new: 2 },
  },
];

const tickets: Story[] = [
  {
    title: "tickets: one without pre-authentication, one weak, one for a machine",
    events: [
      security(4768, { ...ACTOR, TargetSid: ALICE, Status: "0x0", PreAuthType: "2" }),
      security(4768, { ...ACTOR, TargetSid: ALICE, Status: "0x0", PreAuthType: "0" }),
      ...[["sql", "0x17"], ["web", "0x12"], ["srv-1$", "0x17"], ["krbtgt", "0x12"]].map(
        ([ServiceName, TicketEncryptionType]) =>
          security(4769, {
            ...{ TargetUserName: "alice@EX", TargetDomainName: "EX", Status: "0x0" },
            ...{ ServiceName, TicketEncryptionType },
          }),
      ),
      security(4776, { TargetUserName: "alice", Status: "0x0" }),
    ],
    expected: {
      tgt_req: 2,
      asrep_nopreauth: 1,
      tgs_req: 4,
      tgs_services: 3,
      new_service_name: 3,
      rc4_share: 333,
      ntlm_validations: 1,
    },
  },
  {
    title: "replication asked for by a person, read access, and Entra Connect",
    events: [
      security(4662, { ...SUBJECT, AccessMask: "0x100", Properties: `%%7688 ${GET_CHANGES}` }),
      security(4662, { ...SUBJECT, AccessMask: "0x10", Properties: GET_CHANGES }),
      security(4662, {
        ...SUBJECT,
        ...{ SubjectUserName: "MSOL_1", AccessMask: "0x100", Properties: GET_CHANGES },
      }),
    ],
    expected: { dcsync: 1 },
  },
];

const directory = (AttributeLDAPDisplayName: string, OperationType: string, ObjectClass = "user") =>
  security(5136, { ...SUBJECT, AttributeLDAPDisplayName, OperationType, ObjectClass });

const accounts: Story[] = [
  {
    title: "privileges",
    events: [
      security(4672, { ...SUBJECT, PrivilegeList: "SeDebugPrivilege" }),
      security(4672, { ...SUBJECT, PrivilegeList: "SeDebugPrivilege\r\n\t\t\tSeTcbPrivilege" }, {
        hour: 1,
      }),
      security(4673, { ...SUBJECT, PrivilegeList: "SeTcbPrivilege" }, { hour: 1 }),
      security(4674, SUBJECT, { hour: 1 }),
    ],
    expected: { priv_logon: 1, priv_new: 1, priv_use: 2 },
  },
  {
    title: "accounts made, changed, renamed and removed",
    events: [
      ...[4720, 4741, 4722, 4725, 4726, 4743, 4767, 4723, 4724, 4781, 4765, 4766].map((id) =>
        security(id, { ...SUBJECT, TargetUserName: "bob" })
      ),
      security(4738, { ...SUBJECT, TargetUserName: "bob", SidHistory: "-" }),
      security(4738, { ...SUBJECT, TargetUserName: "bob", SidHistory: "%{S-1-5-21-9-9-9-500}" }),
      security(4742, { ...SUBJECT, TargetUserName: "ws-7$" }),
      security(4742, { ...SUBJECT, TargetUserName: "alice" }), // own password rotation
    ],
    expected: { acct_created: 2, acct_state: 5, pw_reset: 2, acct_rename_sid: 4, acct_changed: 3 },
  },
  {
    title: "members added to groups, one of administrators",
    events: ["S-1-5-21-1-2-3-2001", "S-1-5-32-544", "S-1-5-21-1-2-3-512"].map((TargetSid, i) =>
      security([4728, 4732, 4756][i], { ...SUBJECT, TargetSid })
    ),
    expected: { group_add: 3, priv_group_add: 1 },
  },
  {
    title: "groups of a logon",
    events: [
      security(4627, { TargetUserSid: ALICE, GroupMembership: "\r\n\t\t%{S-1-5-32-545}" }),
    ],
    expected: { ev_security: 1, eid_distinct: 1, logon_ok: 0 },
  },
  {
    title: "directory objects changed",
    events: [
      directory("msDS-KeyCredentialLink", "%%14674"),
      directory("msDS-KeyCredentialLink", "%%14675"), // removed
      directory("servicePrincipalName", "%%14674", "computer"),
      directory("servicePrincipalName", "%%14674"),
      directory("description", "%%14674"),
      security(5137, SUBJECT),
      security(5141, SUBJECT),
    ],
    expected: { ds_change: 7, ds_takeover_attr: 2 },
  },
  {
    title: "groups and users whose members were listed",
    events: ["S-1-5-32-544", "S-1-5-32-544", ALICE].map((TargetSid, i) =>
      security(i < 2 ? 4799 : 4798, { ...SUBJECT, TargetSid })
    ),
    expected: { enum_members: 2 },
  },
];

const explorer = { ParentProcessName: "C:\\Windows\\explorer.exe" };

const programs: Story[] = [
  {
    title: "programs after an hour of cmd under explorer",
    events: [
      ...[1, 2, 3].map(() => process({ NewProcessName: "C:\\Windows\\cmd.exe", ...explorer })),
      process({ NewProcessName: "C:\\Windows\\cmd.exe", ...explorer }, { hour: 1 }),
      process({ NewProcessName: "C:\\Users\\a\\Tool.exe", ...explorer }, { hour: 1 }),
    ],
    expected: {
      proc_count: 2,
      proc_distinct: 2,
      proc_new_host: 1,
      proc_new_user: 1,
      parent_child_new: 1,
      chain_surprise_mean: Math.round(50 * (Math.log(5 / 4) + Math.log(5))),
      chain_surprise_max: Math.round(100 * Math.log(5)),
      user_path_share: 500,
      interpreter: 1,
    },
  },
  {
    title: "built-in tools and discovery, four within five minutes",
    events: [
      ["certutil.exe", 0],
      ["whoami.exe", 1],
      ["net.exe", 2],
      ["nltest.exe", 3],
      ["ipconfig.exe", 5],
      ["systeminfo.exe", 30],
    ].map(([name, minute]) =>
      process({ NewProcessName: `C:\\Windows\\System32\\${name}` }, { minute: minute as number })
    ),
    expected: { lolbin: 2, discovery_distinct: 5, discovery_burst: 4 },
  },
  {
    title: "a shell from Word, and programs from remote-execution services",
    events: [
      ["powershell.exe", "winword.exe"],
      ["notepad.exe", "winword.exe"],
      ["a.exe", "wmiprvse.exe"],
      ["cmd.exe", "services.exe"],
      ["a.exe", "services.exe"],
    ].map(([name, parent]) =>
      process({ NewProcessName: `C:\\${name}`, ParentProcessName: `C:\\${parent}` })
    ),
    expected: { office_shell: 1, remote_exec_child: 2, interpreter: 2 },
  },
  {
    title: "a parent that is known by its process id",
    events: [
      process({ NewProcessName: "C:\\winword.exe", NewProcessId: "0x99" }, { minute: 1 }),
      process({ NewProcessName: "C:\\cmd.exe", NewProcessId: "0x9a", ProcessId: "0x99" }),
    ],
    expected: { office_shell: 1, parent_child_new: 1 },
  },
  {
    title: "command lines and elevation",
    events: [
      process({ NewProcessName: "C:\\a.exe", CommandLine: "abcd", TokenElevationType: "%%1937" }),
      process({
        NewProcessName: "C:\\a.exe",
        CommandLine: "aaaa",
        MandatoryLabel: "S-1-16-8192",
      }),
    ],
    expected: { cmd_len_max: 4, cmd_entropy: 125, cmd_encoded: 0, high_integrity_share: 500 },
  },
  {
    title: "an encoded command",
    events: [
      process({
        NewProcessName: "C:\\powershell.exe",
        CommandLine: "powershell -enc SQBFAFgAIAAoAE4AZQB3AC0ATwBiAGoA",
      }),
    ],
    expected: { cmd_encoded: 1 },
  },
  {
    title: "Sysmon counts instead of 4688; a renamed tool; a console for DCOM and one of a person",
    events: [
      logon(),
      process({ NewProcessName: "C:\\Windows\\cmd.exe" }),
      sysmon(1, { Image: "C:\\x.exe", OriginalFileName: "CertUtil.exe", Hashes: "SHA256=AB" }),
      ...["-Embedding", "services.msc"].map((argument) =>
        sysmon(1, {
          ...{ Image: "C:\\y.exe", Hashes: "MD5=00,IMPHASH=CD" },
          ParentImage: "C:\\Windows\\System32\\mmc.exe",
          ParentCommandLine: `mmc.exe ${argument}`,
        })
      ),
    ],
    expected: { proc_count: 3, interpreter: 0, lolbin: 1, remote_exec_child: 1, hash_new: 2 },
  },
];

const powershell: Story[] = [
  {
    title: "two scripts, one in two parts, one run before",
    events: [
      script({ ScriptBlockId: "0", ScriptBlockText: "abcdefgh 7" }),
      script({ ScriptBlockId: "1", ScriptBlockText: "abcdefgh 8" }, { hour: 1 }),
      script({ ScriptBlockId: "2", ScriptBlockText: "IEX (New-Object", MessageNumber: "1" }, {
        hour: 1,
        level: 3,
      }),
      script({ ScriptBlockId: "2", ScriptBlockText: " Net.WebClient)", MessageNumber: "2" }, {
        hour: 1,
      }),
    ],
    expected: { ps_blocks: 2, ps_warning: 1, ps_susp_tokens: 1, ps_len: 40, ps_new_script: 1 },
  },
  {
    title: "a script of eight different characters",
    events: [script({ ScriptBlockId: "1", ScriptBlockText: "abcdefgh" })],
    expected: { ps_entropy: 375 },
  },
  {
    title: "commands, and a session from elsewhere",
    events: [
      ...["Get-Item", "get-item", "Get-Date"].map((name) =>
        byAlice("Microsoft-Windows-PowerShell/Operational", 4103, {
          Payload: `CommandInvocation(${name}): "${name}"`,
        })
      ),
      byAlice("Microsoft-Windows-WinRM/Operational", 91, {
        resourceUri: "http://schemas.microsoft.com/powershell/Microsoft.PowerShell",
      }),
    ],
    expected: { ps_cmds_distinct: 2, ps_remote: 1 },
  },
];

const install = (ServiceName: string, path: string) => [
  byAlice("System", 7045, { ServiceName, ImagePath: path }),
  security(4697, { ...SUBJECT, ServiceName, ServiceFileName: path }),
];

const persistence: Story[] = [
  {
    title: "services, each written to two logs; one from a share, one a driver",
    events: [
      ...install("Backup Agent", "C:\\Program Files\\b\\b.exe"),
      ...install("BTOBTO", "%COMSPEC% /Q /c echo"),
      ...install("drv", "C:\\Windows\\System32\\drivers\\d.sys"),
    ],
    expected: { svc_install: 3, svc_susp: 1, driver_load: 1 },
  },
  {
    title: "tasks, each written to two logs",
    events: [
      security(4698, SUBJECT),
      security(4702, SUBJECT),
      event("Microsoft-Windows-TaskScheduler/Operational", 106, { UserContext: "EX\\alice" }),
      event("Microsoft-Windows-TaskScheduler/Operational", 140, { UserName: "EX\\alice" }),
    ],
    expected: { task_created: 1, task_changed: 1 },
  },
  {
    title: "autoruns, subscriptions and executables",
    events: [
      logon(),
      sysmon(13, {
        EventType: "SetValue",
        TargetObject: "HKLM\\Software\\Microsoft\\Windows\\CurrentVersion\\Run\\x",
      }),
      sysmon(12, {
        EventType: "DeleteValue",
        TargetObject: "HKLM\\Software\\Microsoft\\Windows\\CurrentVersion\\Run\\x",
      }),
      ...[19, 20, 21].map((eventId) => sysmon(eventId, {})),
      sysmon(11, { TargetFilename: "C:\\Temp\\a.exe" }),
      sysmon(11, { TargetFilename: "C:\\Temp\\a.txt" }),
      sysmon(29, { TargetFilename: "C:\\Temp\\a.exe" }),
      security(4663, { ...SUBJECT, ObjectName: "C:\\b.ps1", AccessMask: "0x2" }),
    ],
    expected: { autorun_reg: 1, wmi_sub: 3, exe_drop: 2, data_touch: 1 },
  },
  {
    title: "a defence disabled, and what protection blocked",
    events: [
      byAlice("System", 7040, {
        ...{ param1: "Windows Defender", param2: "auto start", param3: "disabled" },
        param4: "WinDefend",
      }),
      byAlice("System", 7040, { param1: "Fax", param3: "disabled", param4: "Fax" }),
      byAlice("Microsoft-Windows-CodeIntegrity/Operational", 3077),
      event("Microsoft-Windows-AppLocker/EXE and DLL", 8004, { TargetUser: ALICE }),
    ],
    expected: { svc_state: 1, protection_hits: 2 },
  },
];

const evasion: Story[] = [
  {
    title: "logs cleared, auditing and firewall changed",
    events: [
      security(1102, SUBJECT),
      byAlice("System", 104),
      ...["%%8448", "%%8450", "%%8449, %%8451"].map((AuditPolicyChanges) =>
        security(4719, { ...SUBJECT, AuditPolicyChanges })
      ),
      // Of one user: inclusion removed, exclusion added; then the other way round.
      ...["%%8452", "%%8455, %%8459", "%%8453", "%%8454, %%8458"].map((AuditPolicyChanges) =>
        security(4912, { ...SUBJECT, AuditPolicyChanges })
      ),
      event("Microsoft-Windows-Windows Firewall With Advanced Security/Firewall", 2004, {
        ModifyingUser: ALICE,
      }),
    ],
    expected: { log_cleared: 2, audit_policy: 4, defences_changed: 1 },
  },
  {
    title: "credential memory opened to read, by who has no business there",
    events: [
      logon(),
      ...[["evil.exe", "0x1010"], ["evil.exe", "0x1000"], ["MsMpEng.exe", "0x1010"]].map(
        ([name, GrantedAccess]) =>
          sysmon(10, {
            ...{ TargetImage: "C:\\Windows\\System32\\lsass.exe", GrantedAccess },
            ...{ SourceImage: `C:\\${name}`, User: "", SourceUser: "EX\\alice" },
          }),
      ),
      security(4663, {
        ...SUBJECT,
        ...{ ObjectName: "\\Device\\Disk\\lsass.exe", AccessMask: "0x10" },
        ProcessName: "C:\\evil.exe",
      }),
      sysmon(1, { ProcessGuid: "{7}", Image: "C:\\evil.exe" }),
      sysmon(8, { User: "", SourceProcessGuid: "{7}" }),
      sysmon(8, { User: "", SourceUser: "EX\\alice" }),
      sysmon(25, {}),
    ],
    expected: { lsass_access: 2, injection: 3, data_touch: 0 },
  },
  {
    title: "files of a share read, changed and deleted, a pipe, a disk of the host",
    events: [
      share("a\\1.doc", "0x1"),
      share("a\\1.doc", "0x1"),
      share("a\\2.doc", "0x120089"),
      share("b\\3.doc", "0x2"),
      share("b\\4.doc", "0x10000"),
      share("b\\4.doc", "0x80"),
      share("srvsvc", "0x12019f", "\\\\*\\IPC$"),
      security(5140, { ...SUBJECT, ShareName: "\\\\*\\hr" }),
      security(4660, SUBJECT),
    ],
    expected: { share_access: 4, data_touch: 5 },
  },
  {
    title: "what the host itself does: a defence stopped, drivers, a disk, WMI, Defender",
    events: [
      event("System", 7036, { param1: "Windows Defender Antivirus Service", param2: "stopped" }),
      event("System", 7036, { param1: "Windows Defender Antivirus Service", param2: "running" }),
      event("System", 7036, { param1: "Print Spooler", param2: "stopped" }),
      ...["a", "b"].map((name) =>
        event("Microsoft-Windows-Sysmon/Operational", 6, { ImageLoaded: `C:\\${name}.sys` })
      ),
      security(6416, { ClassName: "DiskDrive" }),
      security(6416, { ClassName: "Keyboard" }),
      event("Microsoft-Windows-WMI-Activity/Operational", 5861, {}),
      event("Microsoft-Windows-Windows Defender/Operational", 1116, {}),
      event("Microsoft-Windows-Windows Defender/Operational", 5001, {}),
    ],
    user: "SYSTEM",
    expected: {
      ...{ svc_state: 1, driver_load: 2, data_touch: 1, wmi_sub: 1 },
      ...{ protection_hits: 1, defences_changed: 1 },
    },
  },
  {
    title: "autoruns by object auditing",
    events: ["Run", "Running"].map((key) =>
      security(4657, {
        ...SUBJECT,
        ObjectName: `\\REGISTRY\\MACHINE\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\${key}`,
        ObjectValueName: "x",
      })
    ),
    expected: { autorun_reg: 1 },
  },
  ...[["09:20", 1000], ["09:19", 0]].map(([PreviousTime, log_gap]) => ({
    title: `the clock set back from ${PreviousTime} to 9:14`,
    events: [
      security(4616, {
        ...{ PreviousTime: `2026-01-05T${PreviousTime}:00Z`, NewTime: "2026-01-05T09:14:00Z" },
      }, { recordId: -1 }),
    ],
    user: "SYSTEM",
    expected: { log_gap: log_gap as number },
  })),
  {
    title: "records 1 and 2 and 5",
    events: [1, 2, 5].map((recordId) => logon({}, { recordId })),
    user: "SYSTEM",
    expected: { log_gap: 400 },
  },
  {
    title: "the event log stopped, and no sign of a shutdown",
    events: [security(1100, {}, { recordId: -1 })],
    user: "SYSTEM",
    expected: { log_gap: 1000 },
  },
  {
    title: "the event log stopped as the system did",
    events: [
      security(1100, {}, { recordId: -1 }),
      event("System", 13, {}, { recordId: -1, provider: "Microsoft-Windows-Kernel-General" }),
    ],
    user: "SYSTEM",
    expected: { log_gap: 0 },
  },
];

/** All stories. */
export const STORIES: readonly Story[] = [
  ...time,
  ...volume,
  ...logons,
  ...failures,
  ...novelty,
  ...reach,
  ...tickets,
  ...accounts,
  ...programs,
  ...powershell,
  ...persistence,
  ...evasion,
];
