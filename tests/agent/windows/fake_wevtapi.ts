/**
 * wevtapi.dll as a script plays it: native functions made of callbacks, called through the agent's
 * own signatures, so that its structs, pointers and buffers are the real ones. No compiler needed.
 */
import { Buffer } from "node:buffer";
import { type EventLogApi, KERNEL32, WEVTAPI } from "@/agent/windows/wevtapi.ts";

/** Address of a buffer, as kernel32 tells it on Windows. */
export function addressOf(bytes: Uint8Array<ArrayBuffer>): bigint {
  return BigInt(Deno.UnsafePointer.value(Deno.UnsafePointer.of(bytes)));
}

/** One record of a fake channel. */
export interface FakeRecord {
  /** The log's own number. */
  readonly id: number;
  readonly timeMs: number;
  readonly eventId: number;
  readonly computer: string;
  /** EventRecordID in the XML, where it differs from `id` (forwarded events). */
  readonly recordId?: number;
  readonly channel?: string;
  /** Values by the last part of their path: a field's name. */
  readonly fields?: Readonly<Record<string, string | number | Uint8Array | readonly string[]>>;
}

/** What a call does instead of succeeding: an error code, or goes on. */
export type Script = number | undefined;

/** A log that can be cleared, roll over, and refuse. */
export class FakeChannel {
  records: FakeRecord[] = [];
  /** Asked before each EvtSubscribe, with its flags; gives an error code to refuse. */
  onSubscribe: (flags: number) => Script = () => undefined;
  /** Asked before each EvtNext, with the batch wanted and the last record given; gives an error code to fail. */
  onNext: (batch: number, after: number) => Script = () => undefined;
  /** Asked before each EvtRender of an event. */
  onRender: (record: FakeRecord) => Script = () => undefined;
  /** EvtNext succeeds with nothing though records are there. */
  silent = false;
  /** Whether appending signals the reader's event: false plays a lost wake-up. */
  signals = true;
  subscribed = 0;
  readonly flags: number[] = [];
  readonly queries: string[] = [];
}

interface Subscription {
  readonly channel: FakeChannel;
  /** Number of the last record handed out. */
  after: number;
  readonly signal: bigint;
}

const VARIANT_BYTES = 16;

/** The two libraries. */
export class FakeWevtapi {
  readonly channels = new Map<string, FakeChannel>();
  /** Handles that are open, by kind. */
  readonly open = new Map<bigint, unknown>();
  /** Event objects and whether they are signalled. */
  readonly signals = new Map<bigint, boolean>();
  readonly waits: number[] = [];
  callbacksGiven = 0;
  renders = 0;
  error = 0;
  #handle = 0x1000n;
  readonly #callbacks: { close(): void }[] = [];
  #wake: () => void = () => {};

  channel(name: string): FakeChannel {
    let channel = this.channels.get(name);
    if (!channel) this.channels.set(name, channel = new FakeChannel());
    return channel;
  }

  /** Appends records and signals whoever subscribed. */
  append(name: string, ...records: FakeRecord[]): void {
    const channel = this.channel(name);
    channel.records.push(...records);
    if (!channel.signals) return;
    for (const opened of this.open.values()) {
      if (isSubscription(opened) && opened.channel === channel) {
        this.signals.set(opened.signal, true);
      }
    }
    this.#wake();
  }

  #new(what: unknown): bigint {
    this.open.set(++this.#handle, what);
    return this.#handle;
  }

