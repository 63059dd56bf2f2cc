/**
 * Reads an `.evtx` log event by event in the memory of one chunk. A damaged file is read as far
 * as it goes: what is stepped over is counted with its reason.
 * @module
 */
import { crc32 } from "node:zlib";
import type { EventCursor, EventView, SourceReport } from "@/features/event.ts";
import {
  type ByteSource,
  CHUNK_SIZE,
  ChunkReader,
  fileSource,
  isChunk,
  type Range,
} from "./chunks.ts";
import { EvtxError } from "./error.ts";
import { FragmentReader } from "./fragment.ts";
import { writeRecord } from "./json.ts";
import type { JsonWriter } from "./json_writer.ts";
import { u64 } from "./value.ts";
import { EvtxView } from "./view.ts";

const CHUNK_HEADER = 512;
const RECORD_HEADER = 24;
const MIN_RECORD = 28;
const RECORD_MAGIC = 0x00002a2a;

/** How an `.evtx` log is read. */
export interface EvtxOptions {
  /** Only these chunks, in the order of the file. */
  readonly range?: Range;
  /** Count chunks whose checksum is wrong; their records are read all the same. */
  readonly checksums?: boolean;
}

/** A cursor over an `.evtx` log that also writes its current event as JSON. */
export interface EvtxEventCursor extends EventCursor {
  /** Writes the event that `next()` gave last, with all its fields; false where it cannot be. */
  writeJson(writer: JsonWriter): boolean;
}

class EvtxCursor implements EvtxEventCursor {
  readonly report: SourceReport = { records: 0, skipped: new Map(), skippedBytes: 0 };
  readonly #chunks: ChunkReader;
  readonly #view: DataView;
  readonly #checksums: boolean;
  readonly #fragments: FragmentReader;
  readonly #event: EvtxView;
  #at = 0;
  #end = 0;
  /** Bytes of the chunk that the file has. */
  #got = 0;
  /** Records of this chunk have ids from first to last. */
  #firstId = 0;
  #lastId = 0;
  #lastLow = 0;

  constructor(source: ByteSource, { range, checksums = false }: EvtxOptions) {
    this.#fragments = new FragmentReader();
    this.#chunks = new ChunkReader(source, this.#fragments.chunk, range);
    this.#checksums = checksums;
    this.#view = this.#fragments.view;
    this.#event = new EvtxView(this.#fragments);
  }

