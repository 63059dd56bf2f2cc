/**
 * The one table of Windows events that the estate writes: provider, channel, numbers, field names
 * and their BinXML types, as Windows has them. The rows lie in definitions/, each with its source.
 * @module
 */
import { OPERATIONAL } from "./definitions/operational.ts";
import { SECURITY } from "./definitions/security.ts";
import { SYSMON } from "./definitions/sysmon.ts";

/** BinXML value types by the name that the table uses (winevt.h: EVT_VARIANT_TYPE). */
export const VALUE_TYPES = {
  text: 0x01,
  u8: 0x04,
  u16: 0x06,
  i32: 0x07,
  u32: 0x08,
  u64: 0x0a,
  bool: 0x0d,
  binary: 0x0e,
  guid: 0x0f,
  pointer: 0x10,
  filetime: 0x11,
  sid: 0x13,
  hex32: 0x14,
  hex64: 0x15,
  fragment: 0x21,
  strings: 0x81,
} as const;

/** The name of a value type. */
export type ValueType = keyof typeof VALUE_TYPES;

/**
 * A field's value. Text for `text`, `guid` ("{…}") and `sid` ("S-1-…"); milliseconds since 1970
 * for `filetime`; whole numbers or bigint else; null where the field is absent.
 */
export type Value = string | number | bigint | boolean | Uint8Array | readonly string[] | null;

/** One field of an event. */
export interface FieldDefinition {
  /** Name of the Data element, or of the element in UserData. */
  readonly name: string;
  /** BinXML type of its value. */
  readonly type: ValueType;
}

/** What every event of one kind has in common. */
export interface EventDefinition {
  /** Place in {@link DEFINITIONS}. */
  readonly index: number;
  /** System/Provider/@Name. */
  readonly provider: string;
  /** System/Provider/@Guid with braces, "" for classic sources. */
  readonly providerGuid: string;
  /** System/Channel. */
  readonly channel: string;
  /** System/EventID. */
  readonly eventId: number;
  /** System/Version. */
  readonly version: number;
  /** System/Level. */
  readonly level: number;
  /** System/Task. */
  readonly task: number;
  /** System/Opcode. */
  readonly opcode: number;
  /** System/Keywords. */
  readonly keywords: bigint;
  /** System/EventID/@Qualifiers of classic events. */
  readonly qualifiers: number | null;
  /** Root element of UserData, "" for EventData. */
  readonly userData: string;
  /** Fields in the order of the template. */
  readonly fields: readonly FieldDefinition[];
}

function parseField(text: string): FieldDefinition {
  const [name, type = "text"] = text.split(":");
  if (!(type in VALUE_TYPES)) {
    throw new SyntaxError(`Cannot define field ${name}: "${type}" is no value type`);
  }
  return { name: name!, type: type as ValueType };
}

function parseRow(row: string, head: readonly string[], index: number): EventDefinition {
  const [numbers, userData, fields] = row.split("|").map((part) => part.trim());
  const [id, version, level, task, opcode, keywords, qualifiers] = numbers!.split(" ");
  return {
    index,
    provider: head[0]!,
    providerGuid: head[1]!,
    channel: head[2]!,
    eventId: Number(id),
    version: Number(version),
    level: Number(level),
    task: Number(task),
    opcode: Number(opcode),
    keywords: BigInt(`0x${keywords}`),
    qualifiers: qualifiers === "-" ? null : Number(qualifiers),
    userData: userData!,
    fields: fields === "" ? [] : fields!.split(", ").map(parseField),
  };
}

function parseTable(text: string): EventDefinition[] {
  const definitions: EventDefinition[] = [];
  let head: string[] = [];
  for (const line of text.split("\n")) {
    if (line === "") continue;
    if (line.startsWith("provider ")) head = line.slice(9).split("|").map((part) => part.trim());
    else definitions.push(parseRow(line, head, definitions.length));
  }
  return definitions;
}

/** Every event that the estate knows. */
export const DEFINITIONS: readonly EventDefinition[] = parseTable(SECURITY + OPERATIONAL + SYSMON);

/** Short names of channels, as the code of the estate writes them. */
export const CHANNELS = {
  security: "Security",
  system: "System",
  sysmon: "Microsoft-Windows-Sysmon/Operational",
  powershell: "Microsoft-Windows-PowerShell/Operational",
  classicPowershell: "Windows PowerShell",
  session: "Microsoft-Windows-TerminalServices-LocalSessionManager/Operational",
  rdpClient: "Microsoft-Windows-TerminalServices-RDPClient/Operational",
  task: "Microsoft-Windows-TaskScheduler/Operational",
  wmi: "Microsoft-Windows-WMI-Activity/Operational",
  winrm: "Microsoft-Windows-WinRM/Operational",
  defender: "Microsoft-Windows-Windows Defender/Operational",
  firewall: "Microsoft-Windows-Windows Firewall With Advanced Security/Firewall",
} as const;

/** A short name of {@link CHANNELS}. */
export type ChannelName = keyof typeof CHANNELS;

const BY_KEY = new Map(DEFINITIONS.map((d) => [`${d.channel}/${d.eventId}`, d]));

/** The definition of an event; throws a `RangeError` where the table has none. */
export function definitionOf(channel: string, eventId: number): EventDefinition {
  const found = BY_KEY.get(`${channel}/${eventId}`) ??
    BY_KEY.get(`${(CHANNELS as Record<string, string>)[channel]}/${eventId}`);
  if (found) return found;
  throw new RangeError(
    `Cannot write event ${eventId} of channel "${channel}": the table of events does not hold it; ` +
      `add a row to estate/definitions/ or name one that is there`,
  );
}
