/**
 * Weights in 8 bits: blocks of 64 share a scale, each value is a whole number from -127 to 127 of
 * it (the "Q8_0" form of ggml, with wider blocks). A model has a third of its size, and scores with
 * the same numbers wherever it is opened.
 * @module
 */
const BLOCK = 64;
const MOST = 127;

/** Bytes of so many packed values. */
export function packedSize(count: number): number {
  return count + 4 * Math.ceil(count / BLOCK);
}

/** Packs finite values; each is off by at most 1/254 of the largest of its block. */
export function pack(values: Float32Array): Uint8Array {
  const bytes = new Uint8Array(packedSize(values.length));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (let from = 0; from < values.length; from += BLOCK) {
    const block = values.subarray(from, from + BLOCK);
    let largest = 0;
    for (const value of block) largest = Math.max(largest, Math.abs(value));
    const scale = Math.fround(largest / MOST);
    view.setFloat32(at, scale, true);
    at += 4;
    for (const value of block) view.setInt8(at++, scale > 0 ? Math.round(value / scale) : 0);
  }
  return bytes;
}

/** Gives packed values back. */
export function unpack(bytes: Uint8Array, count: number): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const values = new Float32Array(count);
  for (let from = 0, at = 0; from < count; from += BLOCK) {
    const scale = view.getFloat32(at, true);
    at += 4;
    const end = Math.min(count, from + BLOCK);
    for (let i = from; i < end; i++) values[i] = view.getInt8(at++) * scale;
  }
  return values;
}

/** Values as they will be once packed: what is measured with them holds for the stored model. */
export function asPacked(values: Float32Array): Float32Array {
  return unpack(pack(values), values.length);
}
