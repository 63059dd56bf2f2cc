/**
 * The schema `ueba-win-128/2`: 128 columns in twelve blocks, append-only. Its id travels with each
 * batch; a server refuses ids that it does not know.
 * @module
 */
import { type Column, MASK_CHANNELS } from "./column.ts";
import { BLOCK_A } from "./columns/a.ts";
import { BLOCK_B } from "./columns/b.ts";
import { BLOCK_C } from "./columns/c.ts";
import { BLOCK_D } from "./columns/d.ts";
import { BLOCK_E } from "./columns/e.ts";
import { BLOCK_F } from "./columns/f.ts";
import { BLOCK_G } from "./columns/g.ts";
import { BLOCK_H } from "./columns/h.ts";
import { BLOCK_I } from "./columns/i.ts";
import { BLOCK_J } from "./columns/j.ts";
import { BLOCK_K } from "./columns/k.ts";
import { BLOCK_L } from "./columns/l.ts";

export { type Column, type ColumnKind, MASK_CHANNELS, type MaskChannel } from "./column.ts";

/** Names the meaning of a vector's 128 numbers. */
export const SCHEMA_ID = "ueba-win-128/2";

/** The columns in vector order. */
export const FEATURES = [
  ...BLOCK_A,
  ...BLOCK_B,
  ...BLOCK_C,
  ...BLOCK_D,
  ...BLOCK_E,
  ...BLOCK_F,
  ...BLOCK_G,
  ...BLOCK_H,
  ...BLOCK_I,
  ...BLOCK_J,
  ...BLOCK_K,
  ...BLOCK_L,
] as const;

/** The name of a column. */
export type FeatureName = typeof FEATURES[number]["name"];

/** The places of the columns in the vector, by name. */
export const COLUMN = Object.fromEntries(FEATURES.map(({ name }, i) => [name, i])) as Readonly<
  Record<FeatureName, number>
>;

/** The place of a column in the vector. */
export function column(name: FeatureName): number {
  return COLUMN[name];
}

/** Block letter of each column, A to L. */
export const BLOCKS: readonly string[] = [
  ...BLOCK_A.map(() => "A"),
  ...BLOCK_B.map(() => "B"),
  ...BLOCK_C.map(() => "C"),
  ...BLOCK_D.map(() => "D"),
  ...BLOCK_E.map(() => "E"),
  ...BLOCK_F.map(() => "F"),
  ...BLOCK_G.map(() => "G"),
  ...BLOCK_H.map(() => "H"),
  ...BLOCK_I.map(() => "I"),
  ...BLOCK_J.map(() => "J"),
  ...BLOCK_K.map(() => "K"),
  ...BLOCK_L.map(() => "L"),
];

/** Channel bits of each column: it counts where one of them is audited. */
export const MASK_BITS: readonly number[] = FEATURES.map((feature: Column) =>
  feature.mask.reduce((bits, name) => bits | (1 << MASK_CHANNELS.indexOf(name)), 0)
);

/** 1 for each column that counts in a row with these audited channels (bit i: channel i), else 0. */
export function columnMask(channels: number): Uint8Array {
  return Uint8Array.from(MASK_BITS, (bits) => bits & channels ? 1 : 0);
}
