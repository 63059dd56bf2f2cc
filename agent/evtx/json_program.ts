/**
 * How fragments of one shape are written as JSON without building a tree: literal bytes between
 * values. Shapes and values that are not of the usual kind are left to {@link "./json_tree.ts"},
 * which says what is right.
 * @module
 */
import { type Attribute, type Element, isElement, isHole, literalAttribute } from "./binxml.ts";
import { EvtxError } from "./error.ts";
import type { Fragment } from "./fragment.ts";
import {
  has,
  isEmpty,
  isLeftOut,
  literalAttributes,
  literalDataJson,
  literalJson,
} from "./json_tree.ts";
import type { JsonWriter } from "./json_writer.ts";
import { type Literal, literalOf } from "./literal.ts";
import { arraySpans } from "./value.ts";

const QUOTE = 0x22;
const OPEN = 0x7b;
const CLOSE = 0x7d;
const COMMA = 0x2c;
const MAX_LITERAL = 1 << 16;
/** Bytes that a record of at most 64 KiB may become. */
const MAX_RECORD = 1 << 22;
const NULL = literalOf("null");
const EMPTY = literalOf('""');
const ATTRIBUTES = literalOf('"#attributes":{');
const TEXT = literalOf(',"#text":');

/** What is written for a record; false leaves the record to the tree. */
export type Step = (fragment: Fragment, writer: JsonWriter, view: DataView) => boolean;

/** A shape's steps, and the name under which a fragment around it shows it. */
export interface JsonProgram {
  /** Name of its element. */
  readonly name: string;
  /** The name as a key, with its colon. */
  readonly key: Literal;
  /** What writes its value. */
  readonly steps: readonly Step[];
}

/** Thrown while compiling where a shape is not of the usual kind. */
class Unusual extends Error {}

/** The program of a fragment's elements; undefined where the tree must do it. */
export function compileJson(roots: readonly Element[]): JsonProgram | undefined {
  if (roots.length !== 1) return undefined;
  const [root] = roots;
  try {
    const compiler = new Compiler();
    compiler.element(root, isContainer(root));
    const key = literalOf(`${JSON.stringify(root.name)}:`);
    return { name: root.name, key, steps: compiler.finish() };
  } catch (error) {
    if (error instanceof Unusual) return undefined;
    throw error;
  }
}

/** Writes a record; false, with some of it written, where the tree must do it. */
export function runJson(fragment: Fragment, writer: JsonWriter, view: DataView): boolean {
  const program = programOf(fragment);
  if (program === undefined) return false;
  writer.recordEnd = writer.size + MAX_RECORD;
  writer.byte(OPEN);
  writer.literal(program.key);
  if (!run(program.steps, fragment, writer, view)) return false;
  writer.byte(CLOSE);
  return true;
}

function programOf({ plan }: Fragment): JsonProgram | undefined {
  if (plan.json === null) plan.json = compileJson(plan.roots);
  return plan.json;
}

function run(
  steps: readonly Step[],
  fragment: Fragment,
  writer: JsonWriter,
  view: DataView,
): boolean {
  for (let i = 0; i < steps.length; i++) if (!steps[i](fragment, writer, view)) return false;
  return true;
}

function isContainer(element: Element): boolean {
  return element.name === "EventData" || element.name === "UserData";
}

function isStatic(element: Element): boolean {
  return element.dependency < 0 && element.attributes.every((each) => !each.parts.some(isHole)) &&
    element.children.every((node) => !isHole(node) && (!isElement(node) || isStatic(node)));
}

/** Turns elements into steps; literal text is gathered until a value comes. */
class Compiler {
  readonly #steps: Step[] = [];
  #literal = "";
  #total = 0;

  finish(): readonly Step[] {
    this.#flush();
    return this.#steps;
  }

  /** The value of an element, behind whose key it stands. */
  element(element: Element, container: boolean): void {
    if (isStatic(element)) {
      this.#add(literalJson(element, container));
      return;
    }
    const content = element.children.filter((node) => !isElement(node));
    if (content.length < element.children.length) return this.#object(element, container);
    if (content.length > 1 || (content.length === 1 && !isHole(content[0]))) throw new Unusual();
    const hole = content.length === 1 && isHole(content[0]) ? content[0].hole : -1;
    if (element.attributes.length > 0) this.#attributed(element.attributes, hole);
    else this.#leaf(hole, NULL, container);
  }

  #add(text: string): void {
    this.#literal += text;
    this.#total += text.length;
    if (this.#total > MAX_LITERAL) throw new Unusual();
  }

