/**
 * One event of the live log as the featuriser sees it: values that EvtRender left in our buffer, an
 * array of EVT_VARIANT followed by what they point to.
 * @module
 */
import type { EventView } from "@/features/event.ts";
import { FIELD_NAMES, fieldSlot } from "@/features/fields.ts";
import { kernelAtHand } from "../evtx/kernel.ts";
import { fileTimeMs, sidText, u64, utf16, valueNumber, valueText } from "../evtx/value.ts";
import type { ChannelFields } from "./channels.ts";
import { VARIANT, VARIANT_LAYOUT } from "./codes.ts";

/** Paths of the System values, in this order before the fields. */
export const SYSTEM_PATHS = [
  "Event/System/Provider/@Name",
  "Event/System/EventID",
  "Event/System/Version",
  "Event/System/Level",
  "Event/System/TimeCreated/@SystemTime",
  "Event/System/EventRecordID",
  "Event/System/Channel",
  "Event/System/Computer",
  "Event/System/Security/@UserID",
] as const;
const [PROVIDER, EVENT_ID, EVENT_VERSION, LEVEL, TIME, RECORD_ID, CHANNEL, COMPUTER, USER] =
  SYSTEM_PATHS.keys();

const DATA = fieldSlot("Data");
const UNNAMED = ["Data", "Data1", "Data2"];

/** A channel's value paths, and where each wanted field stands among them. */
export interface RenderPlan {
  /** XPaths for EvtCreateRenderContext. */
  readonly paths: readonly string[];
  /** By field slot: indexes into the paths, the first with a value wins. */
  readonly places: ReadonlyMap<number, readonly number[]>;
}

/** The paths of a channel's wanted values. */
export function renderPlan(fields: ChannelFields): RenderPlan {
  const paths: string[] = [...SYSTEM_PATHS];
  const places = new Map<number, number[]>();
  const add = (name: typeof FIELD_NAMES[number], path: string) => {
    const slot = fieldSlot(name);
    places.set(slot, [...places.get(slot) ?? [], paths.push(path) - 1]);
  };
  for (const name of fields.eventData) {
    add(name, UNNAMED.includes(name) ? "Event/EventData/Data" : dataPath(name));
  }
  for (const [element, names] of Object.entries(fields.userData)) {
    for (const name of names) add(name, `Event/UserData/${element}/${name}`);
  }
  return { paths, places };
}

function dataPath(name: string): string {
  return `Event/EventData/Data[@Name='${name}']`;
}

/** The event that lies in the buffer, until the next is rendered. */
export class WindowsEvent implements EventView {
  /** Where EvtRender writes; replaced by {@link grow}. */
  bytes: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  channel = "";
  provider = "";
  eventId = 0;
  version = 0;
  level = 0;
  recordId = -1;
  timeMs = NaN;
  computer = "";
  readonly #plan: RenderPlan;
  readonly #address: (bytes: Uint8Array<ArrayBuffer>) => bigint;
  #view = new DataView(new ArrayBuffer(0));
  /** Low half of the buffer's address: pointers become offsets without a bigint. */
  #baseLow = 0;

  /** An event whose values are rendered by a plan; `address` tells where a buffer lies. */
  constructor(plan: RenderPlan, address: (bytes: Uint8Array<ArrayBuffer>) => bigint) {
    this.#plan = plan;
    this.#address = address;
    this.grow(65_536);
  }

  /** Makes the buffer at least so many bytes long. */
  grow(size: number): void {
    if (size <= this.bytes.length) return;
    this.bytes = new Uint8Array(size);
    this.#view = new DataView(this.bytes.buffer);
    this.#baseLow = Number(this.#address(this.bytes) & 0xffffffffn);
  }

