/**
 * BinXML as a tree: what a template or a literal record says, with holes where a record's own
 * values go. Only built once for each shape, so it is written for clarity. Layout: MS-EVEN6
 * section 2.2.12 and "Windows XML Event Log (EVTX) format" (J. Metz), checked on real logs.
 * @module
 */
import { EvtxError } from "./error.ts";
import { FIXED_SIZE, utf16, valueText } from "./value.ts";

/** Text that the fragment itself holds; `bare` where JSON shows it as a number or truth value. */
export interface Text {
  /** What it says. */
  readonly text: string;
  /** Whether it is a number or a truth value. */
  readonly bare: boolean;
}

/** A place that one value of the record fills. */
export interface Hole {
  /** Index of the value. */
  readonly hole: number;
}

/** An attribute with the parts of its value. */
export interface Attribute {
  /** As written. */
  readonly name: string;
  /** What its value is put together from. */
  readonly parts: readonly (Text | Hole)[];
}

/** An element; `dependency` is the value whose absence leaves it out, -1 for none. */
export interface Element {
  /** As written. */
  readonly name: string;
  /** In their order. */
  readonly attributes: readonly Attribute[];
  /** In their order. */
  readonly children: readonly Node[];
  /** Index of a value, or -1. */
  readonly dependency: number;
}

/** What an element holds. */
export type Node = Text | Hole | Element;

/** Tokens without their "more follows" bit (0x40). */
export const TOKEN = {
  end: 0x00,
  open: 0x01,
  closeStart: 0x02,
  closeEmpty: 0x03,
  close: 0x04,
  value: 0x05,
  attribute: 0x06,
  cdata: 0x07,
  charRef: 0x08,
  entityRef: 0x09,
  piTarget: 0x0a,
  piData: 0x0b,
  template: 0x0c,
  hole: 0x0d,
  optionalHole: 0x0e,
  header: 0x0f,
} as const;

/** The longest name that is read: real ones have at most 64 characters. */
export const MAX_NAME = 1_024;
const MAX_DEPTH = 64;
const MAX_NODES = 8_192;
const ENTITIES: Readonly<Record<string, string>> = {
  lt: "<",
  gt: ">",
  amp: "&",
  quot: '"',
  apos: "'",
};

/** Whether a node is an element. */
export function isElement(node: Node): node is Element {
  return "children" in node;
}

/** Whether a node is a place for a value. */
export function isHole(node: Node): node is Hole {
  return "hole" in node;
}

/** The text of an attribute, undefined where it is absent or a value of the record fills it. */
export function literalAttribute(element: Element, name: string): string | undefined {
  const attribute = element.attributes.find((each) => each.name === name);
  if (attribute === undefined || attribute.parts.some(isHole)) return undefined;
  return attribute.parts.map((part) => (part as Text).text).join("");
}

/** Bytes of a literal value behind its type byte. Throws {@link EvtxError} for other types. */
export function literalSize(view: DataView, type: number, at: number, end: number): number {
  if (type === 0x13 && at + 2 <= end) return 8 + 4 * view.getUint8(at + 1);
  const size = FIXED_SIZE[type & 0x7f];
  if (type > 0x7f || size === 0) throw new EvtxError(`literal value of type ${type}`);
  return size;
}

/** Parses one fragment; offsets of names count from the start of the view, which is a chunk. */
export class FragmentParser {
  readonly #view: DataView;
  readonly #end: number;
  readonly #template: boolean;
  #at: number;
  #nodes = 0;
  #holes = 0;

  /**
   * `template`: elements carry dependency ids and holes are numbered by the template. In a literal
   * fragment each value becomes a hole, numbered as {@link "./shape.ts"} numbers it.
   */
  constructor(view: DataView, at: number, end: number, template: boolean) {
    this.#view = view;
    this.#at = at;
    this.#end = Math.min(end, view.byteLength);
    this.#template = template;
  }

  /** The elements at the top, mostly one. Throws {@link EvtxError} where the format is broken. */
  parse(): Element[] {
    const roots: Element[] = [];
    while (this.#at < this.#end) {
      const token = this.#peek() & 0xbf;
      if (token === TOKEN.end) break;
      if (token === TOKEN.header) this.#skip(4);
      else if (token === TOKEN.open) roots.push(this.#element(0));
      else if (!this.#instruction(token)) throw unexpected(token);
    }
    return roots;
  }

  #need(count: number): void {
    if (this.#at + count > this.#end) throw new EvtxError("fragment runs past its end");
  }

  #skip(count: number): void {
    this.#need(count);
    this.#at += count;
  }

  #peek(): number {
    this.#need(1);
    return this.#view.getUint8(this.#at);
  }

