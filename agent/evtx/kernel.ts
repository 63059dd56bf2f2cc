/**
 * The compiled reader (`assembly/reader.ts`) and its memory: shared tables of shapes and of values
 * met before, and a region for each cursor.
 * @module
 */
import { EvtxError } from "./error.ts";
import { Programs } from "./json_program.ts";
import { JsonWriter } from "./json_writer.ts";
import type { Plan } from "./plan.ts";
import { valueText } from "./value.ts";
import { WASM } from "./wasm_text.ts";

/** Pages of the memory: shared tables of 25 MB, then the regions. */
const PAGES = 870;
/** Cursors of one memory, of which only what is touched is resident; the next gets another. */
const REGIONS = 256;
/** Places for interned values, as the compiled reader has them. */
const PLACES = 32_768;
/**
 * Plans are kept by shape for the whole process, some 10 kB each: the sample logs of 106 hosts
 * have 732 shapes. A log that makes up shapes has them start anew.
 */
const MAX_PLANS = 2_000;
const MAX_RECENT = 65_536;
/** The longest value that is interned, in bytes. */
const MAX_INTERNED = 4_096;

/** What the compiled reader gives instead of a number of fragments, by its negative. */
const ERRORS = [
  "",
  "fragments nested too deeply",
  "value table runs past its record",
  "values run past their record",
  "record has too many values",
  "template lies outside its chunk",
  "template runs past its chunk",
  "fragment runs past its end",
  "name is too long",
  "literal value of a type that has no size",
  "token where it may not stand",
];

/** What {@link Exports.writeJson} gives instead of an end. */
const [NEED_PROGRAM, UNUSUAL, TOO_MUCH] = [0, 1, 2];

/** What {@link Exports.intern} gives for a value that is absent or empty. */
export const EMPTY = -1;
/** For a value that is an array, or too long to be kept. */
export const NOT_INTERNED = -2;
const NEW = -3;
const FRESH = 1 << 31;

/** The functions of the compiled reader; addresses are bytes in its memory. */
interface Exports {
  readonly REGION: WebAssembly.Global;
  readonly REGIONS: WebAssembly.Global;
  readonly VALUES: WebAssembly.Global;
  readonly PLACES: WebAssembly.Global;
  readonly FRAGMENTS: WebAssembly.Global;
  readonly HEADER: WebAssembly.Global;
  readonly KEYS: WebAssembly.Global;
  readonly GENERATION: WebAssembly.Global;
  readonly SCRATCH: WebAssembly.Global;
  readonly PROGRAMS: WebAssembly.Global;
  readonly PROGRAMS_SIZE: WebAssembly.Global;
  readonly OUTPUT: WebAssembly.Global;
  readonly OUTPUT_SIZE: WebAssembly.Global;
  readonly LINES: WebAssembly.Global;
  readonly LINES_SIZE: WebAssembly.Global;
  readonly neededPlan: WebAssembly.Global;
  readonly shapeAt: WebAssembly.Global;
  readonly shapeEnd: WebAssembly.Global;
  readonly shapeIsTemplate: WebAssembly.Global;
  read(region: number, at: number, end: number, stamp: number): number;
  bind(plan: number, recent: number, time: number, event: number, record: number): void;
  forgetPlans(): void;
  forgetTemplates(region: number): void;
  intern(region: number, fragment: number, hole: number, order: number): number;
  internScratch(type: number, size: number): number;
  setProgram(plan: number, program: number): void;
  writeJson(region: number, fragments: number, to: number): number;
}

/** One instance of the compiled reader with the plans and texts that it knows by number. */
export class Kernel {
  /** Its functions. */
  readonly exports: Exports;
  /** All of its memory, which never grows. */
  readonly buffer: ArrayBuffer;
  /** At 0, how often interned places have become void. */
  readonly generation: Int32Array;
  /** Text by interned place. */
  readonly texts: string[] = new Array(PLACES).fill("");
  /** Plans by number; another array when numbers start anew. */
  plans: Plan[] = [];
  /** Goes up when numbers of plans start anew. */
  epoch = 0;
  readonly #free: number[] = [];
  readonly #scratch: Uint8Array;
  readonly #keys: Int32Array;
  readonly #programs: Programs;
  readonly #bytes: Uint8Array<ArrayBuffer>;
  readonly #output: Uint8Array<ArrayBuffer>;
  #hasWriter = false;
  #recent = 0;