  next(): EventView | undefined {
    const view = this.#view;
    for (;;) {
      const start = this.#at;
      if (start + MIN_RECORD > this.#end) {
        if (!this.#nextChunk()) return undefined;
        continue;
      }
      const size = view.getUint32(start + 4, true);
      if (
        view.getUint32(start, true) !== RECORD_MAGIC || size < MIN_RECORD ||
        start + size > this.#got
      ) {
        this.#resync();
        continue;
      }
      this.#at = start + size;
      this.#endAfter(start, size);
      try {
        this.#fragments.read(start + RECORD_HEADER, start + size - 4);
        if (this.#fragments.plan.roots.length === 0) {
          throw new EvtxError("record holds no event");
        }
      } catch (error) {
        this.#skip(reason(error), size);
        continue;
      }
      this.#event.header = start;
      this.report.records++;
      return this.#event;
    }
  }

  writeJson(writer: JsonWriter): boolean {
    try {
      writeRecord(this.#fragments, writer);
      return true;
    } catch (error) {
      this.#skip(reason(error), 0);
      return false;
    }
  }

  /**
   * Behind the last record that the chunk's header names lies free space, with records of the
   * log's earlier pass. But a live log's header is behind: a record that goes on with the next id
   * was written since.
   */
  #endAfter(start: number, size: number): void {
    // Mostly the low half says that this is not the last one.
    if (this.#view.getUint32(start + 8, true) !== this.#lastLow) return;
    const id = u64(this.#view, start + 8);
    if (id !== this.#lastId) return;
    this.#setLast(id + 1);
    this.#end = start + size;
    const next = this.#end;
    if (next + MIN_RECORD > this.#got || u64(this.#view, next + 8) !== id + 1) return;
    this.#end = this.#got;
    if (this.#isRecord(next)) this.#end = next + this.#view.getUint32(next + 4, true);
    else this.#end = next;
  }

  #setLast(id: number): void {
    this.#lastId = id;
    this.#lastLow = id >>> 0;
  }

  #nextChunk(): boolean {
    for (;;) {
      const got = this.#chunks.load();
      if (got === 0) return false;
      this.#got = got;
      if (got < CHUNK_HEADER + MIN_RECORD) {
        if (this.#chunks.bytes.subarray(0, got).some((byte) => byte !== 0)) {
          this.#skip("chunk cut short", got);
        }
        continue;
      }
      this.#fragments.startChunk();
      this.#at = CHUNK_HEADER;
      if (!isChunk(this.#view)) {
        if (!this.#carve(got)) continue;
        return true;
      }
      this.#firstId = u64(this.#view, 24);
      this.#setLast(u64(this.#view, 32));
      const free = this.#view.getUint32(48, true);
      this.#end = Math.min(free >= CHUNK_HEADER ? free : CHUNK_SIZE, got);
      if (this.#checksums && !this.#isIntact()) this.#skip("chunk whose checksum is wrong", 0);
      return true;
    }
  }

  /** Whether the chunk's two checksums, of its header and of its records, are right. */
  #isIntact(): boolean {
    const { bytes } = this.#chunks;
    const header = crc32(bytes.subarray(128, CHUNK_HEADER), crc32(bytes.subarray(0, 120)));
    return header === this.#view.getUint32(124, true) &&
      crc32(bytes.subarray(CHUNK_HEADER, this.#end)) === this.#view.getUint32(52, true);
  }

  /** A chunk without its magic: its records are still read where there are some. */
  #carve(got: number): boolean {
    if (!this.#chunks.bytes.some((byte) => byte !== 0)) return false;
    this.#skip("chunk without its magic", CHUNK_HEADER);
    this.#setLast(Infinity);
    [this.#firstId, this.#end] = [0, got];
    return true;
  }

  /**
   * Finds the next record of this chunk. What lies between is counted as skipped, unless it is
   * the zeros of free space. A record of another pass over a reused chunk has an id out of range.
   */
  #resync(): void {
    const from = this.#at;
    let at = from + 1;
    while (at + MIN_RECORD <= this.#end && !this.#isRecord(at)) at++;
    const found = at + MIN_RECORD <= this.#end;
    this.#at = found ? at : this.#end;
    if (found || this.#chunks.bytes.subarray(from, this.#end).some((byte) => byte !== 0)) {
      this.#skip("no record where one should start", this.#at - from);
    }
  }

  #isRecord(at: number): boolean {
    if (this.#view.getUint32(at, true) !== RECORD_MAGIC) return false;
    const size = this.#view.getUint32(at + 4, true);
    const id = u64(this.#view, at + 8);
    return size >= MIN_RECORD && at + size <= this.#end &&
      this.#view.getUint32(at + size - 4, true) === size && id >= this.#firstId &&
      id <= this.#lastId;
  }

  #skip(reason: string, bytes: number): void {
    this.report.skipped.set(reason, (this.report.skipped.get(reason) ?? 0) + 1);
    this.report.skippedBytes += bytes;
  }

  [Symbol.dispose](): void {
    this.#chunks[Symbol.dispose]();
    this.#fragments[Symbol.dispose]();
  }
}

/** Why a record was stepped over; anything else than broken data is thrown on. */
function reason(error: unknown): string {
  if (error instanceof EvtxError) return error.message;
  if (error instanceof RangeError || error instanceof WebAssembly.RuntimeError) {
    return "value lies outside its chunk";
  }
  throw error;
}

/** Events of an `.evtx` log; closes the source in the end. */
export function evtxCursor(source: ByteSource, options: EvtxOptions = {}): EvtxEventCursor {
  return new EvtxCursor(source, options);
}

/** Events of the `.evtx` file at `path`; errors of opening it are Deno's own. */
export function openEvtx(path: string, options: EvtxOptions = {}): EvtxEventCursor {
  return evtxCursor(fileSource(Deno.openSync(path)), options);
}
