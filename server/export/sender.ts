/**
 * Keeps sending what is due, as soon as an alert is raised and every few seconds for what is tried
 * again. Any number of servers may do so: each delivery is taken by one.
 * @module
 */
import { getLogger } from "@logtape/logtape";
import type { Services } from "@/server/graphql/context.ts";
import { deliverDue } from "./deliver.ts";

const log = getLogger(["habit", "export"]);
const EVERY_MS = 15_000;

/** Starts to send; disposing waits for what is on its way. */
export function startSender({ sql, keys, news, now }: Services): AsyncDisposable {
  let [running, again, stopped] = [Promise.resolve(), false, false];
  let busy = false;

  async function round(): Promise<void> {
    do {
      again = false;
      await deliverDue(sql, keys.secretsKey, now());
    } while (again && !stopped);
  }

  function wake(): void {
    again = true;
    if (busy || stopped) return;
    busy = true;
    running = round()
      .catch((error) => log.warn("Exports wait: the database did not answer.", { error }))
      .finally(() => busy = false);
  }

  const timer = setInterval(wake, EVERY_MS);
  const off = news.on("habit_alerts", wake);
  return {
    async [Symbol.asyncDispose]() {
      stopped = true;
      clearInterval(timer);
      off();
      await running;
    },
  };
}
