/**
 * Where the fields of every fragment of one shape are: names are looked up once per shape, a
 * record's field is then one index.
 * @module
 */
import { FIELD_NAMES, fieldSlot, wantedSlot } from "@/features/fields.ts";
import { type Element, isElement, isHole, literalAttribute, type Node } from "./binxml.ts";

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

/** Literal text and holes that together are one field. */
export type Parts = readonly Node[];

/** A field whose name is itself a value. */
export interface NamedByValue {
  /** Index of the value that is the name. */
  readonly name: number;
  /** What the field is put together from. */
  readonly parts: Parts;
}

/** The order of a value that was not asked for. */
export const NOT_ASKED = 255;
/** No field of a fragment has this slot. */
export const ABSENT: number = -1;
/** Set where the field is an item, after the first, of the array that the value may be. */
export const ITEM = 0x8000;
/** From here down: a field that one value alone does not make. */
export const MIXED: number = -2;

/** Where each field of one shape is. */
export interface Plan {
  /** The fragment as a tree. */
  readonly roots: readonly Element[];
  /** Value index by place in {@link SYSTEM_FIELDS}; -1 where {@link systemText} has it. */
  readonly system: Int16Array;
  /** Text of System fields that the shape itself holds, "" for the others. */
  readonly systemText: readonly string[];
  /** Where its fields are: value indices, and {@link MIXED} - i for {@link mixed}[i]. */
  readonly fields: Places;
  /** Fields that are more than one value: the first that is not empty counts. */
  readonly mixed: readonly (readonly Parts[])[];
  /** Data whose Name is a value. */
  readonly namedByValue: readonly NamedByValue[];
  /** One more than the highest value index that it asks for. */
  readonly holes: number;
  /** By value index, its order among those that were asked for; {@link NOT_ASKED} for others. */
  readonly asked: Uint8Array;
  /** How many values were asked for. */
  askedCount: number;
  /** By place in {@link SYSTEM_FIELDS}, where its text is looked up, as in {@link Places}. */
  readonly systemOrders: Int16Array;
  /** Fields of this plan together with those of a fragment nested in it, by {@link fieldsOfTwo}. */
  readonly together: Map<Plan, Places>;
}

/** Where fields are, by their slots. */
export interface Places {
  /** Index of a value, maybe with {@link ITEM}; {@link ABSENT}; or {@link MIXED} and below. */
  readonly values: Int32Array;
  /** Where its text is looked up while the record is read; -1 where it is not, or was not asked for. */
  readonly orders: Int16Array;
}

const DATA = fieldSlot("Data");
const SYSTEM_PLACE = new Map<string, number>(SYSTEM_FIELDS.map((name, i) => [name, i]));

/** The plan of a fragment's elements. */
export function compilePlan(roots: readonly Element[]): Plan {
  const holes = holeCount(roots);
  const system = new Int16Array(SYSTEM_FIELDS.length).fill(-1);
  const systemText: string[] = SYSTEM_FIELDS.map(() => "");
  const bindSystem = (name: string, parts: Parts) => {
    const place = SYSTEM_PLACE.get(name);
    if (place === undefined) return;
    if (parts.length === 1 && isHole(parts[0])) system[place] = parts[0].hole;
    else systemText[place] = literal(parts);
  };
  const fields = new Fields();
  const walk = (element: Element, isData: boolean) => {
    if (element.name === "System") {
      for (const child of element.children) {
        if (!isElement(child)) continue;
        bindSystem(child.name, child.children.filter((node) => !isElement(node)));
        for (const { name, parts } of child.attributes) bindSystem(`${child.name}@${name}`, parts);
      }
      return;
    }
    // What a collector rendered for people is in no one's own words.
    if (element.name === "RenderingInfo") return;
    if (isData && !element.children.some(isElement)) fields.bind(element);
    for (const child of element.children) {
      if (isElement(child)) walk(child, isData || element.name === "Event");
    }
  };
  for (const root of roots) walk(root, root.name !== "Event");
  return {
    roots,
    system,
    systemText,
    ...fields.finish(),
    holes,
    asked: new Uint8Array(holes).fill(NOT_ASKED),
    askedCount: 0,
    systemOrders: new Int16Array(SYSTEM_FIELDS.length).fill(-1),
    together: new Map(),
  };
}

