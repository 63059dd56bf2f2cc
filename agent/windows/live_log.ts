/**
 * All channels of the live log as one stream in the order of time, so that none starves another and
 * a backlog of one does not close the hours of the rest.
 * @module
 */
import type { EventView } from "@/features/event.ts";
import { WINDOW_MS } from "@/features/vector.ts";
import { ChannelLog, type ChannelStatus } from "./channel_log.ts";
import type { ChannelFields } from "./channels.ts";
import { WAIT } from "./codes.ts";
import type { EventLogApi } from "./wevtapi.ts";

/** Channels that were drained are looked at this often at least, signal or not. */
const LOOK_MS = 5_000;
/** While others keep us busy, a drained channel is looked at this often. */
const BUSY_LOOK_MS = 500;
/**
 * Between a signal and the look at what came: a steady trickle then costs a look every other second
 * at every channel, not one an event. Windows are hours, so nobody waits for it.
 */
const GATHER_MS = 2_000;
/** Channels are checked for a silent stall this often. */
const STALL_MS = 60_000;

/** One channel and the event that it stands on. */
interface Source {
  readonly log: ChannelLog;
  head: EventView | undefined;
  /** Nothing came at the last look: wait for the signal. */
  drained: boolean;
}

/** The live log of this host. */
export class LiveLog implements Disposable {
  readonly #api: EventLogApi;
  readonly #now: () => number;
  readonly #sources: Source[];
  readonly #signals: BigUint64Array<ArrayBuffer>;
  #lookMs: number;
  #stallMs: number;

  /** Reads channels after their saved positions. */
  constructor(
    api: EventLogApi,
    channels: readonly ChannelFields[],
    positions: ReadonlyMap<string, string>,
    now: () => number,
  ) {
    this.#api = api;
    this.#now = now;
    this.#sources = channels.map((fields) => ({
      log: new ChannelLog(api, fields, positions.get(fields.channel) ?? "", now),
      head: undefined,
      drained: false,
    }));
    this.#signals = new BigUint64Array(this.#sources.map(({ log }) => log.signal));
    this.#lookMs = this.#stallMs = now();
  }

  /** The earliest event that is there, undefined where all channels are drained for now. */
  next(): EventView | undefined {
    let first: Source | undefined;
    for (const source of this.#sources) {
      if (source.head === undefined && !source.drained) {
        source.head = source.log.next();
        source.drained = source.head === undefined;
      }
      if (source.head !== undefined && !(first && first.head!.timeMs <= source.head.timeMs)) {
        first = source;
      }
    }
    if (first === undefined) return undefined;
    const event = first.head;
    first.head = undefined;
    return event;
  }

  /** Lets drained channels be looked at again, where it is time; called between turns. */
  look(): void {
    const now = this.#now();
    if (now - this.#lookMs >= BUSY_LOOK_MS) this.#lookAtAll();
    if (now - this.#stallMs < STALL_MS) return;
    this.#stallMs = now;
    for (const { log } of this.#sources) if (log.checkStall()) this.#lookAtAll();
  }

  /** The objects are reset before anything is read, so that no wake-up falls between. */
  #lookAtAll(): void {
    this.#lookMs = this.#now();
    for (const source of this.#sources) {
      this.#api.ResetEvent(source.log.signal);
      source.drained = false;
    }
  }

  /** Waits until some channel has something, or it is time to look at all of them anyway. */
  async wait(timeoutMs: number = LOOK_MS): Promise<void> {
    const woken = await this.#api.wait(this.#signals, timeoutMs);
    const restMs = woken === WAIT.failed ? timeoutMs : Math.min(timeoutMs, GATHER_MS);
    if (woken !== WAIT.timeout) await new Promise((resolve) => setTimeout(resolve, restMs));
    this.#lookAtAll();
  }

  /** Where each channel must begin again for the hours that are open, and for what waits here. */
  positions(openFromMs: number): Map<string, string> {
    return new Map(this.#sources.map(({ log, head }) => {
      const headMs = head ? Math.floor(head.timeMs / WINDOW_MS) * WINDOW_MS : Infinity;
      return [log.status.channel, log.position(headMs < openFromMs ? headMs : openFromMs)];
    }));
  }

  /** How each channel fares. */
  status(): ChannelStatus[] {
    return this.#sources.map(({ log }) => {
      log.checkLag();
      return log.status;
    });
  }

  /** Closes every channel. */
  [Symbol.dispose](): void {
    for (const { log } of this.#sources) log[Symbol.dispose]();
  }
}
