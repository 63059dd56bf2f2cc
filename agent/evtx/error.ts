/**
 * The one error of the reader.
 * @module
 */

/** A record, template or chunk that breaks the format; the cursor counts it and steps over. */
export class EvtxError extends Error {
  /** Its name in reports. */
  override name = "EvtxError";
}
