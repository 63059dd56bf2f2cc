/**
 * A net as bytes, the same from every engine: "HABITNET", the length of a JSON header, the header,
 * zeros up to a multiple of 4, then the weights as little-endian float32.
 * @module
 */
import { crc32 } from "node:zlib";
import type { Net } from "@/models/engine.ts";
import { checkArchitecture, layoutOf, roundUp } from "./layout.ts";

const MAGIC = new TextEncoder().encode("HABITNET");
const VERSION = 1;

interface Header {
  readonly version: number;
  /** Schema of the rows that the net was trained on. */
  readonly schema: string;
  readonly widths: readonly number[];
  readonly slope: number;
  /** Of the weights' bytes. */
  readonly crc32: number;
}

/** A net with the id of the feature schema whose rows it reads. */
export function encodeNet(net: Net, schema: string): Uint8Array {
  const weights = littleEndian(net.weights);
  const header: Header = {
    version: VERSION,
    schema,
    widths: net.architecture.widths,
    slope: net.architecture.slope,
    crc32: crc32(weights),
  };
  const text = new TextEncoder().encode(JSON.stringify(header));
  const start = MAGIC.length + 4;
  const weightsAt = roundUp(start + text.length, 4);
  const bytes = new Uint8Array(weightsAt + weights.length);
  bytes.set(MAGIC);
  new DataView(bytes.buffer).setUint32(MAGIC.length, text.length, true);
  bytes.set(text, start);
  bytes.set(weights, weightsAt);
  return bytes;
}

/**
 * Reads what {@link encodeNet} wrote.
 * @throws {SyntaxError} if the bytes are not a checkpoint, of another version, or damaged.
 */
export function decodeNet(bytes: Uint8Array): { readonly net: Net; readonly schema: string } {
  const { header, end } = readHeader(bytes);
  const { widths, slope, schema } = header;
  checkArchitecture({ widths, slope });
  const length = layoutOf({ widths, slope }).size * 4;
  const weights = bytes.slice(roundUp(end, 4));
  if (weights.length !== length || crc32(weights) !== header.crc32) {
    throw new SyntaxError(
      `Cannot read a net whose weights are damaged: ${length} bytes wanted, ${weights.length} here`,
    );
  }
  return { net: { architecture: { widths, slope }, weights: fromLittleEndian(weights) }, schema };
}

function readHeader(bytes: Uint8Array): { header: Header; end: number } {
  const start = MAGIC.length + 4;
  if (bytes.length < start || MAGIC.some((byte, i) => bytes[i] !== byte)) {
    throw new SyntaxError(`Cannot read a net from bytes that do not start with "HABITNET"`);
  }
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(MAGIC.length, true);
  const end = start + length;
  if (end > bytes.length) {
    throw new SyntaxError(`Cannot read a net whose header of ${length} bytes is cut off`);
  }
  const header: Header = JSON.parse(new TextDecoder().decode(bytes.subarray(start, end)));
  if (header.version !== VERSION) {
    throw new SyntaxError(`Cannot read a net of version ${header.version}: this is ${VERSION}`);
  }
  return { header, end };
}

const HOST_IS_LITTLE = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

function littleEndian(weights: Float32Array): Uint8Array {
  const bytes = new Uint8Array(weights.slice().buffer);
  return HOST_IS_LITTLE ? bytes : swapped(bytes);
}

function fromLittleEndian(bytes: Uint8Array): Float32Array {
  return new Float32Array((HOST_IS_LITTLE ? bytes.slice() : swapped(bytes)).buffer as ArrayBuffer);
}

function swapped(bytes: Uint8Array): Uint8Array {
  const words = new DataView(bytes.slice().buffer);
  for (let at = 0; at < bytes.length; at += 4) words.setUint32(at, words.getUint32(at, true));
  return new Uint8Array(words.buffer);
}
