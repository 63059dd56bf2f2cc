/**
 * Writes records as JSON lines.
 * @module
 */
import type { Fragment } from "./fragment.ts";
import { recordJson } from "./json_tree.ts";
import type { JsonWriter } from "./json_writer.ts";

/** Renders records of the chunk in `view`. */
export class JsonRenderer {
  readonly #view: DataView;

  /** The view's bytes may change between records. */
  constructor(view: DataView) {
    this.#view = view;
  }

  /** Writes the record whose outermost fragment this is. */
  write(fragment: Fragment, writer: JsonWriter): void {
    writer.raw(recordJson(this.#view, fragment));
  }
}
