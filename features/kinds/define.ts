/**
 * How kinds of events are declared: channels, acting accounts, audited channels.
 * @module
 */
import { type FieldName, fieldSlot } from "../fields.ts";
import type { Actor, Count, EventKind } from "../hour.ts";
import { SUM, type SUMMED } from "../row.ts";
import { MASK_CHANNELS, type MaskChannel } from "../schema.ts";

/** The Security log. */
export const SECURITY = "Security";
/** The System log. */
export const SYSTEM = "System";
/** Sysmon's log. */
export const SYSMON = "Microsoft-Windows-Sysmon/Operational";
/** Script block and module logging. */
export const POWERSHELL = "Microsoft-Windows-PowerShell/Operational";
/** The classic PowerShell log. */
export const CLASSIC_POWERSHELL = "Windows PowerShell";

/** Bits of mask channels. */
export function bits(...names: MaskChannel[]): number {
  return names.reduce((all, name) => all | (1 << MASK_CHANNELS.indexOf(name)), 0);
}

/** The acting account is the target, by its SID, else by its name where the host knows it. */
export const TARGET: Actor = {
  sids: [fieldSlot("TargetUserSid"), fieldSlot("TargetSid")],
  name: [fieldSlot("TargetDomainName"), fieldSlot("TargetUserName")],
};
/** The acting account is the subject. */
export const SUBJECT: Actor = {
  sids: [fieldSlot("SubjectUserSid")],
  name: [fieldSlot("SubjectDomainName"), fieldSlot("SubjectUserName")],
};
/** The acting account is the one that wrote the record. */
export const WRITER: Actor = { sids: [-1] };
/** The target where the event names one, else the subject (4688). */
export const TARGET_OR_SUBJECT: Actor = {
  sids: [fieldSlot("TargetUserSid"), fieldSlot("SubjectUserSid")],
};
/** Sysmon: the user by name, else the user of the process. */
export const SYSMON_USER: Actor = {
  sids: [],
  name: [-1, fieldSlot("User")],
  byName: true,
  process: fieldSlot("ProcessGuid"),
};

/** An actor by a name field that holds `domain\user`. */
export function named(field: FieldName, domain?: FieldName): Actor {
  return { sids: [], name: [domain ? fieldSlot(domain) : -1, fieldSlot(field)], byName: true };
}

/** Declares the kinds of one channel that count alike. */
export function kinds(
  channel: string,
  eventIds: readonly number[],
  audited: number,
  actor: Actor | undefined,
  count: Count,
): EventKind[] {
  return eventIds.map((eventId) => ({ channel, eventId, channels: audited, actor, count }));
}

/** Counts nothing but the event itself. */
export const onlySeen: Count = () => {};

/** Counts one more in a column that rows sum up. */
export function sum(name: typeof SUMMED[number]): Count {
  const place = SUM[name];
  return (_, row) => row.add(place);
}