  /** A new instance. */
  constructor() {
    const memory = new WebAssembly.Memory({ initial: PAGES, maximum: PAGES });
    this.buffer = memory.buffer as ArrayBuffer;
    this.#bytes = new Uint8Array(this.buffer);
    const view = new DataView(this.buffer);
    const env = {
      memory,
      valueText: (type: number, at: number, size: number, to: number): number => {
        const text = JSON.stringify(valueText(view, type, at, size).toWellFormed()).slice(1, -1);
        return to + encoder.encodeInto(text, this.#bytes.subarray(to)).written;
      },
    };
    this.exports = new WebAssembly.Instance(MODULE, { env }).exports as unknown as Exports;
    const { REGION, REGIONS: first, KEYS, GENERATION, SCRATCH } = this.exports;
    const { PROGRAMS, PROGRAMS_SIZE, OUTPUT, OUTPUT_SIZE } = this.exports;
    this.#output = new Uint8Array(this.buffer, OUTPUT.value, OUTPUT_SIZE.value);
    this.#programs = new Programs(this.#bytes, PROGRAMS.value, PROGRAMS_SIZE.value);
    for (let i = REGIONS - 1; i >= 0; i--) this.#free.push(first.value + i * REGION.value);
    this.generation = new Int32Array(this.buffer, GENERATION.value, 1);
    this.#keys = new Int32Array(this.buffer, KEYS.value, PLACES);
    this.#scratch = new Uint8Array(this.buffer, SCRATCH.value, MAX_INTERNED);
  }

  /** Whether all regions are taken. */
  get isFull(): boolean {
    return this.#free.length === 0;
  }

  /** Takes a region; its address. */
  take(): number {
    const region = this.#free.pop()!;
    this.exports.forgetTemplates(region);
    return region;
  }

  /** Gives a region back. */
  give(region: number): void {
    this.#free.push(region);
  }

  /** Where the fragment lies whose plan {@link Exports.read} asked for. */
  get needed(): { at: number; end: number; isTemplate: boolean } {
    const { shapeAt, shapeEnd, shapeIsTemplate } = this.exports;
    return { at: shapeAt.value, end: shapeEnd.value, isTemplate: shapeIsTemplate.value === 1 };
  }

  /** Gives the plan that was asked for. */
  bind(plan: Plan): void {
    if (this.plans.length === MAX_PLANS || this.#recent + plan.holes > MAX_RECENT) {
      this.exports.forgetPlans();
      this.plans = [];
      this.#recent = 0;
      this.#programs.clear();
      this.epoch++;
    }
    const [, event, , , time, record] = plan.system;
    this.exports.bind(this.plans.push(plan) - 1, this.#recent, time, event, record);
    this.#recent += plan.holes;
  }

  /**
   * Writes the record of `fragments` fragments that was read last in `region`; false where the
   * tree must do it. Throws {@link EvtxError} where it is too much.
   */
  json(region: number, fragments: number, writer: JsonWriter): boolean {
    const address = writer.addressIn(this.buffer, this.#output.length);
    const from = address < 0 ? this.#output.byteOffset : address;
    for (;;) {
      const end = this.exports.writeJson(region, fragments, from);
      if (end === TOO_MUCH) throw new EvtxError("record renders to too much");
      if (end === UNUSUAL) return false;
      if (end !== NEED_PROGRAM) {
        if (address < 0) writer.bytes(this.#output.subarray(0, end - from));
        else writer.size += end - from;
        return true;
      }
      const plan = this.exports.neededPlan.value;
      this.exports.setProgram(plan, this.#programs.place(this.plans[plan].roots));
    }
  }

  /** A writer in this memory, to which records go without a copy; the first one only. */
  writer(): JsonWriter {
    const { LINES, LINES_SIZE } = this.exports;
    const bytes = this.#hasWriter
      ? undefined
      : this.#bytes.subarray(LINES.value, LINES.value + LINES_SIZE.value);
    this.#hasWriter = true;
    return new JsonWriter(bytes);
  }

  /** Text of a value anywhere, made once while its place holds it. */
  internedText(view: DataView, type: number, at: number, size: number): string {
    if (size === 0 || size > MAX_INTERNED) return valueText(view, type, at, size);
    this.#scratch.set(new Uint8Array(view.buffer, view.byteOffset + at, size));
    const place = this.exports.internScratch(type, size);
    if (place >= 0) return this.texts[place];
    return this.keep(place, view, type, at, size);
  }

  /** Keeps the text of a value that `intern` gave a new place, `code`. */
  keep(code: number, view: DataView, type: number, at: number, size: number): string {
    const place = NEW - code;
    this.#keys[place] &= ~FRESH;
    return this.texts[place] = valueText(view, type, at, size);
  }
}

const MODULE = new WebAssembly.Module(Uint8Array.fromBase64(WASM["reader.wasm"]));
const encoder = new TextEncoder();

let latest: Kernel | undefined;

/** A kernel with a free region. */
export function kernelAtHand(): Kernel {
  if (latest === undefined || latest.isFull) latest = new Kernel();
  return latest;
}

/** The error that a negative result of `read` stands for. */
export function readError(code: number): EvtxError {
  return new EvtxError(ERRORS[-code]);
}
