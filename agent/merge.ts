/**
 * Many log files as one stream in the order of time. A file is opened when the stream reaches its
 * first event and closed after its last, so that few are open at once however many there are.
 * @module
 */
import type { EventCursor, EventView, SourceReport } from "@/features/event.ts";

/** A source that can be opened later, and when its first event is. */
export interface Pending {
  /** Time of its earliest event, milliseconds since 1970. */
  readonly firstMs: number;
  /** Opens it at its first event. */
  open(): EventCursor;
}

/** An open source and the event that it stands on. */
interface Head {
  readonly cursor: EventCursor;
  /** Its place among the sources: decides between events of one time. */
  readonly order: number;
  event: EventView;
  timeMs: number;
}

/** Reads sources merged by time; each source's own order is kept where its clock stepped back. */
export class MergedCursor implements EventCursor {
  readonly report: SourceReport = { records: 0, skipped: new Map(), skippedBytes: 0 };
  readonly #pending: { source: Pending; order: number }[];
  /** A binary heap, the earliest event first. */
  readonly #heads: Head[] = [];
  #started = false;

  readonly #latestMs: number;

  /** Sources in any order; a time after `latestMs` is a broken clock's and does not hold a source up. */
  constructor(sources: readonly Pending[], latestMs = Infinity) {
    this.#latestMs = latestMs;
    this.#pending = sources.map((source, order) => ({ source, order }))
      .sort((a, b) => b.source.firstMs - a.source.firstMs || b.order - a.order);
  }

  next(): EventView | undefined {
    if (this.#started) this.#advance(this.#heads[0]);
    this.#openDue();
    this.#started = this.#heads.length > 0;
    return this.#heads[0]?.event;
  }

  /** Moves the earliest source on by one event, or closes it at its end. */
  #advance(head: Head): void {
    const event = head.cursor.next();
    if (event) {
      head.event = event;
      if (event.timeMs <= this.#latestMs) head.timeMs = event.timeMs;
    } else {
      this.#close(head.cursor);
      const last = this.#heads.pop()!;
      if (last === head) return;
      this.#heads[0] = last;
    }
    this.#sink();
  }

  /** Opens every source whose first event is not after the earliest that is open. */
  #openDue(): void {
    for (let last = this.#pending.at(-1); last; last = this.#pending.at(-1)) {
      if (this.#heads.length > 0 && last.source.firstMs > this.#heads[0].timeMs) return;
      this.#pending.pop();
      const cursor = last.source.open();
      const event = cursor.next();
      if (!event) {
        this.#close(cursor);
        continue;
      }
      const timeMs = event.timeMs <= this.#latestMs ? event.timeMs : last.source.firstMs;
      this.#rise({ cursor, order: last.order, event, timeMs });
    }
  }

  #rise(head: Head): void {
    let i = this.#heads.push(head) - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!before(head, this.#heads[parent])) break;
      this.#heads[i] = this.#heads[parent];
      i = parent;
    }
    this.#heads[i] = head;
  }

  #sink(): void {
    const heads = this.#heads;
    const head = heads[0];
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= heads.length) break;
      if (child + 1 < heads.length && before(heads[child + 1], heads[child])) child++;
      if (!before(heads[child], head)) break;
      heads[i] = heads[child];
      i = child;
    }
    heads[i] = head;
  }

  /** Closes a source and adds its counts to ours. */
  #close(cursor: EventCursor): void {
    const { records, skipped, skippedBytes } = cursor.report;
    this.report.records += records;
    this.report.skippedBytes += skippedBytes;
    for (const [reason, count] of skipped) {
      this.report.skipped.set(reason, (this.report.skipped.get(reason) ?? 0) + count);
    }
    cursor[Symbol.dispose]();
  }

  /** Closes what is open. */
  [Symbol.dispose](): void {
    for (const { cursor } of this.#heads.splice(0)) this.#close(cursor);
    this.#pending.length = 0;
    this.#started = false;
  }
}

function before(a: Head, b: Head): boolean {
  return a.timeMs < b.timeMs || (a.timeMs === b.timeMs && a.order < b.order);
}
