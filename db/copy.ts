/**
 * Rows in and out by binary COPY: ten times the rate of inserts, and no text in between.
 * @module
 */
import type postgres from "postgres";

/** Milliseconds from 1970 to 2000, where Postgres' clock begins. */
const EPOCH_2000_MS = 946_684_800_000;
const TWO_TO_32 = 2 ** 32;
const HEADER = Uint8Array.from(
  [0x50, 0x47, 0x43, 0x4f, 0x50, 0x59, 0x0a, 0xff, 0x0d, 0x0a, 0, ...new Uint8Array(8)],
);

/** Bytes of a piece of a stream: larger ones cost a socket more, smaller ones more turns. */
const PIECE = 1 << 18;

/** The stream of `rows` in pieces, each row written by `write`. */
export function* copyPieces<T>(
  rows: Iterable<T>,
  write: (copy: CopyWriter, row: T) => void,
): Generator<Uint8Array> {
  const copy = new CopyWriter(PIECE + 4_096);
  for (const row of rows) {
    write(copy, row);
    if (copy.length >= PIECE) yield copy.take();
  }
  yield copy.finish();
}

/** Builds the tuples of a binary COPY, field by field. */
export class CopyWriter {
  #bytes: Uint8Array<ArrayBuffer>;
  #view: DataView;
  #length = 0;

  /** Starts the stream, with room for `expected` bytes. */
  constructor(expected = 65_536) {
    this.#bytes = new Uint8Array(expected + HEADER.length + 2);
    this.#view = new DataView(this.#bytes.buffer);
    this.#raw(HEADER);
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(2 * this.#bytes.length, this.#length + count));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
  }

  #raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** Begins a row of `fields` fields. */
  row(fields: number): void {
    this.#reserve(2);
    this.#view.setInt16(this.#length, fields);
    this.#length += 2;
  }

  #size(size: number): void {
    this.#reserve(4 + size);
    this.#view.setInt32(this.#length, size);
    this.#length += 4;
  }

  /** uuid (16 bytes) or bytea. */
  bytes(value: Uint8Array): void {
    this.#size(value.length);
    this.#raw(value);
  }

  /** smallint. */
  int2(value: number): void {
    this.#size(2);
    this.#view.setInt16(this.#length, value);
    this.#length += 2;
  }

  /** integer. */
  int4(value: number): void {
    this.#size(4);
    this.#view.setInt32(this.#length, value);
    this.#length += 4;
  }

  /** bigint, as far as a double counts. */
  int8(value: number): void {
    this.#size(8);
    const high = Math.floor(value / TWO_TO_32);
    this.#view.setInt32(this.#length, high);
    this.#view.setUint32(this.#length + 4, value - high * TWO_TO_32);
    this.#length += 8;
  }

  /** real. */
  float4(value: number): void {
    this.#size(4);
    this.#view.setFloat32(this.#length, value);
    this.#length += 4;
  }

  /** double precision. */
  float8(value: number): void {
    this.#size(8);
    this.#view.setFloat64(this.#length, value);
    this.#length += 8;
  }

  /** timestamptz from milliseconds since 1970. */
  timestamp(ms: number): void {
    this.int8((ms - EPOCH_2000_MS) * 1_000);
  }

  /** One-dimensional array of smallint (oid 21) or real (oid 700). */
  array(oid: 21 | 700, values: ArrayLike<number>): void {
    const width = oid === 21 ? 2 : 4;
    this.#size(20 + values.length * (4 + width));
    for (const head of [1, 0, oid, values.length, 1]) {
      this.#view.setInt32(this.#length, head);
      this.#length += 4;
    }
    for (let i = 0; i < values.length; i++, this.#length += 4 + width) {
      this.#view.setInt32(this.#length, width);
      if (oid === 21) this.#view.setInt16(this.#length + 4, values[i]);
      else this.#view.setFloat32(this.#length + 4, values[i]);
    }
  }

  /** Bytes written since the last piece was taken. */
  get length(): number {
    return this.#length;
  }

  /** What was written since the last piece; the writer goes on with the next one. */
  take(): Uint8Array {
    const piece = this.#bytes.subarray(0, this.#length);
    this.#bytes = new Uint8Array(this.#bytes.length);
    this.#view = new DataView(this.#bytes.buffer);
    this.#length = 0;
    return piece;
  }

  /** The last piece. */
  finish(): Uint8Array {
    this.#reserve(2);
    this.#view.setInt16(this.#length, -1);
    return this.#bytes.subarray(0, this.#length + 2);
  }
}

