/**
 * Logons, sessions, failures and explicit credentials: blocks C, D, E and F.
 * @module
 */
import type { EventView } from "../event.ts";
import { fieldSlot as slot } from "../fields.ts";
import type { Count, EventKind, Hour } from "../hour.ts";
import { POLICY_FAILURES } from "../lists.ts";
import { SEEN } from "../memory.ts";
import type { Row } from "../row.ts";
import { column } from "../schema.ts";
import { baseName, hashText, isPrivate, remoteAddress, sourceKey } from "../text.ts";
import { bits, kinds, named, onlySeen, SECURITY, SUBJECT, TARGET } from "./define.ts";

const LOCAL_SESSIONS = "Microsoft-Windows-TerminalServices-LocalSessionManager/Operational";
const RDP_CLIENT = "Microsoft-Windows-TerminalServices-RDPClient/Operational";

const C = {
  ok: column("logon_ok"),
  interactive: column("logon_interactive"),
  network: column("logon_network"),
  service: column("logon_batch_service"),
  cleartext: column("logon_cleartext"),
  newcred: column("logon_newcred"),
  cached: column("logon_cached"),
  ntlm: column("ntlm_share"),
  elevated: column("elevated_share"),
  types: column("logon_type_new"),
  sources: column("src_ip_distinct"),
  workstations: column("src_ws_distinct"),
  external: column("src_external_share"),
  fail: column("logon_fail"),
  failUsers: column("fail_users_distinct"),
  failSources: column("fail_src_distinct"),
  noUser: column("fail_nouser_share"),
  badPassword: column("fail_badpw_share"),
  lockouts: column("lockouts"),
  policy: column("fail_policy_share"),
  ntlmFail: column("ntlm_fail"),
  preauthFail: column("preauth_fail"),
  explicit: column("explicit_cred"),
  explicitTargets: column("explicit_targets"),
  explicitAccounts: column("explicit_accounts"),
  explicitOther: column("explicit_other_acct"),
  explicitProgram: column("explicit_odd_process"),
  reached: column("explicit_new_target"),
  rdpOut: column("rdp_out"),
};
const F = {
  type: slot("LogonType"),
  package: slot("AuthenticationPackageName"),
  linked: slot("TargetLinkedLogonId"),
  elevated: slot("ElevatedToken"),
  address: slot("IpAddress"),
  workstation: slot("WorkstationName"),
  logonId: slot("TargetLogonId"),
  name: slot("TargetUserName"),
  domain: slot("TargetDomainName"),
  sid: slot("TargetUserSid"),
  status: slot("Status"),
  subStatus: slot("SubStatus"),
};

/** Logon types that are a person's session. */
const SESSION_TYPES = new Set([2, 7, 10, 11]);
/** Logon types whose package says how a network logon was made. */
const NETWORK_TYPES = new Set([3, 8, 9, 10]);
const SUM_BY_TYPE: Readonly<Record<number, number>> = {
  2: C.interactive,
  3: C.network,
  4: C.service,
  5: C.service,
  8: C.cleartext,
  9: C.newcred,
  11: C.cached,
  12: C.cached,
  13: C.cached,
};

const logon: Count = (event, row, hour) => {
  const type = event.number(F.type);
  if (!(type > 0)) return; // 0 is the boot session
  const sid = event.text(F.sid);
  if (sid.startsWith("S-1-5-90-") || sid.startsWith("S-1-5-96-")) return; // window and font managers
  const elevated = event.text(F.elevated);
  const linked = event.text(F.linked);
  if (elevated === "%%1843" && linked !== "" && linked !== "0x0") return; // half of a linked pair
  row.add(C.ok);
  if (SUM_BY_TYPE[type] !== undefined) row.add(SUM_BY_TYPE[type]);
  if (type === 7 || type === 13) row.note("unlock");
  if (type === 10 || type === 12) row.note("rdp");
  row.note(type === 4 || type === 5 ? "serviceLogon" : type === 3 ? "networkLogon" : "personLogon");
  if (NETWORK_TYPES.has(type)) row.share(C.ntlm, event.text(F.package) === "NTLM");
  if (event.version >= 2) row.share(C.elevated, elevated === "%%1842");
  row.put(C.types, type);
  const address = remoteAddress(event.text(F.address));
  const workstation = sourceWorkstation(event, row);
  const source = address || workstation;
  if (address !== "") {
    row.put(C.sources, hashText(sourceKey(address)));
    row.share(C.external, !isPrivate(address));
  }
  if (source !== "") row.put(-SEEN.source, hashText(source));
  hour.list(hour.attempts, {
    timeMs: event.timeMs,
    name: event.text(F.name).toLowerCase(),
    source,
    row,
  });
  if (SESSION_TYPES.has(type)) {
    hour.list(hour.sessions, { timeMs: event.timeMs, key: event.text(F.logonId), row: undefined });
  }
};

/** The source workstation, counted; "" where it is the host itself or absent. */
function sourceWorkstation(event: EventView, row: Row): string {
  const workstation = event.text(F.workstation).toLowerCase();
  if (workstation === "" || workstation === "-") return "";
  if (event.computer.toLowerCase().split(".")[0] === workstation) return "";
  row.put(C.workstations, hashText(workstation));
  return workstation;
}

