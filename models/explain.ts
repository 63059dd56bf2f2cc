/**
 * What a strange column means, in an analyst's words.
 * @module
 */
import { type Column, FEATURES } from "@/features/schema.ts";

const NUMBER = new Intl.NumberFormat("en", { maximumSignificantDigits: 3 });

/** A value with its unit: `12 count` reads as 12, `0.25 share` as 25 %. */
function amount(value: number, unit: string): string {
  if (unit === "share") return `${NUMBER.format(value * 100)} %`;
  if (unit === "flag") return value >= 0.5 ? "yes" : "no";
  const text = NUMBER.format(value);
  return unit === "count" || unit === "" ? text : `${text} ${unit}`;
}

/**
 * One column of a window for people: its phrase, the value, what is usual, and the techniques that
 * it may show. `value`, `low` and `high` are in the column's own unit (wire / wireScale).
 */
export function sentence(column: number, value: number, low: number, high: number): string {
  const { phrase, unit, attack } = FEATURES[column] as Column;
  const usual = low === high
    ? `usually ${amount(low, unit)}`
    : `usually ${amount(low, unit)} to ${amount(high, unit)}`;
  const techniques = attack.length > 0 ? ` [${attack.join(", ")}]` : "";
  return `${phrase}: ${amount(value, unit)} (${usual})${techniques}`;
}
