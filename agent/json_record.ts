/**
 * The shapes in which collectors write Windows events as JSON, each to the same record: winlogbeat
 * (6, and 7 on), NXLog and other flat forms, Azure Monitor, and `evtx_dump`'s own.
 * @module
 */

/** A parsed JSON object. */
export type Json = Readonly<Record<string, unknown>>;

/** A Windows event out of JSON, in Windows' own terms. */
export interface JsonRecord {
  /** System/Channel. */
  readonly channel: string;
  /** Provider's name, "" if the collector leaves it out. */
  readonly provider: string;
  /** System/EventID. */
  readonly eventId: number;
  /** System/Version, 0 if left out. */
  readonly version: number;
  /** System/Level, 0 if left out. */
  readonly level: number;
  /** System/EventRecordID, -1 if left out. */
  readonly recordId: number;
  /** Milliseconds since 1970 UTC, NaN if left out. */
  readonly timeMs: number;
  /** System/Computer. */
  readonly computer: string;
  /** System/Security/@UserID, "" if left out. */
  readonly userSid: string;
  /** EventData and UserData by name. */
  readonly fields: Json;
}

const LEVELS: Readonly<Record<string, number>> = {
  critical: 1,
  error: 2,
  warning: 3,
  information: 4,
  info: 4,
  audit_success: 0,
  audit_failure: 0,
};

/** The event in an object, undefined where it is none of Windows. */
export function windowsEvent(object: Json): JsonRecord | undefined {
  const record = dumped(object) ?? winlogbeat(object) ?? flat(object);
  const known = record !== undefined && Number.isInteger(record.eventId) && record.channel !== "";
  return known ? record : undefined;
}

/** `{"Event":{"System":…,"EventData":…}}`. */
function dumped({ Event: event }: Json): JsonRecord | undefined {
  if (!isObject(event) || !isObject(event.System)) return undefined;
  const { System: system, EventData: data, UserData: userData } = event;
  const attribute = (name: string, key: string) => {
    const element = system[name];
    const attributes = isObject(element) ? element["#attributes"] : undefined;
    return isObject(attributes) ? text(attributes[key]) : "";
  };
  return {
    channel: text(system.Channel),
    provider: attribute("Provider", "Name"),
    eventId: number(inner(system.EventID)),
    version: number(system.Version) || 0,
    level: number(system.Level) || 0,
    recordId: recordId(system.EventRecordID),
    timeMs: utcMs(attribute("TimeCreated", "SystemTime")),
    computer: text(system.Computer),
    userSid: attribute("Security", "UserID"),
    fields: { ...leaves(userData), ...leaves(data) },
  };
}

/** From winlogbeat 7 on under `winlog`, before at the top. */
function winlogbeat(object: Json): JsonRecord | undefined {
  const log = isObject(object.winlog) ? object.winlog : object;
  const channel = text(log.channel ?? log.log_name);
  if (channel === "" || (log.event_id ?? log.record_number) === undefined) return undefined;
  const user = isObject(log.user) ? log.user : {};
  const level = text(log.level ?? (isObject(object.log) ? object.log.level : "")).toLowerCase();
  return {
    channel,
    provider: text(log.provider_name ?? log.source_name),
    eventId: number(log.event_id),
    version: number(log.version) || 0,
    level: LEVELS[level] ?? 0,
    recordId: recordId(log.record_id ?? log.record_number),
    timeMs: utcMs(text(object["@timestamp"])),
    computer: text(log.computer_name),
    userSid: text(user.identifier),
    fields: { ...leaves(log.user_data), ...leaves(log.event_data) },
  };
}

/** NXLog, Azure Monitor, and whoever writes fields beside Channel and EventID. */
function flat(object: Json): JsonRecord | undefined {
  const level = number(object.Level ?? object.EventLevel);
  return {
    channel: text(object.Channel),
    provider: text(object.SourceName ?? object.EventSourceName ?? object.Provider),
    eventId: number(object.EventID),
    version: number(object.Version) || 0,
    level: Number.isNaN(level) ? severityLevel(number(object.SeverityValue)) : level,
    recordId: recordId(object.RecordNumber ?? object.EventRecordID ?? object.EventRecordId),
    timeMs: flatTimeMs(object),
    computer: text(object.Hostname ?? object.Computer),
    userSid: text(object.UserID),
    fields: typeof object.EventData === "string" || isObject(object.EventData)
      ? packedFields(object.EventData)
      : ownFields(object),
  };
}

