/**
 * Writes records as JSON: by the program of their shape, or by their tree where that is unusual.
 * @module
 */
import type { Fragment } from "./fragment.ts";
import { runJson } from "./json_program.ts";
import { recordJson } from "./json_tree.ts";
import type { JsonWriter } from "./json_writer.ts";

/** Writes the record whose outermost fragment this is, in the chunk `view`. */
export function writeRecord(fragment: Fragment, view: DataView, writer: JsonWriter): void {
  const start = writer.size;
  if (runJson(fragment, writer, view)) return;
  writer.size = start;
  writer.raw(recordJson(view, fragment));
}
