/**
 * Reads an `.evtx` file event by event in the memory of one 64 KiB chunk. A damaged file is read
 * as far as it goes: what is stepped over is counted with its reason.
 * @module
 */
import type { EventCursor, EventView, SourceReport } from "@/features/event.ts";
import { fieldSlot } from "@/features/fields.ts";
import { emptyPlan, EvtxError, type Plan, PlanCompiler } from "./plan.ts";
import { arrayItem, fileTimeMs, sidText, text16, u64, valueNumber, valueText } from "./value.ts";

const CHUNK = 65_536;
const FILE_HEADER = 4_096;
const CHUNK_HEADER = 512;
const RECORD_MAGIC = 0x00002a2a;
const MAX_VALUES = 1_024;
const BINXML = 0x21;
const DATA = fieldSlot("Data");
const DATA1 = fieldSlot("Data1");

const [PROVIDER, EVENT_ID, VERSION, LEVEL, TIME, RECORD_ID, CHANNEL, COMPUTER, USER] = [
  ...Array(9).keys(),
];

/** Plans by template GUID and size: a template is compiled once, however many chunks define it. */
const plans = new Map<string, Plan>();

/** One record's values by a plan: where each value lies in the chunk, its size and type. */
class Instance {
  plan: Plan = emptyPlan();
  count = 0;
  readonly at = new Int32Array(MAX_VALUES);
  readonly size = new Uint16Array(MAX_VALUES);
  readonly type = new Uint8Array(MAX_VALUES);

  /** Whether substitution `index` is there and not empty. */
  has(index: number): boolean {
    return index >= 0 && index < this.count && this.size[index] > 0 && this.type[index] !== 0;
  }
}

/** The view of the record that the cursor stands on. */
class EvtxView implements EventView {
  readonly outer = new Instance();
  readonly inner = new Instance();
  readonly #view: DataView;
  channel = "";
  provider = "";
  eventId = 0;
  version = 0;
  level = 0;
  recordId = -1;
  timeMs = NaN;
  computer = "";

  constructor(view: DataView) {
    this.#view = view;
  }