  #fail(code: number): number {
    this.error = code;
    return 0;
  }

  /** The functions that the agent calls. */
  api(): EventLogApi {
    const fake = this.#native();
    return {
      ...fake,
      address: addressOf,
      wait: async (handles, timeoutMs) => {
        this.waits.push(timeoutMs);
        const first = () => [...handles].findIndex((handle) => this.signals.get(handle));
        if (first() < 0) {
          await new Promise<void>((resolve) => {
            const timer = setTimeout(resolve, Math.min(timeoutMs, 30));
            this.#wake = () => {
              clearTimeout(timer);
              resolve();
            };
          });
        }
        const index = first();
        return index < 0 ? 258 : index;
      },
      [Symbol.dispose]: () => {
        for (const callback of this.#callbacks.splice(0)) callback.close();
      },
    };
  }

  #native(): Omit<EventLogApi, "wait" | typeof Symbol.dispose> {
    const definitions = { ...WEVTAPI, ...KERNEL32 };
    const calls = this.#calls();
    return Object.fromEntries(
      Object.entries(definitions).map(([name, definition]) => {
        const native = {
          parameters: definition.parameters.map((type) => type === "buffer" ? "pointer" : type),
          result: definition.result,
        } as Deno.UnsafeCallbackDefinition;
        const body = calls[name as keyof typeof calls] as Deno.UnsafeCallbackFunction;
        const callback = new Deno.UnsafeCallback(native, body);
        this.#callbacks.push(callback);
        const pointer = new Deno.UnsafeFnPointer(
          callback.pointer as Deno.PointerObject<Deno.ForeignFunction>,
          definition as unknown as Deno.ForeignFunction,
        );
        return [name, (...values: unknown[]) => pointer.call(...values as never[])];
      }),
    ) as unknown as EventLogApi;
  }

  #calls() {
    return {
      EvtSubscribe: (
        _session: bigint,
        signal: bigint,
        path: Deno.PointerValue,
        query: Deno.PointerValue,
        bookmark: bigint,
        _context: bigint,
        callback: bigint,
        flags: number,
      ): bigint => {
        if (callback !== 0n) this.callbacksGiven++;
        const channel = this.channels.get(wideText(path));
        if (!channel) return BigInt(this.#fail(15007));
        channel.flags.push(flags);
        channel.queries.push(wideText(query));
        const refusal = channel.onSubscribe(flags);
        if (refusal !== undefined) return BigInt(this.#fail(refusal));
        const after = flags === 2 ? 0 : this.#bookmarked(bookmark);
        const strict = (flags & 0x10000) !== 0;
        if (strict && !channel.records.some(({ id }) => id === after)) {
          return BigInt(this.#fail(1168));
        }
        channel.subscribed++;
        return this.#new({ channel, after, signal } satisfies Subscription);
      },
      EvtNext: (
        handle: bigint,
        count: number,
        into: Deno.PointerValue,
        _timeout: number,
        _flags: number,
        returned: Deno.PointerValue,
      ): number => {
        const subscription = this.open.get(handle);
        const got = new Uint32Array(buffer(returned, 4));
        got[0] = 0;
        if (!isSubscription(subscription)) return this.#fail(6);
        const { channel } = subscription;
        const refusal = channel.onNext(count, subscription.after);
        const first = firstAfter(channel.records, subscription.after);
        const found = channel.records.slice(first, first + count);
        if (refusal === 1734 && found.length > 0) subscription.after = found.at(-1)!.id; // moved
        if (refusal !== undefined) return this.#fail(refusal);
        if (channel.silent || found.length === 0) return this.#fail(259);
        const handles = new BigUint64Array(buffer(into, 8 * count));
        found.forEach((record, i) => handles[i] = this.#new({ record, channel }));
        subscription.after = found.at(-1)!.id;
        got[0] = found.length;
        return 1;
      },
      EvtCreateRenderContext: (count: number, paths: Deno.PointerValue, _flags: number): bigint => {
        const pointers = new BigUint64Array(buffer(paths, 8 * count));
        return this.#new(
          [...pointers].map((pointer) => wideText(Deno.UnsafePointer.create(pointer))),
        );
      },
      EvtRender: (
        context: bigint,
        handle: bigint,
        flags: number,
        size: number,
        into: Deno.PointerValue,
        used: Deno.PointerValue,
        count: Deno.PointerValue,
      ): number => {
        this.renders++;
        const what = this.open.get(handle) as { record: FakeRecord; channel: FakeChannel } | string;
        let bytes: Uint8Array;
        if (flags === 2) bytes = utf16(what as string);
        else {
          const { record, channel } = what as { record: FakeRecord; channel: FakeChannel };
          const refusal = channel.onRender(record);
          if (refusal !== undefined) return this.#fail(refusal);
          const paths = this.open.get(context) as string[];
          new Uint32Array(buffer(count, 4))[0] = paths.length;
          const address = BigInt(Deno.UnsafePointer.value(into));
          bytes = variants(paths.map((path) => valueOf(record, path)), address);
        }
        new Uint32Array(buffer(used, 4))[0] = bytes.length;
        if (size < bytes.length) return this.#fail(122);
        new Uint8Array(buffer(into, bytes.length)).set(bytes);
        return 1;
      },
      EvtClose: (handle: bigint): number => this.open.delete(handle) ? 1 : this.#fail(6),
      EvtCreateBookmark: (xml: Deno.PointerValue): bigint => {
        const text = xml === null ? "" : wideText(xml);
        if (text !== "" && !/RecordId='\d+'/.test(text)) return BigInt(this.#fail(15008));
        return this.#new(text);
      },
      EvtUpdateBookmark: (bookmark: bigint, event: bigint): number => {
        const { record } = this.open.get(event) as { record: FakeRecord };
        this.open.set(
          bookmark,
          `<BookmarkList><Bookmark Channel='x' RecordId='${record.id}' IsCurrent='true'/></BookmarkList>`,
        );
        return 1;
      },
      EvtOpenLog: (_session: bigint, path: Deno.PointerValue, _flags: number): bigint => {
        const channel = this.channels.get(wideText(path));
        return channel ? this.#new(channel) : BigInt(this.#fail(15007));
      },
      EvtGetLogInfo: (
        handle: bigint,
        property: number,
        _size: number,
        into: Deno.PointerValue,
        _used: Deno.PointerValue,
      ): number => {
        const { records } = this.open.get(handle) as FakeChannel;
        const value = property === 5 ? records.length : records[0]?.id ?? 0;
        new BigUint64Array(buffer(into, 8))[0] = BigInt(value);
        return 1;
      },
      GetLastError: (): number => this.error,
      CreateEventW: (_security: bigint, manual: number, initial: number, _name: bigint): bigint => {
        if (manual !== 1) throw new Error("the signal must be reset by hand");
        const handle = this.#new("event");
        this.signals.set(handle, initial === 1);
        return handle;
      },
      ResetEvent: (handle: bigint): number => {
        this.signals.set(handle, false);
        return 1;
      },
      CloseHandle: (handle: bigint): number => this.open.delete(handle) ? 1 : 0,
    };
  }

  #bookmarked(handle: bigint): number {
    return Number(/RecordId='(\d+)'/.exec(this.open.get(handle) as string)![1]);
  }
}

/** Index of the first record with a number over `after`. */
function firstAfter(records: readonly FakeRecord[], after: number): number {
  let [low, high] = [0, records.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (records[middle].id > after) high = middle;
    else low = middle + 1;
  }
  return low;
}

function isSubscription(what: unknown): what is Subscription {
  return typeof what === "object" && what !== null && "after" in what;
}

function buffer(pointer: Deno.PointerValue, bytes: number): ArrayBuffer {
  return Deno.UnsafePointerView.getArrayBuffer(pointer as Deno.PointerObject, bytes);
}

function wideText(pointer: Deno.PointerValue): string {
  const view = new Deno.UnsafePointerView(pointer as Deno.PointerObject);
  let text = "";
  for (let at = 0;; at += 2) {
    const unit = view.getUint16(at);
    if (unit === 0) return text;
    text += String.fromCharCode(unit);
  }
}

function utf16(text: string): Uint8Array {
  const units = Uint16Array.from({ length: text.length + 1 }, (_, i) => text.charCodeAt(i) || 0);
  return new Uint8Array(units.buffer);
}

type Value = { type: number; inline?: bigint; bytes?: Uint8Array; items?: readonly string[] };

/** EPOCH of FILETIME: 1601, in ms. */
const EPOCH_1601_MS = 11_644_473_600_000n;

function valueOf(record: FakeRecord, path: string): Value {
  const system: Record<string, Value> = {
    "Event/System/Provider/@Name": text("Fake-Provider"),
    "Event/System/EventID": { type: 6, inline: BigInt(record.eventId) },
    "Event/System/Version": { type: 4, inline: 2n },
    "Event/System/Level": { type: 4, inline: 0n },
    "Event/System/TimeCreated/@SystemTime": {
      type: 17,
      inline: (BigInt(Math.floor(record.timeMs)) + EPOCH_1601_MS) * 10_000n,
    },
    "Event/System/EventRecordID": { type: 10, inline: BigInt(record.recordId ?? record.id) },
    "Event/System/Channel": text(record.channel ?? "Security"),
    "Event/System/Computer": text(record.computer),
  };
  if (path in system) return system[path];
  const name = /@Name='([^']*)'/.exec(path)?.[1] ?? path.split("/").at(-1)!;
  const value = record.fields?.[name];
  if (value === undefined) return { type: 0 };
  if (typeof value === "number") return { type: 8, inline: BigInt(value) };
  if (value instanceof Uint8Array) return { type: 19, bytes: value };
  return typeof value === "string" ? text(value) : { type: 0x81, items: value };
}

function text(value: string): Value {
  return { type: 1, bytes: utf16(value) };
}

/** EVT_VARIANTs and what they point to, for a buffer at an address. */
function variants(values: readonly Value[], address: bigint): Uint8Array {
  const tail: Uint8Array[] = [];
  let end = values.length * VARIANT_BYTES;
  const put = (bytes: Uint8Array): number => {
    const at = end;
    const padded = new Uint8Array((bytes.length + 7) & ~7);
    padded.set(bytes);
    tail.push(padded);
    end += padded.length;
    return at;
  };
  const head = new DataView(new ArrayBuffer(end));
  values.forEach(({ type, inline, bytes, items }, i) => {
    const at = i * VARIANT_BYTES;
    let value = inline ?? 0n;
    if (bytes) value = address + BigInt(put(bytes));
    if (items) {
      const places = items.map((item) => address + BigInt(put(utf16(item))));
      value = address + BigInt(put(new Uint8Array(new BigUint64Array(places).buffer)));
    }
    head.setBigUint64(at, value, true);
    head.setUint32(at + 8, items?.length ?? bytes?.length ?? 0, true);
    head.setUint32(at + 12, type, true);
  });
  return Buffer.concat([new Uint8Array(head.buffer), ...tail]);
}
