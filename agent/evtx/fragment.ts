/**
 * One fragment of a record: its plan, its values, and the fragments nested in them.
 * @module
 */
import { FragmentParser, TOKEN } from "./binxml.ts";
import { EvtxError } from "./error.ts";
import { Instance } from "./instance.ts";
import { compilePlan, type Plan, slotsOfTwo } from "./plan.ts";
import { ShapeScanner } from "./shape.ts";

/** BinXML type of a value that is itself a fragment. */
export const BINXML = 0x21;
const MAX_FRAGMENTS = 64;
const MAX_NESTING = 16;
/**
 * Plans are kept by shape for the whole process, some 10 kB each: the sample logs of 106 hosts
 * have 732 shapes. A log that makes up shapes has them start anew.
 */
const MAX_PLANS = 2_000;
const CHUNK = 65_536;
const PLACES = 256;

const EMPTY = compilePlan([]);
let planCount = 0;
const plans = new Map<number, { hash2: number; size: number; plan: Plan }[]>();

/** A fragment that is read; reused from record to record. */
export class Fragment {
  /** Where its fields are. */
  plan: Plan = EMPTY;
  /** Its values. */
  readonly values: Instance = new Instance();
  /** The value of the fragment around it that this one is, -1 outermost. */
  hole: number = -1;
  /** Nested fragments: the first {@link childCount} of these, the others are of older records. */
  readonly children: Fragment[] = [];
  /** How many fragments are nested in it. */
  childCount = 0;

  /** The fragment that value `hole` is, undefined where it is none or several. */
  child(hole: number): Fragment | undefined {
    let found: Fragment | undefined;
    for (let i = 0; i < this.childCount; i++) {
      if (this.children[i].hole !== hole) continue;
      if (found !== undefined) return undefined;
      found = this.children[i];
    }
    return found;
  }
}

/** Reads fragments of one chunk at a time; the plans by offset are of that chunk. */
export class FragmentReader {
  /** The fragments of the record read last: the outermost, then nested ones in their order. */
  readonly fragments: Fragment[] = [];
  /** How many of them the record has. */
  used = 0;
  /** Where each field of the record is: fragment * 2^16 + value; undefined: ask each fragment. */
  slots: Int32Array | undefined;
  readonly #view: DataView;
  readonly #scanner: ShapeScanner;
  /** Plans by the offset of their template in this chunk; what falls on one place is in `#more`. */
  readonly #offsets: Int32Array = new Int32Array(PLACES).fill(-1);
  readonly #planAt: Plan[] = new Array(PLACES).fill(EMPTY);
  readonly #more = new Map<number, Plan>();
  /** Whether a field's name is a value. */
  #named = false;
  #lastOuter = EMPTY;
  #lastInner = EMPTY;
  #lastSlots = EMPTY.slots;

  /** Reads from the chunk in `view`, whose bytes may change between records. */
  constructor(view: DataView) {
    this.#view = view;
    this.#scanner = new ShapeScanner(view);
  }

  /** Forgets the templates of the last chunk. */
  startChunk(): void {
    this.#offsets.fill(-1);
    this.#more.clear();
  }

  /** Reads the record whose BinXML is at `at`. Throws {@link EvtxError} or RangeError. */
  read(at: number, end: number): void {
    this.used = 0;
    this.#named = false;
    const { plan } = this.#fragment(at, end, 0);
    if (this.#named || this.used > 2) this.slots = undefined;
    else this.slots = this.used === 1 ? plan.slots : this.#slotsOfTwo(plan, this.fragments[1].plan);
  }

  #slotsOfTwo(outer: Plan, inner: Plan): Int32Array {
    if (outer !== this.#lastOuter || inner !== this.#lastInner) {
      this.#lastSlots = slotsOfTwo(outer, inner);
      this.#lastOuter = outer;
      this.#lastInner = inner;
    }
    return this.#lastSlots;
  }

  #fragment(at: number, end: number, depth: number): Fragment {
    if (this.used === MAX_FRAGMENTS || depth === MAX_NESTING) {
      throw new EvtxError("fragments nested too deeply");
    }
    const fragment = this.fragments[this.used++] ??= new Fragment();
    if (this.#view.getUint8(at) === TOKEN.header) at += 4;
    if (this.#view.getUint8(at) === TOKEN.template) this.#instance(fragment, at, end);
    else this.#literal(fragment, at, end);
    if (fragment.plan.namedByValue.length > 0) this.#named = true;
    fragment.childCount = 0;
    const { values } = fragment;
    if (values.firstNested < values.count) this.#nested(fragment, depth);
    return fragment;
  }

  #nested(fragment: Fragment, depth: number): void {
    const { values } = fragment;
    for (let hole = values.firstNested; hole < values.count; hole++) {
      if (values.type[hole] !== BINXML || values.size[hole] < 5) continue;
      let from = values.at[hole];
      const end = from + values.size[hole];
      // Mostly one fragment; more can stand behind each other.
      do {
        const child = this.#fragment(from, end, depth + 1);
        child.hole = hole;
        fragment.children[fragment.childCount++] = child;
        from = child.values.end;
      } while (from < end && this.#view.getUint8(from) !== TOKEN.end);
    }
  }

  #instance(fragment: Fragment, at: number, end: number): void {
    const offset = this.#view.getUint32(at + 6, true);
    at += 10;
    if (offset + 24 > CHUNK) throw new EvtxError("template lies outside its chunk");
    const place = (offset >> 3) & (PLACES - 1);
    fragment.plan = this.#offsets[place] === offset
      ? this.#planAt[place]
      : this.#more.get(offset) ?? this.#template(offset, place);
    // The definition lies inline at its first use in the chunk.
    if (offset === at) at += 24 + this.#view.getUint32(offset + 20, true);
    fragment.values.read(this.#view, at, end);
  }

  #template(offset: number, place: number): Plan {
    const size = this.#view.getUint32(offset + 20, true);
    const start = offset + 24;
    if (start + size > CHUNK) throw new EvtxError("template runs past its chunk");
    this.#scanner.template(start, start + size);
    const plan = this.#plan(start, start + size, true);
    if (this.#offsets[place] >= 0) this.#more.set(offset, plan);
    else {
      this.#offsets[place] = offset;
      this.#planAt[place] = plan;
    }
    return plan;
  }

  #literal(fragment: Fragment, at: number, end: number): void {
    this.#scanner.literal(at, end, fragment.values);
    fragment.plan = this.#plan(at, end, false);
  }

  /** The plan of the shape just scanned. */
  #plan(at: number, end: number, template: boolean): Plan {
    const { hash1, hash2 } = this.#scanner;
    const size = template ? end - at : 0;
    let candidates = plans.get(hash1);
    for (const each of candidates ?? []) {
      if (each.hash2 === hash2 && each.size === size) return each.plan;
    }
    const roots = new FragmentParser(this.#view, at, end, template).parse();
    const plan = compilePlan(roots);
    if (planCount++ === MAX_PLANS) {
      plans.clear();
      candidates = undefined;
      planCount = 1;
    }
    if (candidates === undefined) plans.set(hash1, candidates = []);
    candidates.push({ hash2, size, plan });
    return plan;
  }
}
