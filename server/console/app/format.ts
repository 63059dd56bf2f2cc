/**
 * Numbers and times for people.
 * @module
 */

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat("en", { maximumSignificantDigits: 3 });

/** 12,345 */
export function count(value: number): string {
  return whole.format(value);
}

/** Three digits that matter: 0.0123, 4.56, 1,230. */
export function number(value: number): string {
  return Math.abs(value) >= 1000 ? whole.format(value) : short.format(value);
}

/** 1 window, 2 windows. */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** How rare a p-value is: `1 in 10,000`. */
export function oneIn(p: number): string {
  if (p >= 0.5) return "usual";
  const odds = 1 / Math.max(p, 1e-9);
  const digits = 10 ** Math.max(0, Math.floor(Math.log10(odds)) - 1);
  return `1 in ${count(Math.round(odds / digits) * digits)}`;
}

/** 12.3 % */
export function percent(share: number): string {
  return `${short.format(share * 100)} %`;
}

/** The first part of a pseudonym, which is enough to tell people apart. */
export function shortName(pseudonym: string): string {
  return pseudonym.slice(0, 8);
}

const UNITS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
];
const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });

/** 3 hours ago. */
export function ago(atMs: number, nowMs: number): string {
  const distance = atMs - nowMs;
  const [unit, ms] = UNITS.find(([, ms]) => Math.abs(distance) >= ms) ?? UNITS.at(-1)!;
  return relative.format(Math.trunc(distance / ms), unit);
}

const local = new Intl.DateTimeFormat("en-GB", {
  weekday: "short",
  day: "numeric",
  month: "short",
  hour: "2-digit",
  minute: "2-digit",
});
const localYear = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "short",
  year: "numeric",
  hour: "2-digit",
  minute: "2-digit",
});

/** In the viewer's zone: Mon, 23 Nov, 08:00; with the year where it is not this one. */
export function moment(at: Date, nowMs: number): string {
  const sameYear = at.getFullYear() === new Date(nowMs).getFullYear();
  return (sameYear ? local : localYear).format(at);
}

/** 2026-11-23 08:00 UTC */
export function utc(at: Date): string {
  return `${at.toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
