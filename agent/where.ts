/**
 * Conditions on events, as people write them: `EventID=4624`, `TargetUserName~adm`.
 * @module
 */
import type { EventView } from "@/features/event.ts";
import { wantedSlot } from "@/features/fields.ts";

/** What an event must fulfil; `all` gives every field where a condition needs one. */
export type Condition = (event: EventView, all: () => unknown) => boolean;

const SYSTEM: Readonly<Record<string, (event: EventView) => string>> = {
  EventID: (event) => String(event.eventId),
  EventRecordID: (event) => String(event.recordId),
  Version: (event) => String(event.version),
  Level: (event) => String(event.level),
  Channel: (event) => event.channel,
  Provider: (event) => event.provider,
  Computer: (event) => event.computer,
  UserID: (event) => event.userSid,
  TimeCreated: (event) => {
    return Number.isNaN(event.timeMs) ? "" : new Date(event.timeMs).toISOString();
  },
};

const TESTS: Readonly<Record<string, (order: number, is: string, wanted: string) => boolean>> = {
  "=": (order) => order === 0,
  "!=": (order) => order !== 0,
  ">": (order) => order > 0,
  "<": (order) => order < 0,
  ">=": (order) => order >= 0,
  "<=": (order) => order <= 0,
  "~": (_, is, wanted) => is.toLowerCase().includes(wanted.toLowerCase()),
};

/**
 * Parses `NAME OP VALUE`, OP one of `= != < <= > >= ~` (contains, in any case). NAME is one of
 * System (EventID, Channel, Computer, TimeCreated…) or of any field of the event. Numbers compare
 * as numbers, other text as text. Throws SyntaxError for anything else.
 */
export function parseCondition(condition: string): Condition {
  const match = /^\s*([^=!<>~]+?)\s*(!=|>=|<=|=|<|>|~)\s*(.*?)\s*$/s.exec(condition);
  if (!match) {
    throw new SyntaxError(
      `Cannot read the condition "${condition}": write NAME=VALUE, as EventID=4624; ` +
        "besides = there are != < <= > >= and ~ (contains).",
    );
  }
  const [, name, operator, wanted] = match;
  const value = fieldValue(name);
  const test = TESTS[operator];
  return (event, all) => {
    const is = value(event, all);
    return test(order(is, wanted), is, wanted);
  };
}

function fieldValue(name: string): (event: EventView, all: () => unknown) => string {
  const system = SYSTEM[name];
  if (system !== undefined) return system;
  const slot = wantedSlot(name);
  if (slot >= 0) return (event) => event.text(slot);
  return (_, all) => search(all(), name) ?? "";
}

/** The first value under that name, wherever it is. */
function search(value: unknown, name: string): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  for (const [key, child] of Object.entries(value)) {
    if (key === name && child !== null) {
      const text = typeof child === "object" ? (child as Record<string, unknown>)["#text"] : child;
      if (text !== undefined) return String(text);
    }
    const found = search(child, name);
    if (found !== undefined) return found;
  }
}

/** Below, at or above 0: how `is` stands to `wanted`; NaN, which nothing is, where it is absent. */
function order(is: string, wanted: string): number {
  if (is === "" && wanted !== "") return NaN;
  const [a, b] = [Number(is), Number(wanted)];
  if (is !== "" && wanted !== "" && !Number.isNaN(a) && !Number.isNaN(b)) return a - b;
  return is === wanted ? 0 : is < wanted ? -1 : 1;
}
