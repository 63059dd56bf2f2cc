/**
 * An `.evtx` file chunk by chunk in the order of its records, in the memory of one chunk.
 * @module
 */

/** Bytes of a chunk. */
export const CHUNK_SIZE = 65_536;
const FILE_HEADER = 4_096;
/** Logs of at most 64 MiB, which all by default are, are always put in order. */
const SORTED_CHUNKS = 1_024;
const CHUNK_MAGIC_1 = 0x43666c45; // "ElfC"
const CHUNK_MAGIC_2 = 0x006b6e68; // "hnk\0"

/** Bytes at any offset of a file, or of memory. */
export interface ByteSource extends Disposable {
  /** Bytes when it was opened. */
  readonly size: number;
  /** Fills `into` from `offset` on; how many bytes there were. */
  read(into: Uint8Array, offset: number): number;
}

/** A file as a source; closes it in the end. */
export function fileSource(file: Deno.FsFile): ByteSource {
  let at = -1;
  return {
    size: file.statSync().size,
    read(into, offset) {
      if (at !== offset) file.seekSync(offset, Deno.SeekMode.Start);
      let got = 0;
      while (got < into.length) {
        const count = file.readSync(got === 0 ? into : into.subarray(got));
        if (count === null) break;
        got += count;
      }
      at = offset + got;
      return got;
    },
    [Symbol.dispose]: () => file.close(),
  };
}

/** Bytes in memory as a source. */
export function memorySource(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.length,
    read(into, offset) {
      const part = bytes.subarray(offset, offset + into.length);
      into.set(part);
      return part.length;
    },
    [Symbol.dispose]() {},
  };
}

/** Whether a chunk starts with its magic. */
export function isChunk(view: DataView): boolean {
  return view.getUint32(0, true) === CHUNK_MAGIC_1 && view.getUint32(4, true) === CHUNK_MAGIC_2;
}

/** Which chunks of a file to read, counted from 0, `to` exclusive. */
export interface Range {
  /** The first. */
  readonly from: number;
  /** The first that is not read. */
  readonly to: number;
}

/** Loads chunks into {@link bytes}. The file header is not trusted: a live log's is stale. */
export class ChunkReader implements Disposable {
  /** The chunk loaded last; zeros behind what the file has. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly #source: ByteSource;
  readonly #order: Iterator<number>;

  /**
   * Reads into `bytes`, of one chunk, the chunks of `range` in the order of the file, by default all
   * in that of records.
   */
  constructor(source: ByteSource, bytes: Uint8Array<ArrayBuffer>, range?: Range) {
    this.#source = source;
    this.bytes = bytes;
    this.#order = range ? count(range.from, range.to) : recordOrder(source);
  }

  /** Loads the next chunk; how many of its bytes the file has, 0 at the end. */
  load(): number {
    const { value, done } = this.#order.next();
    if (done) return 0;
    const got = this.#source.read(this.bytes, FILE_HEADER + value * CHUNK_SIZE);
    if (got < CHUNK_SIZE) this.bytes.fill(0, got);
    return got;
  }

  /** Closes the source. */
  [Symbol.dispose](): void {
    this.#source[Symbol.dispose]();
  }
}

/** How many chunks a file has by its size, the last one maybe cut. */
export function chunkCount(source: ByteSource): number {
  return Math.max(0, Math.ceil((source.size - FILE_HEADER) / CHUNK_SIZE));
}

function* count(from: number, to: number): Generator<number> {
  for (let i = from; i < to; i++) yield i;
}

/**
 * Chunks by their first record id. A full log writes over its oldest chunk, so its events start
 * somewhere in the middle, and a copy made meanwhile can mix passes. Of a large log only the ends
 * are compared, as reading every header would cost a tenth of reading the log.
 */
function recordOrder(source: ByteSource): Iterator<number> {
  const chunks = chunkCount(source);
  const header = new Uint8Array(32);
  const view = new DataView(header.buffer);
  const firstId = (chunk: number) => {
    const got = source.read(header, FILE_HEADER + chunk * CHUNK_SIZE);
    if (got < header.length || !isChunk(view)) return Infinity;
    return view.getUint32(28, true) * 4_294_967_296 + view.getUint32(24, true);
  };
  let last = chunks - 1;
  // Behind the newest chunk lie empty ones.
  while (last > 0 && firstId(last) === Infinity) last--;
  if (chunks > SORTED_CHUNKS && firstId(last) >= firstId(0)) return count(0, chunks);
  const ids = Float64Array.from({ length: chunks }, (_, chunk) => firstId(chunk));
  return [...ids.keys()].sort((a, b) => ids[a] - ids[b] || a - b).values();
}
