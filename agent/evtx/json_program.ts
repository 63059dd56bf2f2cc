/**
 * How fragments of one shape are written as JSON without building a tree: programs for the
 * compiled reader (`assembly/json.ts`, which says what each step does), of literal bytes between
 * values. Shapes and values that are not of the usual kind are left to {@link "./json_tree.ts"},
 * which says what is right.
 * @module
 */
import { type Attribute, type Element, isElement, isHole, literalAttribute } from "./binxml.ts";
import { literalAttributes, literalDataJson, literalJson } from "./json_tree.ts";

const [END, LITERAL, LEAF, ATTRIBUTED, ATTRIBUTES, UNLESS_LEFT_OUT, MEMBER, COMMA, MAYBE, STRINGS] =
  [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
/** Where a value is empty. */
const [NULL, QUOTES] = [0, 1];
const WORD = 4;
const MAX_LITERAL = 1 << 16;
/** Literals are copied sixteen bytes at a time. */
const OVERRUN = 16;
/** What says that the tree must do it. */
const BY_TREE = -1;
const encoder = new TextEncoder();

/** Thrown while compiling where a shape is not of the usual kind. */
class Unusual extends Error {}

/** Programs in a part of the compiled reader's memory; when it is full the tree does the rest. */
export class Programs {
  readonly #bytes: Uint8Array<ArrayBuffer>;
  readonly #start: number;
  readonly #end: number;
  /** Names of fragments' elements by number. */
  readonly #names = new Map<string, number>();
  #free: number;

  /** Puts programs into `size` bytes of `memory` from `start` on. */
  constructor(memory: Uint8Array<ArrayBuffer>, start: number, size: number) {
    this.#bytes = memory;
    this.#start = this.#free = start;
    this.#end = start + size;
  }

  /** Forgets all programs. */
  clear(): void {
    this.#free = this.#start;
    this.#names.clear();
  }

  /** Address of the program for a fragment's elements; -1 where the tree must do it. */
  place(roots: readonly Element[]): number {
    if (roots.length !== 1) return BY_TREE;
    const compiler = new Compiler((name) => this.#nameNumber(name));
    try {
      compiler.root(roots[0]);
    } catch (error) {
      if (error instanceof Unusual) return BY_TREE;
      throw error;
    }
    const { words, literals, references } = compiler;
    const size = WORD * words.length;
    if (this.#free + size + literals.length + OVERRUN > this.#end) return BY_TREE;
    const address = this.#free;
    for (const at of references) words[at] += address + size;
    this.#bytes.set(new Uint8Array(Int32Array.from(words).buffer), address);
    this.#bytes.set(literals, address + size);
    this.#free = (address + size + literals.length + OVERRUN) & -OVERRUN;
    return address;
  }

  #nameNumber(name: string): number {
    const known = this.#names.get(name);
    if (known !== undefined) return known;
    this.#names.set(name, this.#names.size);
    return this.#names.size - 1;
  }
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
  /** Steps with what they need. */
  readonly words: number[] = [];
  /** Which words are places in {@link literals}. */
  readonly references: number[] = [];
  readonly #numberOf: (name: string) => number;
  readonly #literals: number[] = [];
  #text = "";

  /** Names of nested fragments are asked for by number. */
  constructor(numberOf: (name: string) => number) {
    this.#numberOf = numberOf;
  }

  /** Bytes of all literals. */
  get literals(): Uint8Array {
    return Uint8Array.from(this.#literals);
  }

  /** A fragment's element, with what comes before its steps. */
  root(element: Element): void {
    this.words.push(this.#numberOf(element.name));
    this.#literal(`${JSON.stringify(element.name)}:`);
    this.element(element, isContainer(element));
    this.#step(END);
  }

  /** The value of an element, behind whose key it stands. */
  element(element: Element, container: boolean): void {
    if (isStatic(element)) return this.text(literalJson(element, container));
    const content = element.children.filter((node) => !isElement(node));
    if (content.length < element.children.length) return this.#object(element, container);
    if (content.length > 1 || (content.length === 1 && !isHole(content[0]))) throw new Unusual();
    const hole = content.length === 1 && isHole(content[0]) ? content[0].hole : -1;
    if (element.attributes.length === 0) return this.#leaf(hole, NULL, container ? ["Data"] : []);
    this.#step(ATTRIBUTED, hole);
    this.#attributes(element.attributes);
  }

  /** Literal text. */
  text(text: string): void {
    this.#text += text;
  }

  /** A comma, `certain` where something surely stands before it. */
  comma(certain: boolean): void {
    if (certain) this.text(",");
    else this.#step(COMMA);
  }

  /** What `steps` write unless the value `dependency` leaves it out. */
  maybe(dependency: number, steps: () => void): void {
    this.#step(MAYBE, dependency);
    this.#skipped(steps);
  }

  /** A nested fragment as a member under its own name, which must not be one of `taken`. */
  member(hole: number, taken: readonly string[]): void {
    this.#step(MEMBER, hole, taken.length, ...taken.map(this.#numberOf));
  }

  #step(...words: number[]): void {
    if (this.#text !== "") {
      const text = this.#text;
      this.#text = "";
      this.words.push(LITERAL);
      this.#literal(text);
    }
    this.words.push(...words);
  }

  #literal(text: string): void {
    const bytes = encoder.encode(text);
    if (this.#literals.length + bytes.length > MAX_LITERAL) throw new Unusual();
    this.references.push(this.words.length);
    this.words.push(this.#literals.length, bytes.length);
    for (const byte of bytes) this.#literals.push(byte);
  }

  /** A word with the size of the steps, and those. */
  #skipped(steps: () => void): void {
    const at = this.words.push(0);
    steps();
    this.#step();
    this.words[at - 1] = WORD * (this.words.length - at);
  }

  #leaf(hole: number, empty: number, taken: readonly string[] = []): void {
    this.#step(LEAF, hole, empty, taken.length, ...taken.map(this.#numberOf));
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
    this.#step(UNLESS_LEFT_OUT);
    const at = this.words.push(0, dependencies.length, ...dependencies);
    this.#members(element, container);
    this.#step();
    this.words[at - dependencies.length - 2] = WORD * (this.words.length - at);
  }

  #members(element: Element, container: boolean): void {
    this.text("{");
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
        members.add(name, child.dependency, () => this.element(child, isContainer(child)));
      } else if (named) {
        const name = dataName(child);
        if (name === "") return;
        const next = children[i + 1];
        if (next?.name === "Data" && dataName(next) === name) throw new Unusual();
        members.add(repeat(`=${name}`), -1, () => this.#data(child, false));
      } else if (child === data[0]) {
        members.add("Data", child.dependency, () => this.#positional(data));
      }
    });
    const hole = element.children.find(isHole)?.hole;
    if (hole !== undefined) this.member(hole, children.map((child) => child.name));
    this.text("}");
  }

  #attributeMember(attributes: readonly Attribute[], members: Members): void {
    if (attributes.length === 0) return;
    if (attributes.some((each) => each.parts.some(isHole))) {
      this.#step(ATTRIBUTES);
      this.#attributes(attributes);
      members.possible = true;
      return;
    }
    const text = literalAttributes(attributes);
    if (text === "") return;
    this.text(`"#attributes":{${text}}`);
    members.certain = true;
  }

  /** Unnamed Data elements. */
  #positional(data: readonly Element[]): void {
    this.text('{"#text":');
    if (data.length > 1) this.text("[");
    data.forEach((child, i) => {
      if (i > 0) this.text(",");
      this.#data(child, data.length === 1);
    });
    this.text(data.length > 1 ? "]}" : "}");
  }

  /** The value of a Data element; the items of an array where it is the only one. */
  #data(element: Element, spread: boolean): void {
    if (isStatic({ ...element, dependency: -1 })) return this.text(literalDataJson(element));
    const [only, ...more] = element.children;
    if (only === undefined || more.length > 0 || !isHole(only)) throw new Unusual();
    if (!spread) return this.#leaf(only.hole, QUOTES);
    this.#step(STRINGS, only.hole);
    this.#skipped(() => this.#leaf(only.hole, QUOTES));
  }

  /** How many attributes; of each its value or -1, and its key or, without value, all of it. */
  #attributes(attributes: readonly Attribute[]): void {
    this.words.push(attributes.length);
    for (const attribute of attributes) {
      const holes = attribute.parts.filter(isHole);
      if (holes.length > 1 || (holes.length === 1 && attribute.parts.length > 1)) {
        throw new Unusual();
      }
      this.words.push(holes[0]?.hole ?? -1);
      this.#literal(
        holes.length > 0 ? `${JSON.stringify(attribute.name)}:` : literalAttributes([attribute]),
      );
    }
  }
}

/** The commas between members, some of which are there only in some records. */
class Members {
  /** A member surely came before. */
  certain = false;
  /** A member may have come before. */
  possible = false;
  readonly #compiler: Compiler;

  constructor(compiler: Compiler) {
    this.#compiler = compiler;
  }

  /** A member that a value may leave out, by its number or -1. */
  add(name: string, dependency: number, value: () => void): void {
    const write = () => {
      if (this.certain || this.possible) this.#compiler.comma(this.certain);
      this.#compiler.text(`${JSON.stringify(name)}:`);
      value();
    };
    if (dependency < 0) {
      write();
      this.certain = true;
    } else {
      this.#compiler.maybe(dependency, write);
      this.possible = true;
    }
  }
}

function dataName(element: Element): string {
  return literalAttribute(element, "Name") ?? "";
}
