/**
 * What an agent ships: a batch of one host's rows, each a sparse list of integers. Users stand once
 * in a dictionary of the batch, so that a row costs a byte for its user and two for a small count.
 * The bytes are compressed by whoever sends them.
 * @module
 */
import { ByteReader, ByteWriter } from "./bytes.ts";
import { FEATURES } from "./schema.ts";
import { DIMENSIONS, ENTITY_CLASSES, type EntityClass, WINDOW_MS } from "./vector.ts";

/** A row as it travels: the user is a pseudonym, the name sealed. */
export interface WireRow {
  /** 16-byte pseudonym of the user's SID under the estate's key. */
  readonly user: Uint8Array;
  /** Name, sealed to a key that only the server's unmask operation holds; may be empty. */
  readonly sealedName: Uint8Array;
  /** What kind of account it is. */
  readonly entityClass: EntityClass;
  /** Start of the window, milliseconds since 1970 UTC; a multiple of an hour. */
  readonly startMs: number;
  /** The host's offset from UTC, minutes. */
  readonly offsetMinutes: number;
  /** Events counted into the row. */
  readonly events: number;
  /** Bit i is set where mask channel i is audited. */
  readonly channels: number;
  /** 128 wire integers. */
  readonly values: Int32Array;
}

/** Rows `firstSeq`, `firstSeq + 1`, … of one host's stream. */
export interface Batch {
  /** Schema of every row. */
  readonly schema: string;
  /** Computer name, lower case. */
  readonly host: string;
  /** UUID of the spool that numbers the rows; a new spool starts a new epoch at 0. */
  readonly epoch: string;
  /** Number of the first row. */
  readonly firstSeq: number;
  /** The rows in order. */
  readonly rows: readonly WireRow[];
}

/** Rows that one batch may hold. */
export const MAX_ROWS = 16_384;

const MAGIC = Uint8Array.of(0x48, 0x42, 0x54, 0x31); // "HBT1"
const MAX_NAME = 1024;
const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/** Sixteen bytes of the form 8-4-4-4-12. Throws `RangeError` for anything else. */
export function uuidBytes(uuid: string): Uint8Array {
  const hex = uuid.replaceAll("-", "");
  if (!/^[0-9a-f]{32}$/.test(hex)) {
    throw new RangeError(`Cannot encode "${uuid}": it is no UUID`);
  }
  return Uint8Array.from({ length: 16 }, (_, i) => parseInt(hex.slice(2 * i, 2 * i + 2), 16));
}

/** Sixteen bytes in the form 8-4-4-4-12. */
export function uuidText(bytes: Uint8Array): string {
  let text = "";
  for (let i = 0; i < 16; i++) {
    text += HEX[bytes[i]];
    if (i === 3 || i === 5 || i === 7 || i === 9) text += "-";
  }
  return text;
}

/** Batch -> bytes. */
export function encodeBatch(batch: Batch): Uint8Array {
  const out = new ByteWriter();
  out.raw(MAGIC);
  out.block(encoder.encode(batch.schema));
  out.block(encoder.encode(batch.host));
  out.raw(uuidBytes(batch.epoch));
  out.varint(batch.firstSeq);
  const users = new Map<string, { index: number; row: WireRow }>();
  for (const row of batch.rows) {
    const key = uuidText(row.user);
    if (!users.has(key)) users.set(key, { index: users.size, row });
  }
  out.varint(users.size);
  for (const { row } of users.values()) {
    out.raw(row.user);
    out.varint(ENTITY_CLASSES.indexOf(row.entityClass));
    out.block(row.sealedName);
  }
  out.varint(batch.rows.length);
  let hour = 0;
  for (const row of batch.rows) {
    out.varint(users.get(uuidText(row.user))!.index);
    out.zigzag(row.startMs / WINDOW_MS - hour);
    hour = row.startMs / WINDOW_MS;
    out.zigzag(row.offsetMinutes);
    out.varint(row.events);
    out.varint(row.channels);
    writeSparse(out, row.values);
  }
  return out.finish();
}

function writeSparse(out: ByteWriter, values: Int32Array): void {
  let filled = 0;
  for (let i = 0; i < DIMENSIONS; i++) if (values[i] !== 0) filled++;
  out.varint(filled);
  let last = -1;
  for (let i = 0; i < DIMENSIONS; i++) {
    if (values[i] === 0) continue;
    out.varint(i - last - 1);
    out.zigzag(values[i]);
    last = i;
  }
}

const LOW = Float64Array.from(FEATURES, ({ wireRange }) => wireRange[0]);
const HIGH = Float64Array.from(FEATURES, ({ wireRange }) => wireRange[1]);

function readSparse(bytes: ByteReader, values: Int32Array): void {
  let i = -1;
  for (let left = bytes.varint("number of values", DIMENSIONS); left > 0; left--) {
    i += bytes.varint("gap between values", DIMENSIONS) + 1;
    if (i >= DIMENSIONS) throw new RangeError(`Cannot read values: column ${i} is over 127`);
    const value = bytes.zigzag("value");
    if (value < LOW[i] || value > HIGH[i]) {
      throw new RangeError(
        `Cannot read ${FEATURES[i].name}: ${value} is outside [${LOW[i]}, ${HIGH[i]}]`,
      );
    }
    values[i] = value;
  }
}

/**
 * Bytes -> batch. Throws `RangeError` or `TypeError` where the bytes are no batch, lie about their
 * length, or hold a value outside its column's range.
 */
export function decodeBatch(input: Uint8Array): Batch {
  const bytes = new ByteReader(input);
  if (bytes.raw("magic", 4).some((byte, i) => byte !== MAGIC[i])) {
    throw new RangeError("Cannot read batch: it does not start with HBT1");
  }
  const schema = decoder.decode(bytes.block("schema", MAX_NAME));
  const host = decoder.decode(bytes.block("host", MAX_NAME));
  const epoch = uuidText(bytes.raw("epoch", 16));
  const firstSeq = bytes.varint("first number");
  const users = Array.from({ length: bytes.varint("number of users", MAX_ROWS) }, () => ({
    user: bytes.raw("pseudonym", 16),
    entityClass: ENTITY_CLASSES[bytes.varint("class", ENTITY_CLASSES.length - 1)],
    sealedName: bytes.block("sealed name", MAX_NAME),
  }));
  let hour = 0;
  const count = bytes.varint("number of rows", Math.min(MAX_ROWS, bytes.left));
  const matrix = new Int32Array(count * DIMENSIONS);
  const rows: WireRow[] = [];
  for (let start = 0; start < matrix.length; start += DIMENSIONS) {
    const { user, entityClass, sealedName } = users[bytes.varint("user", users.length - 1)];
    hour += bytes.zigzag("hour");
    const offsetMinutes = bytes.zigzag("offset");
    const events = bytes.varint("events");
    const channels = bytes.varint("channels", 0xffff);
    const values = matrix.subarray(start, start + DIMENSIONS);
    readSparse(bytes, values);
    const startMs = hour * WINDOW_MS;
    rows.push({ user, entityClass, sealedName, startMs, offsetMinutes, events, channels, values });
  }
  if (bytes.left > 0) throw new RangeError(`Cannot read batch: ${bytes.left} bytes too many`);
  return { schema, host, epoch, firstSeq, rows };
}
