/**
 * What the agent does beside reading, again and again, and never ends it.
 * @module
 */
import { getLogger } from "@logtape/logtape";
import { pause } from "./ship.ts";

const log = getLogger(["habit", "agent"]);

/**
 * Does `work` now and every so many milliseconds until the signal aborts. What it throws is logged,
 * and tried again at the next time.
 */
export async function repeat(
  work: () => Promise<void>,
  everyMs: number,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      await work();
    } catch (error) {
      log.error("Something beside reading failed; it is tried again.", { error });
    }
    await pause(everyMs, signal);
  }
}
