/**
 * Tickets, validations, replication, privileges and changes of accounts: blocks G and H.
 * @module
 */
import { fieldSlot as slot } from "../fields.ts";
import type { Count, EventKind } from "../hour.ts";
import {
  ADMIN_MEMBERSHIP,
  PRIVILEGED_GROUP,
  REPLICATION_RIGHT,
  SENSITIVE_PRIVILEGES,
  TAKEOVER_ATTRIBUTES,
} from "../lists.ts";
import { remembering } from "../memo.ts";
import { SET, SUM } from "../row.ts";
import { hashText, mix } from "../text.ts";
import { bits, kinds, SECURITY, SUBJECT, sum, TARGET } from "./define.ts";
import { kerberosFailure, ntlmFailure } from "./logon.ts";

const WEAK = new Set(["0x17", "0x18", "0x1", "0x3"]);
const F = {
  AccessMask: slot("AccessMask"),
  AttributeLDAPDisplayName: slot("AttributeLDAPDisplayName"),
  GroupMembership: slot("GroupMembership"),
  ObjectClass: slot("ObjectClass"),
  OperationType: slot("OperationType"),
  PreAuthType: slot("PreAuthType"),
  PrivilegeList: slot("PrivilegeList"),
  Properties: slot("Properties"),
  ServiceName: slot("ServiceName"),
  SidHistory: slot("SidHistory"),
  Status: slot("Status"),
  SubjectUserName: slot("SubjectUserName"),
  TargetSid: slot("TargetSid"),
  TargetUserName: slot("TargetUserName"),
  TicketEncryptionType: slot("TicketEncryptionType"),
};

const ticketGranting: Count = (event, row, hour) => {
  if (hour.number(event, F.Status) !== 0) return kerberosFailure(event, row, hour);
  row.add(SUM.tgt_req);
  if (event.text(F.PreAuthType) === "0") row.add(SUM.asrep_nopreauth);
};

const serviceTicket: Count = (event, row, hour) => {
  if (hour.number(event, F.Status) !== 0) return;
  const service = event.text(F.ServiceName).toLowerCase();
  row.add(SUM.tgs_req);
  if (service !== "krbtgt") row.put(SET.tgs_services, hashText(service));
  if (!service.endsWith("$")) {
    row.share(SUM.rc4_share, WEAK.has(event.text(F.TicketEncryptionType).toLowerCase()));
  }
};

const validation: Count = (event, row, hour) => {
  if (hour.number(event, F.Status) === 0) row.add(SUM.ntlm_validations);
  else ntlmFailure(event, row, hour);
};

const directoryAccess: Count = (event, row, hour) => {
  const name = event.text(F.SubjectUserName);
  if (name.endsWith("$") || name.startsWith("MSOL_")) return; // controllers, and Entra Connect
  if (hour.number(event, F.AccessMask) !== 0x100) return;
  if (REPLICATION_RIGHT.test(event.text(F.Properties))) row.add(SUM.dcsync);
};

const directoryChange: Count = (event, row) => {
  row.add(SUM.ds_change);
  const attribute = event.text(F.AttributeLDAPDisplayName).toLowerCase();
  if (!TAKEOVER_ATTRIBUTES.has(attribute)) return;
  if (event.text(F.OperationType) !== "%%14674") return;
  const onUser = event.text(F.ObjectClass).toLowerCase() === "user";
  if (attribute !== "serviceprincipalname" || onUser) row.add(SUM.ds_takeover_attr);
};

/** Items of the sensitive privileges in a list. */
const sensitivePrivileges: (list: string) => readonly number[] = remembering(
  (list) => SENSITIVE_PRIVILEGES.flatMap((name, i) => list.includes(name) ? [mix(i)] : []),
  { kept: 1_024, longest: 2_048 },
);

const privilegedLogon: Count = (event, row) => {
  row.add(SUM.priv_logon);
  for (const item of sensitivePrivileges(event.text(F.PrivilegeList))) {
    row.put(SET.priv_new, item);
  }
};

/** Whether a list of groups makes an account an admin. */
const isAdmins: (list: string) => boolean = remembering(
  (list) => ADMIN_MEMBERSHIP.test(list),
  { kept: 1_024, longest: 4_096 },
);

const groupsOfLogon: Count = (event, row) => {
  if (isAdmins(event.text(F.GroupMembership))) row.add(SUM.adminLogon);
};

const groupAddition: Count = (event, row) => {
  row.add(SUM.group_add);
  const group = event.text(F.TargetSid);
  const dnsAdmins = event.text(F.TargetUserName).toLowerCase() === "dnsadmins";
  if (PRIVILEGED_GROUP.test(group) || dnsAdmins) row.max(SUM.priv_group_add, 1);
};

const accountChange: Count = (event, row) => {
  const name = event.text(F.TargetUserName);
  const rotation = event.eventId === 4742 && event.text(F.SubjectUserName) === name;
  if (!rotation) row.add(SUM.acct_changed);
  const history = event.text(F.SidHistory);
  if (event.eventId === 4738 && history !== "" && history !== "-") row.add(SUM.acct_rename_sid);
};

const account = bits("account_mgmt");

/** Kinds of this module. */
export const ACCOUNT_KINDS: readonly EventKind[] = [
  ...kinds(SECURITY, [4768], bits("kerberos"), TARGET, ticketGranting),
  ...kinds(SECURITY, [4769], bits("kerberos"), TARGET, serviceTicket),
  ...kinds(SECURITY, [4771], bits("kerberos"), TARGET, kerberosFailure),
  ...kinds(SECURITY, [4776], bits("ntlm"), TARGET, validation),
  ...kinds(SECURITY, [4662], bits("directory"), SUBJECT, directoryAccess),
  ...kinds(SECURITY, [5136, 5137, 5141], bits("directory"), SUBJECT, directoryChange),
  ...kinds(SECURITY, [4627], bits("logon"), TARGET, groupsOfLogon),
  ...kinds(SECURITY, [4672], bits("logon"), SUBJECT, privilegedLogon),
  ...kinds(SECURITY, [4673, 4674], bits("privilege_use"), SUBJECT, sum("priv_use")),
  ...kinds(SECURITY, [4720, 4741], account, SUBJECT, sum("acct_created")),
  ...kinds(SECURITY, [4722, 4725, 4726, 4743, 4767], account, SUBJECT, sum("acct_state")),
  ...kinds(SECURITY, [4723, 4724], account, SUBJECT, sum("pw_reset")),
  ...kinds(SECURITY, [4728, 4732, 4756], account, SUBJECT, groupAddition),
  ...kinds(SECURITY, [4738, 4742], account, SUBJECT, accountChange),
  ...kinds(SECURITY, [4781, 4765, 4766], account, SUBJECT, sum("acct_rename_sid")),
  ...kinds(SECURITY, [4798, 4799], account, SUBJECT, (event, row) => {
    row.put(SET.enum_members, hashText(event.text(F.TargetSid)));
  }),
];
