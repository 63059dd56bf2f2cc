/**
 * What one user's hour has come to so far: sums, sets and programs, each bounded. Two rows of the
 * same user can be merged, so that an account first known by name joins its SID when the hour
 * closes.
 * @module
 */
import type { Budget } from "./budget.ts";
import { Programs } from "./programs.ts";
import { Sample } from "./sample.ts";
import type { FeatureName } from "./schema.ts";
import { Tally } from "./tally.ts";

/** Columns that rows sum up event by event. */
export const SUMMED = [
  ...["ev_security", "ev_system", "ev_powershell", "ev_sysmon"] as const,
  ...["logon_ok", "logon_interactive", "logon_network", "logon_batch_service"] as const,
  ...["logon_cleartext", "logon_newcred", "logon_cached", "session_len_max"] as const,
  ...["logon_fail", "fail_then_ok", "ntlm_fail", "preauth_fail", "explicit_cred"] as const,
  ...["tgt_req", "tgs_req", "asrep_nopreauth", "dcsync", "ntlm_validations"] as const,
  ...["priv_logon", "priv_use", "acct_created", "acct_state", "pw_reset", "group_add"] as const,
  ...["priv_group_add", "acct_changed", "acct_rename_sid", "ds_takeover_attr"] as const,
  ...["ds_change", "ps_warning", "ps_len", "ps_remote", "autorun_reg", "wmi_sub"] as const,
  ...["svc_state", "protection_hits", "log_cleared", "audit_policy"] as const,
  ...["defences_changed", "lsass_access", "injection", "data_touch"] as const,
] satisfies FeatureName[];
/** Columns that are a share of events: the cases stand right behind the hits. */
export const SHARED = [
  ...["ntlm_share", "elevated_share", "src_external_share", "fail_nouser_share"] as const,
  ...["fail_badpw_share", "fail_policy_share", "explicit_other_acct", "rc4_share"] as const,
] satisfies FeatureName[];
/** Counters that are combined when the hour closes. */
const NOTED = [
  ...["unlock", "unlocked", "rdp", "rdpSession", "reconnect", "rdpReconnect"] as const,
  ...[
    "lockouts",
    "lockoutFailures",
    "serviceLogon",
    "personLogon",
    "adminLogon",
    "task4698",
  ] as const,
  ...["task106", "task4702", "task140", "service7045", "service4697"] as const,
  ...["service7045Odd", "service4697Odd", "created", "detected", "written"] as const,
];
/** Sets of hashed items; where a column counts one, it bears its name. */
export const SETS = [
  ...["kinds", "source", "logon_type_new", "src_ip_distinct", "src_ws_distinct"] as const,
  ...["fail_users_distinct", "fail_src_distinct", "explicit_targets", "rdp_out"] as const,
  ...["explicit_accounts", "explicit_new_target", "explicit_odd_process"] as const,
  ...["admin_port_fanout", "new_internal_dest", "tgs_services", "priv_new"] as const,
  ...["enum_members", "ps_cmds_distinct", "share_access", "dns_new", "hash_new"] as const,
  ...["driver_load", "data_touch", "programs", "sysmonPrograms"] as const,
];

/** Where a row keeps a sum or a counter. */
export const SUM: Readonly<
  Record<typeof SUMMED[number] | typeof SHARED[number] | typeof NOTED[number], number>
> = (() => {
  const places: [string, number][] = [];
  for (const name of [...SUMMED, ...NOTED]) places.push([name, places.length]);
  SHARED.forEach((name, i) => places.push([name, SUMMED.length + NOTED.length + 2 * i]));
  return Object.fromEntries(places) as typeof SUM;
})();
const PLACES = SUMMED.length + NOTED.length + 2 * SHARED.length;
/** What the sums of a row begin as: copying them is faster than filling an array. */
const ZEROS: readonly number[] = Array.from({ length: PLACES }, () => 0);
/** The number of a set. */
export const SET = Object.fromEntries(SETS.map((name, i) => [name, i])) as Readonly<
  Record<typeof SETS[number], number>
>;
const LARGEST: readonly number[] = [SUM.priv_group_add, SUM.session_len_max];

/** The parts of one script block: they add up whatever their order. */
export interface Script {
  /** Its characters by low byte. */
  readonly histogram: Uint32Array;
  /** Of its text with digits made equal. */
  hash: number;
  /** It holds a listed word. */
  suspicious: boolean;
}

/** Entries of the budget that a script block takes: its histogram has a kilobyte. */
const SCRIPT_COST = 20;
/** Script blocks that a row looks at. */
const MAX_SCRIPTS = 1_024;

