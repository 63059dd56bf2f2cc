/**
 * The featuriser's windows as models take them.
 * @module
 */
import { DIMENSIONS, ENTITY_CLASSES, type WindowRow } from "@/features/vector.ts";
import type { HostRows } from "./host_model.ts";

/** Rows of one host; `accountOf` gives the number of a row's user, see {@link HostRows.users}. */
export function hostRows(
  rows: readonly WindowRow[],
  accountOf: (user: string) => number,
): HostRows {
  const values = new Float32Array(rows.length * DIMENSIONS);
  rows.forEach((row, i) => values.set(row.values, i * DIMENSIONS));
  return {
    values,
    channels: Uint16Array.from(rows, ({ channels }) => channels),
    startMs: Float64Array.from(rows, ({ startMs }) => startMs),
    users: Uint32Array.from(rows, ({ user }) => accountOf(user)),
    classes: Uint8Array.from(rows, ({ entityClass }) => ENTITY_CLASSES.indexOf(entityClass)),
    n: rows.length,
  };
}

/** The number of the account with this pseudonym: its first four bytes. */
export function accountNumber(pseudonym: Uint8Array): number {
  return new DataView(pseudonym.buffer, pseudonym.byteOffset).getUint32(0);
}
