/**
 * The view of the record that a cursor stands on: nothing is made before it is asked for.
 * @module
 */
import type { EventView } from "@/features/event.ts";
import { isHole } from "./binxml.ts";
import type { FragmentReader } from "./fragment.ts";
import { ABSENT, DATA_ITEM, ITEM, MIXED, type Parts } from "./plan.ts";
import { arrayItems, fileTimeMs, u64, valueNumber } from "./value.ts";
import { FIELD_NAMES } from "@/features/fields.ts";

const [PROVIDER, EVENT_ID, VERSION, LEVEL, TIME, RECORD_ID, CHANNEL, COMPUTER, USER] = [
  ...Array(9).keys(),
];

/** Reads through the fragments of the record that was read last. */
export class EvtxView implements EventView {
  /** Where the record's header is. */
  header = 0;
  readonly #view: DataView;
  readonly #reader: FragmentReader;

  /** Shows what `reader` read last. */
  constructor(reader: FragmentReader) {
    this.#view = reader.view;
    this.#reader = reader;
  }

  get channel(): string {
    return this.#systemText(CHANNEL);
  }

  get provider(): string {
    return this.#systemText(PROVIDER);
  }

  get computer(): string {
    return this.#systemText(COMPUTER);
  }

  get userSid(): string {
    return this.#systemText(USER);
  }

  get eventId(): number {
    const id = this.#reader.eventId;
    return id < 0 ? this.#systemNumber(EVENT_ID, 0) : id;
  }

  get version(): number {
    return this.#systemNumber(VERSION, 0);
  }

  get level(): number {
    return this.#systemNumber(LEVEL, 0);
  }

  get recordId(): number {
    const id = this.#reader.recordId;
    return Number.isNaN(id) ? this.#systemNumber(RECORD_ID, u64(this.#view, this.header + 8)) : id;
  }

  get timeMs(): number {
    const time = this.#reader.timeMs;
    if (!Number.isNaN(time)) return time;
    const parsed = Date.parse(this.#systemText(TIME));
    return Number.isNaN(parsed) ? fileTimeMs(this.#view, this.header + 16) : parsed;
  }

  text(slot: number): string {
    const { fields } = this.#reader;
    const order = fields.orders[slot];
    return (order >= 0 ? this.#reader.known(order) : undefined) ?? this.#text(slot);
  }

  #text(slot: number): string {
    const reader = this.#reader;
    const { values, orders } = reader.fields;
    const place = values[slot];
    if (place === ABSENT) return "";
    if (place < 0) return this.#search(slot);
    const [index, hole] = [place >> 16, place & 0xffff];
    if (hole & ITEM) return this.#item(index, hole & (ITEM - 1), slot);
    const text = reader.field(index, hole);
    orders[slot] = reader.order(index, hole);
    return text;
  }

  number(slot: number): number {
    const reader = this.#reader;
    const place = reader.fields.values[slot];
    if (place === ABSENT) return NaN;
    if (place >= 0 && (place & ITEM) === 0) {
      const number = this.#number(reader.place(place >> 16, place & 0xffff));
      if (!Number.isNaN(number)) return number;
    }
    const text = this.text(slot);
    return text === "" ? NaN : Number(text);
  }

  /** The number that the value at a place is, NaN where it is none. */
  #number(place: number): number {
    const reader = this.#reader;
    return place < 0
      ? NaN
      : valueNumber(this.#view, reader.type(place), reader.at(place), reader.size(place));
  }

  /** Asks each fragment in turn. */
  #search(slot: number): string {
    for (let i = 0; i < this.#reader.used; i++) {
      const place = this.#reader.planOf(i).fields.values[slot];
      if (place === ABSENT) continue;
      const text = place < 0
        ? this.#mixed(i, MIXED - place)
        : place & ITEM
        ? this.#item(i, place & (ITEM - 1), slot)
        : this.#reader.field(i, place);
      if (text !== "") return text;
    }
    return this.#byValue(slot);
  }

  #systemText(place: number): string {
    const { plan } = this.#reader;
    const order = plan.systemOrders[place];
    const known = order >= 0 ? this.#reader.known(order) : undefined;
    if (known !== undefined) return known;
    const hole = plan.system[place];
    if (hole < 0) return plan.systemText[place];
    const text = this.#reader.text(0, hole);
    plan.systemOrders[place] = this.#reader.order(0, hole);
    return text;
  }

  #systemNumber(place: number, missing: number): number {
    const reader = this.#reader;
    const hole = reader.plan.system[place];
    if (hole >= 0) {
      const number = this.#number(reader.place(0, hole));
      if (!Number.isNaN(number)) return number;
    }
    const text = this.#systemText(place);
    const number = Number(text);
    return text === "" || Number.isNaN(number) ? missing : number;
  }

  /** One of the unnamed Data, after the first, that a single array is. */
  #item(fragment: number, hole: number, slot: number): string {
    const reader = this.#reader;
    const place = reader.place(fragment, hole);
    if (place < 0 || reader.type(place) < 0x80) return "";
    const items = arrayItems(this.#view, reader.type(place), reader.at(place), reader.size(place));
    return items[DATA_ITEM[slot]] ?? "";
  }

  /** The first alternative that is not empty. */
  #mixed(fragment: number, index: number): string {
    for (const parts of this.#reader.planOf(fragment).mixed[index]) {
      const text = this.#join(parts, fragment);
      if (text !== "") return text;
    }
    return "";
  }

  #join(parts: Parts, fragment: number): string {
    let text = "";
    for (const part of parts) {
      if (isHole(part)) text += this.#reader.text(fragment, part.hole);
      else if ("text" in part) text += part.text;
    }
    return text;
  }

  /** Fields whose names are values themselves. */
  #byValue(slot: number): string {
    for (let i = 0; i < this.#reader.used; i++) {
      for (const { name, parts } of this.#reader.planOf(i).namedByValue) {
        if (this.#reader.text(i, name) === FIELD_NAMES[slot]) return this.#join(parts, i);
      }
    }
    return "";
  }
}
