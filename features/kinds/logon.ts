/**
 * Logons, sessions, failures and explicit credentials: blocks C, D, E and F.
 * @module
 */
import type { EventView } from "../event.ts";
import { fieldSlot as slot } from "../fields.ts";
import type { Count, EventKind, Hour } from "../hour.ts";
import { POLICY_FAILURES } from "../lists.ts";
import { type Row, SET, SUM } from "../row.ts";
import {
  baseName,
  hashLower,
  hashText,
  isPrivate,
  mix,
  remoteAddress,
  sourceKey,
} from "../text.ts";
import { bits, kinds, named, onlySeen, SECURITY, SUBJECT, TARGET } from "./define.ts";

const LOCAL_SESSIONS = "Microsoft-Windows-TerminalServices-LocalSessionManager/Operational";
const RDP_CLIENT = "Microsoft-Windows-TerminalServices-RDPClient/Operational";

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
  2: SUM.logon_interactive,
  3: SUM.logon_network,
  4: SUM.logon_batch_service,
  5: SUM.logon_batch_service,
  8: SUM.logon_cleartext,
  9: SUM.logon_newcred,
  11: SUM.logon_cached,
  12: SUM.logon_cached,
  13: SUM.logon_cached,
};

const logon: Count = (event, row, hour) => {
  const type = hour.number(event, F.type);
  if (!(type > 0)) return; // 0 is the boot session
  const sid = event.text(F.sid);
  if (sid.startsWith("S-1-5-90-") || sid.startsWith("S-1-5-96-")) return; // window and font managers
  const elevated = event.text(F.elevated);
  const linked = event.text(F.linked);
  if (elevated === "%%1843" && linked !== "" && linked !== "0x0") return; // half of a linked pair
  row.add(SUM.logon_ok);
  if (SUM_BY_TYPE[type] !== undefined) row.add(SUM_BY_TYPE[type]);
  if (type === 7 || type === 13) row.add(SUM.unlock);
  if (type === 10 || type === 12) row.add(SUM.rdp);
  if (type === 4 || type === 5) row.add(SUM.serviceLogon);
  else if (type !== 3) row.add(SUM.personLogon);
  if (NETWORK_TYPES.has(type)) row.share(SUM.ntlm_share, event.text(F.package) === "NTLM");
  if (event.version >= 2) row.share(SUM.elevated_share, elevated === "%%1842");
  row.put(SET.logon_type_new, mix(type));
  const address = remoteAddress(event.text(F.address));
  const workstation = sourceWorkstation(event, row);
  const source = address || workstation;
  if (address !== "") {
    row.put(SET.src_ip_distinct, hashText(sourceKey(address)));
    row.share(SUM.src_external_share, !isPrivate(address));
  }
  const from = source === "" ? 0 : hashText(source);
  if (source !== "") row.put(SET.source, from);
  hour.runs.add(event.timeMs, hashLower(event.text(F.name)), from, row);
  if (SESSION_TYPES.has(type)) hour.session(event.timeMs, event.text(F.logonId), undefined);
};

/** The source workstation, counted; "" where it is the host itself or absent. */
function sourceWorkstation(event: EventView, row: Row): string {
  const workstation = event.text(F.workstation).toLowerCase();
  if (workstation === "" || workstation === "-") return "";
  if (event.computer.toLowerCase().split(".")[0] === workstation) return "";
  row.put(SET.src_ws_distinct, hashText(workstation));
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
    each.share(SUM.fail_badpw_share, code === "0xc000006a" || code === "0x18");
  }
  hour.system.share(SUM.fail_nouser_share, code === "0xc0000064" || code === "0x6");
  hour.system.put(SET.fail_users_distinct, hashText(name));
  if (source !== "") row.put(SET.fail_src_distinct, hashText(source));
  row.failed(Math.floor((event.timeMs - hour.startMs) / 60_000));
  hour.runs.add(event.timeMs, hashText(name), source === "" ? 0 : hashText(source), undefined);
}

