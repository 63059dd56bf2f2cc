/**
 * What columns look for: names (features/lists/, each with its sources) and patterns.
 * @module
 */
import defenceServices from "./lists/defence_services.json" with { type: "json" };
import discovery from "./lists/discovery.json" with { type: "json" };
import documentPrograms from "./lists/document_programs.json" with { type: "json" };
import interpreters from "./lists/interpreters.json" with { type: "json" };
import lolbins from "./lists/lolbins.json" with { type: "json" };
import lsassReaders from "./lists/lsass_readers.json" with { type: "json" };
import privilegedGroups from "./lists/privileged_groups.json" with { type: "json" };
import remoteParents from "./lists/remote_parents.json" with { type: "json" };

const list = (names: string): ReadonlySet<string> => new Set(names.trim().split(/\s+/));

/** Built-in tools often abused: executables of the LOLBAS project (lolbas-project.github.io). */
export const LOLBINS = new Set(lolbins.names);

/** Shells and script hosts. */
export const INTERPRETERS = new Set(interpreters.names);

/** Office, browsers and mail: programs that open what others send. */
export const DOCUMENT_PROGRAMS = new Set(documentPrograms.names);

/** Discovery commands, after Elastic's and Sigma's discovery rules. */
export const DISCOVERY = new Set(discovery.names);

/** Parents through which programs are started from elsewhere. */
export const REMOTE_PARENTS = new Set(remoteParents.names);

/** Services of defence, backup and logging, by service name, lower case. */
export const DEFENCE_SERVICES = new Set(defenceServices.names);

/** Words in scripts that download, reflect or disarm (Elastic and Sigma PowerShell rules). */
export const SUSPICIOUS_SCRIPT =
  /downloadstring|downloadfile|downloaddata|invoke-webrequest|net\.webclient|start-bitstransfer|frombase64string|reflection\.assembly|virtualalloc|createthread|getdelegateforfunctionpointer|amsiutils|amsiinitfailed|invoke-expression|\biex\b|invoke-mimikatz|minidump|add-type|-bxor/i;

/** Encoded or obfuscated command lines. */
export const ENCODED_COMMAND =
  /(?:\s|^)[-/–]e(?:c|nc\w*|ncodedcommand)?\s+["']?[a-z0-9+/=]{16,}|[a-z0-9+/]{120,}={0,2}|(?:\^[a-z]){3,}|(?:`[a-z]){3,}|frombase64string|\[char\]\s*\d+/i;

/** Folders that a user may write to. */
export const USER_WRITABLE =
  /\\users\\|\\programdata\\|\\temp\\|\\perflogs\\|\\\$recycle\.bin\\|^\\\\|^[d-z]:\\(?!windows|program files)/i;

/** Where programs start by themselves (Sysinternals Autoruns' main places). */
export const AUTORUN_KEY =
  /\\currentversion\\(run|runonce|runonceex|policies\\explorer\\run)(\\|$)|\\winlogon\\(shell|userinit|notify)|\\image file execution options\\|\\appinit_dlls|\\services\\[^\\]+\\(imagepath|parameters\\servicedll)|\\control\\lsa\\(authentication packages|security packages|notification packages)|\\startupapproved\\/i;

/** Extensions of executables and scripts. */
export const EXECUTABLE_FILE = /\.(exe|dll|sys|scr|com|cpl|msi|ps1|psm1|vbs|js|jse|hta|bat|cmd)$/i;

/** A group that gives power: by RID in a domain, or built in. */
export interface PrivilegedGroup {
  readonly name: string;
  readonly rid?: number;
  readonly sid?: string;
  /** Whether its members count as admins. */
  readonly admins: boolean;
}

/** Them all. */
export const PRIVILEGED_GROUPS: readonly PrivilegedGroup[] = privilegedGroups.groups;

const sidsOf = (groups: readonly PrivilegedGroup[]) =>
  groups.map(({ rid, sid }) => sid ?? `S-1-5-21-[\\d-]{1,64}-${rid}`).join("|");

/** The SID of one of them. */
export const PRIVILEGED_GROUP = new RegExp(`^(?:${sidsOf(PRIVILEGED_GROUPS)})$`);

/** A list of SIDs with a group of admins in it. */
export const ADMIN_MEMBERSHIP = new RegExp(
  `(?:${sidsOf(PRIVILEGED_GROUPS.filter(({ admins }) => admins))})(?!\\d)`,
);

/** Privileges that let an account become another (Microsoft, event 4672). */
export const SENSITIVE_PRIVILEGES = [
  "SeDebugPrivilege",
  "SeTcbPrivilege",
  "SeBackupPrivilege",
  "SeRestorePrivilege",
  "SeImpersonatePrivilege",
  "SeLoadDriverPrivilege",
  "SeTakeOwnershipPrivilege",
  "SeCreateTokenPrivilege",
  "SeEnableDelegationPrivilege",
] as const;

/** Attributes that allow a takeover when set. */
export const TAKEOVER_ATTRIBUTES = list(`
  msds-allowedtoactonbehalfofotheridentity msds-keycredentiallink msds-allowedtodelegateto
  serviceprincipalname ntsecuritydescriptor sidhistory scriptpath gpcmachineextensionnames
  altsecurityidentities`);

/** Replication rights: get changes, get changes all, and in filtered set. */
export const REPLICATION_RIGHT =
  /1131f6a[ad]-9c07-11d1-f79f-00c04fc2dcd2|89e95b76-444d-4c62-991a-0facbeda640c/i;

/** Codes of failed logons by policy: hours, workstation, expired, disabled, right, … */
export const POLICY_FAILURES = list(`
  0xc000006e 0xc000006f 0xc0000070 0xc0000071 0xc0000072 0xc0000193 0xc0000224 0xc000015b 0xc0000413`);

/** Security products that open lsass by trade. */
export const LSASS_READERS = new Set(lsassReaders.names);
