/**
 * A model as bytes: "HABITMDL", the length of a JSON header, the header, zeros up to a multiple of
 * 4, then named arrays, little-endian float32 or 8-bit blocks. The header carries a SHA-256 of everything else, so
 * that a truncated or altered file is refused and the last good model stays.
 * @module
 */
import { createHash } from "node:crypto";
import { pack, packedSize, unpack } from "./blocks.ts";

const MAGIC = new TextEncoder().encode("HABITMDL");
const VERSION = 5;
const START = MAGIC.length + 4;

/** What a checkpoint holds. */
export interface Checkpoint {
  /** Id of the feature schema whose rows the model reads. */
  readonly schema: string;
  /** JSON-able facts. */
  readonly facts: Readonly<Record<string, unknown>>;
  /** Numbers by name. */
  readonly arrays: Readonly<Record<string, Float32Array>>;
  /** Numbers by name that 8 bits are enough for. */
  readonly packed: Readonly<Record<string, Float32Array>>;
}

type Lengths = readonly (readonly [name: string, length: number])[];

interface Header {
  readonly version: number;
  readonly schema: string;
  readonly facts: Record<string, unknown>;
  readonly arrays: Lengths;
  readonly packed: Lengths;
  readonly sha256: string;
}

/** Same checkpoint, same bytes. */
export function encodeCheckpoint({ schema, facts, arrays, packed }: Checkpoint): Uint8Array {
  const payload = concatenate([
    ...Object.values(arrays).map(littleEndian),
    ...Object.values(packed).map(pack),
  ]);
  const body = {
    version: VERSION,
    schema,
    facts,
    arrays: lengths(arrays),
    packed: lengths(packed),
  };
  const sha256 = digest(JSON.stringify(body), payload);
  const header = new TextEncoder().encode(JSON.stringify({ ...body, sha256 }));
  const payloadAt = Math.ceil((START + header.length) / 4) * 4;
  const bytes = new Uint8Array(payloadAt + payload.length);
  bytes.set(MAGIC);
  new DataView(bytes.buffer).setUint32(MAGIC.length, header.length, true);
  bytes.set(header, START);
  bytes.set(payload, payloadAt);
  return bytes;
}

/**
 * Reads what {@link encodeCheckpoint} wrote.
 * @throws {SyntaxError} that says why not: other bytes, version or schema, cut off, or altered.
 */
export function decodeCheckpoint(bytes: Uint8Array, schema: string): Checkpoint {
  const { header, end } = readHeader(bytes);
  if (header.schema !== schema) {
    throw new SyntaxError(
      `Cannot read a model of schema "${header.schema}": rows here are "${schema}"; train it again`,
    );
  }
  const payload = bytes.subarray(Math.ceil(end / 4) * 4);
  const length = header.arrays.reduce((sum, [, count]) => sum + count * 4, 0) +
    header.packed.reduce((sum, [, count]) => sum + packedSize(count), 0);
  if (payload.length !== length) {
    throw new SyntaxError(
      `Cannot read a model that is cut off: ${length} bytes of weights wanted, ${payload.length} here`,
    );
  }
  const { sha256, ...body } = header;
  if (digest(JSON.stringify(body), payload) !== sha256) {
    throw new SyntaxError("Cannot read a model that was altered: its SHA-256 does not agree");
  }
  return { schema, facts: header.facts, ...cut(payload, header) };
}

function lengths(arrays: Readonly<Record<string, Float32Array>>): Lengths {
  return Object.entries(arrays).map(([name, values]) => [name, values.length]);
}

function readHeader(bytes: Uint8Array): { header: Header; end: number } {
  if (bytes.length < START || MAGIC.some((byte, i) => bytes[i] !== byte)) {
    throw new SyntaxError('Cannot read a model from bytes that do not start with "HABITMDL"');
  }
  const end = START + new DataView(bytes.buffer, bytes.byteOffset).getUint32(MAGIC.length, true);
  if (end > bytes.length) throw new SyntaxError("Cannot read a model whose header is cut off");
  const header: Header = JSON.parse(new TextDecoder().decode(bytes.subarray(START, end)));
  if (header.version === VERSION) return { header, end };
  throw new SyntaxError(`Cannot read a model of version ${header.version}: this is ${VERSION}`);
}

function digest(text: string, payload: Uint8Array): string {
  return createHash("sha256").update(text).update(payload).digest("hex");
}

function cut(payload: Uint8Array, header: Header): Pick<Checkpoint, "arrays" | "packed"> {
  let at = 0;
  const take = (size: number) => payload.subarray(at, at += size);
  const arrays = header.arrays.map(([name, length]) => [name, floats(take(4 * length))]);
  const packed = header.packed.map(([name, length]) => {
    return [name, unpack(take(packedSize(length)), length)];
  });
  return { arrays: Object.fromEntries(arrays), packed: Object.fromEntries(packed) };
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function littleEndian(values: Float32Array): Uint8Array {
  const view = new DataView(new ArrayBuffer(values.length * 4));
  for (let i = 0; i < values.length; i++) view.setFloat32(i * 4, values[i], true);
  return new Uint8Array(view.buffer);
}

function floats(bytes: Uint8Array): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Float32Array.from({ length: bytes.length / 4 }, (_, i) => view.getFloat32(i * 4, true));
}
