/**
 * Writes real `.evtx` files: chunks of 64 KiB with their checksums behind a file header, and, at a
 * maximum size, a circular log that overwrites its oldest chunk as Windows does.
 * @module
 */
import { crc32 } from "node:zlib";
import { CHUNK_BYTES, ChunkBuilder } from "./binxml.ts";
import { type EventDefinition, type Value } from "./definitions.ts";
import { dataTemplate, eventTemplate, SYSTEM_TYPES, type Template } from "./template.ts";
import { valueBytes } from "./value.ts";

/** One event to write. */
export interface LogEvent {
  /** What kind of event it is. */
  readonly definition: EventDefinition;
  /** System/Level where it is not the one of its kind. */
  readonly level?: number;
  /** System/TimeCreated, milliseconds since 1970 with a fraction to 100 ns. */
  readonly timeMs: number;
  /** System/Security/@UserID, null where Windows writes none. */
  readonly userSid: string | null;
  /** System/Execution/@ProcessID. */
  readonly processId: number;
  /** System/Execution/@ThreadID. */
  readonly threadId: number;
  /** Values in the order of the definition's fields. */
  readonly values: readonly Value[];
}

/** Where a log goes: bytes at a place, later ones may lie before earlier ones. */
export interface LogSink {
  /** Puts bytes at an offset. The bytes are only valid during the call. */
  write(offset: number, bytes: Uint8Array): void;
}

/** How a log is kept. */
export interface LogOptions {
  /** System/Computer of every event. */
  readonly computer: string;
  /** Size at which the oldest chunk is overwritten; without it the log grows. */
  readonly maxBytes?: number;
  /** EventRecordID of the first event, 1 without it. */
  readonly firstRecordId?: number;
}

const HEADER_BYTES = 4096;
/** Room that a record needs beside its values: header, fragments, padding, size copy. */
const RECORD_OVERHEAD = 64;

const DATA_TEMPLATES = new WeakMap<EventDefinition, Template>();

function dataTemplateOf(definition: EventDefinition): Template {
  let made = DATA_TEMPLATES.get(definition);
  if (!made) DATA_TEMPLATES.set(definition, made = dataTemplate(definition));
  return made;
}

/** Writes one log; `close` puts the file header. */
export class EvtxWriter {
  readonly #sink: LogSink;
  readonly #chunk = new ChunkBuilder();
  readonly #eventTemplate: Template;
  readonly #userTemplate: Template;
  readonly #maxChunks: number;
  /** First record id of each slot, in the order of the file. */
  readonly #slotFirst: number[] = [];
  #chunks = 0;
  #nextId: number;
  #firstInChunk: number;
  #lastRecordAt = 0;

  /** Begins a log; throws a `RangeError` where the maximum size holds no chunk. */
  constructor(sink: LogSink, options: LogOptions) {
    const { computer, maxBytes = Infinity, firstRecordId = 1 } = options;
    this.#sink = sink;
    this.#eventTemplate = eventTemplate(computer, false);
    this.#userTemplate = eventTemplate(computer, true);
    this.#maxChunks = Math.floor((maxBytes - HEADER_BYTES) / CHUNK_BYTES);
    if (!(this.#maxChunks >= 1)) {
      throw new RangeError(
        `Cannot keep a log in ${maxBytes} bytes: a header and one chunk take ${
          HEADER_BYTES + CHUNK_BYTES
        }`,
      );
    }
    this.#nextId = this.#firstInChunk = firstRecordId;
  }

  /** EventRecordID that the next event gets. */
  get nextRecordId(): number {
    return this.#nextId;
  }

  /** EventRecordID of the oldest event that is still in the log. */
  get oldestRecordId(): number {
    const slots = this.#slotFirst;
    return slots.length === 0 ? this.#firstInChunk : Math.min(...slots, this.#firstInChunk);
  }

  /** Writes an event and gives back its EventRecordID. Throws a `RangeError` if it fits no chunk. */
  write(event: LogEvent): number {
    const { definition, values } = event;
    const outer = definition.userData === "" ? this.#eventTemplate : this.#userTemplate;
    const inner = dataTemplateOf(definition);
    const size = this.#bytesOf(event, outer, inner);
    if (this.#chunk.at + size > CHUNK_BYTES) {
      this.#flush();
      const alone = this.#bytesOf(event, outer, inner);
      if (this.#chunk.at + alone > CHUNK_BYTES) {
        throw new RangeError(
          `Cannot write event ${definition.eventId}: it takes up to ${alone} bytes, a chunk holds ${
            CHUNK_BYTES - this.#chunk.at
          }`,
        );
      }
    }
    const id = this.#nextId++;
    this.#record(event, id, outer, inner, values);
    return id;
  }

  #bytesOf(event: LogEvent, outer: Template, inner: Template): number {
    const { definition, values } = event;
    let bytes = RECORD_OVERHEAD + 2 * (definition.provider.length + definition.channel.length) +
      160;
    bytes += this.#chunk.templateBytes(outer, SYSTEM_TYPES.length);
    bytes += this.#chunk.templateBytes(inner, values.length);
    const fields = definition.fields;
    for (let i = 0; i < fields.length; i++) bytes += valueBytes(fields[i]!.type, values[i] ?? null);
    return bytes;
  }

