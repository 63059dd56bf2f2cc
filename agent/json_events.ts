/**
 * Windows events that already lie in a SIEM as JSON, one a line, as a source like any log.
 * @module
 */
import type { EventCursor, EventView, SourceReport } from "@/features/event.ts";
import { FIELD_NAMES } from "@/features/fields.ts";
import type { ByteSource } from "./evtx/chunks.ts";
import type { JsonWriter } from "./evtx/json_writer.ts";
import type { Feed } from "./json_feed.ts";
import { type Json, type JsonRecord, windowsEvent } from "./json_record.ts";

const MAX_LINE = 1 << 24;
const NEWLINE = 0x0a;

class JsonView implements EventView {
  record!: JsonRecord;

  get channel(): string {
    return this.record.channel;
  }
  get provider(): string {
    return this.record.provider;
  }
  get eventId(): number {
    return this.record.eventId;
  }
  get version(): number {
    return this.record.version;
  }
  get level(): number {
    return this.record.level;
  }
  get recordId(): number {
    return this.record.recordId;
  }
  get timeMs(): number {
    return this.record.timeMs;
  }
  get computer(): string {
    return this.record.computer;
  }
  get userSid(): string {
    return this.record.userSid;
  }

  text(slot: number): string {
    const value = this.record.fields[FIELD_NAMES[slot]];
    return value === undefined || value === null || typeof value === "object" ? "" : String(value);
  }

  number(slot: number): number {
    const text = this.text(slot);
    return text.trim() === "" ? NaN : Number(text);
  }
}

/** Gives the lines of a feed; a line that is too long is passed over. */
class Lines {
  /** Bytes of lines that were passed over. */
  overlong = 0;
  readonly #feed: Feed;
  readonly #decoder = new TextDecoder();
  #piece: Uint8Array = new Uint8Array(0);
  #begun: Uint8Array[] = [];
  #length = 0;

  constructor(feed: Feed) {
    this.#feed = feed;
  }

  next(): string | undefined {
    for (;;) {
      const end = this.#piece.indexOf(NEWLINE);
      const part = end < 0 ? this.#piece : this.#piece.subarray(0, end);
      this.#length += part.length;
      if (part.length > 0 && this.#length <= MAX_LINE) {
        this.#begun.push(end < 0 ? part.slice() : part);
      }
      if (end >= 0) {
        this.#piece = this.#piece.subarray(end + 1);
        return this.#finish();
      }
      const piece = this.#feed();
      if (piece === undefined) {
        this.#piece = new Uint8Array(0);
        return this.#length > 0 ? this.#finish() : undefined;
      }
      this.#piece = piece;
    }
  }

  #finish(): string {
    const fits = this.#length <= MAX_LINE;
    if (!fits) this.overlong += this.#length;
    const parts = this.#begun;
    this.#begun = [];
    this.#length = 0;
    if (!fits) return "";
    if (parts.length === 1) return this.#decoder.decode(parts[0]);
    return parts.map((part, i) => this.#decoder.decode(part, { stream: i < parts.length - 1 }))
      .join("");
  }
}

/** A cursor over JSON lines that also writes its current line. */
class JsonCursor implements EventCursor {
  readonly report: SourceReport = { records: 0, skipped: new Map(), skippedBytes: 0 };
  readonly #source: ByteSource;
  readonly #lines: Lines;
  readonly #event = new JsonView();
  #line = "";
  #ended = false;

  constructor(source: ByteSource, feed: Feed) {
    this.#source = source;
    this.#lines = new Lines(feed);
  }

  next(): EventView | undefined {
    while (!this.#ended) {
      const line = this.#nextLine();
      if (line === undefined) return undefined;
      // A whole array, one element a line, reads too.
      this.#line = line.trim().replace(/^[[,]+|[\],]+$/g, "");
      if (this.#line === "") continue;
      const record = this.#parse(this.#line);
      if (record === undefined) continue;
      this.#event.record = record;
      this.report.records++;
      return this.#event;
    }
  }

  writeJson(writer: JsonWriter): boolean {
    writer.raw(this.#line);
    return true;
  }

  #nextLine(): string | undefined {
    try {
      const before = this.#lines.overlong;
      const line = this.#lines.next();
      const over = this.#lines.overlong - before;
      if (over > 0) this.#skip("line longer than 16 MiB", over);
      return line;
    } catch (error) {
      // What was unpacked so far counts; behind the damage nothing can be read.
      this.#ended = true;
      const reason = error instanceof Error ? error.message : String(error);
      this.#skip(`packed file is damaged (${reason})`, 0);
    }
  }

  #parse(line: string): JsonRecord | undefined {
    let object: unknown;
    try {
      object = JSON.parse(line);
    } catch {
      this.#skip("line is no JSON", line.length);
      return undefined;
    }
    const record = typeof object === "object" && object !== null
      ? windowsEvent(object as Json)
      : undefined;
    if (record === undefined) this.#skip("no Windows event", line.length);
    return record;
  }

  #skip(reason: string, bytes: number): void {
    this.report.skipped.set(reason, (this.report.skipped.get(reason) ?? 0) + 1);
    this.report.skippedBytes += bytes;
  }

  [Symbol.dispose](): void {
    this.#source[Symbol.dispose]();
  }
}

/** Events of a feed of JSON lines; closes the source in the end. */
export function jsonCursor(
  source: ByteSource,
  feed: Feed,
): EventCursor & { writeJson(writer: JsonWriter): boolean } {
  return new JsonCursor(source, feed);
}
