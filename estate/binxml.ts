/**
 * BinXML inside one 64 KiB chunk: names and templates defined inline at first use and referenced
 * afterwards, values behind their descriptors. Layout: "Windows XML Event Log (EVTX) format"
 * (J. Metz, libevtx), checked byte for byte against chunks that Windows wrote.
 * @module
 */
import { createHash } from "node:crypto";
import { type EventDefinition, type Value, VALUE_TYPES, type ValueType } from "./definitions.ts";

/** Bytes of a chunk. */
export const CHUNK_BYTES = 65_536;

/** What stands in a template's element or attribute: text, or a value put in for each event. */
export type Content =
  | string
  | { readonly value: number; readonly type: ValueType; readonly optional?: true };

/** An element of a template. */
export interface ElementNode {
  /** Tag name. */
  readonly name: string;
  /** Attributes in their order. */
  readonly attributes?: readonly (readonly [string, Content])[];
  /** What it holds: elements, text, values. */
  readonly children?: readonly (ElementNode | Content)[];
}

/** A template: what events of a kind share. */
export interface Template {
  /** Root element of the fragment. */
  readonly root: ElementNode;
  /** 16 bytes that name it: a hash of what it holds, as Windows derives it. */
  readonly guid: Uint8Array;
  /** Bytes that its definition takes at most in a chunk: every name inline. */
  readonly maxBytes: number;
}

const TOKEN = {
  end: 0x00,
  open: 0x01,
  closeStart: 0x02,
  closeEmpty: 0x03,
  closeElement: 0x04,
  text: 0x05,
  attribute: 0x06,
  template: 0x0c,
  value: 0x0d,
  optionalValue: 0x0e,
  fragment: 0x0f,
  more: 0x40,
} as const;

function nodeBytes(node: ElementNode | Content): number {
  if (typeof node === "string") return 4 + 2 * node.length;
  if ("value" in node) return 4;
  let bytes = 24 + 2 * node.name.length;
  for (const [name, content] of node.attributes ?? []) {
    bytes += 15 + 2 * name.length + nodeBytes(content);
  }
  for (const child of node.children ?? []) bytes += nodeBytes(child);
  return bytes;
}

/** Makes a template of its root element. */
export function template(root: ElementNode): Template {
  const guid = new Uint8Array(createHash("sha256").update(JSON.stringify(root)).digest());
  return { root, guid: guid.slice(0, 16), maxBytes: 40 + nodeBytes(root) };
}

/** The substitutions of the outer template, in the order in which Windows writes them. */
export const SYSTEM_TYPES: readonly ValueType[] = [
  "u8", // 0 Level
  "u8", // 1 Opcode
  "u16", // 2 Task
  "u16", // 3 EventID
  "u16", // 4 Qualifiers
  "hex64", // 5 Keywords
  "filetime", // 6 TimeCreated
  "guid", // 7 ActivityID
  "u32", // 8 ProcessID
  "u32", // 9 ThreadID
  "u64", // 10 EventRecordID
  "u8", // 11 Version
  "sid", // 12 UserID
  "guid", // 13 RelatedActivityID
  "text", // 14 Provider name
  "guid", // 15 Provider GUID
  "text", // 16 Channel
  "fragment", // 17 EventData or UserData
];

function put(value: number): Content {
  return { value, type: SYSTEM_TYPES[value]!, optional: true };
}

function leaf(name: string, value: number): ElementNode {
  return { name, children: [put(value)] };
}