/** What of postgres.js' query is ours to replace: whom it tells that it failed. */
interface Rejectable {
  reject: (reason: unknown) => void;
}

/**
 * Sends what {@link CopyWriter} made, in pieces, to `copy … from stdin (format binary)`; a piece
 * travels while the next one is made. Throws what Postgres answers. postgres.js settles the query
 * when the stream opens, and after its last byte tells nobody of an error (a unique violation, say):
 * so the query's `reject` is taken over.
 */
export async function copyIn(
  sql: postgres.Sql,
  statement: string,
  pieces: Iterable<Uint8Array>,
): Promise<void> {
  const query = sql.unsafe(statement);
  const writable = await query.writable();
  await new Promise<void>((resolve, reject) => {
    (query as unknown as Rejectable).reject = reject;
    writable.once("error", reject);
    writable.once("finish", resolve);
    const iterator = pieces[Symbol.iterator]();
    const more = () => {
      try {
        const { value, done } = iterator.next();
        if (done) writable.end();
        else if (writable.write(value)) setImmediate(more); // let the socket have its turn
        else writable.once("drain", more);
      } catch (error) {
        writable.destroy(error as Error);
        reject(error);
      }
    };
    more();
  });
}

/** The fields of one row: `size[i]` bytes at `at[i]` of `bytes`; size -1 is null. */
export interface CopyRow {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly at: Int32Array;
  readonly size: Int32Array;
}

/** Milliseconds since 1970 of a timestamptz field. */
export function timestampMs(row: CopyRow, field: number): number {
  const [high, low] = [row.view.getInt32(row.at[field]), row.view.getUint32(row.at[field] + 4)];
  return Math.floor((high * TWO_TO_32 + low) / 1_000) + EPOCH_2000_MS;
}

/**
 * Runs `copy … to stdout (format binary)` and hands every row to `visit`; the row is reused. The
 * rows are taken as postgres.js pushes them, past its stream: that costs more than Postgres does,
 * and a paused one can leave its connection waiting forever (porsager/postgres#499).
 */
export async function copyOut(
  sql: postgres.Sql,
  statement: string,
  fields: number,
  visit: (row: CopyRow) => void,
): Promise<void> {
  const query = sql.unsafe(statement);
  const readable = await query.readable();
  const rows = new TupleReader(fields, visit);
  await new Promise<void>((resolve, reject) => {
    (query as unknown as Rejectable).reject = reject;
    readable.once("error", reject);
    readable.once("end", resolve);
    const take = (piece: Uint8Array | null) => {
      try {
        if (piece === null) resolve();
        else rows.read(piece);
      } catch (error) {
        reject(error); // the rest goes nowhere; the connection stays of use
      }
      return true;
    };
    readable.push = take;
    for (let early; (early = readable.read()) !== null;) take(early);
  });
}

/** Cuts a stream that comes in pieces into rows. */
class TupleReader {
  readonly #visit: (row: CopyRow) => void;
  readonly #row: { -readonly [key in keyof CopyRow]: CopyRow[key] };
  #rest: Uint8Array = new Uint8Array(0);
  #start = HEADER.length;

  constructor(fields: number, visit: (row: CopyRow) => void) {
    const bytes = new Uint8Array(0);
    this.#visit = visit;
    this.#row = {
      bytes,
      view: new DataView(bytes.buffer),
      at: new Int32Array(fields),
      size: new Int32Array(fields),
    };
  }

  read(piece: Uint8Array): void {
    const bytes = this.#rest.length === 0 ? piece : Buffer.concat([this.#rest, piece]);
    const row = this.#row;
    row.bytes = bytes;
    row.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let from = this.#start;
    for (;;) {
      const next = tuple(row.view, from, row.at, row.size);
      if (next < 0) break;
      this.#visit(row);
      from = next;
    }
    this.#rest = bytes.subarray(Math.min(from, bytes.length));
    this.#start = Math.max(0, from - bytes.length);
  }
}

/** Finds the fields of the tuple at `from`; -1 where it is not whole yet or the stream ends. */
function tuple(view: DataView, from: number, at: Int32Array, size: Int32Array): number {
  if (from + 2 > view.byteLength || view.getInt16(from) < 0) return -1;
  let place = from + 2;
  for (let i = 0; i < at.length; i++) {
    if (place + 4 > view.byteLength) return -1;
    size[i] = view.getInt32(place);
    at[i] = place + 4;
    place += 4 + Math.max(0, size[i]);
    if (place > view.byteLength) return -1;
  }
  return place;
}
