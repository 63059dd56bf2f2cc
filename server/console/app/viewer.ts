/**
 * Who is signed in, and what they may do.
 * @module
 */
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { ViewerData } from "./shell.graphql.ts";

/** The person. */
export type Person = ViewerData["viewer"];
/** Holds the person for every page. */
export const Me = createContext<Person>({ accountId: null, name: "", permissions: [] });

/** Whether the person may do something. */
export function useMay(permission: Person["permissions"][number]): boolean {
  return useContext(Me).permissions.includes(permission);
}
