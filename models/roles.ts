/**
 * What a host is used as, told by its rows alone: a machine of a person or a few, or one that many
 * share, as file servers, terminal servers and domain controllers are. What is rare on one kind is
 * daily work on the other; the rows of a few shared machines outnumber those of all others.
 * @module
 */
import { ENTITY_CLASSES } from "@/features/vector.ts";
import type { HostRows } from "./host_model.ts";

/** Kinds of host. */
export const HOST_ROLES = ["personal", "shared"] as const;
/** One of them. */
export type HostRole = typeof HOST_ROLES[number];

/** Between the 5 people at most of simulated workstations and the 8 at least of terminal servers. */
const PEOPLE_OF_SHARED = 6;
const PEOPLE: readonly string[] = ["human", "admin"];

/** The role of the host with these rows; one without any is a person's. */
export function roleOf(rows: HostRows): HostRole {
  return effectivePeople(rows) >= PEOPLE_OF_SHARED ? "shared" : "personal";
}

/** How many people use a host, each by their share of windows: inverse Simpson index (Hill 1973). */
function effectivePeople({ users, classes, n }: HostRows): number {
  const windows = new Map<number, number>();
  let all = 0;
  for (let row = 0; row < n; row++) {
    if (!PEOPLE.includes(ENTITY_CLASSES[classes[row]])) continue;
    windows.set(users[row], (windows.get(users[row]) ?? 0) + 1);
    all++;
  }
  let squares = 0;
  for (const count of windows.values()) squares += count * count;
  return squares === 0 ? 0 : all * all / squares;
}
