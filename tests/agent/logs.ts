/** Logs for the agent's tests, written by the estate's writer and so as Windows would. */
import { join } from "node:path";
import { generateKeyPairSync } from "node:crypto";
import { DEFINITIONS } from "@/estate/definitions.ts";
import type { LogEvent } from "@/estate/evtx_writer.ts";
import { writeLog } from "@/tests/estate/sample_events.ts";

export const START_MS = Date.UTC(2026, 2, 2);
export const HOUR_MS = 3_600_000;
const LOGON = DEFINITIONS.find(({ channel, eventId }) =>
  channel === "Security" && eventId === 4624
)!;

/** Keys of an estate that nobody else has. */
export function estateKeys() {
  const { publicKey } = generateKeyPairSync("x25519");
  const spki = publicKey.export({ format: "der", type: "spki" });
  return {
    estateKey: new Uint8Array(32).fill(7),
    sealPublicKey: new Uint8Array(spki.subarray(spki.length - 32)),
  };
}

/** A logon of user `n` at a time. */
export function logon(timeMs: number, n: number): LogEvent {
  const values = LOGON.fields.map(({ name, type }) => {
    if (name === "TargetUserSid") return `S-1-5-21-1-2-3-${1000 + n}`;
    if (name === "TargetUserName") return `user${n}`;
    if (name === "TargetDomainName") return "CORP";
    if (name === "LogonType") return 2 + n % 2;
    return type === "text" ? "-" : null;
  });
  return { definition: LOGON, timeMs, userSid: null, processId: 4, threadId: 8, values };
}

/** `hours` hours of a host with `users` users, one logon of each every ten minutes. */
export function hostEvents(hours: number, users: number, startMs = START_MS): LogEvent[] {
  const events: LogEvent[] = [];
  for (let minute = 0; minute < hours * 60; minute += 10) {
    for (let n = 0; n < users; n++) events.push(logon(startMs + minute * 60_000 + n * 1000, n));
  }
  return events;
}

/** Writes `hosts` hosts' logs into a folder, each in files of `hours / parts` hours. */
export function writeHosts(
  folder: string,
  { hosts = 3, hours = 12, users = 3, parts = 3 } = {},
): number {
  let written = 0;
  for (let host = 0; host < hosts; host++) {
    const computer = `WS-${host}.corp.example`;
    Deno.mkdirSync(join(folder, computer), { recursive: true });
    const events = hostEvents(hours, users);
    const size = Math.ceil(events.length / parts);
    for (let part = 0; part < parts; part++) {
      const some = events.slice(part * size, (part + 1) * size);
      const bytes = writeLog(some, { computer, firstRecordId: part * size + 1 });
      Deno.writeFileSync(join(folder, computer, `Security-${part}.evtx`), bytes);
      written += some.length;
    }
  }
  return written;
}

/** A temporary folder that is gone afterwards. */
export function temporary(): { path: string } & Disposable {
  const path = Deno.makeTempDirSync();
  return { path, [Symbol.dispose]: () => Deno.removeSync(path, { recursive: true }) };
}