/** The outer template of a computer's events: System, and EventData or UserData as a fragment. */
export function eventTemplate(computer: string, userData: boolean): Template {
  const body: ElementNode | Content = userData
    ? { name: "UserData", children: [put(17)] }
    : put(17);
  return template({
    name: "Event",
    attributes: [["xmlns", "http://schemas.microsoft.com/win/2004/08/events/event"]],
    children: [
      {
        name: "System",
        children: [
          { name: "Provider", attributes: [["Name", put(14)], ["Guid", put(15)]] },
          { name: "EventID", attributes: [["Qualifiers", put(4)]], children: [put(3)] },
          leaf("Version", 11),
          leaf("Level", 0),
          leaf("Task", 2),
          leaf("Opcode", 1),
          leaf("Keywords", 5),
          { name: "TimeCreated", attributes: [["SystemTime", put(6)]] },
          leaf("EventRecordID", 10),
          {
            name: "Correlation",
            attributes: [["ActivityID", put(7)], ["RelatedActivityID", put(13)]],
          },
          { name: "Execution", attributes: [["ProcessID", put(8)], ["ThreadID", put(9)]] },
          leaf("Channel", 16),
          { name: "Computer", children: [computer] },
          { name: "Security", attributes: [["UserID", put(12)]] },
        ],
      },
      body,
    ],
  });
}

/** The inner template of an event: its EventData, or the root element of its UserData. */
export function dataTemplate(definition: EventDefinition): Template {
  const { fields, userData } = definition;
  if (userData !== "") {
    return template({
      name: userData,
      attributes: [["xmlns", "http://manifests.microsoft.com/win/2004/08/windows/eventlog"]],
      children: fields.map(({ name, type }, value) => ({ name, children: [{ value, type }] })),
    });
  }
  return template({
    name: "EventData",
    children: fields.map(({ name, type }, value): ElementNode => {
      if (name === "Binary" || type === "strings") {
        return { name: name === "Binary" ? name : "Data", children: [{ value, type }] };
      }
      return { name: "Data", attributes: [["Name", name]], children: [{ value, type }] };
    }),
  });
}

/** The hash that a chunk's table of names is kept by. */
function nameHash(name: string): number {
  let hash = 0;
  for (let i = 0; i < name.length; i++) hash = (Math.imul(hash, 65_599) + name.charCodeAt(i)) | 0;
  return hash & 0xffff;
}

const NAME_TABLE = 128;
const TEMPLATE_TABLE = 384;
const FIRST_RECORD = 512;

/** Writes BinXML into one chunk; the caller sees to it that there is room. */
export class ChunkBuilder {
  /** The chunk. */
  readonly bytes: Uint8Array = new Uint8Array(CHUNK_BYTES);
  /** Its bytes as numbers. */
  readonly view: DataView = new DataView(this.bytes.buffer);
  /** Where the next byte goes. */
  at = FIRST_RECORD;
  readonly #names = new Map<string, number>();
  readonly #templates = new Map<Template, number>();

  /** Empties the chunk for the next one. */
  reset(): void {
    this.bytes.fill(0);
    this.at = FIRST_RECORD;
    this.#names.clear();
    this.#templates.clear();
  }

  /** Bytes that the use of a template needs at most beside its values. */
  templateBytes(used: Template, values: number): number {
    return 20 + 4 * values + (this.#templates.has(used) ? 0 : used.maxBytes);
  }

  #u8(value: number): void {
    this.bytes[this.at++] = value;
  }

