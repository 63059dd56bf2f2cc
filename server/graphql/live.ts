/**
 * Subscriptions of many: whoever asks for the same, being allowed the same, hears of one execution.
 * A thousand open consoles cost a thousand connections, and one query for each alert.
 * @module
 */

import { HttpError } from "@/server/http/responses.ts";

/** Chunks that may wait for a subscriber; who reads slower is cut off rather than kept in memory. */
const MOST_WAITING = 256;
/** A subscription ends after this, and its client opens it again: who may hear is asked anew. */
const LIFE_MS = 3_600_000;
const HELLO = new TextEncoder().encode(":\n\n");
const NEWLINE = 10;

/** What an operation came to: `live` where the response goes on for as long as somebody listens. */
export interface Started {
  readonly response: Response;
  readonly live: boolean;
}

type Listener = ReadableStreamDefaultController<Uint8Array>;

/** One execution and who listens to it. */
class Channel {
  readonly #listeners = new Map<
    Listener,
    { readonly untilMs: number; readonly left: () => void }
  >();
  readonly #source: ReadableStreamDefaultReader<Uint8Array>;
  #over = false;

  constructor(
    source: ReadableStream<Uint8Array>,
    readonly now: () => number,
    readonly ended: () => void,
  ) {
    this.#source = source.getReader();
    this.#pump().catch(() => {}).finally(() => {
      this.#over = true;
      ended();
      for (const listener of this.#listeners.keys()) this.#drop(listener);
    });
  }

  /** A stream of what comes from now on; `left` is called once it is over. */
  listen(left: () => void): ReadableStream<Uint8Array> {
    let self: Listener;
    return new ReadableStream({
      start: (listener) => {
        self = listener;
        this.#listeners.set(listener, { untilMs: this.now() + LIFE_MS, left });
        listener.enqueue(HELLO); // some browsers wait for a first byte
        if (this.#over) this.#drop(listener); // it ended while this one was on its way
      },
      cancel: () => this.#forget(self),
    });
  }

  /** Ends it for all; nobody joins any more. */
  end(): void {
    this.ended();
    this.#source.cancel().catch(() => {});
  }

  async #pump(): Promise<void> {
    let held: Uint8Array[] = [];
    for (;;) {
      const { done, value } = await this.#source.read();
      if (done) return;
      held.push(value);
      const whole = value.at(-1) === NEWLINE && value.at(-2) === NEWLINE;
      if (!whole) continue; // who comes in between must not hear half an event
      this.#tell(held.length === 1 ? held[0]! : new Uint8Array(Buffer.concat(held)));
      held = [];
    }
  }

  #tell(event: Uint8Array): void {
    const nowMs = this.now();
    for (const [listener, { untilMs }] of this.#listeners) {
      if (untilMs < nowMs || listener.desiredSize! < -MOST_WAITING) this.#drop(listener);
      else listener.enqueue(event);
    }
  }

  #drop(listener: Listener): void {
    listener.close();
    this.#forget(listener);
  }

  #forget(listener: Listener): void {
    const entry = this.#listeners.get(listener);
    if (!entry) return;
    this.#listeners.delete(listener);
    entry.left();
    if (this.#listeners.size === 0) this.end();
  }
}

/** All channels by what is asked. */
export class Live {
  readonly #channels = new Map<string, Promise<Channel | undefined>>();

  /** Takes what it is made of. */
  constructor(
    /** Clock, milliseconds. */
    readonly now: () => number,
  ) {}

  /**
   * Joins the execution of `key`, or starts it; `left` is called once the answer is over. Where it
   * ends at once, in errors for instance, each caller has an execution of its own.
   */
  async answer(key: string, start: () => Promise<Started>, left: () => void): Promise<Response> {
    const pending = this.#channels.get(key);
    const joined = pending && await pending;
    if (joined) return stream(joined, left);
    const { promise, resolve } = Promise.withResolvers<Channel | undefined>();
    const ended = () => void (this.#channels.get(key) === promise && this.#channels.delete(key));
    this.#channels.set(key, promise);
    let channel: Channel | undefined;
    try {
      const { response, live } = await start();
      if (!live) return response;
      channel = new Channel(response.body!, this.now, ended);
      return stream(channel, left);
    } finally {
      resolve(channel);
      if (!channel) {
        ended();
        left();
      }
    }
  }

  /** Ends every subscription: whoever may still hear opens it again. */
  async endAll(): Promise<void> {
    const channels = await Promise.all(this.#channels.values());
    this.#channels.clear();
    for (const channel of channels) channel?.end();
  }
}

function stream(channel: Channel, left: () => void): Response {
  return new Response(channel.listen(left), {
    headers: {
      "content-type": "text/event-stream",
      "cache-control": "no-cache",
      "x-accel-buffering": "no", // proxies of nginx's kind would hold events back
    },
  });
}

/** Counts what each caller has open. */
export class Places {
  readonly #taken = new Map<string, number>();

  /** Takes what it is made of. */
  constructor(
    /** Most that one caller may have open. */
    readonly most: number,
  ) {}

  /** Takes a place; gives what frees it. @throws HttpError 429 where the caller has no more. */
  take(key: string): () => void {
    const taken = this.#taken.get(key) ?? 0;
    if (taken >= this.most) {
      const message = `At most ${this.most} subscriptions may be open: close one first.`;
      throw new HttpError(429, "too-many-subscriptions", message);
    }
    this.#taken.set(key, taken + 1);
    return () => {
      const left = this.#taken.get(key)! - 1;
      if (left > 0) this.#taken.set(key, left);
      else this.#taken.delete(key);
    };
  }
}
