/**
 * The agent alone in a process, so that memory and CPU are its own: `rate EVENTS`, `cpu PER_SECOND
 * SECONDS` or `memory EVENTS`; prints one number.
 * @module
 */
import process from "node:process";
import { CHANNELS } from "@/agent/windows/channels.ts";
import { LiveLog } from "@/agent/windows/live_log.ts";
import { Featuriser } from "@/features/featuriser.ts";
import { type NativeFake, nativeFake } from "@/tests/agent/windows/native_fake.ts";
import { median } from "./figure.ts";

const HOST = "ws-014.corp.example";
/** Events an hour of event time: eight users, so some 10,000 a window. */
const PER_HOUR = 90_000;

/** Reads all that is there into windows. */
function readAll(log: LiveLog, featuriser: Featuriser): number {
  let events = 0;
  for (let event = log.next(); event; event = log.next()) {
    featuriser.add(event);
    events++;
    if (featuriser.ready) featuriser.drain();
  }
  return events;
}

function open(fake: NativeFake): LiveLog {
  return new LiveLog(fake.api, CHANNELS.slice(0, 1), new Map(), Date.now);
}

/** CPU seconds of this process so far. */
function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

function eventsPerCoreSecond(fake: NativeFake, events: number): number {
  const rates: number[] = [];
  for (let round = 0; round < 4; round++) {
    fake.reset(PER_HOUR);
    fake.append(events);
    using log = open(fake);
    const start = cpuSeconds();
    readAll(log, new Featuriser({ host: HOST }));
    if (round > 0) rates.push(events / (cpuSeconds() - start)); // the first warms up
  }
  return Math.round(median(rates));
}

/** Share of one core, in per cent, at so many events a second for so many seconds. */
async function cpuAt(fake: NativeFake, perSecond: number, seconds: number): Promise<number> {
  fake.reset(PER_HOUR);
  using log = open(fake);
  const featuriser = new Featuriser({ host: HOST });
  const startCpu = cpuSeconds();
  const start = performance.now();
  let appended = 0;
  while (performance.now() - start < seconds * 1000) {
    const due = Math.floor((performance.now() - start) / 1000 * perSecond);
    fake.append(due - appended);
    appended = due;
    readAll(log, featuriser);
    await new Promise((resolve) => setTimeout(resolve, 100));
    await log.wait(0);
  }
  return 100 * (cpuSeconds() - startCpu) / ((performance.now() - start) / 1000);
}

function memoryAfter(fake: NativeFake, events: number): number {
  fake.reset(PER_HOUR);
  using log = open(fake);
  const featuriser = new Featuriser({ host: HOST });
  for (let read = 0; read < events; read += 100_000) {
    fake.append(100_000);
    readAll(log, featuriser);
    log.look();
  }
  return Deno.memoryUsage().rss / 2 ** 20;
}

const [what, ...numbers] = Deno.args;
const [first, second] = numbers.map(Number);
using fake = nativeFake();
if (fake) {
  if (what === "rate") console.log(eventsPerCoreSecond(fake, first));
  else if (what === "cpu") console.log(await cpuAt(fake, first, second));
  else console.log(memoryAfter(fake, first));
}
