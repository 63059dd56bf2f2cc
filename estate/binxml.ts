/**
 * BinXML inside one 64 KiB chunk: names and templates defined inline at first use and referenced
 * afterwards, values behind their descriptors. Layout: "Windows XML Event Log (EVTX) format"
 * (J. Metz, libevtx), checked byte for byte against chunks that Windows wrote.
 * @module
 */
import { type Value, VALUE_TYPES, type ValueType } from "./definitions.ts";
import type { Content, ElementNode, Template } from "./template.ts";
import { sidBytes } from "./value.ts";

/** Bytes of a chunk. */
export const CHUNK_BYTES = 65_536;

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
