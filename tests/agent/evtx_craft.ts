/** Logs of one chunk made by hand, token by token, for what no real log holds. */

const HEADER = 4_096;
const CHUNK = 65_536;
const RECORDS = 512;

/** Little-endian bytes of a number. */
export function le(value: number | bigint, bytes: number): number[] {
  let rest = BigInt(value);
  return Array.from({ length: bytes }, () => {
    const byte = Number(rest & 0xffn);
    rest >>= 8n;
    return byte;
  });
}

/** UTF-16 of a text. */
export function utf16(text: string): number[] {
  return Array.from({ length: text.length }, (_, i) => le(text.charCodeAt(i), 2)).flat();
}

/** Tokens of one fragment; names lie inline, so that it must know where it will stand. */
export class Fragment {
  readonly bytes: number[] = [];
  readonly #at: number;
  readonly #template: boolean;

  constructor(at: number, template: boolean) {
    this.#at = at;
    this.#template = template;
  }

  raw(...bytes: number[]): this {
    this.bytes.push(...bytes);
    return this;
  }

  #name(text: string): this {
    const offset = this.#at + this.bytes.length + 4;
    return this.raw(
      ...le(offset, 4),
      0,
      0,
      0,
      0,
      0,
      0,
      ...le(text.length, 2),
      ...utf16(text),
      0,
      0,
    );
  }

  /** An element's start up to its children. */
  open(name: string, attributes: Readonly<Record<string, string>> = {}, dependency = 0xffff): this {
    const entries = Object.entries(attributes);
    this.raw(entries.length > 0 ? 0x41 : 0x01);
    if (this.#template) this.raw(...le(dependency, 2));
    this.raw(0, 0, 0, 0).#name(name);
    if (entries.length > 0) this.raw(0, 0, 0, 0);
    for (const [key, value] of entries) this.raw(0x06).#name(key).text(value);
    return this.raw(0x02);
  }

  text(text: string): this {
    return this.raw(0x05, 0x01, ...le(text.length, 2), ...utf16(text));
  }

  hole(index: number, type: number): this {
    return this.raw(0x0d, ...le(index, 2), type);
  }

  close(): this {
    return this.raw(0x04);
  }

  /** `<Data Name="…">` with a hole in it. */
  data(name: string, index: number, type: number): this {
    return this.open("Data", name === "" ? {} : { Name: name }).hole(index, type).close();
  }
}

/** A value with its type. */
export type Typed = readonly [type: number, bytes: readonly number[]];

/** A template instance whose definition lies inline, at chunk offset `at`. */
export function instance(
  at: number,
  build: (body: Fragment) => Fragment,
  values: readonly Typed[],
): number[] {
  const definition = at + 14;
  const body = build(new Fragment(definition + 24, true).raw(0x0f, 1, 1, 0)).raw(0).bytes;
  return [
    ...[0x0f, 1, 1, 0, 0x0c, 1, ...le(0x1234, 4), ...le(definition, 4)],
    ...[...le(0, 4), ...le(0xdeadbeef, 16), ...le(body.length, 4), ...body],
    ...le(values.length, 4),
    ...values.flatMap(([type, bytes]) => [...le(bytes.length, 2), type, 0]),
    ...values.flatMap(([, bytes]) => bytes),
  ];
}

/** Where the BinXML of the first record stands in its chunk. */
export const FIRST = RECORDS + 24;

/** One chunk of records, each given as its BinXML (made for where it stands). */
export function craftLog(...records: ((at: number) => readonly number[])[]): Uint8Array {
  const file = new Uint8Array(HEADER + CHUNK);
  const view = new DataView(file.buffer);
  file.set(new TextEncoder().encode("ElfFile\0"));
  file.set(new TextEncoder().encode("ElfChnk\0"), HEADER);
  let at = RECORDS;
  records.forEach((binxml, i) => {
    const bytes = binxml(at + 24);
    const size = 28 + bytes.length + (8 - (28 + bytes.length) % 8) % 8;
    const start = HEADER + at;
    view.setUint32(start, 0x2a2a, true);
    view.setUint32(start + 4, size, true);
    view.setBigUint64(start + 8, BigInt(i + 1), true);
    view.setBigUint64(start + 16, 133_000_000_000_000_000n, true);
    file.set(bytes, start + 24);
    view.setUint32(start + size - 4, size, true);
    at += size;
  });
  view.setBigUint64(HEADER + 24, 1n, true);
  view.setBigUint64(HEADER + 32, BigInt(records.length), true);
  view.setUint32(HEADER + 48, at, true);
  return file;
}

/** A record whose EventData has these values under the names V0, V1 and so on. */
export function valuesRecord(values: readonly Typed[], names = values.map((_, i) => `V${i}`)) {
  return (at: number) =>
    instance(at, (body) => {
      body.open("Event").open("System").open("EventID").text("7").close().close().open("EventData");
      values.forEach(([type], i) => body.data(names[i], i, type));
      return body.close().close();
    }, values);
}
