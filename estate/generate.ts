/**
 * Plays the days of an estate in order and hands out each host's events sorted by time, so that
 * memory holds about two days whatever the length.
 * @module
 */
import { Calendar, DAY_MS, HOUR_MS } from "./calendar.ts";
import { type Plan, plan, type Strength } from "./campaigns/plan.ts";
import { liveDay } from "./life/person.ts";
import { machineDay } from "./life/machines.ts";
import { serviceDay } from "./life/services.ts";
import type { Estate } from "./model.ts";
import { type EstateSize, populate } from "./population.ts";
import { Random } from "./random.ts";
import { type EstateEvent, Scene } from "./scene.ts";

/** What estate to play. */
export interface EstateOptions extends EstateSize {
  /** Days; at least 1. */
  readonly days: number;
  /** First day `YYYY-MM-DD`; 2026-03-02, a Monday, without it. */
  readonly start?: string;
  /** Names of campaigns; `all` and `none` are known. All without it. */
  readonly attacks?: readonly string[];
  /** How hard the campaigns hide; each draws its own without it. */
  readonly strength?: Strength;
  /** Campaigns beside the built-in ones: described as data, or replayed from real logs. */
  readonly extra?: (scene: Scene) => readonly Plan[];
}

/** An estate ready to be played. */
export interface Play {
  /** Who and what there is. */
  readonly estate: Estate;
  /** Its days. */
  readonly calendar: Calendar;
  /** The attacks hidden in it. */
  readonly plans: readonly Plan[];
  /** Days in order, each with events that are due, sorted as they reach the logs. */
  readonly days: () => Generator<{ readonly day: number; readonly events: EstateEvent[] }>;
}

/** Makes the estate and its attacks; nothing is played until `days` is iterated. */
export function prepare(options: EstateOptions): Play {
  const { days, start = "2026-03-02", seed } = options;
  if (!(days >= 1)) throw new RangeError(`Cannot play ${days} days: an estate needs at least one`);
  const calendar = new Calendar(start, days);
  const estate = populate(options, calendar);
  let due: EstateEvent[] = [];
  const sink = (event: EstateEvent) => void due.push(event);
  const root = new Scene({ estate, calendar, sink, sessions: new Map() }, new Random(seed));
  const plans = [
    ...plan(root, options.attacks ?? ["all"], options.strength),
    ...options.extra?.(root) ?? [],
  ];
  const steps = plans.flatMap(({ steps }) => steps).sort((a, b) => a.timeMs - b.timeMs);

  function* play() {
    let step = 0;
    for (let day = 0; day < days; day++) {
      liveThrough(root, day);
      // Local days begin up to half a day before and end up to half a day after the UTC day.
      const until = day === days - 1
        ? Infinity
        : calendar.startMs + (day + 1) * DAY_MS - 14 * HOUR_MS;
      // A step makes events up to some minutes before its own time.
      const stepsUntil = until + HOUR_MS;
      while (step < steps.length && steps[step]!.timeMs < stepsUntil) steps[step++]!.act();
      const ready = due.filter((event) => event.writeMs < until).flatMap(delay);
      due = due.filter((event) => event.writeMs >= until);
      const late = ready.filter((event) => event.writeMs >= until);
      due.push(...late);
      const events = ready.filter((event) => event.writeMs < until)
        .sort((a, b) => a.writeMs - b.writeMs);
      yield { day, events };
    }
  }
  return { estate, calendar, plans, days: play };
}

function liveThrough(root: Scene, day: number): void {
  const { estate } = root;
  for (const person of estate.people) {
    liveDay(root.strand(new Random(estate.seed, "person", person.account.sid, day)), person, day);
  }
  for (const host of estate.hosts) {
    machineDay(root.strand(new Random(estate.seed, "host", host.index, day)), host, day);
  }
  serviceDay(root.strand(new Random(estate.seed, "services", day)), day);
}

/** On an untidy host one event in 300 comes minutes late, one in 500 twice. */
function delay(event: EstateEvent): EstateEvent[] {
  if (!event.host.untidy || event.writeMs !== event.timeMs) return [event];
  const draw = (Math.floor(event.timeMs * 7) * 2_654_435_761 % 4_294_967_296) / 4_294_967_296;
  if (draw < 1 / 300) event.writeMs += 60_000 * (2 + Math.floor(draw * 9000));
  else if (draw < 1 / 300 + 1 / 500) return [event, { ...event, writeMs: event.writeMs + 45_000 }];
  return [event];
}
