/**
 * The agent alone in a process, so that memory and CPU are its own: `rate EVENTS` reads into windows
 * and no more, `cpu SERVER PER_SECOND SECONDS` and `memory SERVER EVENTS` run the agent as it is
 * installed, with its store and its sending; prints one number.
 * @module
 */
import { NO_LIMITS } from "@/agent/governor.ts";
import { runLive } from "@/agent/live.ts";
import { CHANNELS } from "@/agent/windows/channels.ts";
import { LiveLog } from "@/agent/windows/live_log.ts";
import { estateKeys } from "@/tests/agent/logs.ts";
import { type NativeFake, nativeFake } from "@/tests/agent/windows/native_fake.ts";
import { cpuSeconds, liveRate } from "./live_rate.ts";

/** Events an hour of event time: eight users, so some 10,000 a window. */
const PER_HOUR = 90_000;
const HOUR_MS = 3_600_000;
/** Time of the fake's first event. */
const FAKE_START_MS = Date.UTC(2026, 2, 4);

/**
 * The whole agent, its store and its sending with it, on the fake for as long as `feed` appends. Its
 * clock is that of the events, so that hours close as they would.
 */
async function runAgent(fake: NativeFake, server: string, feed: Feed): Promise<void> {
  const stop = new AbortController();
  const stateFolder = Deno.makeTempDirSync();
  let appended = 0;
  let log: LiveLog | undefined;
  const now = () => FAKE_START_MS + appended / PER_HOUR * HOUR_MS;
  fake.reset(PER_HOUR);
  try {
    const running = runLive({
      open: (positions) => log = new LiveLog(fake.api, CHANNELS, positions, now),
      stateFolder,
      server,
      authorise: () => ({}),
      keys: estateKeys(),
      signal: stop.signal,
      offsetMinutes: () => 60,
      now,
      random: Math.random,
      limits: NO_LIMITS,
    });
    await feed((events) => {
      appended += events;
      fake.append(events);
    }, () => log?.status()[0].events ?? 0);
    stop.abort();
    await running;
  } finally {
    Deno.removeSync(stateFolder, { recursive: true });
  }
}

/** Appends events; `read` says how many were read. */
type Feed = (append: (events: number) => void, read: () => number) => Promise<void>;

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Share of one core, in per cent, at so many events a second for so many seconds. */
async function cpuAt(
  fake: NativeFake,
  server: string,
  perSecond: number,
  seconds: number,
): Promise<number> {
  let share = NaN;
  await runAgent(fake, server, async (append, read) => {
    append(3 * PER_HOUR); // what an agent finds that has been off: it is warm then
    while (read() < 3 * PER_HOUR) await wait(50);
    await wait(2_000);
    const [startCpu, start] = [cpuSeconds(), performance.now()];
    let appended = 0;
    for (let passed = 0; passed < seconds; passed = (performance.now() - start) / 1000) {
      const due = Math.floor(passed * perSecond);
      append(due - appended);
      appended = due;
      await wait(200);
    }
    share = 100 * (cpuSeconds() - startCpu) / ((performance.now() - start) / 1000);
  });
  return share;
}

/** Resident memory, MiB, once so many events have become windows. */
async function memoryAfter(fake: NativeFake, server: string, events: number): Promise<number> {
  let bytes = NaN;
  await runAgent(fake, server, async (append, read) => {
    let appended = 0;
    for (; appended < events; appended += PER_HOUR) {
      while (appended - read() > 10 * PER_HOUR) await wait(5);
      append(PER_HOUR);
    }
    while (read() < appended) await wait(5);
    bytes = Deno.memoryUsage().rss;
  });
  return bytes / 2 ** 20;
}

const [what, ...rest] = Deno.args;
using fake = nativeFake();
if (fake) {
  if (what === "rate") console.log(Math.round(liveRate(fake, Number(rest[0]), PER_HOUR)));
  else if (what === "cpu") {
    console.log(await cpuAt(fake, rest[0], Number(rest[1]), Number(rest[2])));
  } else console.log(await memoryAfter(fake, rest[0], Number(rest[1])));
}