/** Sums and sets of one user's hour on one host. */
export class Row {
  /** Hash of the actor, 0 for the host. */
  readonly id: number;
  /** The row that this one was merged into, itself where it was not. */
  home: Row = this;
  readonly #sums: number[] = ZEROS.slice();
  readonly #budget: Budget;
  /** Sets by {@link SET}. */
  readonly tally: Tally;
  /** Events counted into the row. */
  events = 0;
  /** Name that goes with the account. */
  name = "";
  /** The name has a domain of the short, NetBIOS form. */
  named = false;
  /** When the name was seen, milliseconds since 1970: the first of its form stays. */
  namedMs = Infinity;
  /** Minutes of the hour with an event, one bit each. */
  minutesLow = 0;
  minutesHigh = 0;
  /** Failed logons by minute of the hour. */
  failuresByMinute: number[] | undefined;
  /** Programs by 4688 and by Sysmon. */
  audited: Programs | undefined;
  sysmon: Programs | undefined;
  /** Script blocks by hashed id. */
  scripts: Sample<Script> | undefined;

  /** A row of an hour with this budget. */
  constructor(budget: Budget, id: number) {
    this.id = id;
    this.#budget = budget;
    this.tally = new Tally(SETS.length, budget);
  }

  /** A sum by its place in {@link SUM}. */
  sum(place: number): number {
    return this.#sums[place];
  }

  /** Adds to a sum. */
  add(place: number, by = 1): void {
    this.#sums[place] += by;
  }

  /** Raises a sum to at least `value`. */
  max(place: number, value: number): void {
    if (value > this.#sums[place]) this.#sums[place] = value;
  }

  /** Counts one more case of a share, and whether it hit. */
  share(place: number, hit: boolean): void {
    if (hit) this.#sums[place]++;
    this.#sums[place + 1]++;
  }

  /** Puts an item into a set. */
  put(set: number, item: number): void {
    this.tally.add(set, item);
  }

  /** Counts failed logons in their minute. */
  failed(minute: number, by = 1): void {
    this.failuresByMinute ??= new Array(60).fill(0);
    this.failuresByMinute[minute] += by;
  }

  /** The programs that Sysmon, or else the audit, saw. */
  programs(sysmon: boolean): Programs {
    if (sysmon) return this.sysmon ??= new Programs(this.#budget);
    return this.audited ??= new Programs(this.#budget);
  }

  /** Adds a part of a script block. */
  script(id: number, part: Script): void {
    this.scripts ??= new Sample(this.#budget, SCRIPT_COST, MAX_SCRIPTS);
    const known = this.scripts.get(id, () => ({
      histogram: new Uint32Array(256),
      hash: 0,
      suspicious: false,
    }));
    if (!known) return;
    for (let i = 0; i < 256; i++) known.histogram[i] += part.histogram[i];
    known.hash = (known.hash + part.hash) & 0x7fffffff;
    known.suspicious ||= part.suspicious;
  }

  /** Learns the name that goes with the account: the short form wins, then the first. */
  call(name: string, timeMs: number): void {
    const named = isShortName(name);
    const better = this.name === "" || named && !this.named ||
      named === this.named &&
        (timeMs < this.namedMs || timeMs === this.namedMs && name < this.name);
    if (name === "" || !better) return;
    this.name = name;
    this.named = named;
    this.namedMs = timeMs;
  }

  /** Takes in another row of the same account and hour, which from now on is this one. */
  merge(other: Row): void {
    other.home = this;
    for (let place = 0; place < PLACES; place++) {
      const sum = other.#sums[place];
      if (sum === 0) continue;
      if (LARGEST.includes(place)) this.max(place, sum);
      else this.add(place, sum);
    }
    this.tally.merge(other.tally);
    this.events += other.events;
    if (this.id !== 0) this.call(other.name, other.namedMs);
    this.minutesLow |= other.minutesLow;
    this.minutesHigh |= other.minutesHigh;
    other.failuresByMinute?.forEach((count, minute) => this.failed(minute, count));
    if (other.audited) this.programs(false).merge(other.audited);
    if (other.sysmon) this.programs(true).merge(other.sysmon);
    if (other.scripts) {
      this.scripts ??= new Sample(this.#budget, SCRIPT_COST, MAX_SCRIPTS);
      this.scripts.limitTo(other.scripts.depth);
      for (const [id, script] of other.scripts.entries()) this.script(id, script);
    }
  }
}

/** Whether an account name has a domain of the short, NetBIOS form. */
function isShortName(account: string): boolean {
  const domain = account.indexOf("\\");
  const dot = account.indexOf(".");
  return domain > 0 && (dot < 0 || dot > domain);
}
