/**
 * What the schema says of one column.
 * @module
 */
import type { FieldName } from "./fields.ts";

/** The sixteen kinds of auditing that columns depend on; bit i of a row's `channels` is entry i. */
export const MASK_CHANNELS = [
  "logon",
  "session",
  "account_mgmt",
  "ntlm",
  "kerberos",
  "directory",
  "process",
  "cmdline",
  "object",
  "share",
  "policy",
  "privilege_use",
  "task",
  "system_logs",
  "powershell",
  "sysmon",
] as const;

/** One of {@link MASK_CHANNELS}. */
export type MaskChannel = typeof MASK_CHANNELS[number];

/** What kind of number a column holds; the model input transform follows from it. */
export type ColumnKind =
  | "count"
  | "distinct"
  | "share"
  | "surprisal"
  | "cyclic"
  | "magnitude"
  | "entropy"
  | "flag"
  | "damped";

/** One of the 128 columns. */
export interface Column {
  /** Identifier, append-only within a schema id. */
  readonly name: string;
  /** What an analyst calls it. */
  readonly phrase: string;
  /** Unit of the value (`count`, `share`, `nats`, `hours`, `minutes`, `characters`, `flag`, ""). */
  readonly unit: string;
  /** Kind of number. */
  readonly kind: ColumnKind;
  /** How it is counted, where the phrase does not say it all. */
  readonly rule: string;
  /** `channel eventId` of the kinds that feed it; `*` for every event of the channel. */
  readonly events: readonly string[];
  /** Fields of EventData and UserData that are read for it, who acts among them. */
  readonly fields: readonly FieldName[];
  /** value = wire integer / wireScale. */
  readonly wireScale: number;
  /** Smallest and largest wire integer. */
  readonly wireRange: readonly [number, number];
  /** The column counts where at least one of these is audited. */
  readonly mask: readonly MaskChannel[];
  /** ATT&CK techniques (numbers before v19) that it may show. */
  readonly attack: readonly string[];
  /** Whose row it lives in: the acting user's, only the host's, or both. */
  readonly scope: "user" | "host" | "mixed";
}
