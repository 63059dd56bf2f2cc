/**
 * What every source of Windows events shows of one event, and how sources are read.
 * The featuriser sees logs only through this contract; files, JSON exports and the live log
 * each implement it.
 * @module
 */

/**
 * One event as its source shows it. The view is reused: valid until the cursor's next `next()`.
 * Text is made only when asked for, and repeated short text is the same string object.
 */
export interface EventView {
  /** System/Channel, for instance `Security`. */
  readonly channel: string;
  /** System/Provider/@Name. */
  readonly provider: string;
  /** System/EventID. */
  readonly eventId: number;
  /** System/Version of the event's template. */
  readonly version: number;
  /** System/Level: 1 critical, 2 error, 3 warning, 4 information, 0 not set. */
  readonly level: number;
  /** System/EventRecordID (exact to 2^53), -1 when absent. */
  readonly recordId: number;
  /** System/TimeCreated, milliseconds since 1970 UTC; NaN when absent. */
  readonly timeMs: number;
  /** System/Computer as written. */
  readonly computer: string;
  /** System/Security/@UserID as `S-1-…`, "" when absent. */
  readonly userSid: string;
  /**
   * A field of EventData or UserData by its slot in {@link FIELD_NAMES}, "" when absent.
   * Numbers and hexadecimal numbers have the form that Windows shows (`3`, `0xc000006d`).
   */
  text(slot: number): string;
  /** The field as a number (hexadecimal text too), NaN when absent or not a number. */
  number(slot: number): number;
}

/** What a cursor has read and stepped over so far. */
export interface SourceReport {
  /** Events handed out. */
  records: number;
  /** Records that could not be read, by reason. */
  readonly skipped: Map<string, number>;
  /** Bytes that could not be read. */
  skippedBytes: number;
}

/** Reads a source in its own order, one event at a time, in bounded memory. */
export interface EventCursor extends Disposable {
  /** The next event, or undefined where the source ends for now. */
  next(): EventView | undefined;
  /** Counts so far; the same object for the cursor's whole life. */
  readonly report: SourceReport;
}
