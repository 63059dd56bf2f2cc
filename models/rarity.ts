/**
 * How rarely a class of accounts, over the whole fleet, has a column so high: what a lone host
 * cannot know. Each column's surprisal, -ln of the share of windows with at least that value, is
 * weighed by what the column tells of attacks; a row's rarity is their 1.5-norm: several columns
 * together count more than the strangest alone, and less than their sum.
 *
 * On simulated estates this found three times the campaigns that the nets find at the same number
 * of false alerts (docs/quality.md); the nets find what no single column shows.
 * @module
 */
import { DIMENSIONS, ENTITY_CLASSES } from "@/features/vector.ts";
import { IS_TELLING, RELEVANCE } from "./relevance.ts";

/** Surprisal below this, in nats, is everyday. */
const EVERYDAY = 2;
const STEP = 0.5;
/** From 2 to 14 nats in steps of a half. */
const LEVELS = 25;
/** A class with fewer windows is compared with all classes. */
const LEAST_ROWS = 200;
/** Highest values of a column that say how steep its tail is, and how steep at most. */
const MOST_OF_TAIL = 20;
const LEAST_SLOPE = 0.15;

/** Rows in wire units with their classes, NaN where a column is not audited. */
export interface ClassedRows {
  /** Row by row, 128 columns. */
  readonly values: Float32Array;
  /** Index into ENTITY_CLASSES, a row each. */
  readonly classes: ArrayLike<number>;
}

/**
 * For each class, column and level the value that must be exceeded to reach the level; Infinity
 * where the fleet is too small to say.
 */
export type RarityTable = Float32Array;

/**
 * Learns the table from the training windows of all hosts. A telling column that was not audited
 * counts as 0: a channel shows that it is audited by its first event, and that may be the attack.
 */
export function rarityTable(hosts: readonly ClassedRows[]): RarityTable {
  const table = new Float32Array(ENTITY_CLASSES.length * DIMENSIONS * LEVELS);
  for (let column = 0; column < DIMENSIONS; column++) {
    const lists: number[][] = ENTITY_CLASSES.map(() => []);
    for (const { values, classes } of hosts) {
      for (let at = column, row = 0; at < values.length; at += DIMENSIONS, row++) {
        const value = Number.isNaN(values[at]) && IS_TELLING[column] ? 0 : values[at];
        if (!Number.isNaN(value)) lists[classes[row]]?.push(value);
      }
    }
    const all = Float32Array.from(lists.flat()).sort();
    lists.forEach((list, entityClass) => {
      const sorted = list.length < LEAST_ROWS ? all : Float32Array.from(list).sort();
      const at = (entityClass * DIMENSIONS + column) * LEVELS;
      for (let level = 0; level < LEVELS; level++) table[at + level] = exceeded(sorted, level);
    });
  }
  return table;
}

/** The value that a share of e^-surprisal of the windows exceeds. */
function exceeded(sorted: Float32Array, level: number): number {
  const surprisal = EVERYDAY + level * STEP;
  const n = sorted.length;
  const allowed = Math.floor(Math.exp(-surprisal) * (n + 1) - 0.5);
  if (n === 0) return Infinity;
  return allowed < 0 ? beyondAll(sorted, surprisal) : sorted[n - 1 - allowed] ?? Infinity;
}

/** Past the highest value, 1 + value has a Pareto tail as steep as among the highest (Hill 1975). */
function beyondAll(sorted: Float32Array, surprisal: number): number {
  const n = sorted.length;
  const highest = sorted[n - 1];
  const tail = sorted.subarray(n - Math.min(n, MOST_OF_TAIL, Math.max(2, Math.floor(n / 100))));
  const above = tail.reduce((sum, value) => sum + Math.log1p(value) - Math.log1p(tail[0]), 0);
  const slope = Math.max(LEAST_SLOPE, above / Math.max(1, tail.length - 1));
  const beyond = Math.max(0, surprisal - Math.log(2 * (n + 1)));
  return Math.max(highest, Math.expm1(Math.log1p(highest) + beyond * slope));
}

/** How rare a value is in a class: half nats of surprisal above what is everyday, 0 to 25. */
export function levelOf(
  table: RarityTable,
  entityClass: number,
  column: number,
  value: number,
): number {
  const at = (entityClass * DIMENSIONS + column) * LEVELS;
  let level = 0;
  while (level < LEVELS && value > table[at + level]) level++;
  return level;
}

/**
 * Writes each column's part of a row's rarity to `parts` and returns their sum. Columns at or below
 * the host's own mean (`scaled` not above 0) are no surprise, and of what is a habit of the account
 * (`habit`, a level a column) only what goes beyond.
 */
export function rarity(
  table: RarityTable,
  entityClass: number,
  values: Float32Array,
  scaled: Float32Array,
  valuesAt: number,
  scaledAt: number,
  parts: Float32Array,
  habit?: Uint8Array,
): number {
  const relevance = RELEVANCE[entityClass];
  let sum = 0;
  let second = entityClass * DIMENSIONS * LEVELS + 1;
  for (let i = 0; i < DIMENSIONS; i++, second += LEVELS) {
    parts[i] = 0;
    // Hardly any value is higher than its second level, which the processor learns.
    if (!(values[valuesAt + i] > table[second])) continue;
    if (relevance[i] === 0 || !(scaled[scaledAt + i] > 0)) continue;
    const level = levelOf(table, entityClass, i, values[valuesAt + i]) - (habit?.[i] ?? 0);
    if (level <= 1) continue;
    const surprise = relevance[i] * (level - 1) * STEP;
    sum += parts[i] = surprise * Math.sqrt(surprise);
  }
  if (sum === 0) return 0;
  const total = Math.cbrt(sum * sum);
  for (let i = 0; i < DIMENSIONS; i++) parts[i] *= total / sum;
  return total;
}