  #record(
    event: LogEvent,
    id: number,
    outer: Template,
    inner: Template,
    values: readonly Value[],
  ): void {
    const { definition } = event;
    const chunk = this.#chunk;
    const start = this.#lastRecordAt = chunk.at;
    chunk.view.setUint32(start, 0x2a2a, true);
    chunk.view.setUint32(start + 8, id % 4_294_967_296, true);
    chunk.view.setUint32(start + 12, Math.floor(id / 4_294_967_296), true);
    chunk.at += 16;
    chunk.filetime(event.timeMs);
    const system = this.#system(event, id);
    let descriptor = chunk.begin(outer, SYSTEM_TYPES.length);
    for (let i = 0; i < system.length; i++) {
      chunk.value(descriptor, SYSTEM_TYPES[i]!, system[i]!);
      descriptor += 4;
    }
    const fragment = chunk.at;
    let field = chunk.begin(inner, definition.fields.length);
    definition.fields.forEach(({ type }, i) => {
      chunk.value(field, type, values[i] ?? null);
      field += 4;
    });
    chunk.describe(descriptor, fragment, "fragment");
    chunk.at = start + ((chunk.at + 1 + 4 - start + 7) & ~7); // an end token, padding to 8 bytes
    chunk.view.setUint32(start + 4, chunk.at - start, true);
    chunk.view.setUint32(chunk.at - 4, chunk.at - start, true);
  }

  #system(event: LogEvent, id: number): Value[] {
    const d = event.definition;
    return [
      event.level ?? d.level,
      d.opcode,
      d.task,
      d.eventId,
      d.qualifiers,
      d.keywords,
      event.timeMs,
      null,
      event.processId,
      event.threadId,
      id,
      d.version,
      event.userSid,
      null,
      d.provider,
      d.providerGuid === "" ? null : d.providerGuid,
      d.channel,
    ];
  }

  #flush(): void {
    if (this.#nextId === this.#firstInChunk) return;
    const { bytes, view, at } = this.#chunk;
    bytes.set(new TextEncoder().encode("ElfChnk\0"));
    const last = this.#nextId - 1;
    [this.#firstInChunk, last, this.#firstInChunk, last].forEach((number, i) => {
      view.setBigUint64(8 + 8 * i, BigInt(number), true);
    });
    view.setUint32(40, 128, true);
    view.setUint32(44, this.#lastRecordAt, true);
    view.setUint32(48, at, true);
    view.setUint32(52, crc32(bytes.subarray(512, at)), true);
    view.setUint32(120, 1, true);
    view.setUint32(124, crc32(bytes.subarray(128, 512), crc32(bytes.subarray(0, 120))), true);
    const slot = this.#chunks % this.#maxChunks;
    this.#sink.write(HEADER_BYTES + CHUNK_BYTES * slot, bytes);
    this.#slotFirst[slot] = this.#firstInChunk;
    this.#chunks++;
    this.#firstInChunk = this.#nextId;
    this.#chunk.reset();
  }

  /** Writes what is left and the file header. */
  close(): void {
    this.#flush();
    const slots = Math.min(this.#chunks, this.#maxChunks);
    const header = new Uint8Array(HEADER_BYTES);
    const view = new DataView(header.buffer);
    header.set(new TextEncoder().encode("ElfFile\0"));
    const newest = Math.max(0, this.#chunks - 1) % this.#maxChunks;
    const oldest = this.#chunks > this.#maxChunks ? this.#chunks % this.#maxChunks : 0;
    view.setBigUint64(8, BigInt(oldest), true);
    view.setBigUint64(16, BigInt(newest), true);
    view.setBigUint64(24, BigInt(this.#nextId), true);
    view.setUint32(32, 128, true);
    view.setUint16(36, 1, true);
    view.setUint16(38, 3, true);
    view.setUint16(40, HEADER_BYTES, true);
    view.setUint16(42, slots, true);
    view.setUint32(124, crc32(header.subarray(0, 120)), true);
    this.#sink.write(0, header);
  }
}
