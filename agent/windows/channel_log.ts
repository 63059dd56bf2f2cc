/**
 * One channel of the live log: a pull subscription that survives whatever Windows answers. It never
 * begins in the future by itself: after the bookmark, strictly; else after what Windows finds near
 * it; else at the oldest record. What is missing in between is counted.
 * @module
 */
import { getLogger } from "@logtape/logtape";
import { bookmarkAt, bookmarkOf, bookmarkRecordId, openBookmark } from "./bookmark.ts";
import { type ChannelFields, FORWARDED } from "./channels.ts";
import {
  CONTEXT,
  INSUFFICIENT_BUFFER,
  INVALID_OPERATION,
  LOG_PROPERTY,
  OPEN_LOG,
  RENDER,
  SUBSCRIBE,
  VARIANT_LAYOUT,
  windowsError,
} from "./codes.ts";
import { renderPlan, WindowsEvent } from "./view.ts";
import { type EventLogApi, wide } from "./wevtapi.ts";

const log = getLogger(["habit", "agent"]);

const LARGEST_BATCH = 512;
/** Full batches after which a halved batch doubles again. */
const GROW_AFTER = 16;
/** Subscriptions made in one go before the channel rests. */
const REOPENS_AT_ONCE = 4;
/** The same for halved batches: enough to get from the largest batch to one event and past it. */
const HALVES_AT_ONCE = 16;
const FIRST_REST_MS = 1_000;
const LONGEST_REST_MS = 60_000;
const HOUR_MS = 3_600_000;
/** How far in the future an event's time may lie. */
const LATEST_MS = 24 * HOUR_MS;

/** How a channel fares. */
export interface ChannelStatus {
  /** Its name. */
  readonly channel: string;
  /** `reading`, or `unavailable` with the reason in `problem`. */
  state: "reading" | "unavailable";
  /** The last error in words. */
  problem: string;
  /** The log's own number of the last event read, and its time. */
  lastRecordId: number;
  /** Milliseconds since 1970; 0 before the first event. */
  lastTimeMs: number;
  /** Records that the log held after our position when it was last asked. */
  behind: number;
  /** Events read since the start. */
  events: number;
  /** Times that records were missing, and how many were. */
  gaps: number;
  /** See `gaps`. */
  missed: number;
  /** Events that could not be rendered. */
  unreadable: number;
  /** Subscriptions made beyond the first. */
  reopened: number;
  /** Times that the log grew but nothing came. */
  stalls: number;
  /** Errors by their name. */
  readonly errors: Record<string, number>;
}

/** A pull subscription to one channel. */
export class ChannelLog implements Disposable {
  /** How it fares. */
  readonly status: ChannelStatus;
  /** The event object that Windows signals when there is something to read. */
  readonly signal: bigint;
  readonly #api: EventLogApi;
  readonly #now: () => number;
  readonly #event: WindowsEvent;
  readonly #context: bigint;
  readonly #handles = new BigUint64Array(LARGEST_BATCH);
  readonly #handleBytes = new Uint8Array(this.#handles.buffer);
  readonly #returned = new Uint32Array(1);
  readonly #returnedBytes = new Uint8Array(this.#returned.buffer);
  readonly #used = new Uint32Array(1);
  readonly #usedBytes = new Uint8Array(this.#used.buffer);
  readonly #countBytes = new Uint8Array(4);
  /** Bookmarks before the first event of each hour, in the order of the log. */
  readonly #hours = new Map<number, string>();
  #subscription = 0n;
  #at = 0;
  #count = 0;
  #batch = LARGEST_BATCH;
  #fullBatches = 0;
  /** The event read last; open, so that a bookmark can be made of it. */
  #last = 0n;
  /** Position without `#last`: where the subscription began. */
  #start: string;
  #lastId: number;
  #hour = NaN;
  #restMs = 0;
  #restUntilMs = -Infinity;
  #opened = 0;
  /** Events read when the log was first found ahead of us, -1 where it was not. */
  #behindAt = -1;