  #u16(value: number): void {
    this.view.setUint16(this.at, value, true);
    this.at += 2;
  }

  #u32(value: number): void {
    this.view.setUint32(this.at, value, true);
    this.at += 4;
  }

  #chars(text: string): void {
    const bytes = this.bytes;
    let at = this.at;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      bytes[at++] = code & 255;
      bytes[at++] = code >> 8;
    }
    this.at = at;
  }

  /** A name by offset; at first use its definition follows, linked into the table of names. */
  #name(name: string): void {
    const known = this.#names.get(name);
    if (known !== undefined) return this.#u32(known);
    const offset = this.at + 4;
    this.#u32(offset);
    this.#names.set(name, offset);
    const hash = nameHash(name);
    const bucket = NAME_TABLE + 4 * (hash % 64);
    this.#u32(this.view.getUint32(bucket, true));
    this.view.setUint32(bucket, offset, true);
    this.#u16(hash);
    this.#u16(name.length);
    this.#chars(name);
    this.#u16(0);
  }

  #content(content: Content): void {
    if (typeof content === "string") {
      this.#u8(TOKEN.text);
      this.#u8(VALUE_TYPES.text);
      this.#u16(content.length);
      this.#chars(content);
    } else {
      this.#u8(content.optional ? TOKEN.optionalValue : TOKEN.value);
      this.#u16(content.value);
      this.#u8(VALUE_TYPES[content.type]);
    }
  }

  #sized(write: () => void): void {
    const place = this.at;
    this.at += 4;
    write();
    this.view.setUint32(place, this.at - place - 4, true);
  }

  #element(node: ElementNode): void {
    const attributes = node.attributes ?? [];
    this.#u8(attributes.length > 0 ? TOKEN.open | TOKEN.more : TOKEN.open);
    const [only] = node.children ?? [];
    // An element that holds nothing but an optional value is left out with it: its dependency id.
    const depends = node.children?.length === 1 && typeof only === "object" && "value" in only &&
      only.optional;
    this.#u16(depends ? only.value : 0xffff);
    this.#sized(() => this.#elementBody(node, attributes));
  }

  #elementBody(node: ElementNode, attributes: readonly (readonly [string, Content])[]): void {
    this.#name(node.name);
    if (attributes.length > 0) {
      this.#sized(() => {
        attributes.forEach(([name, content], i) => {
          const last = i === attributes.length - 1;
          this.#u8(last ? TOKEN.attribute : TOKEN.attribute | TOKEN.more);
          this.#name(name);
          this.#content(content);
        });
      });
    }
    if (node.children === undefined) return this.#u8(TOKEN.closeEmpty);
    this.#u8(TOKEN.closeStart);
    for (const child of node.children) {
      if (typeof child === "object" && "name" in child) this.#element(child);
      else this.#content(child);
    }
    this.#u8(TOKEN.closeElement);
  }

  #fragmentHeader(): void {
    this.#u32(0x00_01_01_00 | TOKEN.fragment);
  }

  #define(used: Template): void {
    const start = this.at;
    this.#templates.set(used, start);
    const bucket = TEMPLATE_TABLE + 4 * ((used.guid[0]! | used.guid[1]! << 8) % 32);
    this.#u32(this.view.getUint32(bucket, true));
    this.view.setUint32(bucket, start, true);
    this.bytes.set(used.guid, this.at);
    this.at += 16;
    this.#sized(() => {
      this.#fragmentHeader();
      this.#element(used.root);
      this.#u8(TOKEN.end);
    });
  }

  /** Begins a fragment that is an instance of a template; gives back where its descriptors go. */
  begin(used: Template, values: number): number {
    this.#fragmentHeader();
    this.#u8(TOKEN.template);
    this.#u8(1);
    this.bytes.set(used.guid.subarray(0, 4), this.at);
    this.at += 4;
    const known = this.#templates.get(used);
    this.#u32(known ?? this.at + 4);
    if (known === undefined) this.#define(used);
    this.#u32(values);
    const descriptors = this.at;
    this.at += 4 * values;
    return descriptors;
  }

  /** Notes at a descriptor that a value from `start` to here has this type. */
  describe(descriptor: number, start: number, type: ValueType): void {
    const size = this.at - start;
    this.view.setUint16(descriptor, size, true);
    this.view.setUint16(descriptor + 2, VALUE_TYPES[type], true);
  }

  /** Writes a value and its descriptor; null leaves it absent (type 0, size 0). */
  value(descriptor: number, type: ValueType, value: Value): void {
    if (value === null) {
      this.view.setUint32(descriptor, 0, true);
      return;
    }
    const start = this.at;
    this.#write(type, value);
    this.describe(descriptor, start, type);
  }

  #write(type: ValueType, value: Exclude<Value, null>): void {
    switch (type) {
      case "text":
        return this.#chars(value as string);
      case "u8":
        return this.#u8(value as number);
      case "u16":
        return this.#u16(value as number);
      case "i32":
      case "u32":
      case "hex32":
        return this.#u32(value as number);
      case "bool":
        return this.#u32(value ? 1 : 0);
      case "u64":
      case "hex64":
      case "pointer":
        return this.#u64(value as number | bigint);
      case "filetime":
        return this.filetime(value as number);
      case "guid":
        return this.#guid(value as string);
      case "sid":
        return this.#raw(sidBytes(value as string));
      case "binary":
        return this.#raw(value as Uint8Array);
      case "strings":
        for (const text of value as readonly string[]) {
          this.#chars(text);
          this.#u16(0);
        }
    }
  }

  #raw(bytes: Uint8Array): void {
    this.bytes.set(bytes, this.at);
    this.at += bytes.length;
  }

  #u64(value: number | bigint): void {
    if (typeof value === "bigint") this.view.setBigUint64(this.at, value, true);
    else {
      this.view.setUint32(this.at, value % 4_294_967_296, true);
      this.view.setUint32(this.at + 4, Math.floor(value / 4_294_967_296), true);
    }
    this.at += 8;
  }

  /** Milliseconds since 1970 as the 100 ns since 1601 of a FILETIME. */
  filetime(ms: number): void {
    const whole = Math.floor(ms);
    const sinceEpoch = whole + 11_644_473_600_000;
    const high = Math.floor(sinceEpoch / 4_294_967_296) * 10_000;
    const low = (sinceEpoch % 4_294_967_296) * 10_000 + Math.floor((ms - whole) * 10_000);
    this.view.setUint32(this.at, low % 4_294_967_296, true);
    this.view.setUint32(this.at + 4, high + Math.floor(low / 4_294_967_296), true);
    this.at += 8;
  }

  #guid(text: string): void {
    const hex = text.replace(/[{}-]/g, "");
    this.#u32(parseInt(hex.slice(0, 8), 16));
    this.#u16(parseInt(hex.slice(8, 12), 16));
    this.#u16(parseInt(hex.slice(12, 16), 16));
    for (let i = 16; i < 32; i += 2) this.#u8(parseInt(hex.slice(i, i + 2), 16));
  }
}

