/**
 * A record as JSON by its resolved tree: the meaning that {@link "./json_program.ts"} repeats
 * faster for the usual shapes. The form is that of `evtx_dump -o jsonl` (crate evtx 0.15): Data
 * elements by their names, attributes under `#attributes`, text beside them under `#text`.
 * @module
 */
import { type Attribute, type Element, isElement, isHole, type Node, type Text } from "./binxml.ts";
import { EvtxError } from "./error.ts";
import type { Fragment } from "./fragment.ts";
import { arrayItems, isBare, valueText } from "./value.ts";

const MAX_NODES = 1 << 16;

/** An element whose holes are filled. */
interface Resolved {
  readonly name: string;
  readonly attributes: readonly { readonly name: string; readonly parts: readonly Text[] }[];
  readonly children: readonly (Text | Resolved)[];
}

/** Whether value `hole` is there and has bytes. */
export function has({ count, size, type }: Fragment, hole: number): boolean {
  return hole < count && size[hole] !== 0 && type[hole] !== 0;
}

/** Whether value `hole` leaves nothing to show. */
export function isEmpty(view: DataView, values: Fragment, hole: number): boolean {
  if (!has(values, hole)) return true;
  return values.type[hole] === 0x01 &&
    (values.size[hole] < 2 || view.getUint16(values.at[hole], true) === 0);
}

/** Whether the value that an element depends on is absent, which leaves the element out. */
export function isLeftOut(values: Fragment, dependency: number): boolean {
  if (dependency < 0 || dependency >= values.count) return false;
  const type = values.type[dependency];
  return type === 0 || (type === 0x21 && values.size[dependency] === 0);
}

/** JSON of the record whose outermost fragment this is. */
export function recordJson(view: DataView, fragment: Fragment): string {
  const resolver = new Resolver(view);
  const [root] = fragment.plan.roots.flatMap((element) => resolver.root(fragment, element));
  if (root === undefined) return "{}";
  return `{${key(root.name)}${elementJson(root, false)}}`;
}

/** JSON of an element without holes; see {@link recordJson}. */
export function literalJson(element: Element, container: boolean): string {
  return elementJson(resolved(element), container);
}

/** JSON of a Data element without holes. */
export function literalDataJson(element: Element): string {
  return dataJson(resolved(element));
}

/** Members for those attributes, all without holes, that say anything. */
export function literalAttributes(attributes: readonly Attribute[]): string {
  return attributes.map(({ name, parts }) => ({ name, parts: parts as readonly Text[] }))
    .filter((each) => hasText(each.parts)).map((each) => key(each.name) + partsJson(each.parts))
    .join();
}

function resolved(element: Element): Resolved {
  return element as Resolved;
}

class Resolver {
  readonly #view: DataView;
  #nodes = 0;

  constructor(view: DataView) {
    this.#view = view;
  }

  /** A fragment's own element, which is there whatever it depends on. */
  root(fragment: Fragment, element: Element): Resolved[] {
    return this.element(fragment, { ...element, dependency: -1 });
  }