  /** Reads a channel after a bookmark, "" for its oldest record. */
  constructor(
    api: EventLogApi,
    fields: ChannelFields,
    bookmark: string,
    now: () => number,
  ) {
    this.#api = api;
    this.#now = now;
    this.#start = bookmark;
    this.#lastId = bookmarkRecordId(bookmark);
    this.status = {
      channel: fields.channel,
      state: "reading",
      problem: "",
      lastRecordId: this.#lastId,
      lastTimeMs: 0,
      behind: 0,
      events: 0,
      gaps: 0,
      missed: 0,
      unreadable: 0,
      reopened: 0,
      stalls: 0,
      errors: {},
    };
    const plan = renderPlan(fields);
    this.#event = new WindowsEvent(plan, api.address);
    const texts = plan.paths.map(wide);
    const pointers = new BigUint64Array(texts.map(api.address));
    this.#context = api.EvtCreateRenderContext(
      texts.length,
      new Uint8Array(pointers.buffer),
      CONTEXT.values,
    );
    if (this.#context === 0n) {
      throw new Error(`Cannot render ${fields.channel}: ${this.#failure()}`);
    }
    this.signal = api.CreateEventW(0n, 1, 1, 0n); // manual reset, signalled: drained at the start
    if (this.signal === 0n) {
      throw new Error(`Cannot wait for ${fields.channel}: ${this.#failure()}`);
    }
  }

  #failure(): string {
    return windowsError(this.#api.GetLastError()).meaning;
  }

  /** The next event, undefined where there is none for now. It is valid until the next call. */
  next(): WindowsEvent | undefined {
    for (;;) {
      if (this.#at === this.#count && !this.#fetch()) return undefined;
      const handle = this.#handles[this.#at++];
      const readable = this.#render(handle);
      if (readable) this.#event.load();
      else this.status.unreadable++;
      const isNew = readable && this.#isNew(this.#event.recordId);
      if (isNew) this.#step();
      if (this.#last !== 0n) this.#api.EvtClose(this.#last);
      this.#last = handle;
      if (isNew) return this.#event;
    }
  }

  /** Notes the position before the first event of an hour, while the event before it is open. */
  #step(): void {
    const { timeMs, recordId } = this.#event;
    this.status.events++;
    this.status.lastRecordId = recordId;
    if (!(timeMs <= this.#now() + LATEST_MS)) return; // no time, or that of a broken clock
    this.status.lastTimeMs = timeMs;
    const hour = Math.floor(timeMs / HOUR_MS) * HOUR_MS;
    if (hour === this.#hour) return;
    this.#hour = hour;
    if (!this.#hours.has(hour)) this.#hours.set(hour, this.#bookmark());
  }

  /** Whether a record was not read before; counts what is missing before it. */
  #isNew(recordId: number): boolean {
    // A collector's events carry the numbers of their own hosts, which say nothing here.
    if (this.status.channel === FORWARDED || recordId < 0) return true;
    if (recordId <= this.#lastId) return false;
    if (this.#lastId > 0 && recordId > this.#lastId + 1) {
      this.status.gaps++;
      this.status.missed += recordId - this.#lastId - 1;
    }
    this.#lastId = recordId;
    return true;
  }

  /** Renders an event's values into the buffer, which grows to what Windows wants. */
  #render(handle: bigint): boolean {
    for (let attempt = 0; attempt < 2; attempt++) {
      const { bytes } = this.#event;
      const ok = this.#api.EvtRender(
        this.#context,
        handle,
        RENDER.values,
        bytes.length,
        bytes,
        this.#usedBytes,
        this.#countBytes,
      );
      if (ok !== 0) return true;
      const code = this.#api.GetLastError();
      if (code !== INSUFFICIENT_BUFFER || attempt > 0) {
        this.#countError(code);
        return false;
      }
      this.#event.grow(this.#used[0] + VARIANT_LAYOUT.bytes);
    }
    return false;
  }

  /** Gets the next batch of handles; false where there is nothing for now. */
  #fetch(): boolean {
    for (let reopens = 0;;) {
      if (this.#subscription === 0n && !this.#open()) return false;
      this.#at = this.#count = 0;
      const ok = this.#api.EvtNext(
        this.#subscription,
        this.#batch,
        this.#handleBytes,
        0,
        0,
        this.#returnedBytes,
      );
      const code = ok === 0 ? this.#api.GetLastError() : 0;
      if (ok !== 0 && this.#returned[0] > 0) {
        this.#count = this.#returned[0];
        this.#grow();
        this.#restMs = 0;
        return true;
      }
      const action = ok !== 0 ? "drained" : windowsError(code).next;
      if (action === "drained" && !(code === INVALID_OPERATION && this.#isBehind())) return false;
      this.#countError(code);
      this.#close();
      if (action === "halve") this.#halve();
      if (++reopens >= (action === "halve" ? HALVES_AT_ONCE : REOPENS_AT_ONCE)) {
        this.#rest(code);
        return false;
      }
    }
  }

  #grow(): void {
    if (this.#batch === LARGEST_BATCH || this.#count < this.#batch) return;
    if (++this.#fullBatches < GROW_AFTER) return;
    this.#fullBatches = 0;
    this.#batch *= 2;
  }

  /** Halves the batch; an event that is too large by itself is stepped over and counted. */
  #halve(): void {
    this.#fullBatches = 0;
    if (this.#batch > 1) {
      this.#batch >>= 1;
      return;
    }
    const lost = Math.max(bookmarkRecordId(this.#bookmark()), this.#lastId) + 1;
    this.#forgetLast(bookmarkAt(this.status.channel, lost));
    this.#lastId = lost;
    this.status.gaps++;
    this.status.missed++;
  }

  /** The position as a bookmark, "" for the oldest record. */
  #bookmark(): string {
    if (this.#last === 0n) return this.#start;
    return bookmarkOf(this.#api, this.#last) ??
      bookmarkAt(this.status.channel, this.#lastId);
  }

  #forgetLast(start: string): void {
    if (this.#last !== 0n) this.#api.EvtClose(this.#last);
    this.#last = 0n;
    this.#start = start;
  }

  /** Subscribes after the position; false where the channel cannot be read now. */
  #open(): boolean {
    if (this.#now() < this.#restUntilMs) return false;
    const xml = this.#bookmark();
    const bookmark = bookmarkRecordId(xml) === 0 ? 0n : openBookmark(this.#api, xml);
    if (xml !== "" && bookmark === 0n) this.#lostPosition("the bookmark is damaged");
    const attempts = bookmark === 0n
      ? [SUBSCRIBE.oldest]
      : [SUBSCRIBE.afterBookmark | SUBSCRIBE.strict, SUBSCRIBE.afterBookmark, SUBSCRIBE.oldest];
    try {
      for (const flags of attempts) {
        this.#subscription = this.#api.EvtSubscribe(
          0n,
          this.signal,
          wide(this.status.channel),
          wide("*"), // every event counts, and a query with many conditions would be refused
          flags === SUBSCRIBE.oldest ? 0n : bookmark,
          0n,
          0n, // no callback: callbacks drop events under load
          flags,
        );
        if (this.#subscription !== 0n) {
          if (flags !== attempts[0]) this.#lostPosition("the bookmarked event is gone");
          break;
        }
        const code = this.#api.GetLastError();
        this.#countError(code);
        if (windowsError(code).open === "soften" && flags !== SUBSCRIBE.oldest) continue;
        this.#rest(code);
        return false;
      }
    } finally {
      if (bookmark !== 0n) this.#api.EvtClose(bookmark);
    }
    if (this.#opened++ > 0) this.status.reopened++;
    this.status.state = "reading";
    this.status.problem = "";
    return true;
  }

  /** The log does not hold our position any more: was it made anew, so that numbers begin again? */
  #lostPosition(reason: string): void {
    this.status.gaps++;
    const newest = this.#newest();
    if (newest === undefined || newest < this.#lastId) this.#lastId = 0;
    log.warn("Position in a log lost; read on from what is there.", {
      channel: this.status.channel,
      reason,
      lastRecordId: this.status.lastRecordId,
    });
  }

  /** The channel rests, longer each time, so that an error is no busy loop. */
  #rest(code: number): void {
    const { name, meaning } = windowsError(code);
    this.#restMs = Math.min(LONGEST_REST_MS, this.#restMs * 2 || FIRST_REST_MS);
    this.#restUntilMs = this.#now() + this.#restMs;
    this.status.state = "unavailable";
    this.status.problem = `${name}: ${meaning}`;
  }

  #countError(code: number): void {
    const { name } = windowsError(code);
    this.status.errors[name] = (this.status.errors[name] ?? 0) + 1;
  }

  /** The newest record of the log by its own numbers, undefined where Windows does not say. */
  #newest(): number | undefined {
    const handle = this.#api.EvtOpenLog(0n, wide(this.status.channel), OPEN_LOG.channel);
    if (handle === 0n) return undefined;
    try {
      const records = this.#logNumber(handle, LOG_PROPERTY.records);
      const oldest = this.#logNumber(handle, LOG_PROPERTY.oldest);
      return records === undefined || oldest === undefined ? undefined : oldest + records - 1;
    } finally {
      this.#api.EvtClose(handle);
    }
  }

  #logNumber(handle: bigint, property: number): number | undefined {
    const variant = new Uint8Array(VARIANT_LAYOUT.bytes);
    const ok = this.#api.EvtGetLogInfo(
      handle,
      property,
      variant.length,
      variant,
      this.#usedBytes,
    );
    return ok === 0 ? undefined : Number(new DataView(variant.buffer).getBigUint64(0, true));
  }

  /** Whether the log holds records after our position. */
  #isBehind(): boolean {
    return this.checkLag() > 0;
  }

  /** Records that the log holds after our position, 0 where Windows does not say; kept in `status`. */
  checkLag(): number {
    const newest = this.#newest() ?? 0;
    return this.status.behind = Math.max(0, newest - bookmarkRecordId(this.#bookmark()));
  }

  /**
   * Subscribes again where the log has been ahead since the last check though nothing came: the
   * subscription is dead without an error.
   */
  checkStall(): boolean {
    const idle = this.#at === this.#count && this.#subscription !== 0n;
    const before = this.#behindAt;
    this.#behindAt = idle && this.#isBehind() ? this.status.events : -1;
    if (this.#behindAt < 0 || this.#behindAt !== before) return false;
    this.#behindAt = -1;
    this.status.stalls++;
    this.#close();
    return true;
  }

  /**
   * Where reading must begin again for the hours that are open, as a bookmark; "" for the oldest
   * record. `openFromMs` is the start of the earliest open hour, Infinity where none is open.
   */
  position(openFromMs: number): string {
    for (const [hour, bookmark] of this.#hours) {
      if (hour >= openFromMs) return bookmark;
      if (hour !== this.#hour) this.#hours.delete(hour);
    }
    return this.#bookmark();
  }

  #close(): void {
    while (this.#at < this.#count) this.#api.EvtClose(this.#handles[this.#at++]);
    if (this.#subscription !== 0n) this.#api.EvtClose(this.#subscription);
    this.#subscription = 0n;
  }

  /** Closes every handle. */
  [Symbol.dispose](): void {
    this.#close();
    this.#forgetLast("");
    this.#api.EvtClose(this.#context);
    this.#api.CloseHandle(this.signal);
  }
}
