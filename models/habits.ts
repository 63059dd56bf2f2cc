/**
 * What each account does anyway: by column, the level of rarity that it reached on three days of
 * training at least. What a help desk does every day is rare in the fleet and no news of the help
 * desk; rarity counts from an account's own habit on.
 *
 * On simulated estates that no choice was made on, campaigns found at the same number of false
 * alerts rose by half (docs/quality.md): before, three people's daily work filled the budget.
 * @module
 */
import { DIMENSIONS } from "@/features/vector.ts";
import type { HostRows } from "./host_model.ts";
import { levelOf, type RarityTable } from "./rarity.ts";

const DAY_MS = 86_400_000;
/** A level is a habit when it was reached on so many days. */
const DAYS = 3;
/** Pairs of column and level that a model keeps; accounts with most windows come first. */
const MOST_ENTRIES = 8_000;
/** A level fits in so many bits of an entry, the column in seven more. */
const LEVEL_BITS = 5;
const ENTRY = 1 << 12;

/** Habitual level of each column by account, see {@link HostRows.users}. */
export type Habits = ReadonlyMap<number, Uint8Array>;

/** Learns habits from those of a host's windows that trained. */
export function habitsOf(table: RarityTable, rows: HostRows, training: Uint32Array): Habits {
  const accounts = Map.groupBy(training, (row) => rows.users[row]);
  const habits = new Map<number, Uint8Array>();
  let left = MOST_ENTRIES;
  const byWindows = [...accounts].sort(([a, x], [b, y]) => y.length - x.length || a - b);
  for (const [account, windows] of byWindows) {
    const levels = habit(table, rows, windows);
    const entries = levels.reduce((sum, level) => sum + (level > 0 ? 1 : 0), 0);
    if (entries === 0) continue;
    if (entries > left) break;
    left -= entries;
    habits.set(account, levels);
  }
  return habits;
}

/** The level of each column that the account's third-highest day reached. */
function habit(table: RarityTable, rows: HostRows, windows: readonly number[]): Uint8Array {
  const days = [...Map.groupBy(windows, (row) => Math.floor(rows.startMs[row] / DAY_MS)).values()];
  const levels = new Uint8Array(DIMENSIONS);
  if (days.length < DAYS) return levels;
  const highest = new Uint8Array(days.length);
  for (let column = 0; column < DIMENSIONS; column++) {
    days.forEach((day, i) => {
      highest[i] = Math.max(
        ...day.map((row) =>
          levelOf(table, rows.classes[row], column, rows.values[row * DIMENSIONS + column])
        ),
      );
    });
    levels[column] = highest.toSorted().at(-DAYS)!;
  }
  return levels;
}

/**
 * Habits as numbers that float32 holds exactly: of each account its key in two halves, how many
 * entries, and those two to a number.
 */
export function encodeHabits(habits: Habits): Float32Array {
  const numbers: number[] = [];
  for (const [account, levels] of habits) {
    const entries = [...levels].flatMap((level, column) =>
      level > 0 ? [column << LEVEL_BITS | level] : []
    );
    numbers.push(account >>> 16, account & 0xffff, entries.length);
    for (let i = 0; i < entries.length; i += 2) {
      numbers.push(entries[i] * ENTRY + (entries[i + 1] ?? 0));
    }
  }
  return Float32Array.from(numbers);
}

/** Reads what {@link encodeHabits} wrote. */
export function decodeHabits(numbers: Float32Array): Habits {
  const habits = new Map<number, Uint8Array>();
  for (let at = 0; at < numbers.length;) {
    const account = numbers[at] * 0x10000 + numbers[at + 1];
    const count = numbers[at + 2];
    const levels = new Uint8Array(DIMENSIONS);
    for (let i = 0; i < count; i++) {
      const pair = numbers[at + 3 + (i >> 1)];
      const entry = i % 2 === 0 ? Math.floor(pair / ENTRY) : pair % ENTRY;
      levels[entry >> LEVEL_BITS] = entry & (1 << LEVEL_BITS) - 1;
    }
    habits.set(account, levels);
    at += 3 + Math.ceil(count / 2);
  }
  return habits;
}
