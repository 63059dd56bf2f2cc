/**
 * Compiles a BinXML template into a plan: which substituted value holds which field, so that a
 * record is read by index and no element is walked twice. Layout: the EVTX and BinXML description
 * of libevtx ("Windows XML Event Log (EVTX) format", J. Metz), checked on real logs.
 * @module
 */
import { FIELD_NAMES, fieldSlot, wantedSlot } from "@/features/fields.ts";

/** A record or template that breaks the format; the reader counts it and steps over. */
export class EvtxError extends Error {
  override name = "EvtxError";
}

/** Fields of the System element, by their place in {@link Plan.system}. */
export const SYSTEM_FIELDS = [
  "Provider@Name",
  "EventID",
  "Version",
  "Level",
  "TimeCreated@SystemTime",
  "EventRecordID",
  "Channel",
  "Computer",
  "Security@UserID",
] as const;

/** Where each field of one template is: substitution indexes, or text that the template itself holds. */
export interface Plan {
  /** Substitution index by place in {@link SYSTEM_FIELDS}; -1 absent. */
  readonly system: Int16Array;
  /** Text of System fields that the template itself holds. */
  readonly systemText: (string | undefined)[];
  /** Substitution index by field slot; -1 absent. */
  readonly slots: Int16Array;
  /** Text by field slot that the template itself holds. */
  readonly slotText: Map<number, string>;
  /** Substitutions that may hold a nested fragment. */
  readonly nested: number[];
}

const MAX_DEPTH = 64;
const MAX_ELEMENTS = 4096;
const DATA = fieldSlot("Data");
const SYSTEM_PLACE = new Map<string, number>(SYSTEM_FIELDS.map((name, i) => [name, i]));

/** A plan with nothing in it. */
export function emptyPlan(): Plan {
  return {
    system: new Int16Array(SYSTEM_FIELDS.length).fill(-1),
    systemText: new Array(SYSTEM_FIELDS.length).fill(undefined),
    slots: new Int16Array(FIELD_NAMES.length).fill(-1),
    slotText: new Map(),
    nested: [],
  };
}

/** Walks BinXML tokens from `at` and fills a plan; offsets are relative to the chunk at `base`. */
export class PlanCompiler {
  readonly #view: DataView;
  readonly #base: number;
  readonly #end: number;
  readonly #dependencyIds: boolean;
  readonly #plan: Plan;
  #at: number;
  #elements = 0;
  #unnamed = 0;

  /** Templates carry a two-byte dependency id in each element, literal records do not. */
  constructor(view: DataView, base: number, at: number, end: number, dependencyIds: boolean) {
    this.#view = view;
    this.#base = base;
    this.#at = at;
    this.#end = Math.min(end, view.byteLength);
    this.#dependencyIds = dependencyIds;
    this.#plan = emptyPlan();
  }

  /** The plan of the fragment; throws {@link EvtxError} where it breaks the format. */
  compile(): Plan {
    if (this.#peek() === 0x0f) this.#at += 4;
    const token = this.#peek();
    if ((token & 0xbf) === 0x01) this.#element([]);
    return this.#plan;
  }

  #need(count: number): void {
    if (this.#at + count > this.#end) throw new EvtxError("fragment runs past its end");
  }

  #peek(): number {
    this.#need(1);
    return this.#view.getUint8(this.#at);
  }

