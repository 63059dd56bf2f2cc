/**
 * Numbers and times for people.
 * @module
 */

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat("en", { maximumSignificantDigits: 3 });
const few = new Intl.NumberFormat("en", { maximumSignificantDigits: 2 });

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

/** 12 %, 1.2 %, 0.034 % */
export function percent(share: number): string {
  return share >= 0.1 ? `${whole.format(share * 100)} %` : `${few.format(share * 100)} %`;
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

/** A value with its unit: 12, 25 %, yes, 5.3 nats. */
export function amount(value: number, unit: string): string {
  if (unit === "share") return percent(value);
  if (unit === "flag") return value >= 0.5 ? "yes" : "no";
  return unit === "count" || unit === "" ? number(value) : `${number(value)} ${unit}`;
}

/** What is usual: one amount, or from one to another. */
export function usual(low: number, high: number, unit: string): string {
  const [from, to] = [amount(low, unit), amount(high, unit)];
  if (from === to) return from;
  if (unit === "flag") return "yes or no";
  return unit === "share" ? `${short.format(low * 100)} to ${to}` : `${number(low)} to ${to}`;
}

/** A sentence of an alert without its techniques, and these. */
export function sentenceParts(sentence: string): { text: string; techniques: string[] } {
  const techniques = new Set<string>();
  const text = sentence.replace(/ ?\[([T\d., ]+)\]/g, (_, list: string) => {
    list.split(/, ?/).forEach((technique) => techniques.add(technique));
    return "";
  });
  return { text: text.charAt(0).toUpperCase() + text.slice(1), techniques: [...techniques] };
}

/** 850 ms, 4.2 s, 3 min, 2 h. */
export function duration(ms: number): string {
  if (ms < 1_000) return `${number(Math.max(ms, 0))} ms`;
  if (ms < 60_000) return `${number(ms / 1_000)} s`;
  if (ms < 3_600_000) return `${number(ms / 60_000)} min`;
  return `${number(ms / 3_600_000)} h`;
}