  /** Takes the System values from what was just rendered. */
  load(): void {
    this.provider = this.#value(PROVIDER);
    this.channel = this.#value(CHANNEL);
    this.computer = this.#value(COMPUTER);
    this.eventId = this.#whole(EVENT_ID, 0);
    this.version = this.#whole(EVENT_VERSION, 0);
    this.level = this.#whole(LEVEL, 0);
    this.recordId = this.#type(RECORD_ID) === VARIANT.null
      ? -1
      : u64(this.#view, RECORD_ID * VARIANT_LAYOUT.bytes);
    this.timeMs = this.#type(TIME) === VARIANT.fileTime
      ? fileTimeMs(this.#view, TIME * VARIANT_LAYOUT.bytes)
      : NaN;
  }

  get userSid(): string {
    return this.#value(USER);
  }

  text(slot: number): string {
    const item = slot === DATA ? 0 : UNNAMED.indexOf(FIELD_NAMES[slot]);
    for (const place of this.#plan.places.get(slot) ?? NONE) {
      const text = this.#value(place, Math.max(0, item));
      if (text !== "") return text;
    }
    return "";
  }

  number(slot: number): number {
    for (const place of this.#plan.places.get(slot) ?? NONE) {
      const type = this.#type(place);
      if (type === VARIANT.null) continue;
      const size = INLINE_BYTES[type];
      if (size === undefined) break;
      const number = valueNumber(this.#view, type, place * VARIANT_LAYOUT.bytes, size);
      if (!Number.isNaN(number)) return number;
    }
    const text = this.text(slot);
    return text === "" ? NaN : Number(text);
  }

  #type(place: number): number {
    return this.#view.getUint8(place * VARIANT_LAYOUT.bytes + VARIANT_LAYOUT.type);
  }

  #whole(place: number, missing: number): number {
    const type = this.#type(place);
    const size = INLINE_BYTES[type];
    if (type === VARIANT.null || size === undefined) return missing;
    return valueNumber(this.#view, type, place * VARIANT_LAYOUT.bytes, size);
  }

  /** A value as text; of an array, the item. */
  #value(place: number, item = 0): string {
    const at = place * VARIANT_LAYOUT.bytes;
    const type = this.#type(place);
    if (type === VARIANT.null) return "";
    if (type & VARIANT_LAYOUT.array) return this.#item(type & VARIANT_LAYOUT.mask, at, item);
    if (item > 0) return "";
    const size = INLINE_BYTES[type];
    if (size !== undefined) return valueText(this.#view, type, at, size);
    return this.#pointed(type, at, this.#view.getUint32(at + VARIANT_LAYOUT.count, true));
  }

  #item(type: number, at: number, item: number): string {
    if (item >= this.#view.getUint32(at + VARIANT_LAYOUT.count, true)) return "";
    const first = this.#offset(at);
    const size = INLINE_BYTES[type];
    if (size !== undefined) return valueText(this.#view, type, first + item * size, size);
    return this.#pointed(type, first + 8 * item, 0);
  }

  #offset(at: number): number {
    return (this.#view.getUint32(at, true) - this.#baseLow) >>> 0;
  }

  /** A value behind the pointer at `at`. */
  #pointed(type: number, at: number, count: number): string {
    const start = this.#offset(at);
    if (start >= this.bytes.length) return "";
    if (type === VARIANT.string) {
      let end = start;
      while (end + 1 < this.bytes.length && this.#view.getUint16(end, true) !== 0) end += 2;
      return end - start > INTERNED
        ? utf16(this.#view, start, (end - start) >> 1)
        : kernelAtHand().internedText(this.#view, VARIANT.string, start, end - start);
    }
    if (type === VARIANT.sid) {
      return sidText(this.#view, start, 8 + 4 * this.#view.getUint8(start + 1));
    }
    if (type === VARIANT.guid || type === VARIANT.sysTime) {
      return valueText(this.#view, type, start, 16);
    }
    return valueText(this.#view, type, start, count);
  }
}

/** Longest text, in bytes, that is worth keeping for the next event. */
const INTERNED = 128;
const NONE: readonly number[] = [];

/** Bytes of the types whose value stands in the variant itself. */
const INLINE_BYTES: Readonly<Record<number, number | undefined>> = {
  [VARIANT.sbyte]: 1,
  [VARIANT.byte]: 1,
  [VARIANT.int16]: 2,
  [VARIANT.uint16]: 2,
  [VARIANT.int32]: 4,
  [VARIANT.uint32]: 4,
  [VARIANT.int64]: 8,
  [VARIANT.uint64]: 8,
  [VARIANT.single]: 4,
  [VARIANT.double]: 8,
  [VARIANT.boolean]: 4,
  [VARIANT.sizeT]: 8,
  [VARIANT.fileTime]: 8,
  [VARIANT.hexInt32]: 4,
  [VARIANT.hexInt64]: 8,
};
