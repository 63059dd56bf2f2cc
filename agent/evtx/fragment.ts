/**
 * The record that was read last: its fragments' plans, and where their values lie.
 * @module
 */
import { FragmentParser } from "./binxml.ts";
import { EMPTY, type Kernel, kernelAtHand, NOT_INTERNED, readError } from "./kernel.ts";
import type { JsonWriter } from "./json_writer.ts";
import { compilePlan, fieldsOfTwo, MIXED, NOT_ASKED, type Places, type Plan } from "./plan.ts";
import { arrayItems, valueText } from "./value.ts";

const CHUNK = 65_536;
const MAX_STAMP = 0xffff;
const NONE = compilePlan([]);
/** Each fragment must be asked for each field. */
const ASK_EACH: Places = {
  values: NONE.fields.values.map(() => MIXED),
  orders: NONE.fields.orders,
};

/** Values of a record, over all its fragments. */
const MAX_VALUES = 4_096;
const MAX_FRAGMENTS = 64;
/** Values of a fragment that are looked up with the record, once they were asked for. */
const MAX_ASKED = 32;
const FRAGMENT_WORDS = 8;
const [PLAN, FROM, COUNT, HOLE, PARENT, , LOOKED_UP] = [0, 1, 2, 3, 4, 5, 6];
const [TIME, RECORD] = [0, 1];
const EVENT = 4;

/** Reads records of one chunk at a time, and tells what the last one holds. */
export class FragmentReader implements Disposable {
  /** The chunk's bytes, to be filled by who reads. */
  readonly chunk: Uint8Array<ArrayBuffer>;
  /** The same bytes. */
  readonly view: DataView<ArrayBuffer>;
  /** Plan of the outermost fragment. */
  plan: Plan = NONE;
  /** How many fragments the record has. */
  used = 0;
  /** Where each field of the record is: fragment * 2^16 + value; all MIXED: ask each fragment. */
  fields: Places = ASK_EACH;
  readonly #words: Int32Array;
  /** By value, its offset in the chunk; its size and type. */
  readonly #values: Int32Array;
  /** By fragment and order of asking, where a value's text is interned. */
  readonly #places: Int32Array;
  readonly #header: Float64Array;
  readonly #headerWords: Int32Array;
  readonly #kernel: Kernel;
  readonly #region: number;
  readonly #read: Kernel["exports"]["read"];
  readonly #intern: Kernel["exports"]["intern"];
  readonly #texts: readonly string[];
  #stamp = 0;
  #epoch: number;
  #plans: readonly Plan[];
  readonly #generations: Int32Array;
  /** That of when the record was read. */
  #generation = 0;
  #innerPlan: Plan = NONE;
  #outer = -1;
  #inner = -1;