  #flush(): void {
    if (this.#literal === "") return;
    const literal = literalOf(this.#literal);
    this.#literal = "";
    this.#steps.push((_fragment, writer) => {
      writer.literal(literal);
      return true;
    });
  }

  #step(step: Step): void {
    this.#flush();
    this.#steps.push(step);
  }

  /** A value alone, `empty` where there is none. */
  #leaf(hole: number, empty: Literal, container: boolean): void {
    const before = literalOf(this.#literal);
    this.#literal = "";
    this.#steps.push((fragment, writer, view) => {
      writer.literal(before);
      if (isEmpty(view, fragment, hole)) writer.literal(empty);
      else if (fragment.type[hole] !== 0x21) return scalar(fragment, hole, writer, view);
      else {
        writer.byte(OPEN);
        if (!nested(fragment, hole, writer, view, container ? ["Data"] : [])) return false;
        writer.byte(CLOSE);
      }
      return true;
    });
  }

  /** An element without element children: null, its text, or an object if attributes say anything. */
  #attributed(attributes: readonly Attribute[], hole: number): void {
    const write = attributesStep(attributes);
    this.#step((fragment, writer, view) => {
      const start = writer.size;
      const filled = hole >= 0 && !isEmpty(view, fragment, hole);
      writer.byte(OPEN);
      if (!write(fragment, writer, view)) return false;
      if (writer.size === start + 1) {
        writer.size = start;
        if (filled) return scalar(fragment, hole, writer, view);
        writer.literal(NULL);
        return true;
      }
      if (filled) {
        writer.literal(TEXT);
        if (!scalar(fragment, hole, writer, view)) return false;
      }
      writer.byte(CLOSE);
      return true;
    });
  }

  /** An element with element children. */
  #object(element: Element, container: boolean): void {
    const children = element.children.filter(isElement);
    const holes = element.children.filter(isHole);
    const texts = element.children.length - children.length - holes.length;
    if (texts > 0 || holes.length > 1) throw new Unusual();
    if (holes.length === 1 && element.children.at(-1) !== holes[0]) throw new Unusual();
    const dependencies = children.map((child) => child.dependency);
    if (!dependencies.every((each) => each >= 0)) return this.#members(element, container);
    if (element.attributes.length > 0 || holes.length > 0) throw new Unusual();
    const inner = new Compiler();
    inner.#members(element, container);
    const steps = inner.finish();
    this.#step((fragment, writer, view) => {
      if (!dependencies.every((each) => isLeftOut(fragment, each))) {
        return run(steps, fragment, writer, view);
      }
      writer.literal(NULL);
      return true;
    });
  }

  #members(element: Element, container: boolean): void {
    this.#add("{");
    const members = new Members(this);
    this.#attributeMember(element.attributes, members);
    const children = element.children.filter(isElement);
    const data = container ? children.filter((child) => child.name === "Data") : [];
    if (data.some((child) => child.attributes.some((each) => each.parts.some(isHole)))) {
      throw new Unusual();
    }
    const named = data.some((child) => dataName(child) !== "");
    if ((named || data.length > 1) && data.some((child) => child.dependency >= 0)) {
      throw new Unusual();
    }
    const repeats = new Map<string, number>();
    const repeat = (name: string) => {
      const count = repeats.get(name) ?? 0;
      repeats.set(name, count + 1);
      return count > 0 ? `${name.slice(1)}_${count}` : name.slice(1);
    };
    const dependent = new Set(children.filter((each) => each.dependency >= 0).map((e) => e.name));
    children.forEach((child, i) => {
      if (!container || child.name !== "Data") {
        const name = repeat(`<${child.name}`);
        if (name !== child.name && dependent.has(child.name)) throw new Unusual();
        members.add(name, child.dependency, (to) => to.element(child, isContainer(child)));
      } else if (named) {
        const name = dataName(child);
        if (name === "") return;
        const next = children[i + 1];
        if (next?.name === "Data" && dataName(next) === name) throw new Unusual();
        members.add(repeat(`=${name}`), -1, (to) => to.#data(child, false));
      } else if (child === data[0]) {
        members.add("Data", child.dependency, (to) => to.#positional(data));
      }
    });
    const hole = element.children.find(isHole)?.hole;
    if (hole !== undefined) members.hole(hole, children.map((child) => child.name));
    this.#add("}");
  }

  #attributeMember(attributes: readonly Attribute[], members: Members): void {
    if (attributes.length === 0) return;
    if (attributes.some((each) => each.parts.some(isHole))) {
      this.#step(attributesStep(attributes));
      members.possible = true;
      return;
    }
    const text = literalAttributes(attributes);
    if (text === "") return;
    this.#add(`"#attributes":{${text}}`);
    members.certain = true;
  }

  /** Unnamed Data elements. */
  #positional(data: readonly Element[]): void {
    this.#add('{"#text":');
    if (data.length > 1) this.#add("[");
    data.forEach((child, i) => {
      if (i > 0) this.#add(",");
      this.#data(child, data.length === 1);
    });
    this.#add(data.length > 1 ? "]}" : "}");
  }

  /** The value of a Data element; the items of an array where it is the only one. */
  #data(element: Element, spread: boolean): void {
    if (isStatic({ ...element, dependency: -1 })) return this.#add(literalDataJson(element));
    const [only, ...more] = element.children;
    if (only === undefined || more.length > 0 || !isHole(only)) throw new Unusual();
    if (!spread) return this.#leaf(only.hole, EMPTY, false);
    const scalars = new Compiler();
    scalars.#leaf(only.hole, EMPTY, false);
    const [alone] = scalars.finish();
    this.#step((fragment, writer, view) => {
      const values = fragment;
      const isList = has(values, only.hole) && values.type[only.hole] === 0x81;
      return isList ? list(fragment, only.hole, writer, view) : alone(fragment, writer, view);
    });
  }

  /** For {@link Members}: a comma, a member that may be left out, or a nested fragment. */
  comma(certain: boolean): void {
    if (certain) return this.#add(",");
    this.#step((_fragment, writer) => {
      if (writer.last() !== OPEN) writer.byte(COMMA);
      return true;
    });
  }

  text(text: string): void {
    this.#add(text);
  }

  step(step: Step): void {
    this.#step(step);
  }
}

