/**
 * Days as people live them: local time with daylight saving, weekends, public holidays, patch days.
 * @module
 */

/** Milliseconds of an hour. */
export const HOUR_MS = 3_600_000;
/** Milliseconds of a day. */
export const DAY_MS = 24 * HOUR_MS;

/** A place where people work. */
export interface Site {
  /** Short name that host names carry. */
  readonly name: string;
  /** IANA time zone. */
  readonly zone: string;
  /** Country, for its public holidays. */
  readonly country: keyof typeof HOLIDAYS;
  /** First three numbers of its IPv4 addresses. */
  readonly subnet: string;
}

/** Public holidays: `MM-DD`, `easter±days`, or `MM-weekday-n` (n-th, -1 the last; 1 is Monday). */
const HOLIDAYS = {
  GB: ["01-01", "easter-2", "easter+1", "05-1-1", "05-1--1", "08-1--1", "12-25", "12-26"],
  DE: [
    "01-01",
    "easter-2",
    "easter+1",
    "05-01",
    "easter+39",
    "easter+50",
    "10-03",
    "12-25",
    "12-26",
  ],
  US: ["01-01", "01-1-3", "02-1-3", "05-1--1", "06-19", "07-04", "09-1-1", "11-4-4", "12-25"],
  IN: ["01-26", "08-15", "10-02", "12-25"],
} as const;

/** Sites of an estate, the largest first; small estates use the first ones only. */
export const SITES: readonly Site[] = [
  { name: "LON", zone: "Europe/London", country: "GB", subnet: "10.10.1" },
  { name: "FRA", zone: "Europe/Berlin", country: "DE", subnet: "10.20.1" },
  { name: "NYC", zone: "America/New_York", country: "US", subnet: "10.30.1" },
  { name: "BLR", zone: "Asia/Kolkata", country: "IN", subnet: "10.40.1" },
];

const OFFSETS = new Map<string, number>();

/** Hours by which local time is ahead of UTC at noon of a day, so daylight saving is in it. */
function offsetHours(zone: string, day: string): number {
  const key = zone + day;
  let offset = OFFSETS.get(key);
  if (offset === undefined) {
    const noon = Date.parse(`${day}T12:00:00Z`);
    const text = new Intl.DateTimeFormat("en-US", { timeZone: zone, timeZoneName: "longOffset" })
      .format(noon);
    const match = /GMT([+-])(\d\d):(\d\d)/.exec(text);
    offset = match ? Number(`${match[1]}1`) * (Number(match[2]) + Number(match[3]) / 60) : 0;
    OFFSETS.set(key, offset);
  }
  return offset;
}

/** A day of the estate, counted from its first. */
export class Calendar {
  /** First day, milliseconds of its midnight in UTC. */
  readonly startMs: number;
  /** Days in all. */
  readonly days: number;

  /** A span of days; throws a `SyntaxError` where the first is no date. */
  constructor(start: string, days: number) {
    this.startMs = Date.parse(`${start}T00:00:00Z`);
    this.days = days;
    if (Number.isNaN(this.startMs)) {
      throw new SyntaxError(`Cannot begin an estate on "${start}": the date must be YYYY-MM-DD`);
    }
  }

  /** The date `YYYY-MM-DD` of a day. */
  date(day: number): string {
    return new Date(this.startMs + day * DAY_MS).toISOString().slice(0, 10);
  }

  /** UTC of a local hour (with a fraction; may pass 24) of a day. */
  at(site: Site, day: number, hour: number): number {
    return this.startMs + day * DAY_MS +
      (hour - offsetHours(site.zone, this.date(day))) * HOUR_MS;
  }

  /** Day of the week, 1 is Monday. */
  weekday(day: number): number {
    return new Date(this.startMs + day * DAY_MS).getUTCDay() || 7;
  }

  /** Whether offices of the site are closed. */
  closed(site: Site, day: number): boolean {
    return this.weekday(day) > 5 || this.holiday(site, day);
  }

  /** Whether it is a public holiday of the site. */
  holiday(site: Site, day: number): boolean {
    const date = this.date(day);
    return HOLIDAYS[site.country].some((rule) => isHoliday(rule, date));
  }

  /** Days since the second Tuesday of the month, when Microsoft's updates come out. */
  sincePatchTuesday(day: number): number {
    const date = new Date(this.startMs + day * DAY_MS);
    const first = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1)).getUTCDay();
    return date.getUTCDate() - (8 + (9 - first) % 7);
  }

  /** Working days up to the end of the month, 0 on the last. */
  toMonthEnd(day: number): number {
    const month = this.date(day).slice(5, 7);
    let left = 0;
    for (let next = day + 1; this.date(next).slice(5, 7) === month; next++) {
      if (this.weekday(next) <= 5) left++;
    }
    return left;
  }
}

function isHoliday(rule: string, date: string): boolean {
  const [year, month, dayOfMonth] = date.split("-").map(Number) as [number, number, number];
  if (rule.startsWith("easter")) {
    const time = easterMs(year) + Number(rule.slice(6)) * DAY_MS;
    return new Date(time).toISOString().slice(0, 10) === date;
  }
  const parts = /^(\d\d)-(\d)-(-?\d)$/.exec(rule);
  if (!parts) return date.endsWith(rule);
  const weekday = new Date(`${date}T00:00:00Z`).getUTCDay();
  if (Number(parts[1]) !== month || Number(parts[2]) !== weekday) return false;
  const daysInMonth = new Date(Date.UTC(year, month, 0)).getUTCDate();
  return Number(parts[3]) < 0
    ? dayOfMonth + 7 > daysInMonth
    : Math.ceil(dayOfMonth / 7) === Number(parts[3]);
}

/** Easter Sunday (Gauss's algorithm as Meeus gives it). */
function easterMs(year: number): number {
  const a = year % 19, b = Math.floor(year / 100), c = year % 100;
  const d =
    (19 * a + b - Math.floor(b / 4) - Math.floor((b - Math.floor((b + 8) / 25) + 1) / 3) + 15) %
    30;
  const e = (32 + 2 * (b % 4) + 2 * Math.floor(c / 4) - d - (c % 4)) % 7;
  const f = d + e - 7 * Math.floor((a + 11 * d + 22 * e) / 451) + 114;
  return Date.UTC(year, Math.floor(f / 31) - 1, (f % 31) + 1);
}
