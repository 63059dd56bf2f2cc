/**
 * `deno task fuzz:evtx [CASES] [SEED]`: reads damaged chunks of real and of written logs. No case
 * may throw, take over 200 ms of processor time (again, when repeated), or make memory grow.
 */
import { cpuUsage } from "node:process";
import { sampleEvents, writeLog } from "../estate/sample_events.ts";
import { chance, damage, readAll } from "./evtx_damage.ts";
import { SAMPLES } from "./evtx_samples.ts";

const HEADER = 4_096;
const CHUNK = 65_536;
const SLOW_MS = 200;

/** A file header and one chunk each. */
function seeds(): Uint8Array[] {
  const logs = [writeLog(sampleEvents(3)), ...SAMPLES.map((path) => Deno.readFileSync(path))];
  return logs.flatMap((log) => {
    const chunks: Uint8Array[] = [];
    for (let at = HEADER; at + CHUNK <= log.length; at += CHUNK) {
      const file = new Uint8Array(HEADER + CHUNK);
      file.set(log.subarray(0, HEADER));
      file.set(log.subarray(at, at + CHUNK), HEADER);
      chunks.push(file);
    }
    return chunks.filter((chunk) => chunk.subarray(HEADER, HEADER + 7).join() === MAGIC);
  });
}

const MAGIC = new TextEncoder().encode("ElfChnk").join();

/** Milliseconds of processor time that `work` takes. */
function busyMs(work: () => void): number {
  const before = cpuUsage();
  work();
  const { user, system } = cpuUsage(before);
  return (user + system) / 1_000;
}

/** Runs `cases` from a seed; throws where one throws, or takes longer than `slowMs` twice. */
export function fuzz(
  cases: number,
  seed: number,
  slowMs = Infinity,
): { slowestMs: number; records: number } {
  const files = seeds();
  const copy = new Uint8Array(HEADER + CHUNK);
  let slowestMs = 0;
  let records = 0;
  for (let i = 0; i < cases; i++) {
    const random = chance(seed + i);
    copy.set(files[Math.floor(random() * files.length)]);
    damage(copy.subarray(HEADER), random);
    try {
      let took = busyMs(() => records += readAll(copy));
      // A compilation or a collection may fall into it: only a broken record is slow again.
      if (took > slowMs) took = Math.min(took, busyMs(() => readAll(copy)));
      if (took > slowMs) throw new Error(`took ${Math.round(took)} ms`);
      slowestMs = Math.max(slowestMs, took);
    } catch (error) {
      throw new Error(`seed ${seed + i} fails`, { cause: error });
    }
  }
  return { slowestMs, records };
}

if (import.meta.main) {
  const cases = Number(Deno.args[0] ?? 1_000_000);
  const seed = Number(Deno.args[1] ?? 1);
  const block = Math.min(cases, 10_000);
  let baseline = 0;
  for (let done = 0; done < cases; done += block) {
    const { slowestMs, records } = fuzz(block, seed + done, SLOW_MS);
    (globalThis as { gc?: () => void }).gc?.();
    const megabytes = Math.round(Deno.memoryUsage().heapUsed / 1e6);
    if (done === 4 * block) baseline = megabytes;
    console.log(
      `${done + block} cases, ${records} records, slowest ${slowestMs.toFixed(1)} ms, ` +
        `${megabytes} MB`,
    );
    if (baseline > 0 && megabytes > baseline + 100) throw new Error("memory grows");
  }
}