  #u16(): number {
    this.#need(2);
    this.#at += 2;
    return this.#view.getUint16(this.#at - 2, true);
  }

  #u32(): number {
    this.#need(4);
    this.#at += 4;
    return this.#view.getUint32(this.#at - 4, true);
  }

  #chars(count: number): string {
    this.#need(2 * count);
    const text = utf16(this.#view, this.#at, count);
    this.#at += 2 * count;
    return text;
  }

  /** A name, inline at first use in the chunk, else by offset. */
  #name(): string {
    const offset = this.#u32();
    const here = this.#base + offset === this.#at;
    const place = this.#base + offset;
    if (offset >= 65_536 || place + 8 > this.#view.byteLength) {
      throw new EvtxError("name lies outside its chunk");
    }
    const count = this.#view.getUint16(place + 6, true);
    if (place + 10 + 2 * count > this.#view.byteLength || count > 512) {
      throw new EvtxError("name runs past its chunk");
    }
    if (here) this.#at = place + 10 + 2 * count;
    return utf16(this.#view, place + 8, count);
  }

  #element(path: readonly string[]): void {
    if (path.length > MAX_DEPTH || ++this.#elements > MAX_ELEMENTS) {
      throw new EvtxError("elements nest too deep or are too many");
    }
    const attributes = (this.#view.getUint8(this.#at++) & 0x40) !== 0;
    if (this.#dependencyIds) this.#u16();
    this.#u32();
    const name = this.#name().replace(/^.*:/, "");
    let dataName: string | undefined;
    if (attributes) {
      const size = this.#u32();
      const end = this.#at + size;
      while (this.#at < end && (this.#peek() & 0xbf) === 0x06) {
        this.#at++;
        const attribute = this.#name();
        const text = this.#content([...path, name], attribute);
        if (attribute === "Name") dataName = text;
      }
    }
    const close = this.#peek();
    this.#at++;
    if (close === 0x03) return;
    if (close !== 0x02) throw new EvtxError(`token ${close} where an element's start should close`);
    this.#content([...path, dataName === undefined || name !== "Data" ? name : `Data=${dataName}`]);
    if (this.#peek() === 0x04) this.#at++;
  }

  /** Reads what an element or attribute holds; gives back its literal text. */
  #content(path: readonly string[], attribute?: string): string | undefined {
    let text: string | undefined;
    let filled = false;
    for (;;) {
      if (this.#at >= this.#end) break;
      const token = this.#peek() & 0xbf;
      if (token === 0x05) {
        this.#at += 2;
        text = (text ?? "") + this.#chars(this.#u16());
      } else if (token === 0x07) {
        this.#at += 1;
        text = (text ?? "") + this.#chars(this.#u16());
      } else if (token === 0x08) {
        this.#at += 1;
        text = (text ?? "") + String.fromCharCode(this.#u16());
      } else if (token === 0x09) {
        this.#at += 1;
        text = (text ?? "") + (ENTITIES[this.#name()] ?? "");
      } else if (token === 0x0d || token === 0x0e) {
        this.#at += 1;
        const index = this.#u16();
        const type = this.#view.getUint8(this.#at++);
        this.#bind(path, attribute, index, type);
        filled = true;
      } else if (token === 0x01 && attribute === undefined) {
        this.#element(path);
        filled = true;
      } else if (token === 0x0c && attribute === undefined) {
        throw new EvtxError("template inside a literal element");
      } else break;
    }
    if (!filled && (text !== undefined || attribute === undefined)) {
      this.#bindText(path, attribute, text ?? "");
    }
    return text;
  }

  #bind(path: readonly string[], attribute: string | undefined, index: number, type: number): void {
    if (type === 0x21) this.#plan.nested.push(index);
    const system = systemPlace(path, attribute);
    if (system >= 0) this.#plan.system[system] = index;
    else if (attribute === undefined) {
      const slot = this.#fieldSlot(path);
      if (slot >= 0 && this.#plan.slots[slot] < 0) this.#plan.slots[slot] = index;
    }
  }

  #bindText(path: readonly string[], attribute: string | undefined, text: string): void {
    const system = systemPlace(path, attribute);
    if (system >= 0) this.#plan.systemText[system] = text;
    else if (attribute === undefined && path.length > 1) {
      const slot = this.#fieldSlot(path);
      if (slot >= 0 && text !== "" && !this.#plan.slotText.has(slot)) {
        this.#plan.slotText.set(slot, text);
      }
    }
  }

  #fieldSlot(path: readonly string[]): number {
    const leaf = path.at(-1)!;
    if (leaf.startsWith("Data=")) return wantedSlot(leaf.slice(5));
    if (leaf === "Data") {
      const order = this.#unnamed++;
      return order === 0 ? DATA : wantedSlot(`Data${order}`);
    }
    return wantedSlot(leaf);
  }
}

const ENTITIES: Readonly<Record<string, string>> = {
  lt: "<",
  gt: ">",
  amp: "&",
  quot: '"',
  apos: "'",
};

function systemPlace(path: readonly string[], attribute: string | undefined): number {
  const depth = path.indexOf("System");
  if (depth < 0 || path.length !== depth + 2) return -1;
  const leaf = path[depth + 1];
  return SYSTEM_PLACE.get(attribute === undefined ? leaf : `${leaf}@${attribute}`) ?? -1;
}

/** `count` UTF-16 code units at `at`, without NULs at the end. */
export function utf16(view: DataView, at: number, count: number): string {
  while (count > 0 && view.getUint16(at + 2 * count - 2, true) === 0) count--;
  let text = "";
  for (let i = 0; i < count; i++) text += String.fromCharCode(view.getUint16(at + 2 * i, true));
  return text;
}
