/**
 * Every kind of event that counts beyond the sums of its channel.
 * @module
 */
import type { EventKind } from "../hour.ts";
import { ACCOUNT_KINDS } from "./account.ts";
import { LOGON_KINDS } from "./logon.ts";
import { PROGRAM_KINDS } from "./program.ts";
import { SCRIPT_KINDS } from "./script.ts";
import { SYSTEM_KINDS } from "./system.ts";

/** All kinds, each channel and event id once. */
export const KINDS: readonly EventKind[] = [
  ...LOGON_KINDS,
  ...ACCOUNT_KINDS,
  ...PROGRAM_KINDS,
  ...SCRIPT_KINDS,
  ...SYSTEM_KINDS,
];