/** One failure: in the account's row, and in the host's for what spans accounts. */
function failure(
  event: EventView,
  row: Row,
  hour: Hour,
  name: string,
  code: string,
  source: string,
) {
  for (const each of row === hour.system ? [row] : [row, hour.system]) {
    each.share(C.badPassword, code === "0xc000006a" || code === "0x18");
  }
  hour.system.share(C.noUser, code === "0xc0000064" || code === "0x6");
  hour.system.put(C.failUsers, hashText(name));
  if (source !== "") row.put(C.failSources, hashText(source));
  row.failuresByMinute[Math.floor((event.timeMs - hour.startMs) / 60_000)]++;
  hour.list(hour.attempts, { timeMs: event.timeMs, name, source, row: undefined });
}

const failedLogon: Count = (event, row, hour) => {
  const sub = event.text(F.subStatus).toLowerCase();
  const code = sub !== "" && sub !== "0x0" ? sub : event.text(F.status).toLowerCase();
  const workstation = event.text(F.workstation).toLowerCase();
  const source = remoteAddress(event.text(F.address)) || (workstation === "-" ? "" : workstation);
  row.add(C.fail);
  row.share(C.policy, POLICY_FAILURES.has(code));
  if (code === "0xc0000234") row.note("lockoutFailures");
  failure(event, row, hour, event.text(F.name).toLowerCase(), code, source);
};

/** Kerberos and NTLM failures have one status and a client or workstation. */
function statusFailure(event: EventView, row: Row, hour: Hour, counted: number, source: string) {
  row.add(counted);
  const code = event.text(F.status).toLowerCase();
  failure(event, row, hour, event.text(F.name).toLowerCase(), code, source);
}

/** A failed ticket request or pre-authentication. */
export function kerberosFailure(event: EventView, row: Row, hour: Hour): void {
  statusFailure(event, row, hour, C.preauthFail, remoteAddress(event.text(F.address)));
}

/** A failed NTLM validation. */
export function ntlmFailure(event: EventView, row: Row, hour: Hour): void {
  const workstation = event.text(slot("Workstation")).toLowerCase();
  statusFailure(event, row, hour, C.ntlmFail, workstation);
}

const explicitCredentials: Count = (event, row) => {
  row.add(C.explicit);
  const server = event.text(slot("TargetServerName")).toLowerCase();
  if (server !== "" && server !== "localhost" && server !== "-") {
    row.put(C.explicitTargets, hashText(server));
    row.put(C.reached, hashText(server));
  }
  const name = event.text(F.name).toLowerCase();
  row.put(C.explicitAccounts, hashText(`${event.text(F.domain).toLowerCase()}\\${name}`));
  row.share(C.explicitOther, event.text(slot("SubjectUserName")).toLowerCase() !== name);
  row.put(C.explicitProgram, hashText(baseName(event.text(slot("ProcessName")))));
};

const sessionEnd = (key: string): Count => (event, row, hour) => {
  hour.list(hour.sessions, { timeMs: event.timeMs, key: event.text(slot(key as "LogonID")), row });
};

const terminalKey = (event: EventView) => `session ${event.text(slot("SessionID"))}`;
const remoteSession = (note: string): Count => (event, row, hour) => {
  if (note === "rdpSession") {
    hour.list(hour.sessions, { timeMs: event.timeMs, key: terminalKey(event), row: undefined });
  }
  if (event.text(slot("Address")) !== "LOCAL") row.note(note);
};

/** Kinds of this module. */
export const LOGON_KINDS: readonly EventKind[] = [
  ...kinds(SECURITY, [4624], bits("logon"), TARGET, logon),
  ...kinds(SECURITY, [4625], bits("logon"), TARGET, failedLogon),
  ...kinds(SECURITY, [4634, 4647], bits("logon"), TARGET, sessionEnd("TargetLogonId")),
  ...kinds(SECURITY, [4648], bits("logon"), SUBJECT, explicitCredentials),
  ...kinds(SECURITY, [4801], bits("session"), TARGET, (_, row) => row.note("unlocked")),
  ...kinds(SECURITY, [4778], bits("session"), named("AccountName", "AccountDomain"), (_, row) => {
    row.note("reconnect");
  }),
  ...kinds(
    SECURITY,
    [4779],
    bits("session"),
    named("AccountName", "AccountDomain"),
    sessionEnd("LogonID"),
  ),
  ...kinds(SECURITY, [4740], bits("account_mgmt"), TARGET, (_, row) => row.note("lockouts")),
  ...kinds(LOCAL_SESSIONS, [21], bits("session"), named("User"), remoteSession("rdpSession")),
  ...kinds(LOCAL_SESSIONS, [25], bits("session"), named("User"), remoteSession("rdpReconnect")),
  ...kinds(LOCAL_SESSIONS, [24], bits("session"), named("User"), (event, row, hour) => {
    hour.list(hour.sessions, { timeMs: event.timeMs, key: terminalKey(event), row });
  }),
  ...kinds(RDP_CLIENT, [1024], bits("session"), { sids: [-1] }, (event, row) => {
    const target = hashText(event.text(slot("Value")).toLowerCase());
    row.put(C.rdpOut, target);
    row.put(C.reached, target);
  }),
  ...kinds(SECURITY, [4800, 4802, 4803], bits("session"), TARGET, onlySeen),
];
