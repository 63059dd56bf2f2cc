/**
 * One host's detectors, fused: from rows in wire units to scores, p-values and the columns that
 * made them.
 * @module
 */
import { columnMask, FEATURES } from "@/features/schema.ts";
import { toModelInput } from "@/features/transform.ts";
import { DIMENSIONS, ENTITY_CLASSES } from "@/features/vector.ts";
import { RESIDUAL_READINGS } from "./autoencoder.ts";
import { type Calibration, pValue } from "./calibration.ts";
import { addHeights, ganParts } from "./contributions.ts";
import { type Net, readResiduals, type ResidualReader, type ResidualReadings } from "./engine.ts";
import type { FleetModel } from "./fleet.ts";
import { featureDistances, type FeatureReader } from "./gan.ts";
import type { Habits } from "./habits.ts";
import { filledRows, type Matrix } from "./matrix.ts";
import { rarity, type RarityTable } from "./rarity.ts";
import type { HostRole } from "./roles.ts";
import { scaleRows, type Scaling } from "./scaling.ts";
import { robustZ, type Spread } from "./statistics/robust.ts";

/** A host's windows, in wire units. */
export interface HostRows {
  /** n × 128. */
  readonly values: Float32Array;
  /** Audited mask channels of each row. */
  readonly channels: Uint16Array;
  /** Start of each window, milliseconds since 1970 UTC. */
  readonly startMs: Float64Array;
  /** Whose row it is: a number that stands for the account in all of the host's rows. */
  readonly users: Uint32Array;
  /** Index into ENTITY_CLASSES. */
  readonly classes: Uint8Array;
  /** How many. */
  readonly n: number;
}

/** What a model says of n rows. */
export interface Scored {
  /** Rarity in the fleet plus the nets' mean robust z on this host. Higher is stranger. */
  readonly score: Float32Array;
  /** Chance that a normal window of the same class scores as high. */
  readonly p: Float64Array;
  /** From 0 to 1: how much history and auditing stand behind the score. */
  readonly confidence: Float32Array;
  /** n × {@link TOP_COLUMNS}: columns by their share of the score, largest first. */
  readonly topColumns: Uint8Array;
  /** n × {@link TOP_COLUMNS}: shares; those of all 128 columns add up to 1. */
  readonly topShares: Float32Array;
  /** Usual range of those columns on this host (5th to 95th percentile), in wire units. */
  readonly topLow: Float32Array;
  /** Its upper end. */
  readonly topHigh: Float32Array;
}

/** Columns named with every score. */
export const TOP_COLUMNS = 5;

/** Room for the scores of n rows. */
export function roomFor(n: number): Scored {
  return {
    score: new Float32Array(n),
    p: new Float64Array(n),
    confidence: new Float32Array(n),
    topColumns: new Uint8Array(n * TOP_COLUMNS),
    topShares: new Float32Array(n * TOP_COLUMNS),
    topLow: new Float32Array(n * TOP_COLUMNS),
    topHigh: new Float32Array(n * TOP_COLUMNS),
  };
}

/** Rows scored at a time, so that memory does not grow with the job. */
const BLOCK = 512;

/** Columns that score: time of day and week are context, never by themselves a reason. */
export const COUNTED: Uint8Array = Uint8Array.from(
  FEATURES,
  ({ kind }) => kind === "cyclic" ? 0 : 1,
);

/** What is read of every row, in this order. */
export const READINGS = [...RESIDUAL_READINGS, "GAN"] as const;

/** How much each detector of the fusion weighs. */
export type Weights = readonly [autoencoder: number, gan: number];

