/**
 * Writes records as JSON: by the programs of their shapes, or by their tree where that is unusual.
 * @module
 */
import { EvtxError } from "./error.ts";
import type { FragmentReader } from "./fragment.ts";
import { recordJson } from "./json_tree.ts";
import type { JsonWriter } from "./json_writer.ts";
import { kernelAtHand } from "./kernel.ts";

/** A writer for many records: the compiled reader writes to its memory without a copy. */
export function recordWriter(): JsonWriter {
  return kernelAtHand().writer();
}

/**
 * Writes the record that was read last. Throws {@link EvtxError}, with nothing written, where a
 * record of 64 KiB is made to grow out of hand.
 */
export function writeRecord(reader: FragmentReader, writer: JsonWriter): void {
  if (reader.writeJson(writer)) return;
  try {
    writer.raw(recordJson(reader.view, reader.fragment()));
  } catch (error) {
    // A value that is used in many places at each of many levels.
    throw error instanceof RangeError ? new EvtxError("record renders to too much") : error;
  }
}
