/**
 * What reading the live log into windows costs, on the fake of wevtapi in C.
 * @module
 */
import process from "node:process";
import { CHANNELS } from "@/agent/windows/channels.ts";
import { LiveLog } from "@/agent/windows/live_log.ts";
import { Featuriser } from "@/features/featuriser.ts";
import type { NativeFake } from "@/tests/agent/windows/native_fake.ts";
import { median } from "./figure.ts";

/** Computer of the fake's events. */
export const LIVE_HOST = "ws-014.corp.example";

/** CPU seconds of this process so far. */
export function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** Events that one second of CPU turns into windows, at so many an hour of event time: of three runs. */
export function liveRate(fake: NativeFake, events: number, perHour: number): number {
  const rates: number[] = [];
  for (let round = 0; round < 4; round++) {
    fake.reset(perHour);
    fake.append(events);
    using log = new LiveLog(fake.api, CHANNELS.slice(0, 1), new Map(), Date.now);
    const start = cpuSeconds();
    readAll(log, new Featuriser({ host: LIVE_HOST }));
    if (round > 0) rates.push(events / (cpuSeconds() - start)); // the first warms up
  }
  return median(rates);
}

function readAll(log: LiveLog, featuriser: Featuriser): void {
  for (let event = log.next(); event; event = log.next()) {
    featuriser.add(event);
    if (featuriser.ready) featuriser.drain();
  }
}