/** All that scoring needs. */
export interface HostModelParts {
  /** Windows that it was trained on. */
  readonly windows: number;
  /** Whether the fleet's nets stand in. */
  readonly pooled: boolean;
  /** The host's own. */
  readonly scaling: Scaling;
  /** Gives rows back. */
  readonly autoencoder: Net;
  /** Reads what the autoencoder leaves. */
  readonly reader: ResidualReader;
  /** Its hidden layer compares rows. */
  readonly discriminator: Net;
  /** Reads the discriminator's hidden layer. */
  readonly features: FeatureReader;
  /** Spread on held-out windows of each of {@link READINGS}. */
  readonly spreads: readonly Spread[];
  /** Weight of the autoencoder (all its readings) and of the GAN; 0 where the duel rejected one. */
  readonly weights: Weights;
  /** How rare each column's values are in the fleet. */
  readonly rarity: RarityTable;
  /** What each account does anyway. */
  readonly habits: Habits;
  /** Windows that calibrate, and what accounts did anyway before them. */
  readonly heldOut: {
    /** Which of a fleet's tables is the host's. */
    readonly role: HostRole;
    /** Start of the first and of the last of them, milliseconds since 1970. */
    readonly fromMs: number;
    readonly toMs: number;
    readonly habits: Habits;
  };
  /** By entity class. */
  readonly calibrations: readonly Calibration[];
  /** What p-values are multiplied by: how many times more small ones a young host has than others. */
  readonly surplus: number;
  /** 128 low ends, then 128 high ends, in wire units. */
  readonly usual: Float32Array;
}

/** What a score is made of, row by row. */
export interface Readings {
  /** log of each of {@link READINGS}. */
  readonly logs: readonly Float64Array[];
  /** Each column's part of the readings but the GAN's, whose hidden layer names no columns. */
  readonly parts: ResidualReadings["parts"];
}

/** Model input of rows `from` to `to`: transformed, not yet scaled; NaN where not audited. */
export function modelInput(rows: HostRows, from = 0, to = rows.n): Matrix {
  const values = new Float32Array((to - from) * DIMENSIONS);
  for (let r = from; r < to; r++) {
    const at = r * DIMENSIONS;
    toModelInput(rows.values, rows.channels[r], values, at, (r - from) * DIMENSIONS);
  }
  return { values, width: DIMENSIONS, rows: to - from };
}

/** Reads scaled rows, and the same without gaps and context ({@link filledRows}). */
export function readRows(
  { autoencoder, reader, discriminator, features }: Pick<
    HostModelParts,
    "autoencoder" | "reader" | "discriminator" | "features"
  >,
  scaled: Matrix,
  filled: Matrix,
  counted = COUNTED,
): Readings {
  const values = scaled.values.subarray(0, scaled.rows * scaled.width);
  const { parts, logs } = readResiduals(autoencoder, reader, values, counted);
  return { parts, logs: [...logs, featureDistances(discriminator, features, filled)] };
}

/** The autoencoder's score: the mean robust z of its readings. */
export function autoencoderScore(
  logs: Readings["logs"],
  spreads: readonly Spread[],
  row: number,
): number {
  return (robustZ(logs[0][row], spreads[0]) + robustZ(logs[1][row], spreads[1]) +
    robustZ(logs[2][row], spreads[2])) / 3;
}

/** The nets' score of one row: the mean of those that may enter. */
export function netsScore(
  logs: Readings["logs"],
  spreads: readonly Spread[],
  [autoencoder, gan]: Weights,
  row: number,
): number {
  const sum = autoencoder * autoencoderScore(logs, spreads, row) +
    gan * robustZ(logs[3][row], spreads[3]);
  return sum / (autoencoder + gan);
}

const auditedShares = new Map<number, number>();

/** Share of the columns that count with these audited channels. */
function auditedShare(channels: number): number {
  let share = auditedShares.get(channels);
  if (share === undefined) {
    share = columnMask(channels).reduce((sum, counts) => sum + counts, 0) / DIMENSIONS;
    auditedShares.set(channels, share);
  }
  return share;
}

/** What is known of rarity when a window is scored. */
type Knowledge = Pick<HostModelParts, "rarity" | "habits">;

/** A row's rarity beyond its account's habits; `parts` gets each column's. */
export function rowRarity(
  { rarity: table, habits }: Knowledge,
  rows: HostRows,
  row: number,
  scaled: Matrix,
  scaledRow: number,
  parts: Float32Array,
): number {
  const entityClass = Math.min(rows.classes[row], ENTITY_CLASSES.length - 1);
  const [at, scaledAt] = [row * DIMENSIONS, scaledRow * DIMENSIONS];
  return rarity(
    table,
    entityClass,
    rows.values,
    scaled.values,
    at,
    scaledAt,
    parts,
    habits.get(rows.users[row]),
  );
}

