/**
 * One contract for all detectors, ours and the plain rivals beside them.
 * @module
 */
import type { Matrix } from "./matrix.ts";

/**
 * Learns what is normal, then says how far from it each row lies. Which score is too high is for
 * whoever raises alerts: no detector knows a threshold.
 */
export interface Detector {
  /** Learns from rows that are taken for normal. */
  fit(rows: Matrix): void | Promise<void>;
  /** One score per row; higher is stranger. */
  score(rows: Matrix): Float64Array | Promise<Float64Array>;
}
