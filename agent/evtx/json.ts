/**
 * Writes records as JSON: by the program of their shape, or by their tree where that is unusual.
 * @module
 */
import { EvtxError } from "./error.ts";
import type { Fragment } from "./fragment.ts";
import { runJson } from "./json_program.ts";
import { recordJson } from "./json_tree.ts";
import type { JsonWriter } from "./json_writer.ts";

/**
 * Writes the record whose outermost fragment this is, in the chunk `view`. Throws
 * {@link EvtxError}, with nothing written, where a record of 64 KiB is made to grow out of hand.
 */
export function writeRecord(fragment: Fragment, view: DataView, writer: JsonWriter): void {
  const start = writer.size;
  try {
    if (runJson(fragment, writer, view)) return;
    writer.size = start;
    writer.raw(recordJson(view, fragment));
  } catch (error) {
    writer.size = start;
    // A value that is used in many places at each of many levels.
    throw error instanceof RangeError ? new EvtxError("record renders to too much") : error;
  }
}