/** One host's model, read from its checkpoint. */
export class HostModel {
  readonly #best = new Float64Array(TOP_COLUMNS);
  readonly #bestColumns = new Uint8Array(TOP_COLUMNS);
  readonly #heights = new Float32Array(DIMENSIONS);

  readonly #before: Knowledge;

  /**
   * Takes the parts of one host. With its fleet's `trainingRarity`, windows that the host held out
   * are scored by what was known before them, as those that come later are: days of an attack are
   * no habit in their own scores.
   */
  constructor(
    readonly parts: HostModelParts,
    trainingRarity?: FleetModel["trainingRarity"],
  ) {
    const { role, habits } = parts.heldOut;
    this.#before = trainingRarity ? { rarity: trainingRarity[role], habits } : parts;
  }

  /** Scores rows; each row's outcome depends on that row alone. */
  score(rows: HostRows): Scored {
    const scored = roomFor(rows.n);
    for (const _ of this.scoreInTurns(rows, scored));
    return scored;
  }

  /** Scores rows into `out` of {@link roomFor}, and gives each row's number when its score is there. */
  *scoreInTurns(rows: HostRows, out: Scored): Generator<number, void> {
    for (let from = 0; from < rows.n; from += BLOCK) {
      const to = Math.min(rows.n, from + BLOCK);
      this.#scoreBlock(rows, from, to, out);
      for (let row = from; row < to; row++) yield row;
    }
  }

  #scoreBlock(rows: HostRows, from: number, to: number, out: Scored) {
    const { scaling, spreads, weights, calibrations, surplus } = this.parts;
    const scaled = scaleRows(modelInput(rows, from, to), scaling);
    const filled = filledRows(scaled, COUNTED);
    const readings = readRows(this.parts, scaled, filled);
    const attributed = ganParts(this.parts, readings, filled);
    for (let r = 0; r < to - from; r++) {
      const entityClass = Math.min(rows.classes[from + r], ENTITY_CLASSES.length - 1);
      const rare = rowRarity(
        this.#knowledge(rows, from + r),
        rows,
        from + r,
        scaled,
        r,
        this.#heights,
      );
      const score = rare + netsScore(readings.logs, spreads, weights, r);
      out.score[from + r] = score;
      out.p[from + r] = Math.min(1, surplus * pValue(calibrations[entityClass], score));
      out.confidence[from + r] = this.#confidence(rows.channels[from + r]);
      this.#writeTop(readings, attributed.get(r), r, rare, out, from + r);
    }
  }

  #knowledge({ startMs }: HostRows, row: number): Knowledge {
    const { fromMs, toMs } = this.parts.heldOut;
    return startMs[row] >= fromMs && startMs[row] <= toMs ? this.#before : this.parts;
  }

  /** History seen, as 1 - exp(-windows / 100), times the share of columns that are audited. */
  #confidence(channels: number): number {
    const history = 1 - Math.exp(-this.parts.windows / 100);
    return (this.parts.pooled ? 0.5 * history : history) * auditedShare(channels);
  }

  /**
   * Writes the columns with the largest shares of the row's score: their part of the rarity, and of
   * each reading by how high that is.
   */
  #writeTop(
    readings: Readings,
    attributed: Float32Array | undefined,
    row: number,
    rare: number,
    out: Scored,
    outRow: number,
  ) {
    const heights = this.#heights;
    const total = rare + addHeights(this.parts, readings, attributed, row, heights);
    const best = this.#best.fill(-1);
    const columns = this.#bestColumns;
    for (let i = 0; i < DIMENSIONS; i++) {
      const height = heights[i];
      if (!(height > best[TOP_COLUMNS - 1])) continue;
      let place = TOP_COLUMNS - 1;
      for (; place > 0 && height > best[place - 1]; place--) {
        best[place] = best[place - 1];
        columns[place] = columns[place - 1];
      }
      best[place] = height;
      columns[place] = i;
    }
    for (let k = 0, at = outRow * TOP_COLUMNS; k < TOP_COLUMNS; k++, at++) {
      out.topColumns[at] = columns[k];
      out.topShares[at] = Math.max(0, best[k] / total);
      out.topLow[at] = this.parts.usual[columns[k]];
      out.topHigh[at] = this.parts.usual[DIMENSIONS + columns[k]];
    }
  }
}
