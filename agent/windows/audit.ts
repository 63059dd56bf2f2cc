/**
 * What Windows is told to audit, and what of the vector that leaves dark: per missing subcategory the
 * line that enables it and the columns that it unmasks.
 * @module
 */
import { FEATURES, type MaskChannel } from "@/features/schema.ts";
import { fieldsOfCsv } from "./csv.ts";

/** Subcategory, the third to sixth digit of its GUID, and the mask channels that it feeds. */
const SUBCATEGORIES: readonly [string, string, readonly MaskChannel[]][] = [
  ["Logon", "9215", ["logon"]],
  ["Logoff", "9216", ["logon"]],
  ["Special Logon", "921b", ["logon"]],
  ["Account Lockout", "9217", ["logon"]],
  ["Other Logon/Logoff Events", "921c", ["session"]],
  ["User Account Management", "9235", ["account_mgmt"]],
  ["Security Group Management", "9237", ["account_mgmt"]],
  ["Computer Account Management", "9236", ["account_mgmt"]],
  ["Credential Validation", "923f", ["ntlm"]],
  ["Kerberos Authentication Service", "9242", ["kerberos"]],
  ["Kerberos Service Ticket Operations", "9240", ["kerberos"]],
  ["Directory Service Access", "923b", ["directory"]],
  ["Directory Service Changes", "923c", ["directory"]],
  ["Process Creation", "922b", ["process", "cmdline"]],
  ["File System", "921d", ["object"]],
  ["Registry", "921e", ["object"]],
  ["Kernel Object", "921f", ["object"]],
  ["SAM", "9220", ["object"]],
  ["Handle Manipulation", "9223", ["object"]],
  ["Removable Storage", "9245", ["object"]],
  ["Plug and Play Events", "9248", ["object"]],
  ["File Share", "9224", ["share"]],
  ["Detailed File Share", "9244", ["share"]],
  ["Audit Policy Change", "922f", ["policy"]],
  ["Security State Change", "9210", ["policy"]],
  ["MPSSVC Rule-Level Policy Change", "9232", ["policy"]],
  ["Security System Extension", "9211", ["policy"]],
  ["Sensitive Privilege Use", "9228", ["privilege_use"]],
  ["Other Object Access Events", "9227", ["task"]],
];

/** Settings of `auditpol /backup`: 0 none, 1 success, 2 failure, 3 both, 4 none. */
const AUDITED = new Set(["1", "2", "3"]);

/** Names of columns by the mask channel that shows them. */
function columnsOf(channels: readonly MaskChannel[]): string[] {
  return FEATURES.filter(({ mask }) =>
    channels.some((name) => (mask as readonly string[]).includes(name))
  )
    .map(({ name }) => name);
}

/** A subcategory that is not audited. */
export interface AuditGap {
  /** Its English name. */
  readonly subcategory: string;
  /** The line that enables it, by GUID since names are translated. */
  readonly enable: string;
  /** Columns that are masked where nothing else audits them. */
  readonly columns: readonly string[];
}

function guid(digits: string): string {
  return `{0CCE${digits.toUpperCase()}-69AE-11D9-BED3-505054503030}`;
}

/**
 * Subcategories that the policy leaves out, by the CSV of `auditpol /backup` (its numbers are the
 * same in every language). Those that exist on domain controllers only are named there alone.
 */
export function auditGaps(backup: string, domainController: boolean): AuditGap[] {
  const settings = new Map<string, string>();
  for (const row of fieldsOfCsv(backup)) {
    const id = row.find((field) => /^\{[0-9a-f-]{36}\}$/i.test(field));
    if (id) settings.set(id.toUpperCase(), row.at(-1)!.trim());
  }
  return SUBCATEGORIES.flatMap(([subcategory, digits, channels]) => {
    const onlyThere = channels.every((name) => name === "kerberos" || name === "directory");
    if (onlyThere && !domainController) return [];
    const id = guid(digits);
    if (AUDITED.has(settings.get(id.toUpperCase()) ?? "0")) return [];
    const failure = subcategory === "Logon" ? " /failure:enable" : "";
    return [{
      subcategory,
      enable: `auditpol /set /subcategory:"${id}" /success:enable${failure}`,
      columns: columnsOf(channels),
    }];
  });
}
