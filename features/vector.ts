/**
 * One user's (or the host's own) hour as the featuriser leaves it.
 * @module
 */

/** Number of features in a vector of `ueba-win-128/2`. */
export const DIMENSIONS = 128;

/** Length of a window in milliseconds: tumbling hours of event time. */
export const WINDOW_MS = 3_600_000;

/** The user of the row that stands for the machine itself and everything without a person. */
export const SYSTEM_USER = "SYSTEM";

/** What kind of entity a row is about; each class has its own calibration. */
export const ENTITY_CLASSES = ["human", "admin", "service", "machine"] as const;
/** One of {@link ENTITY_CLASSES}. */
export type EntityClass = typeof ENTITY_CLASSES[number];

/** One user's hour on one host, in wire units. */
export interface WindowRow {
  /** Computer as the log names it, in lower case. */
  readonly host: string;
  /** SID of the user, or {@link SYSTEM_USER}. */
  readonly user: string;
  /** The name that goes with the SID, for people; never leaves the agent in clear. */
  readonly userName: string;
  /** What kind of account it is. */
  readonly entityClass: EntityClass;
  /** Start of the window, milliseconds since 1970 UTC; a multiple of {@link WINDOW_MS}. */
  readonly startMs: number;
  /** The host's offset from UTC in minutes during the window. */
  readonly offsetMinutes: number;
  /** Events counted into the row. */
  readonly events: number;
  /** Bit i is set where mask channel i of the schema is audited on the host. */
  readonly channels: number;
  /**
   * {@link DIMENSIONS} integers in wire units (value = wire / the column's wireScale); the rows of an
   * hour share a buffer.
   */
  readonly values: Int32Array;
}
