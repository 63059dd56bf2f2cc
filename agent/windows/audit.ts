/**
 * What Windows is told to audit, and what of the vector that leaves dark: per missing subcategory the
 * line that enables it and the columns that it unmasks.
 * @module
 */
import { readFileSync, statSync } from "node:fs";
import { FEATURES, MASK_CHANNELS, type MaskChannel } from "@/features/schema.ts";

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

function isAudited(settings: ReadonlyMap<string, string>, digits: string): boolean {
  return AUDITED.has(settings.get(guid(digits)) ?? "0");
}

/** Settings by GUID, from the CSV of `auditpol /backup`. */
function parsePolicy(backup: string): Map<string, string> {
  const rows = backup.matchAll(/(\{[0-9a-f-]{36}\}).*,(\d)\s*$/gim);
  return new Map([...rows].map(([, id, setting]) => [id.toUpperCase(), setting]));
}

/**
 * Subcategories that the policy leaves out, by the CSV of `auditpol /backup` (its numbers are the
 * same in every language). Those that exist on domain controllers only are named there alone.
 */
export function auditGaps(backup: string, domainController: boolean): AuditGap[] {
  const settings = parsePolicy(backup);
  return SUBCATEGORIES.flatMap(([subcategory, digits, channels]) => {
    const onlyThere = channels.every((name) => name === "kerberos" || name === "directory");
    if (onlyThere && !domainController) return [];
    if (isAudited(settings, digits)) return [];
    const failure = subcategory === "Logon" ? " /failure:enable" : "";
    return [{
      subcategory,
      enable: `auditpol /set /subcategory:"${guid(digits)}" /success:enable${failure}`,
      columns: columnsOf(channels),
    }];
  });
}

const bit = (channel: MaskChannel) => 1 << MASK_CHANNELS.indexOf(channel);
/** Channels that the policy decides; whether command lines are kept is not part of it. */
const GOVERNED = SUBCATEGORIES.flatMap(([, , channels]) => channels)
  .filter((channel) => channel !== "cmdline")
  .reduce((bits, channel) => bits | bit(channel), 0);
/** Age after which a backup, made every hour, says nothing any more. */
const OLD_MS = 86_400_000;

/**
 * Audited channels of an hour: those that the policy decides by the backup, where some subcategory
 * of theirs is on, the others by `seen`. Bits of MASK_CHANNELS.
 */
export function auditedChannels(backup: string, seen: number): number {
  const settings = parsePolicy(backup);
  return SUBCATEGORIES.filter(([, digits]) => isAudited(settings, digits))
    .flatMap(([, , channels]) => channels)
    .filter((channel) => channel !== "cmdline")
    .reduce((bits, channel) => bits | bit(channel), seen & ~GOVERNED);
}

/** The backup in a file, undefined where it is not there or older than a day at `nowMs`. */
export function readBackup(path: string, nowMs: number): string | undefined {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat || nowMs - stat.mtimeMs > OLD_MS) return undefined;
  const bytes = readFileSync(path);
  return new TextDecoder(bytes[0] === 0xff && bytes[1] === 0xfe ? "utf-16le" : "utf-8").decode(
    bytes,
  );
}