  /** Fills the System fields from the values just read. */
  load(): void {
    this.channel = this.#systemText(CHANNEL);
    this.provider = this.#systemText(PROVIDER);
    this.computer = this.#systemText(COMPUTER);
    this.eventId = this.#systemNumber(EVENT_ID, 0);
    this.version = this.#systemNumber(VERSION, 0);
    this.level = this.#systemNumber(LEVEL, 0);
    const record = this.outer.plan.system[RECORD_ID];
    this.recordId = this.outer.has(record)
      ? this.outer.size[record] >= 8
        ? u64(this.#view, this.outer.at[record])
        : this.#systemNumber(RECORD_ID, -1)
      : this.#systemNumber(RECORD_ID, -1);
    const time = this.outer.plan.system[TIME];
    this.timeMs = this.outer.has(time) && this.outer.type[time] === 0x11
      ? fileTimeMs(this.#view, this.outer.at[time])
      : Date.parse(this.#systemText(TIME));
  }

  get userSid(): string {
    const index = this.outer.plan.system[USER];
    if (!this.outer.has(index)) return this.outer.plan.systemText[USER] ?? "";
    return sidText(this.#view, this.outer.at[index], this.outer.size[index]);
  }

  #systemText(place: number): string {
    const { plan } = this.outer;
    const index = plan.system[place];
    if (!this.outer.has(index)) return plan.systemText[place] ?? "";
    const { type, at, size } = this.outer;
    return type[index] === 0x01
      ? text16(this.#view, at[index], size[index] >> 1)
      : valueText(this.#view, type[index], at[index], size[index]);
  }

  #systemNumber(place: number, missing: number): number {
    const { plan } = this.outer;
    const index = plan.system[place];
    if (this.outer.has(index)) {
      const { type, at, size } = this.outer;
      const number = valueNumber(this.#view, type[index], at[index], size[index]);
      if (!Number.isNaN(number)) return number;
    }
    const text = this.#systemText(place);
    return text === "" ? missing : Number(text);
  }

  text(slot: number): string {
    for (const from of [this.inner, this.outer]) {
      if (from.count === 0 && from.plan.slotText.size === 0) continue;
      const found = slot === DATA || slot === DATA1 || slot === DATA1 + 1
        ? this.#unnamed(from, slot)
        : this.#one(from, slot);
      if (found !== "") return found;
    }
    return "";
  }

  #one(from: Instance, slot: number): string {
    const index = from.plan.slots[slot];
    if (!from.has(index)) return from.plan.slotText.get(slot) ?? "";
    const type = from.type[index];
    return type & 0x80
      ? arrayItem(this.#view, type, from.at[index], from.size[index], 0)
      : valueText(this.#view, type, from.at[index], from.size[index]);
  }

  /** Unnamed values: one element each, or the items of one array. */
  #unnamed(from: Instance, slot: number): string {
    const first = from.plan.slots[DATA];
    if (from.has(first) && from.type[first] & 0x80) {
      const item = slot === DATA ? 0 : slot - DATA1 + 1;
      return arrayItem(this.#view, from.type[first], from.at[first], from.size[first], item);
    }
    return this.#one(from, slot);
  }

  number(slot: number): number {
    for (const from of [this.inner, this.outer]) {
      const index = from.plan.slots[slot];
      if (!from.has(index)) continue;
      const number = valueNumber(this.#view, from.type[index], from.at[index], from.size[index]);
      if (!Number.isNaN(number)) return number;
    }
    const text = this.text(slot);
    return text === "" ? NaN : Number(text);
  }
}

class EvtxCursor implements EventCursor {
  readonly report: SourceReport = { records: 0, skipped: new Map(), skippedBytes: 0 };
  readonly #file: Deno.FsFile;
  readonly #bytes = new Uint8Array(CHUNK);
  readonly #view = new DataView(this.#bytes.buffer);
  readonly #event = new EvtxView(this.#view);
  readonly #chunkPlans = new Map<number, Plan>();
  #at = 0;
  #end = 0;

  constructor(file: Deno.FsFile) {
    this.#file = file;
    file.seekSync(FILE_HEADER, Deno.SeekMode.Start);
  }

  next(): EventView | undefined {
    for (;;) {
      if (this.#at + 28 > this.#end && !this.#nextChunk()) return undefined;
      if (this.#at + 28 > this.#end) continue;
      const size = this.#view.getUint32(this.#at + 4, true);
      const sound = this.#view.getUint32(this.#at, true) === RECORD_MAGIC && size >= 28 &&
        this.#at + size <= CHUNK;
      if (!sound) {
        this.#resync();
        continue;
      }
      const start = this.#at;
      this.#at += size;
      try {
        this.#record(start, start + size);
      } catch (error) {
        if (!(error instanceof EvtxError || error instanceof RangeError)) throw error;
        this.#skip(
          error instanceof EvtxError ? error.message : "value lies outside its chunk",
          size,
        );
        continue;
      }
      this.report.records++;
      return this.#event;
    }
  }

  /** Loads the next chunk that has the magic; false at the end of the file. */
  #nextChunk(): boolean {
    for (;;) {
      const got = readFully(this.#file, this.#bytes);
      if (got < CHUNK_HEADER) return false;
      this.#bytes.fill(0, got);
      this.#chunkPlans.clear();
      const magic = this.#view.getUint32(0, true) === 0x43666c45 &&
        this.#view.getUint32(4, true) === 0x006b6e68;
      if (!magic) {
        if (this.#bytes.some((byte) => byte !== 0)) this.#skip("chunk without its magic", got);
        continue;
      }
      const free = this.#view.getUint32(48, true);
      this.#at = CHUNK_HEADER;
      this.#end = Math.min(free >= CHUNK_HEADER ? free : CHUNK, got);
      return true;
    }
  }

  /** Finds the next record magic in the chunk; what lies between is counted as skipped. */
  #resync(): void {
    const start = this.#at;
    this.#at += 8;
    while (
      this.#at + 28 <= this.#end && this.#view.getUint32(this.#at, true) !== RECORD_MAGIC
    ) this.#at += 8;
    if (this.#at + 28 > this.#end) this.#at = this.#end;
    this.#skip("no record where one should start", this.#at - start);
  }

  #skip(reason: string, bytes: number): void {
    this.report.skipped.set(reason, (this.report.skipped.get(reason) ?? 0) + 1);
    this.report.skippedBytes += bytes;
  }

  #record(start: number, end: number): void {
    const { outer, inner } = this.#event;
    inner.count = 0;
    inner.plan = NONE;
    let at = start + 24;
    if (this.#view.getUint8(at) === 0x0f) at += 4;
    if (this.#view.getUint8(at) === 0x0c) {
      this.#instance(outer, at, end);
      for (const index of outer.plan.nested) {
        if (!outer.has(index) || outer.type[index] !== BINXML) continue;
        let nested = outer.at[index];
        const nestedEnd = nested + outer.size[index];
        if (this.#view.getUint8(nested) === 0x0f) nested += 4;
        if (this.#view.getUint8(nested) === 0x0c) this.#instance(inner, nested, nestedEnd);
        else inner.plan = new PlanCompiler(this.#view, 0, nested, nestedEnd, false).compile();
        break;
      }
    } else {
      outer.count = 0;
      outer.plan = new PlanCompiler(this.#view, 0, at, end - 4, false).compile();
    }
    this.#event.load();
  }

  /** Reads a template instance at `at`: its plan, and where each value lies. */
  #instance(into: Instance, at: number, end: number): void {
    const offset = this.#view.getUint32(at + 6, true);
    at += 10;
    if (offset + 24 > CHUNK) throw new EvtxError("template lies outside its chunk");
    const size = this.#view.getUint32(offset + 20, true);
    if (offset === at) at += 24 + size;
    const count = at + 4 <= end ? this.#view.getUint32(at, true) : MAX_VALUES + 1;
    at += 4;
    if (count > MAX_VALUES || at + 4 * count > end) throw new EvtxError("too many values");
    let value = at + 4 * count;
    for (let i = 0; i < count; i++) {
      const length = this.#view.getUint16(at + 4 * i, true);
      into.at[i] = value;
      into.size[i] = length;
      into.type[i] = this.#view.getUint8(at + 4 * i + 2);
      value += length;
    }
    if (value > end) throw new EvtxError("values run past their record");
    into.count = count;
    into.plan = this.#plan(offset, size);
  }

  #plan(offset: number, size: number): Plan {
    const known = this.#chunkPlans.get(offset);
    if (known) return known;
    let key = `${size}`;
    for (let i = 4; i < 20; i += 4) key += `-${this.#view.getUint32(offset + i, true)}`;
    let plan = plans.get(key);
    if (!plan) {
      if (offset + 24 + size > CHUNK) throw new EvtxError("template runs past its chunk");
      const compiler = new PlanCompiler(this.#view, 0, offset + 24, offset + 24 + size, true);
      plan = compiler.compile();
      plans.set(key, plan);
    }
    this.#chunkPlans.set(offset, plan);
    return plan;
  }

  [Symbol.dispose](): void {
    this.#file.close();
  }
}

const NONE = emptyPlan();

function readFully(file: Deno.FsFile, into: Uint8Array): number {
  let got = 0;
  while (got < into.length) {
    const count = file.readSync(into.subarray(got));
    if (count === null) break;
    got += count;
  }
  return got;
}

/** Events of an `.evtx` file that is open and starts with the file magic; closes it in the end. */
export function evtxCursor(file: Deno.FsFile): EventCursor {
  return new EvtxCursor(file);
}
