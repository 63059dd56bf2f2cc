/**
 * How much a column by itself speaks for an attack, from what is known of the techniques and not
 * from data: an account added to administrators is rare and telling, a Saturday is rare and is not.
 *
 * 0 is context, 0.5 is what people do by mistake or by the way, 2 is what hardly anything but an
 * attack or an administrator's rare work does; 1 is the rest.
 * @module
 */
import { FEATURES } from "@/features/schema.ts";
import { ENTITY_CLASSES } from "@/features/vector.ts";

const CONTEXT = new Set([
  "hour_sin",
  "hour_cos",
  "dow_sin",
  "dow_cos",
  "active_minutes",
  "weekend_holiday",
  "idle_gap",
  "ev_total",
  "ev_security",
  "ev_system",
  "ev_sysmon",
  "ev_powershell",
  "eid_distinct",
  "eid_entropy",
  "eid_jsd",
  "logon_ok",
  "logon_interactive",
  "logon_unlock",
  "logon_cached",
  "session_len_max",
  "elevated_share",
  "user_tenure",
]);

const BY_THE_WAY = new Set([
  "logon_fail",
  "fail_ratio",
  "fail_badpw_share",
  "fail_src_distinct",
  "fail_then_ok",
  "fail_burst",
  "lockouts",
  "preauth_fail",
  "ntlm_fail",
  "hour_surprise",
  "proc_count",
  "proc_distinct",
  "chain_surprise_mean",
  "cmd_len_max",
  "cmd_entropy",
  "high_integrity_share",
  "interpreter",
  "ps_blocks",
  "ps_len",
  "ps_entropy",
  "ps_cmds_distinct",
  "users_on_host",
  "tgt_req",
  "tgs_req",
  "priv_logon",
  "logon_batch_service",
  "dns_new",
  "task_changed",
  "log_gap",
]);

const TELLING = new Set([
  "fail_users_distinct",
  "fail_nouser_share",
  "logon_newcred",
  "logon_cleartext",
  "explicit_odd_process",
  "admin_port_fanout",
  "rc4_share",
  "asrep_nopreauth",
  "dcsync",
  "acct_created",
  "priv_group_add",
  "acct_rename_sid",
  "ds_takeover_attr",
  "office_shell",
  "cmd_encoded",
  "discovery_burst",
  "ps_warning",
  "ps_susp_tokens",
  "svc_install",
  "svc_susp",
  "wmi_sub",
  "driver_load",
  "log_cleared",
  "audit_policy",
  "defences_changed",
  "lsass_access",
  "protection_hits",
  // Beyond an account's own habit: masses of files read or changed, a task made, a server reached
  // with somebody else's password for the first time.
  "data_touch",
  "task_created",
  "explicit_new_target",
]);

/** What rolling out software does on every machine; of people it stays telling. */
const ROLLED_OUT = new Set(["task_created"]);

function weight(name: string, entityClass: string): number {
  if (CONTEXT.has(name)) return 0;
  if (BY_THE_WAY.has(name)) return 0.5;
  if (entityClass === "machine" && ROLLED_OUT.has(name)) return 0.5;
  return TELLING.has(name) ? 2 : 1;
}

/** By entity class: weight of each column, in vector order. */
export const RELEVANCE: readonly Float32Array[] = ENTITY_CLASSES.map((entityClass) =>
  Float32Array.from(FEATURES, ({ name }) => weight(name, entityClass))
);

/** Columns whose events are rare wherever they are audited: 1, others 0. */
export const IS_TELLING: Uint8Array = Uint8Array.from(
  FEATURES,
  ({ name }) => TELLING.has(name) ? 1 : 0,
);