  /** The element with its holes filled: none if left out, several if a value is an array. */
  element(fragment: Fragment, element: Element): Resolved[] {
    if (isLeftOut(fragment, element.dependency)) return [];
    if (++this.#nodes > MAX_NODES) throw new EvtxError("record renders to too much");
    const items = this.#items(fragment, element);
    if (items === undefined) return [this.#once(fragment, element)];
    return items.texts.flatMap((text) => {
      const filled = { ...element, dependency: -1, ...fill(element, items.hole, text) };
      return this.element(fragment, filled);
    });
  }

  #once(fragment: Fragment, { name, attributes, children }: Element): Resolved {
    return {
      name,
      attributes: attributes.map((each) => ({
        name: each.name,
        parts: each.parts.map((part) => isHole(part) ? this.#text(fragment, part.hole) : part),
      })),
      children: children.flatMap((node) => this.#node(fragment, node)),
    };
  }

  #node(fragment: Fragment, node: Node): (Text | Resolved)[] {
    if (isElement(node)) return this.element(fragment, node);
    if (!isHole(node)) return [node];
    const nested = fragment.children.filter((child) => child.hole === node.hole);
    if (nested.length === 0) return [this.#text(fragment, node.hole)];
    return nested.flatMap((child) => {
      return child.plan.roots.flatMap((root) => this.root(child, root));
    });
  }

  #text(fragment: Fragment, hole: number): Text {
    if (isEmpty(this.#view, fragment, hole)) return { text: "", bare: false };
    const { type, at, size } = fragment;
    const text = valueText(this.#view, type[hole], at[hole], size[hole]);
    return { text, bare: isBare(type[hole]) };
  }

  /** The items of the first array of more than one item: content before attributes. */
  #items(fragment: Fragment, element: Element): { hole: number; texts: Text[] } | undefined {
    const values = fragment;
    const places = [...element.children, ...element.attributes.flatMap((each) => each.parts)];
    for (const node of places) {
      if (!isHole(node) || !has(values, node.hole)) continue;
      const type = values.type[node.hole];
      if (!(type & 0x80)) continue;
      const items = arrayItems(this.#view, type, values.at[node.hole], values.size[node.hole]);
      const texts = items.map((text) => ({ text, bare: text !== "" && isBare(type & 0x7f) }));
      if (texts.length > 1) return { hole: node.hole, texts };
    }
  }
}

/** The element with text in the first place of a hole. */
function fill(
  element: Element,
  hole: number,
  text: Text,
): Pick<Element, "children" | "attributes"> {
  let open = true;
  const put = <T extends Node>(node: T): T | Text => {
    if (!open || !isHole(node) || node.hole !== hole) return node;
    open = false;
    return text;
  };
  const children = element.children.map(put);
  const attributes: Attribute[] = element.attributes.map(({ name, parts }) => ({
    name,
    parts: parts.map(put),
  }));
  return { children, attributes };
}

function key(name: string, repeat = 0): string {
  return `${JSON.stringify(repeat > 0 ? `${name}_${repeat}` : name)}:`;
}

/** Text parts as one value: a single number stays bare. */
function partsJson(parts: readonly Text[]): string {
  const filled = parts.filter((part) => part.text !== "");
  if (filled.length === 1 && filled[0].bare) return filled[0].text;
  return JSON.stringify(filled.map((part) => part.text).join("").toWellFormed());
}

function hasText(parts: readonly (Text | Resolved)[]): boolean {
  return parts.some((part) => "text" in part && part.text !== "");
}

function elementsOf(element: Resolved): Resolved[] {
  return element.children.filter((node) => "children" in node);
}

function textsOf(element: Resolved): Text[] {
  return element.children.filter((node) => "text" in node);
}

function elementJson(element: Resolved, container: boolean): string {
  const children = elementsOf(element);
  const text = hasText(element.children);
  const attributed = element.attributes.some((each) => hasText(each.parts));
  if (children.length === 0 && !text && !attributed) return "null";
  if (children.length === 0 && !attributed) return partsJson(textsOf(element));
  return bodyJson(element, container, attributed);
}

function dataJson(element: Resolved): string {
  if (elementsOf(element).length > 0) return bodyJson(element, false, false);
  return partsJson(textsOf(element));
}

function bodyJson(element: Resolved, container: boolean, attributed: boolean): string {
  const members: string[] = [];
  if (attributed) {
    const shown = element.attributes.filter((each) => hasText(each.parts));
    members.push(
      `"#attributes":{${shown.map((each) => key(each.name) + partsJson(each.parts)).join()}}`,
    );
  }
  if (hasText(element.children)) members.push(`"#text":${partsJson(textsOf(element))}`);
  const children = elementsOf(element);
  const data = container ? children.filter((child) => child.name === "Data") : [];
  const named = data.some((child) => dataName(child) !== "");
  const repeats = new Map<string, number>();
  const repeat = (name: string) => {
    const count = repeats.get(name) ?? 0;
    repeats.set(name, count + 1);
    return count;
  };
  for (let i = 0; i < children.length; i++) {
    const child = children[i];
    if (!container || child.name !== "Data") {
      const isContainer = child.name === "EventData" || child.name === "UserData";
      members.push(key(child.name, repeat(child.name)) + elementJson(child, isContainer));
    } else if (named) {
      const name = dataName(child);
      if (name === "") continue;
      const run = [dataJson(child)];
      while (children[i + 1]?.name === "Data" && dataName(children[i + 1]) === name) {
        run.push(dataJson(children[++i]));
      }
      const count = repeat(`Data ${name}`);
      members.push(key(name, count) + (run.length > 1 ? `[${run.join()}]` : run[0]));
    } else if (child === data[0]) {
      const all = data.map(dataJson);
      members.push(`"Data":{"#text":${all.length > 1 ? `[${all.join()}]` : all[0]}}`);
    }
  }
  return `{${members.join()}}`;
}

function dataName(element: Resolved): string {
  const name = element.attributes.find((each) => each.name === "Name");
  return name?.parts.map((part) => part.text).join("") ?? "";
}
