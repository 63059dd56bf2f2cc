/**
 * News for who waits: one LISTEN connection a process, fanned out to subscribers in memory. A
 * subscriber that does not read is cut off rather than kept in memory.
 * @module
 */
import type { Sql } from "@/db/open.ts";

/** Channels that triggers of the database tell of; the payload is the row's id. */
export const CHANNELS = ["habit_alerts", "habit_jobs", "habit_agents", "habit_access"] as const;
/** One of {@link CHANNELS}. */
export type Channel = typeof CHANNELS[number];

const MAX_BACKLOG = 256;

/** Fans out what the database tells. */
export interface News extends AsyncDisposable {
  /** Ids as they come, until the consumer stops or falls too far behind. */
  subscribe(channel: Channel): AsyncIterableIterator<string>;
  /** Calls back for each; returns what ends it. */
  on(channel: Channel, callback: (id: string) => void): () => void;
}

/** One subscriber's bounded backlog as an async iterator. */
class Backlog implements AsyncIterableIterator<string> {
  readonly #ids: string[] = [];
  #wake: ((result: IteratorResult<string>) => void) | undefined;
  #ended = false;

  constructor(readonly leave: (backlog: Backlog) => void) {}

  push(id: string): void {
    if (this.#wake) {
      this.#wake({ value: id, done: false });
      this.#wake = undefined;
    } else if (this.#ids.length < MAX_BACKLOG) this.#ids.push(id);
    else this.return();
  }

  next(): Promise<IteratorResult<string>> {
    const id = this.#ids.shift();
    if (id !== undefined) return Promise.resolve({ value: id, done: false });
    if (this.#ended) return Promise.resolve({ value: undefined, done: true });
    return new Promise((resolve) => this.#wake = resolve);
  }

  return(): Promise<IteratorResult<string>> {
    this.#ended = true;
    this.#wake?.({ value: undefined, done: true });
    this.#wake = undefined;
    this.leave(this);
    return Promise.resolve({ value: undefined, done: true });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}

/** Starts to listen on every channel. */
export async function listen(sql: Sql): Promise<News> {
  const callbacks = new Map(CHANNELS.map((name) => [name, new Set<(id: string) => void>()]));
  const backlogs = new Set<Backlog>();
  const on = (channel: Channel, callback: (id: string) => void) => {
    callbacks.get(channel)!.add(callback);
    return () => void callbacks.get(channel)!.delete(callback);
  };
  const tell = (channel: Channel, id: string) =>
    callbacks.get(channel)!.forEach((callback) => callback(id));
  const listening = await Promise.all(
    CHANNELS.map((channel) => sql.listen(channel, (id) => tell(channel, id))),
  );
  return {
    on,
    subscribe(channel) {
      const backlog = new Backlog((self) => {
        off();
        backlogs.delete(self);
      });
      const off = on(channel, (id) => backlog.push(id));
      backlogs.add(backlog);
      return backlog;
    },
    async [Symbol.asyncDispose]() {
      for (const backlog of backlogs) backlog.return();
      await Promise.all(listening.map(({ unlisten }) => unlisten().catch(() => {})));
    },
  };
}
