import assert from "node:assert/strict";
import { type FieldName, fieldSlot } from "@/features/fields.ts";
import { Featuriser } from "@/features/featuriser.ts";
import { column, type FeatureName } from "@/features/schema.ts";

const SID = "S-1-5-21-1-2-3-1104";
const SUBJECT = { SubjectUserSid: SID, SubjectUserName: "alice", SubjectDomainName: "EX" };
const TARGET = { TargetUserSid: SID, TargetUserName: "alice", TargetDomainName: "EX" };
const GET_CHANGES = "1131f6aa-9c07-11d1-f79f-00c04fc2dcd2";
type Fields = Partial<Record<FieldName, string>>;
type Case = readonly [number, Fields, Partial<Record<FeatureName, number>>];

/** One event of the Security log by alice, and what it comes to in her row. */
const CASES: readonly Case[] = [
  [4624, { ...TARGET, LogonType: "5" }, { logon_ok: 1, logon_batch_service: 1 }],
  [4624, { ...TARGET, LogonType: "7" }, { logon_unlock: 1 }],
  [4624, { ...TARGET, LogonType: "8" }, { logon_cleartext: 1 }],
  [4624, { ...TARGET, LogonType: "9" }, { logon_newcred: 1 }],
  [4624, { ...TARGET, LogonType: "10" }, { logon_rdp: 1 }],
  [4624, { ...TARGET, LogonType: "11" }, { logon_cached: 1 }],
  [4648, { ...SUBJECT, TargetServerName: "srv-1", TargetUserName: "bob" }, {
    explicit_cred: 1,
    explicit_targets: 1,
    explicit_accounts: 1,
    explicit_new_target: 1,
    explicit_other_acct: 1000,
  }],
  [4648, { ...SUBJECT, TargetServerName: "localhost", TargetUserName: "bob" }, {
    explicit_cred: 1,
    explicit_targets: 0,
  }],
  [4672, { ...SUBJECT, PrivilegeList: "SeDebugPrivilege\n\t\t\tSeTcbPrivilege" }, {
    priv_logon: 1,
    priv_new: 2,
  }],
  [4673, { ...SUBJECT, PrivilegeList: "SeTcbPrivilege" }, { priv_use: 1 }],
  [4720, { ...SUBJECT, TargetUserName: "bob" }, { acct_created: 1 }],
  [4726, { ...SUBJECT, TargetUserName: "bob" }, { acct_state: 1 }],
  [4724, { ...SUBJECT, TargetUserName: "bob" }, { pw_reset: 1 }],
  [4728, { ...SUBJECT, TargetSid: "S-1-5-21-1-2-3-512" }, { group_add: 1, priv_group_add: 1 }],
  [4728, { ...SUBJECT, TargetSid: "S-1-5-21-1-2-3-2001" }, { group_add: 1, priv_group_add: 0 }],
  [4743, { ...SUBJECT, TargetUserName: "ws-7$" }, { acct_state: 1 }],
  [4719, { ...SUBJECT, AuditPolicyChanges: "%%8448" }, { audit_policy: 1 }],
  [4719, { ...SUBJECT, AuditPolicyChanges: "%%8450" }, { audit_policy: 1 }],
  [4719, { ...SUBJECT, AuditPolicyChanges: "%%8449, %%8451" }, { audit_policy: 0 }],
  [4662, { ...SUBJECT, AccessMask: "0x100", Properties: `%%7688 {${GET_CHANGES}}` }, { dcsync: 1 }],
  [4662, { ...SUBJECT, SubjectUserName: "MSOL_1", AccessMask: "0x100", Properties: GET_CHANGES }, {
    dcsync: 0,
  }],
  [5136, { ...SUBJECT, AttributeLDAPDisplayName: "sIDHistory", OperationType: "%%14674" }, {
    ds_change: 1,
    ds_takeover_attr: 1,
  }],
  [4738, { ...SUBJECT, TargetUserName: "bob" }, { acct_changed: 1 }],
  [4781, { ...SUBJECT, OldTargetUserName: "bob", NewTargetUserName: "eve" }, {
    acct_rename_sid: 1,
  }],
  [4697, { ...SUBJECT, ServiceName: "svc", ServiceFileName: "C:\\a.exe" }, { svc_install: 1 }],
  [4698, { ...SUBJECT, TaskName: "\\t" }, { task_created: 1 }],
  [4702, { ...SUBJECT, TaskName: "\\t" }, { task_changed: 1 }],
  [
    5145,
    { ...SUBJECT, ShareName: "\\\\*\\hr", RelativeTargetName: "a\\b.doc", AccessMask: "0x1" },
    {
      share_access: 1,
      data_touch: 1,
    },
  ],
  [5145, { ...SUBJECT, ShareName: "\\\\*\\hr", RelativeTargetName: "b.doc", AccessMask: "0x80" }, {
    data_touch: 0,
  }],
  [5145, { ...SUBJECT, ShareName: "\\\\*\\IPC$", RelativeTargetName: "srv", AccessMask: "0x3" }, {
    share_access: 1,
    data_touch: 0,
  }],
  [1102, SUBJECT, { log_cleared: 1 }],
];

for (const [eventId, fields, expected] of CASES) {
  const names = Object.keys(expected).join(", ");
  Deno.test(`one ${eventId} ${fields.LogonType ?? ""} comes to its known ${names}`, () => {
    const texts = new Map(
      Object.entries(fields).map(([name, value]) => [fieldSlot(name as FieldName), value]),
    );
    const featuriser = new Featuriser({ host: "ws-1" });
    featuriser.add({
      channel: "Security",
      provider: "Microsoft-Windows-Security-Auditing",
      eventId,
      version: 2,
      level: 0,
      recordId: 1,
      timeMs: Date.UTC(2026, 0, 5, 9, 30),
      computer: "ws-1",
      userSid: "",
      text: (slot) => texts.get(slot) ?? "",
      number: (slot) => texts.has(slot) ? Number(texts.get(slot)) : NaN,
    });
    const row = featuriser.finish().find(({ user }) => user === SID);
    assert.ok(row, "no row of alice");
    const got = Object.fromEntries(
      Object.keys(expected).map((name) => [name, row.values[column(name as FeatureName)]]),
    );
    assert.deepEqual(got, expected);
  });
}

Deno.test("300 files read over a share in an hour come to 300, each once", () => {
  const texts = new Map([
    [fieldSlot("SubjectUserSid"), SID],
    [fieldSlot("ShareName"), "\\\\*\\hr"],
  ]);
  const featuriser = new Featuriser({ host: "fs-1" });
  for (let i = 0; i < 900; i++) {
    texts.set(fieldSlot("RelativeTargetName"), `People\\file ${i % 300}.docx`);
    featuriser.add({
      channel: "Security",
      provider: "Microsoft-Windows-Security-Auditing",
      eventId: 5145,
      version: 0,
      level: 0,
      recordId: i,
      timeMs: Date.UTC(2026, 0, 5, 9) + i,
      computer: "fs-1",
      userSid: "",
      text: (slot) => texts.get(slot) ?? "",
      number: () => 0x1,
    });
  }
  const { values } = featuriser.finish().find(({ user }) => user === SID)!;
  assert.deepEqual([values[column("data_touch")], values[column("share_access")]], [300, 1]);
});
