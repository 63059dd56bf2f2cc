/**
 * The view of the record that a cursor stands on: nothing is made before it is asked for.
 * @module
 */
import type { EventView } from "@/features/event.ts";
import { isHole } from "./binxml.ts";
import { type Fragment, type FragmentReader } from "./fragment.ts";
import { recentText } from "./intern.ts";
import { ABSENT, DATA_ITEM, MIXED, type Parts } from "./plan.ts";
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

  /** Shows what `reader` read last from the chunk in `view`. */
  constructor(view: DataView, reader: FragmentReader) {
    this.#view = view;
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
    return this.#systemNumber(EVENT_ID, 0);
  }

  get version(): number {
    return this.#systemNumber(VERSION, 0);
  }

  get level(): number {
    return this.#systemNumber(LEVEL, 0);
  }

  get recordId(): number {
    return this.#systemNumber(RECORD_ID, u64(this.#view, this.header + 8));
  }

  get timeMs(): number {
    const { plan, values } = this.#reader.fragments[0];
    const hole = plan.system[TIME];
    if (hole >= 0 && values.has(hole) && values.type[hole] === 0x11) {
      return fileTimeMs(this.#view, values.at[hole]);
    }
    const parsed = Date.parse(this.#systemText(TIME));
    return Number.isNaN(parsed) ? fileTimeMs(this.#view, this.header + 16) : parsed;
  }

  text(slot: number): string {
    const { slots, fragments } = this.#reader;
    const place = slots === undefined ? MIXED : slots[slot];
    if (place === ABSENT) return "";
    return place < 0
      ? this.#search(slot)
      : this.#field(fragments[place >> 16], place & 0xffff, slot);
  }

  number(slot: number): number {
    const { slots, fragments } = this.#reader;
    const place = slots === undefined ? MIXED : slots[slot];
    if (place === ABSENT) return NaN;
    if (place >= 0) {
      const { values } = fragments[place >> 16];
      const hole = place & 0xffff;
      if (!values.has(hole)) return NaN;
      const number = valueNumber(this.#view, values.type[hole], values.at[hole], values.size[hole]);
      if (!Number.isNaN(number)) return number;
    }
    const text = this.text(slot);
    return text === "" ? NaN : Number(text);
  }

  /** Asks each fragment in turn. */
  #search(slot: number): string {
    for (let i = 0; i < this.#reader.used; i++) {
      const fragment = this.#reader.fragments[i];
      const hole = fragment.plan.slots[slot];
      if (hole === ABSENT) continue;
      const text = hole >= 0
        ? this.#field(fragment, hole, slot)
        : this.#mixed(fragment, MIXED - hole);
      if (text !== "") return text;
    }
    return this.#byValue(slot);
  }

  #systemText(place: number): string {
    const fragment = this.#reader.fragments[0];
    const hole = fragment.plan.system[place];
    return hole < 0 ? fragment.plan.systemText[place] : this.#value(fragment, hole);
  }

  #systemNumber(place: number, missing: number): number {
    const { plan, values } = this.#reader.fragments[0];
    const hole = plan.system[place];
    if (hole >= 0 && values.has(hole)) {
      const number = valueNumber(this.#view, values.type[hole], values.at[hole], values.size[hole]);
      if (!Number.isNaN(number)) return number;
    }
    const text = this.#systemText(place);
    const number = Number(text);
    return text === "" || Number.isNaN(number) ? missing : number;
  }

  #value({ plan, values }: Fragment, hole: number): string {
    if (!values.has(hole)) return "";
    return recentText(
      this.#view,
      values.type[hole],
      values.at[hole],
      values.size[hole],
      plan.recent,
      hole,
    );
  }

  #field(fragment: Fragment, hole: number, slot: number): string {
    const { plan, values } = fragment;
    if (values.type[hole] & 0x80 && hole < values.count) {
      const items = arrayItems(this.#view, values.type[hole], values.at[hole], values.size[hole]);
      return items[DATA_ITEM[slot]] ?? "";
    }
    return hole === plan.onlyData && DATA_ITEM[slot] > 0 ? "" : this.#value(fragment, hole);
  }

  /** The first alternative that is not empty. */
  #mixed(fragment: Fragment, index: number): string {
    for (const parts of fragment.plan.mixed[index]) {
      const text = this.#join(parts, fragment);
      if (text !== "") return text;
    }
    return "";
  }

  #join(parts: Parts, fragment: Fragment): string {
    let text = "";
    for (const part of parts) {
      if (isHole(part)) text += this.#value(fragment, part.hole);
      else if ("text" in part) text += part.text;
    }
    return text;
  }

  /** Fields whose names are values themselves. */
  #byValue(slot: number): string {
    for (let i = 0; i < this.#reader.used; i++) {
      const fragment = this.#reader.fragments[i];
      for (const { name, parts } of fragment.plan.namedByValue) {
        if (this.#value(fragment, name) === FIELD_NAMES[slot]) return this.#join(parts, fragment);
      }
    }
    return "";
  }
}
