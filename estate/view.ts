/**
 * Events of a play as the featuriser's contract shows them, without any file.
 * @module
 */
import type { EventView } from "@/features/event.ts";
import { fieldSlot, wantedSlot } from "@/features/fields.ts";
import { type EventDefinition, type Value, type ValueType } from "./definitions.ts";
import type { EstateEvent } from "./scene.ts";

const PLANS = new WeakMap<EventDefinition, ReadonlyMap<number, number>>();

/** Field index by slot of a definition, resolved once as a reader does it per template. */
function planOf(definition: EventDefinition): ReadonlyMap<number, number> {
  const known = PLANS.get(definition);
  if (known) return known;
  const plan = new Map<number, number>();
  definition.fields.forEach(({ name, type }, i) => {
    const slot = wantedSlot(name);
    if (slot >= 0 && type !== "strings" && !plan.has(slot)) plan.set(slot, i);
  });
  PLANS.set(definition, plan);
  return plan;
}

const STRING_SLOTS = [fieldSlot("Data"), fieldSlot("Data1"), fieldSlot("Data2")];

/** How a value reads in the log: decimal or hexadecimal by its type, times in ISO 8601. */
export function textOf(value: Value, type: ValueType): string {
  if (value === null) return "";
  if (type === "filetime") return new Date(value as number).toISOString();
  if (type === "hex32" || type === "hex64" || type === "pointer") {
    return `0x${(value as number | bigint).toString(16)}`;
  }
  if (value instanceof Uint8Array) return value.toHex().toUpperCase();
  return String(value);
}

/** One event as an {@link EventView}; set it to the next one to use it again. */
export class EstateView implements EventView {
  /** EventRecordID. */
  recordId = -1;
  #event!: EstateEvent;

  /** Shows another event. */
  show(event: EstateEvent, recordId: number): this {
    this.#event = event;
    this.recordId = recordId;
    return this;
  }

  /** System/Channel. */
  get channel(): string {
    return this.#event.definition.channel;
  }

  /** System/Provider/@Name. */
  get provider(): string {
    return this.#event.definition.provider;
  }

  /** System/EventID. */
  get eventId(): number {
    return this.#event.definition.eventId;
  }

  /** System/Version. */
  get version(): number {
    return this.#event.definition.version;
  }

  /** System/Level. */
  get level(): number {
    return this.#event.level ?? this.#event.definition.level;
  }

  /** System/TimeCreated in milliseconds. */
  get timeMs(): number {
    return this.#event.timeMs;
  }

  /** System/Computer. */
  get computer(): string {
    return this.#event.host.fqdn;
  }

  /** System/Security/@UserID. */
  get userSid(): string {
    return this.#event.userSid ?? "";
  }

  /** A field by its slot. */
  text(slot: number): string {
    const { definition, values } = this.#event;
    const at = planOf(definition).get(slot);
    if (at !== undefined) return textOf(values[at]!, definition.fields[at]!.type);
    if (definition.fields[0]?.type !== "strings") return "";
    return (values[0] as readonly string[])[STRING_SLOTS.indexOf(slot)] ?? "";
  }

  /** A field as a number. */
  number(slot: number): number {
    const text = this.text(slot);
    return text === "" ? NaN : Number(text);
  }
}