/** The commas between members, some of which are there only in some records. */
class Members {
  certain = false;
  possible = false;
  readonly #compiler: Compiler;

  constructor(compiler: Compiler) {
    this.#compiler = compiler;
  }

  add(name: string, dependency: number, value: (to: Compiler) => void): void {
    if (dependency < 0) {
      this.#write(this.#compiler, name, value);
      this.certain = true;
      return;
    }
    const inner = new Compiler();
    this.#write(inner, name, value);
    const steps = inner.finish();
    this.#compiler.step((fragment, writer, view) => {
      return isLeftOut(fragment, dependency) || run(steps, fragment, writer, view);
    });
    this.possible = true;
  }

  #write(to: Compiler, name: string, value: (to: Compiler) => void): void {
    if (this.certain || this.possible) to.comma(this.certain);
    to.text(`${JSON.stringify(name)}:`);
    value(to);
  }

  /** A nested fragment as a member under its own name, which must not be one of `taken`. */
  hole(hole: number, taken: readonly string[]): void {
    this.#compiler.step((fragment, writer, view) => {
      if (isEmpty(view, fragment, hole)) return true;
      if (writer.last() !== OPEN) writer.byte(COMMA);
      return nested(fragment, hole, writer, view, taken);
    });
  }
}

function dataName(element: Element): string {
  return literalAttribute(element, "Name") ?? "";
}

function scalar(fragment: Fragment, hole: number, writer: JsonWriter, view: DataView): boolean {
  const values = fragment;
  const type = values.type[hole];
  if (type & 0x80 || type === 0x21) return false;
  writer.scalar(view, type, values.at[hole], values.size[hole]);
  return true;
}

/** A nested fragment with its name, unless there are several or the name is `taken`. */
function nested(
  fragment: Fragment,
  hole: number,
  writer: JsonWriter,
  view: DataView,
  taken: readonly string[],
): boolean {
  const [child, ...more] = fragment.children.filter((each) => each.hole === hole);
  if (more.length > 0) return false;
  const program = child && programOf(child);
  if (child === undefined || program === undefined || taken.includes(program.name)) return false;
  if (writer.size > writer.recordEnd) throw new EvtxError("record renders to too much");
  writer.literal(program.key);
  return run(program.steps, child, writer, view);
}

/** The items of an array of strings. */
function list(fragment: Fragment, hole: number, writer: JsonWriter, view: DataView): boolean {
  const values = fragment;
  const spans = arraySpans(view, 0x81, values.at[hole], values.size[hole]);
  if (spans.length === 0) return false;
  if (spans.length > 1) writer.byte(0x5b);
  spans.forEach(([at, size], i) => {
    if (i > 0) writer.byte(COMMA);
    writer.byte(QUOTE);
    writer.value(view, 0x01, at, size);
    writer.byte(QUOTE);
  });
  if (spans.length > 1) writer.byte(0x5d);
  return true;
}

/** Writes `"#attributes":{…}` with those attributes that say anything, or nothing. */
function attributesStep(attributes: readonly Attribute[]): Step {
  const parts = attributes.map((attribute) => {
    const holes = attribute.parts.filter(isHole);
    if (holes.length > 1 || (holes.length === 1 && attribute.parts.length > 1)) throw new Unusual();
    return {
      hole: holes[0]?.hole ?? -1,
      key: literalOf(`${JSON.stringify(attribute.name)}:`),
      whole: literalOf(holes.length === 0 ? literalAttributes([attribute]) : ""),
    };
  });
  return (fragment, writer, view) => {
    let any = false;
    for (const { hole, key, whole } of parts) {
      if (hole < 0 ? whole.size === 0 : isEmpty(view, fragment, hole)) continue;
      if (any) writer.byte(COMMA);
      else writer.literal(ATTRIBUTES);
      any = true;
      writer.literal(hole < 0 ? whole : key);
      if (hole >= 0 && !scalar(fragment, hole, writer, view)) return false;
    }
    if (any) writer.byte(CLOSE);
    return true;
  };
}