const failedLogon: Count = (event, row, hour) => {
  const sub = event.text(F.subStatus).toLowerCase();
  const code = sub !== "" && sub !== "0x0" ? sub : event.text(F.status).toLowerCase();
  const workstation = event.text(F.workstation).toLowerCase();
  const source = remoteAddress(event.text(F.address)) || (workstation === "-" ? "" : workstation);
  row.add(SUM.logon_fail);
  row.share(SUM.fail_policy_share, POLICY_FAILURES.has(code));
  if (code === "0xc0000234") row.add(SUM.lockoutFailures);
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
  statusFailure(event, row, hour, SUM.preauth_fail, remoteAddress(event.text(F.address)));
}

/** A failed NTLM validation. */
export function ntlmFailure(event: EventView, row: Row, hour: Hour): void {
  const workstation = event.text(slot("Workstation")).toLowerCase();
  statusFailure(event, row, hour, SUM.ntlm_fail, workstation);
}

const explicitCredentials: Count = (event, row) => {
  row.add(SUM.explicit_cred);
  const server = event.text(slot("TargetServerName")).toLowerCase();
  if (server !== "" && server !== "localhost" && server !== "-") {
    row.put(SET.explicit_targets, hashText(server));
    row.put(SET.explicit_new_target, hashText(server));
  }
  const name = event.text(F.name).toLowerCase();
  row.put(SET.explicit_accounts, hashText(`${event.text(F.domain).toLowerCase()}\\${name}`));
  row.share(SUM.explicit_other_acct, event.text(slot("SubjectUserName")).toLowerCase() !== name);
  row.put(SET.explicit_odd_process, hashText(baseName(event.text(slot("ProcessName")))));
};

const logoff: Count = (event, row, hour) => {
  const type = hour.number(event, F.type); // 4647 has none: only a person can ask for it
  if (!(type >= 0) || SESSION_TYPES.has(type)) {
    hour.session(event.timeMs, event.text(F.logonId), row);
  }
};

const terminalKey = (event: EventView) => `session ${event.text(slot("SessionID"))}`;
const remoteSession = (place: number): Count => (event, row, hour) => {
  if (place === SUM.rdpSession) hour.session(event.timeMs, terminalKey(event), undefined);
  if (event.text(slot("Address")) !== "LOCAL") row.add(place);
};

/** Kinds of this module. */
export const LOGON_KINDS: readonly EventKind[] = [
  ...kinds(SECURITY, [4624], bits("logon"), TARGET, logon),
  ...kinds(SECURITY, [4625], bits("logon"), TARGET, failedLogon),
  ...kinds(SECURITY, [4634, 4647], bits("logon"), TARGET, logoff),
  ...kinds(SECURITY, [4648], bits("logon"), SUBJECT, explicitCredentials),
  ...kinds(SECURITY, [4801], bits("session"), TARGET, (_, row) => row.add(SUM.unlocked)),
  ...kinds(SECURITY, [4778], bits("session"), named("AccountName", "AccountDomain"), (_, row) => {
    row.add(SUM.reconnect);
  }),
  ...kinds(
    SECURITY,
    [4779],
    bits("session"),
    named("AccountName", "AccountDomain"),
    (event, row, hour) => hour.session(event.timeMs, event.text(slot("LogonID")), row),
  ),
  ...kinds(SECURITY, [4740], bits("account_mgmt"), TARGET, (_, row) => row.add(SUM.lockouts)),
  ...kinds(LOCAL_SESSIONS, [21], bits("session"), named("User"), remoteSession(SUM.rdpSession)),
  ...kinds(LOCAL_SESSIONS, [25], bits("session"), named("User"), remoteSession(SUM.rdpReconnect)),
  ...kinds(LOCAL_SESSIONS, [24], bits("session"), named("User"), (event, row, hour) => {
    hour.session(event.timeMs, terminalKey(event), row);
  }),
  ...kinds(RDP_CLIENT, [1024], bits("session"), { sids: [-1] }, (event, row) => {
    const target = hashLower(event.text(slot("Value")));
    row.put(SET.rdp_out, target);
    row.put(SET.explicit_new_target, target);
  }),
  ...kinds(SECURITY, [4800, 4802, 4803], bits("session"), TARGET, onlySeen),
];