const SIDS = new Map<string, Uint8Array>();

/** The bytes of a SID given as `S-1-…`; throws a `SyntaxError` where it is none. */
export function sidBytes(text: string): Uint8Array {
  const known = SIDS.get(text);
  if (known) return known;
  const parts = text.split("-").slice(1).map(Number);
  if (!text.startsWith("S-") || parts.length < 2 || parts.length > 17 || parts.some(Number.isNaN)) {
    throw new SyntaxError(`Cannot write a SID: "${text}" has not the form S-1-5-21-…`);
  }
  const bytes = new Uint8Array(8 + 4 * (parts.length - 2));
  const view = new DataView(bytes.buffer);
  bytes[0] = parts[0]!;
  bytes[1] = parts.length - 2;
  view.setUint16(2, Math.floor(parts[1]! / 4_294_967_296));
  view.setUint32(4, parts[1]! % 4_294_967_296);
  for (let i = 2; i < parts.length; i++) view.setUint32(8 + 4 * (i - 2), parts[i]!, true);
  if (SIDS.size > 20_000) SIDS.clear();
  SIDS.set(text, bytes);
  return bytes;
}

/** Bytes that a value takes in a chunk. */
export function valueBytes(type: ValueType, value: Value): number {
  if (value === null) return 0;
  if (typeof value === "string") {
    return type === "text" ? 2 * value.length : type === "guid" ? 16 : 68;
  }
  if (value instanceof Uint8Array) return value.length;
  if (typeof value === "object") return value.reduce((sum, text) => sum + 2 * text.length + 2, 0);
  return 8;
}
