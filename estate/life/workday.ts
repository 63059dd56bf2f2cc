/**
 * When people work.
 * @module
 */
import type { Session } from "../actions/logon.ts";
import type { Source } from "../actions/tickets.ts";
import type { Calendar } from "../calendar.ts";
import { type Estate, type Person, type Role, roleOn } from "../model.ts";
import { Random } from "../random.ts";

/** When a person works on a day. */
export interface Workday {
  /** Begin, UTC milliseconds. */
  readonly startMs: number;
  /** End. */
  readonly endMs: number;
  /** From a hotel or from home, over VPN. */
  readonly remote: boolean;
}

/** When somebody works on a day; undefined where not at all. The same whoever asks. */
export function workday(
  estate: Estate,
  calendar: Calendar,
  person: Person,
  day: number,
): Workday | undefined {
  const random = new Random(estate.seed, "workday", person.account.sid, day);
  const [from, to] = person.employed;
  const away = person.away.get(day);
  if (day < from || day >= to || away === "leave" || away === "sick") return undefined;
  const role = roleOn(person, day);
  if (role === "shift") return shift(calendar, person, day, random);
  const closed = calendar.closed(person.site, day);
  // Some work on a closed day, administrators more often.
  if (closed && !random.chance(role === "admin" ? 0.12 : 0.025)) return undefined;
  const monthEnd = role === "finance" && calendar.toMonthEnd(day) <= 2;
  const start = closed ? random.between(9, 16) : person.startHour + random.normal(0, 0.3);
  const hours = closed
    ? random.between(0.5, 4)
    : Math.max(3, person.hours + random.normal(monthEnd ? 2.5 : 0, 0.6));
  return {
    startMs: calendar.at(person.site, day, start),
    endMs: calendar.at(person.site, day, start + hours),
    remote: away === "travel" || random.chance(closed ? 0.7 : 0.12),
  };
}

/** Early, late and night shifts in weekly turns, five days on and two off in any part of the week. */
function shift(calendar: Calendar, person: Person, day: number, random: Random) {
  const turn = Number(person.account.sid.split("-").at(-1));
  if ((day + turn) % 7 >= 5) return undefined;
  const start = [6, 14, 22][(Math.floor((day + turn) / 7) + turn) % 3]! + random.normal(0, 0.15);
  return {
    startMs: calendar.at(person.site, day, start),
    endMs: calendar.at(person.site, day, start + 8 + random.normal(0.1, 0.15)),
    remote: false,
  };
}

/** A person at work, as the parts of a day see it. */
export interface Work {
  /** Session at the person's machine. */
  readonly session: Session;
  /** When the person works. */
  readonly times: Workday;
  /** Where the person's network traffic comes from. */
  readonly place: Source;
  /** Role on this day. */
  readonly role: Role;
  /** How much is done, about 1. */
  readonly busy: number;
  /** Who. */
  readonly person: Person;
}

/** A moment of the working time, fewer around noon. */
export function moment(random: Random, times: Workday): number {
  for (;;) {
    const share = random.next();
    if (Math.abs(share - 0.45) < 0.06 && random.chance(0.7)) continue;
    return times.startMs + share * (times.endMs - times.startMs);
  }
}