  /** Takes a region of memory until it is disposed of. */
  constructor() {
    const kernel = kernelAtHand();
    const region = kernel.take();
    const { buffer } = kernel;
    this.#kernel = kernel;
    this.#region = region;
    this.#read = kernel.exports.read;
    this.#intern = kernel.exports.intern;
    this.#texts = kernel.texts;
    this.#epoch = kernel.epoch;
    this.#plans = kernel.plans;
    this.#generations = kernel.generation;
    this.chunk = new Uint8Array(buffer, region, CHUNK);
    this.view = new DataView(buffer, region, CHUNK);
    const { VALUES, PLACES, FRAGMENTS, HEADER } = kernel.exports;
    this.#values = new Int32Array(buffer, region + VALUES.value, 2 * MAX_VALUES);
    this.#places = new Int32Array(buffer, region + PLACES.value, MAX_FRAGMENTS * MAX_ASKED);
    this.#words = new Int32Array(
      buffer,
      region + FRAGMENTS.value,
      MAX_FRAGMENTS * FRAGMENT_WORDS,
    );
    this.#header = new Float64Array(buffer, region + HEADER.value, 2);
    this.#headerWords = new Int32Array(buffer, region + HEADER.value, 5);
  }

  /** Forgets the templates of the last chunk. */
  startChunk(): void {
    if (++this.#stamp > MAX_STAMP) {
      this.#kernel.exports.forgetTemplates(this.#region);
      this.#stamp = 1;
    }
  }

  /**
   * Reads the record whose BinXML lies from `at` to `end`. Throws {@link EvtxError}, or
   * WebAssembly's RuntimeError where something lies outside the chunk.
   */
  read(at: number, end: number): void {
    if (this.#epoch !== this.#kernel.epoch) this.#forget();
    this.#generation = this.#generations[0];
    let used = this.#read(this.#region, at, end, this.#stamp);
    while (used <= 0) {
      if (used < 0) throw readError(used);
      this.#compile();
      used = this.#read(this.#region, at, end, this.#stamp);
    }
    this.used = used;
    const words = this.#words;
    const outer = words[PLAN];
    const inner = used === 1 ? -1 : used === 2 ? words[FRAGMENT_WORDS + PLAN] : -2;
    if (outer !== this.#outer || inner !== this.#inner) this.#turnTo(outer, inner);
  }

  /** Numbers of plans have started anew. */
  #forget(): void {
    this.#epoch = this.#kernel.epoch;
    this.#plans = this.#kernel.plans;
    this.#kernel.exports.forgetTemplates(this.#region);
    this.#outer = -1;
  }

  #compile(): void {
    const { at, end, isTemplate } = this.#kernel.needed;
    const roots = new FragmentParser(this.view, at, end, isTemplate).parse();
    this.#kernel.bind(compilePlan(roots));
    if (this.#epoch !== this.#kernel.epoch) this.#forget();
  }

  #turnTo(outer: number, inner: number): void {
    const plans = this.#plans;
    this.#outer = outer;
    this.#inner = inner;
    const plan = this.plan = plans[outer];
    this.#innerPlan = inner >= 0 ? plans[inner] : NONE;
    if (inner === -2 || plan.namedByValue.length > 0) this.fields = ASK_EACH;
    else if (inner === -1) this.fields = plan.fields;
    else {
      const nested = this.#innerPlan;
      this.fields = nested.namedByValue.length > 0 ? ASK_EACH : fieldsOfTwo(plan, nested);
    }
  }

  /** Plan of fragment `index`. */
  planOf(index: number): Plan {
    return this.#plans[this.#words[index * FRAGMENT_WORDS + PLAN]];
  }

  /** The record's time in ms since 1970, NaN where it is not in the usual form. */
  get timeMs(): number {
    return this.#header[TIME];
  }

  /** The record's number, NaN where it is not in the usual form. */
  get recordId(): number {
    return this.#header[RECORD];
  }

  /** The event's id, -1 where it is not in the usual form. */
  get eventId(): number {
    return this.#headerWords[EVENT];
  }

  /** Place of a fragment's value for {@link at}, {@link size} and {@link type}, -1 for none. */
  place(index: number, hole: number): number {
    const words = index * FRAGMENT_WORDS;
    return hole < this.#words[words + COUNT] ? this.#words[words + FROM] + hole : -1;
  }

  /** Offset in the chunk of the value at a place. */
  at(place: number): number {
    return this.#values[2 * place];
  }

  /** Bytes of the value at a place. */
  size(place: number): number {
    return this.#values[2 * place + 1] & 0xffff;
  }

  /** BinXML type of the value at a place. */
  type(place: number): number {
    return (this.#values[2 * place + 1] >>> 16) & 0xff;
  }

  /** The text looked up as number `order` of the record, undefined where that does not say it. */
  known(order: number): string | undefined {
    if (this.#generation !== this.#generations[0]) return undefined;
    const place = this.#places[order];
    return place >= 0 ? this.#texts[place] : place === EMPTY ? "" : undefined;
  }

  /** As which number a fragment's value is looked up from the next record on; -1 for none. */
  order(index: number, hole: number): number {
    const order = this.planOf(index).asked[hole] ?? NOT_ASKED;
    return order === NOT_ASKED ? -1 : index * MAX_ASKED + order;
  }

  /** Text of a fragment's value, "" where there is none; of an array the first item. */
  field(index: number, hole: number): string {
    const known = this.#place(index, hole);
    if (known >= 0) return this.#texts[known];
    if (known === EMPTY) return "";
    const place = this.place(index, hole);
    if (this.type(place) < 0x80) return this.#text(known, place);
    return arrayItems(this.view, this.type(place), this.at(place), this.size(place))[0] ?? "";
  }

  /** The same, of an array all items with commas between them. */
  text(index: number, hole: number): string {
    const known = this.#place(index, hole);
    if (known >= 0) return this.#texts[known];
    return known === EMPTY ? "" : this.#text(known, this.place(index, hole));
  }

  /** Where the text of a value is interned, or a code. */
  #place(index: number, hole: number): number {
    const plan = index === 0 ? this.plan : this.used === 2 ? this.#innerPlan : this.planOf(index);
    const order = plan.asked[hole];
    const known = order < this.#words[index * FRAGMENT_WORDS + LOOKED_UP] &&
      this.#generation === this.#generations[0];
    return known ? this.#places[index * MAX_ASKED + order] : this.#ask(plan, index, hole);
  }

  #ask(plan: Plan, index: number, hole: number): number {
    if (hole >= this.#words[index * FRAGMENT_WORDS + COUNT]) return EMPTY;
    // A plan whose number is void must not change what another one asks.
    if (this.#epoch !== this.#kernel.epoch) return this.#intern(this.#region, index, hole, -1);
    if (plan.asked[hole] === NOT_ASKED && plan.askedCount < MAX_ASKED) {
      plan.asked[hole] = plan.askedCount++;
      // Records that were read before did not look it up.
      this.#generations[0]++;
    }
    return this.#intern(this.#region, index, hole, plan.asked[hole]);
  }

  #text(code: number, place: number): string {
    const [type, at, size] = [this.type(place), this.at(place), this.size(place)];
    return code === NOT_INTERNED
      ? valueText(this.view, type, at, size)
      : this.#kernel.keep(code, this.view, type, at, size);
  }

  /** Writes the record as JSON; false, with nothing written, where {@link fragment} must do. */
  writeJson(writer: JsonWriter): boolean {
    // Programs go by numbers of plans, which may be void by now.
    if (this.#epoch !== this.#kernel.epoch) return false;
    return this.#kernel.json(this.#region, this.used, writer);
  }

  /** The outermost fragment and those in it, as long as no other record is read. */
  fragment(index = 0): Fragment {
    const at = index * FRAGMENT_WORDS;
    const words = this.#words;
    const [from, count] = [words[at + FROM], words[at + COUNT]];
    const children: Fragment[] = [];
    for (let i = index + 1; i < this.used; i++) {
      if (words[i * FRAGMENT_WORDS + PARENT] === index) children.push(this.fragment(i));
    }
    return {
      plan: this.planOf(index),
      hole: words[at + HOLE],
      count,
      at: Uint16Array.from({ length: count }, (_, i) => this.at(from + i)),
      size: Uint16Array.from({ length: count }, (_, i) => this.size(from + i)),
      type: Uint8Array.from({ length: count }, (_, i) => this.type(from + i)),
      children,
    };
  }

  [Symbol.dispose](): void {
    this.#kernel.give(this.#region);
  }
}

/** A fragment of a record with what is nested in it. */
export interface Fragment {
  /** Where its fields are. */
  readonly plan: Plan;
  /** The value of the fragment around it that this one is, -1 outermost. */
  readonly hole: number;
  /** How many values it has. */
  readonly count: number;
  /** By value, its offset in the chunk. */
  readonly at: Uint16Array;
  /** By value, its bytes. */
  readonly size: Uint16Array;
  /** By value, its BinXML type. */
  readonly type: Uint8Array;
  /** Fragments nested in it, in their order. */
  readonly children: readonly Fragment[];
}