/** NXLog's severity (2 information to 5 critical) as Windows' level. */
function severityLevel(severity: number): number {
  return severity >= 2 && severity <= 5 ? 6 - severity : 0;
}

/** Fields beside those of the System element, under whose names NXLog writes its own. */
function ownFields(object: Json): Json {
  const { Channel: _channel, EventType: type, AccountName: account, ...fields } = object;
  // NXLog names the account of UserID AccountName, and the kind of audit EventType.
  const own = object.AccountType === undefined ? { AccountName: account } : {};
  const kind = LEVELS[text(type).toLowerCase()] === undefined ? { EventType: type } : {};
  return { ...fields, ...own, ...kind };
}

/** Azure Monitor packs EventData as XML or JSON in a string. */
function packedFields(data: unknown): Json {
  if (typeof data !== "string") return leaves(data);
  if (data.trimStart().startsWith("<")) return xmlFields(data);
  try {
    return leaves(JSON.parse(data));
  } catch {
    return {};
  }
}

function xmlFields(xml: string): Json {
  const fields: Record<string, string> = {};
  let unnamed = 0;
  for (const [, name, value] of xml.matchAll(/<Data(?:\s+Name="([^"]*)")?\s*>([^<]*)<\/Data>/g)) {
    fields[name ?? (unnamed++ === 0 ? "Data" : `Data${unnamed - 1}`)] ||= unescaped(value);
  }
  return fields;
}

const ENTITIES: Readonly<Record<string, string>> = { lt: "<", gt: ">", quot: '"', apos: "'" };

function unescaped(text: string): string {
  return text.replace(/&(lt|gt|quot|apos);/g, (_, name) => ENTITIES[name])
    .replace(/&#(x?)([0-9a-f]{1,6});/gi, (whole, hex, digits) => {
      const point = parseInt(digits, hex ? 16 : 10);
      return point <= 0x10ffff ? String.fromCodePoint(point) : whole;
    })
    .replaceAll("&amp;", "&");
}

/** The leaves of nested objects by their own names; unnamed items are Data, Data1 and so on. */
function leaves(value: unknown, into: Record<string, unknown> = {}): Record<string, unknown> {
  if (!isObject(value)) return into;
  for (const [name, child] of Object.entries(value)) {
    if (name === "#attributes") continue;
    const content = inner(child);
    if (Array.isArray(content)) {
      content.forEach((item, i) => into[i === 0 ? name : `${name}${i}`] ??= item);
    } else if (isObject(content)) leaves(content, into);
    else if (into[name] === undefined || into[name] === "") into[name] = content;
  }
  // Winlogbeat numbers unnamed values from 1.
  for (let i = 0; i < 3; i++) {
    const name = i === 0 ? "Data" : `Data${i}`;
    if (into[name] === undefined && into[`param${i + 1}`] !== undefined) {
      into[name] = into[`param${i + 1}`];
    }
  }
  return into;
}

/** What an element holds beside its attributes. */
function inner(value: unknown): unknown {
  return isObject(value) && "#text" in value ? value["#text"] : value;
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function text(value: unknown): string {
  return typeof value === "string" ? value : typeof value === "number" ? String(value) : "";
}

function number(value: unknown): number {
  return typeof value === "number" ? value : value === "" ? NaN : Number(text(value) || NaN);
}

function recordId(value: unknown): number {
  const id = number(value);
  return Number.isInteger(id) ? id : -1;
}

/** Milliseconds of a time; one without zone counts as UTC. NaN where it is none. */
export function utcMs(time: string): number {
  const iso = time.replace(" ", "T");
  return Date.parse(/T.*(Z|[+-]\d\d:?\d\d)$/.test(iso) ? iso : `${iso}Z`);
}

const QUARTER_MS = 15 * 60_000;

/**
 * The event's time in a flat record. NXLog's EventTime is local and says no zone: as zones are
 * whole quarters of an hour, the collector's time in UTC, which is seconds later, tells which.
 */
function flatTimeMs(object: Json): number {
  const collected = utcMs(text(object["@timestamp"] ?? object.TimeGenerated));
  const created = text(object.TimeCreated ?? object.EventTime);
  if (created === "") return collected;
  const local = utcMs(created);
  const zoned = object.TimeCreated !== undefined || /(Z|[+-]\d\d:?\d\d)$/.test(created);
  if (zoned || Number.isNaN(local) || Number.isNaN(collected)) return local;
  return local + Math.round((collected - local) / QUARTER_MS) * QUARTER_MS;
}
