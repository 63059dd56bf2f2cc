/**
 * Columns that the control plane's tables share.
 * @module
 */
import { timestamp } from "drizzle-orm/pg-core";

/** A moment in UTC. */
export function moment(name: string) {
  return timestamp(name, { withTimezone: true });
}

/** A moment that the database fills in. */
export function momentNow(name: string) {
  return moment(name).notNull().defaultNow();
}
