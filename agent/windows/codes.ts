/**
 * The numbers of winevt.h and winerror.h that we use, in one table each, so that a wrong constant
 * can be seen and tested in one place (a log shipper once took 4317 for "result stale").
 * @module
 */

/** What to do about an error of EvtNext. */
export type NextAction =
  /** Nothing more for now: wait for the signal. */
  | "drained"
  /** The batch was too big and the position has moved: subscribe again after the last event, halve. */
  | "halve"
  /** The subscription is dead: subscribe again after the last event. */
  | "reopen";

/** What to do about an error of EvtSubscribe. */
export type OpenAction =
  /** The bookmark does not fit the log: try again with less. */
  | "soften"
  /** Cannot be read now: say so, and try again later. */
  | "later";

/** One error code. */
export interface WindowsError {
  /** Its number. */
  readonly code: number;
  /** Its name in winerror.h. */
  readonly name: string;
  /** After EvtNext. */
  readonly next: NextAction;
  /** After EvtSubscribe. */
  readonly open: OpenAction;
  /** What it means to an administrator. */
  readonly meaning: string;
}

const ROWS: readonly [number, string, NextAction, OpenAction, string][] = [
  [5, "ERROR_ACCESS_DENIED", "reopen", "later", "add the account to Event Log Readers"],
  [6, "ERROR_INVALID_HANDLE", "reopen", "later", "the subscription was closed"],
  [122, "ERROR_INSUFFICIENT_BUFFER", "reopen", "later", "an event is larger than the buffer"],
  [259, "ERROR_NO_MORE_ITEMS", "drained", "later", "no more events for now"],
  [1168, "ERROR_NOT_FOUND", "reopen", "soften", "the bookmarked event is gone"],
  [1460, "ERROR_TIMEOUT", "drained", "later", "no more events for now"],
  [1722, "RPC_S_SERVER_UNAVAILABLE", "reopen", "later", "the Event Log service is not running"],
  [1726, "RPC_S_CALL_FAILED", "reopen", "later", "the Event Log service stopped"],
  [1734, "RPC_S_INVALID_BOUND", "halve", "later", "a batch of events was too large"],
  [1753, "EPT_S_NOT_REGISTERED", "reopen", "later", "the Event Log service is starting"],
  [4317, "ERROR_INVALID_OPERATION", "drained", "later", "nothing to read, or a dead subscription"],
  [15000, "ERROR_EVT_INVALID_CHANNEL_PATH", "reopen", "later", "no such log on this host"],
  [15001, "ERROR_EVT_INVALID_QUERY", "reopen", "later", "the log refuses the query"],
  [15007, "ERROR_EVT_CHANNEL_NOT_FOUND", "reopen", "later", "no such log on this host"],
  [
    15009,
    "ERROR_EVT_SUBSCRIPTION_TO_DIRECT_CHANNEL",
    "reopen",
    "later",
    "an analytic or debug log cannot be subscribed to",
  ],
  [15011, "ERROR_EVT_QUERY_RESULT_STALE", "reopen", "soften", "the log was cleared or rolled over"],
  [
    15012,
    "ERROR_EVT_QUERY_RESULT_INVALID_POSITION",
    "reopen",
    "soften",
    "the bookmark does not fit the log",
  ],
  [15037, "ERROR_EVT_CHANNEL_CANNOT_ACTIVATE", "reopen", "later", "the log is disabled"],
];

/** Errors by their number. */
export const ERRORS: ReadonlyMap<number, WindowsError> = new Map(
  ROWS.map(([code, name, next, open, meaning]) => [code, { code, name, next, open, meaning }]),
);

/** An error of any number: those not in the table end a subscription, which is then made again. */
export function windowsError(code: number): WindowsError {
  return ERRORS.get(code) ?? {
    code,
    name: `error ${code}`,
    next: "reopen",
    open: "later",
    meaning: `Windows error ${code}`,
  };
}

/** ERROR_INSUFFICIENT_BUFFER, which EvtRender gives with the size that it wants. */
export const INSUFFICIENT_BUFFER = 122;
/** ERROR_INVALID_OPERATION, which can mean two things. */
export const INVALID_OPERATION = 4317;

/** EVT_SUBSCRIBE_FLAGS. */
export const SUBSCRIBE = { oldest: 2, afterBookmark: 3, strict: 0x10000 } as const;
/** EVT_RENDER_FLAGS. */
export const RENDER = { values: 0, bookmark: 2 } as const;
/** EVT_RENDER_CONTEXT_FLAGS. */
export const CONTEXT = { values: 0 } as const;
/** EVT_OPEN_LOG_FLAGS. */
export const OPEN_LOG = { channel: 1 } as const;
/** EVT_LOG_PROPERTY_ID. */
export const LOG_PROPERTY = { records: 5, oldest: 6 } as const;
/** WaitForMultipleObjects: index of the first object, timeout, failure. */
export const WAIT = { first: 0, timeout: 258, failed: 0xffffffff } as const;

/** EVT_VARIANT_TYPE by name; bit 7 marks an array. They are the BinXML types of a log file. */
export const VARIANT = {
  null: 0,
  string: 1,
  ansiString: 2,
  sbyte: 3,
  byte: 4,
  int16: 5,
  uint16: 6,
  int32: 7,
  uint32: 8,
  int64: 9,
  uint64: 10,
  single: 11,
  double: 12,
  boolean: 13,
  binary: 14,
  guid: 15,
  sizeT: 16,
  fileTime: 17,
  sysTime: 18,
  sid: 19,
  hexInt32: 20,
  hexInt64: 21,
} as const;

/** EVT_VARIANT: 16 bytes; the value at 0, its count at 8, its type at 12. */
export const VARIANT_LAYOUT = { bytes: 16, count: 8, type: 12, array: 0x80, mask: 0x7f } as const;