/**
 * Fields of a plan and of the one fragment in it: the inner's values count from 2^16 on. A field
 * that both have, or that neither has in one value, is {@link MIXED}.
 */
export function fieldsOfTwo(outer: Plan, inner: Plan): Places {
  const known = outer.together.get(inner);
  if (known !== undefined) return known;
  const values = outer.fields.values.map((first, slot) => {
    const second = inner.fields.values[slot];
    if (first === ABSENT) return second < 0 ? second : second + 0x10000;
    return second === ABSENT && first >= 0 ? first : MIXED;
  });
  const fields = placesOf(values);
  outer.together.set(inner, fields);
  return fields;
}

function placesOf(values: Int32Array): Places {
  return { values, orders: new Int16Array(values.length).fill(-1) };
}

/** The fields of EventData and UserData of one shape. */
class Fields {
  readonly #alternatives = new Map<number, Parts[]>();
  readonly #namedByValue: NamedByValue[] = [];
  readonly #unnamed: Parts[] = [];

  bind(element: Element): void {
    const parts = element.children.filter((node) => !isElement(node));
    if (element.name !== "Data") return this.#add(localName(element.name), parts);
    const name = literalAttribute(element, "Name");
    if (name !== undefined && name !== "") return this.#add(name, parts);
    const part = element.attributes.find((each) => each.name === "Name")?.parts.find(isHole);
    if (part !== undefined) {
      this.#namedByValue.push({ name: part.hole, parts });
      return;
    }
    this.#add(this.#unnamed.length === 0 ? "Data" : `Data${this.#unnamed.length}`, parts);
    this.#unnamed.push(parts);
  }

  #add(name: string, parts: Parts): void {
    const slot = wantedSlot(name);
    if (slot < 0 || parts.length === 0) return;
    const known = this.#alternatives.get(slot);
    if (known === undefined) this.#alternatives.set(slot, [parts]);
    else known.push(parts);
  }

  finish(): Pick<Plan, "fields" | "mixed" | "namedByValue"> {
    const slots = new Int32Array(FIELD_NAMES.length).fill(ABSENT);
    const mixed: Parts[][] = [];
    for (const [slot, parts] of this.#alternatives) {
      const only = onlyHole(parts);
      slots[slot] = only >= 0 ? only : MIXED + 1 - mixed.push(parts);
    }
    const onlyData = this.#unnamed.length === 1 ? onlyHole(this.#unnamed) : -1;
    for (let order = 1; onlyData >= 0; order++) {
      const slot = wantedSlot(`Data${order}`);
      if (slot < 0) break;
      slots[slot] = onlyData | ITEM;
    }
    return { fields: placesOf(slots), mixed, namedByValue: this.#namedByValue };
  }
}

/** One more than the highest hole. */
function holeCount(nodes: readonly Node[]): number {
  let count = 0;
  for (const node of nodes) {
    if (isHole(node)) count = Math.max(count, node.hole + 1);
    else if (isElement(node)) {
      const parts = node.attributes.flatMap((each) => each.parts);
      count = Math.max(count, holeCount(parts), holeCount(node.children));
    }
  }
  return count;
}

/** Which item of an array of unnamed Data each slot is. */
export const DATA_ITEM: Uint8Array = Uint8Array.from(FIELD_NAMES, (name, slot) => {
  return slot === DATA ? 0 : Number(/^Data(\d+)$/.exec(name)?.[1] ?? 0);
});

function onlyHole(alternatives: readonly Parts[]): number {
  const [parts] = alternatives;
  return alternatives.length === 1 && parts.length === 1 && isHole(parts[0]) ? parts[0].hole : -1;
}

function literal(parts: Parts): string {
  return parts.map((part) => "text" in part ? part.text : "").join("");
}

function localName(name: string): string {
  return name.slice(name.indexOf(":") + 1);
}
