/**
 * Who is signed in, and what they may do.
 * @module
 */
import { createContext } from "preact";
import { useContext } from "preact/hooks";

/** What may be allowed. */
export type Permission =
  | "accounts"
  | "audit"
  | "configure"
  | "erase"
  | "read"
  | "triage"
  | "unmask";

/** The person. */
export interface Person {
  /** Global id; null for the development token. */
  readonly accountId: string | null;
  readonly name: string;
  readonly permissions: readonly Permission[];
}

/** Holds the person for every page. */
export const Me = createContext<Person>({ accountId: null, name: "", permissions: [] });

/** Whether the person may do something. */
export function useMay(permission: Permission): boolean {
  return useContext(Me).permissions.includes(permission);
}