  #u8(): number {
    this.#skip(1);
    return this.#view.getUint8(this.#at - 1);
  }

  #u16(): number {
    this.#skip(2);
    return this.#view.getUint16(this.#at - 2, true);
  }

  #u32(): number {
    this.#skip(4);
    return this.#view.getUint32(this.#at - 4, true);
  }

  #chars(): string {
    const count = this.#u16();
    this.#skip(2 * count);
    return utf16(this.#view, this.#at - 2 * count, count);
  }

  /** A name lies inline at its first use in the chunk, later uses give its offset. */
  #name(): string {
    const offset = this.#u32();
    if (offset + 8 > this.#view.byteLength) throw new EvtxError("name lies outside its chunk");
    const count = this.#view.getUint16(offset + 6, true);
    if (count > MAX_NAME || offset + 10 + 2 * count > this.#view.byteLength) {
      throw new EvtxError("name runs past its chunk");
    }
    if (offset === this.#at) this.#skip(10 + 2 * count);
    return utf16(this.#view, offset + 8, count);
  }

  #element(depth: number): Element {
    if (depth >= MAX_DEPTH) throw new EvtxError("elements nested too deeply");
    this.#count();
    const attributed = (this.#u8() & 0x40) !== 0;
    const dependency = this.#template ? this.#u16() : 0xffff;
    this.#skip(4);
    const name = this.#name();
    if (attributed) this.#skip(4);
    const attributes: Attribute[] = [];
    while ((this.#peek() & 0xbf) === TOKEN.attribute) attributes.push(this.#attribute());
    const children: Node[] = [];
    const token = this.#u8() & 0xbf;
    if (token === TOKEN.closeStart) this.#children(children, depth + 1);
    else if (token !== TOKEN.closeEmpty) throw unexpected(token);
    return { name, attributes, children, dependency: dependency === 0xffff ? -1 : dependency };
  }

  #attribute(): Attribute {
    this.#skip(1);
    const name = this.#name();
    const parts: (Text | Hole)[] = [];
    for (;;) {
      const part = this.#content(this.#peek() & 0xbf, name === "Name");
      if (part === undefined) return { name, parts };
      parts.push(part);
    }
  }

  #children(into: Node[], depth: number): void {
    for (;;) {
      const token = this.#peek() & 0xbf;
      if (token === TOKEN.close) {
        this.#at++;
        return;
      }
      if (token === TOKEN.open) {
        into.push(this.#element(depth));
        continue;
      }
      if (this.#instruction(token)) continue;
      const node = this.#content(token, false);
      if (node === undefined) throw unexpected(token);
      into.push(node);
    }
  }

  /** Text or a hole; undefined, with nothing read, at any other token. */
  #content(token: number, named: boolean): Text | Hole | undefined {
    if (token < TOKEN.value || token === TOKEN.attribute || token > TOKEN.optionalHole) return;
    if (token > TOKEN.entityRef && token < TOKEN.hole) return;
    this.#count();
    this.#at++;
    switch (token) {
      case TOKEN.value:
        return this.#value(named);
      case TOKEN.cdata:
        return { text: this.#chars(), bare: false };
      case TOKEN.charRef:
        return { text: String.fromCharCode(this.#u16()), bare: false };
      case TOKEN.entityRef: {
        const name = this.#name();
        return { text: ENTITIES[name] ?? `&${name};`, bare: false };
      }
      default: {
        const hole = this.#u16();
        this.#skip(1);
        return { hole };
      }
    }
  }

  #value(named: boolean): Text | Hole {
    const type = this.#u8();
    const start = this.#at;
    if (type === 0x01) this.#skip(2 * this.#u16());
    else this.#skip(literalSize(this.#view, type, start, this.#end));
    if (!this.#template && !named) return { hole: this.#holes++ };
    if (type === 0x01) {
      const text = utf16(this.#view, start + 2, this.#view.getUint16(start, true));
      return { text: untilNul(text), bare: false };
    }
    return {
      text: valueText(this.#view, type, start, this.#at - start),
      bare: (type >= 0x03 && type <= 0x0a) || type === 0x0d,
    };
  }

  /** Steps over a processing instruction. */
  #instruction(token: number): boolean {
    if (token !== TOKEN.piTarget && token !== TOKEN.piData) return false;
    this.#at++;
    if (token === TOKEN.piTarget) this.#name();
    else this.#chars();
    return true;
  }

  #count(): void {
    if (++this.#nodes > MAX_NODES) throw new EvtxError("fragment has too many nodes");
  }
}

function untilNul(text: string): string {
  const nul = text.indexOf("\0");
  return nul < 0 ? text : text.slice(0, nul);
}

function unexpected(token: number): EvtxError {
  return new EvtxError(`token 0x${token.toString(16)} where it may not stand`);
}
