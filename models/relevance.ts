/**
 * How much a column by itself speaks for an attack, from what is known of the techniques and not
 * from data: an account added to administrators is rare and telling, a Saturday is rare and is not.
 *
 * 0 is context, 0.5 is what people do by mistake or by the way, 2 is what hardly anything but an
 * attack or an administrator's rare work does; 1 is the rest.
 * @module
 */
import { FEATURES } from "@/features/schema.ts";

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
  "svc_state",
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
  "injection",
  "protection_hits",
]);

/** Weight of each column, in vector order. */
export const RELEVANCE: Float32Array = Float32Array.from(
  FEATURES,
  ({ name }) => CONTEXT.has(name) ? 0 : BY_THE_WAY.has(name) ? 0.5 : TELLING.has(name) ? 2 : 1,
);
