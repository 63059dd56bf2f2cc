/**
 * The values of one template instance or literal fragment: where each lies in the chunk.
 * @module
 */
import { EvtxError } from "./error.ts";

const MAX_VALUES = 4_096;
/** Most records have fewer; room for all would cost a cursor 30 kB a fragment. */
const USUAL_VALUES = 128;

/** Values by their index; valid until the cursor moves on. */
export class Instance {
  /** How many values there are. */
  count = 0;
  /** Where the fragment ends in the chunk. */
  end = 0;
  /** The first value that is a nested fragment; {@link count} if there is none. */
  firstNested = 0;
  /** By value, its offset in the chunk. */
  at: Int32Array = new Int32Array(USUAL_VALUES);
  /** By value, its bytes. */
  size: Uint16Array = new Uint16Array(USUAL_VALUES);
  /** By value, its BinXML type. */
  type: Uint8Array = new Uint8Array(USUAL_VALUES);

  /** Reads the table of `count` descriptors at `at`, whose values end by `end`. */
  read(view: DataView, at: number, end: number): void {
    if (at + 4 > end) throw new EvtxError("value table runs past its record");
    const count = view.getUint32(at, true);
    at += 4;
    let value = at + 4 * count;
    if (count > MAX_VALUES || value > end) throw new EvtxError("value table runs past its record");
    if (count > this.at.length) this.#grow();
    let firstNested = count;
    for (let i = 0; i < count; i++, at += 4) {
      const word = view.getUint32(at, true);
      this.at[i] = value;
      this.size[i] = word;
      this.type[i] = word >>> 16;
      if (((word >>> 16) & 0xff) === 0x21 && firstNested === count) firstNested = i;
      value += word & 0xffff;
    }
    if (value > end) throw new EvtxError("values run past their record");
    this.count = count;
    this.end = value;
    this.firstNested = firstNested;
  }

  #grow(): void {
    if (this.at.length === MAX_VALUES) return;
    const { at, size, type } = this;
    this.at = new Int32Array(MAX_VALUES);
    this.size = new Uint16Array(MAX_VALUES);
    this.type = new Uint8Array(MAX_VALUES);
    this.at.set(at);
    this.size.set(size);
    this.type.set(type);
  }

  /** Adds a value of a literal fragment. */
  add(type: number, at: number, size: number): void {
    if (this.count === this.at.length) this.#grow();
    if (this.count === MAX_VALUES) throw new EvtxError("literal record has too many values");
    this.at[this.count] = at;
    this.size[this.count] = size;
    this.type[this.count++] = type;
    this.firstNested = this.count;
  }

  /** Whether value `index` is there and not empty. */
  has(index: number): boolean {
    return index < this.count && this.size[index] !== 0 && this.type[index] !== 0;
  }
}
