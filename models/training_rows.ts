/**
 * Which of a host's windows train, and how they look to a net.
 * @module
 */
import { type HostRows, modelInput } from "./host_model.ts";
import { type Matrix, stackRows, takeRows } from "./matrix.ts";
import { IsolationForest } from "./plain/isolation_forest.ts";
import { seededRandom } from "./random.ts";
import { type HostRole, roleOf } from "./roles.ts";
import { type Moments, momentsOf, scaleRows, scalingOf } from "./scaling.ts";
import { splitByTime } from "./split.ts";
import { quantile } from "./statistics/robust.ts";

/** Rows that the fleet model is trained on at most. */
const FLEET_ROWS = 8192;

/** A host before training. */
export interface Prepared {
  /** The caller's name for it. */
  readonly id: string;
  /** All its windows. */
  readonly rows: HostRows;
  /** What it is used as. */
  readonly role: HostRole;
  /** Numbers of those that are before what is held out: rarity and habits are of these. */
  readonly training: Uint32Array;
  /** Those of them that train nets: all, or without the strangest. */
  readonly trimmed: Uint32Array;
  /** Numbers of those that are held out. */
  readonly heldOut: Uint32Array;
  /** Of the windows that train nets. */
  readonly moments: Moments;
}

/**
 * Splits a host's windows by time, and trims those that train nets if asked. Rarity and habits keep all:
 * without honest people's rare work each of its returns would be an alert (docs/quality.md).
 */
export function prepare(
  id: string,
  rows: HostRows,
  { seed, trim = 0 }: { readonly seed: number; readonly trim?: number },
): Prepared {
  const { training, heldOut } = splitByTime(rows.startMs, rows.n);
  const trimmed = trim > 0 ? usual(id, rows, training, trim, seed) : training;
  const moments = momentsOf(takeRows(modelInput(rows), trimmed));
  return { id, rows, role: roleOf(rows), training, trimmed, heldOut, moments };
}

/** The rows without the `share` that an isolation forest finds strangest. */
function usual(id: string, rows: HostRows, training: Uint32Array, share: number, seed: number) {
  if (!(share < 0.5)) throw new RangeError(`Cannot trim ${share} of the windows: at most half`);
  const input = takeRows(modelInput(rows), training);
  const plain = { ...input, values: input.values.map((value) => Number.isNaN(value) ? 0 : value) };
  const forest = new IsolationForest(seededRandom(seed, `trim ${id}`));
  forest.fit(plain);
  const scores = forest.score(plain);
  const limit = quantile(scores.toSorted(), 1 - share);
  return training.filter((_, i) => scores[i] <= limit);
}

/** Chosen rows of a host, on its own scale. */
export function scaled(host: Prepared, fleet: Moments, rows: Uint32Array): Matrix {
  return scaleRows(takeRows(modelInput(host.rows), rows), scalingOf(host.moments, fleet));
}

/** Rows of all hosts, each host's share alike, standardised by host. */
export function fleetSample(hosts: readonly Prepared[], fleet: Moments): Matrix {
  const each = Math.max(8, Math.ceil(FLEET_ROWS / hosts.length));
  return stackRows(hosts.map((host) => {
    const { trimmed, heldOut } = host;
    const rows = trimmed.length > 0 ? trimmed : heldOut;
    const count = Math.min(each, rows.length);
    const chosen = Uint32Array.from(
      { length: count },
      (_, i) => rows[Math.floor(i * rows.length / count)],
    );
    return scaled(host, fleet, chosen);
  }));
}
