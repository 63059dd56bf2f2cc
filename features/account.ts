/**
 * Accounts as events name them. Names come again and again, so what they say is kept.
 * @module
 */
import type { EventView } from "./event.ts";

/** Characters of an account's or a process's name that are kept: state must stay small. */
export const MAX_NAME = 256;
/** Names that are kept; when there are more, all are forgotten. */
const MAX_ACCOUNTS = 8_192;
/** Characters of a name and its domain that are kept. */
const LONGEST_KEPT = 128;

/** An account as events name it. */
export interface Account {
  /** Domain as written. */
  readonly domain: string;
  /** Full name, "" where there is none. */
  readonly name: string;
  /** Key of its row where the name alone identifies it, and where it does not. */
  readonly byName: string;
  /** See `byName`. */
  readonly unknown: string;
  /** It is the system's or a machine's. */
  readonly system: boolean;
}

/** No account. */
export const NOBODY: Account = { domain: "", name: "", byName: "", unknown: "", system: false };
/** Accounts by the name that an event gives. */
const accounts = new Map<string, Account>();

/** The account that an event names by the fields of these slots: domain (-1 for none) and name. */
export function accountOf(event: EventView, [domain, name]: readonly [number, number]): Account {
  const account = event.text(name).slice(0, MAX_NAME);
  const before = domain < 0 ? "" : event.text(domain).slice(0, MAX_NAME);
  const known = accounts.get(account);
  if (known?.domain === before) return known;
  const full = fullName(before.toLowerCase(), account.toLowerCase());
  const fresh = {
    domain: before,
    name: full,
    byName: `name ${full}`,
    unknown: `unknown ${full}`,
    system: full.startsWith("nt authority\\") || full.endsWith("$"),
  };
  if (account.length + before.length > LONGEST_KEPT) return fresh;
  if (accounts.size >= MAX_ACCOUNTS) accounts.clear();
  accounts.set(account, fresh);
  return fresh;
}

/** `domain\name`; a name that repeats its realm (`alice@EX.ORG`, 4769) loses it. */
function fullName(before: string, account: string): string {
  if (account === "" || account === "-") return "";
  if (before === "" || before === "-") return account;
  const realm = `@${before}`;
  const bare = account.endsWith(realm) ? account.slice(0, -realm.length) : account;
  return `${before}\\${bare}`;
}
