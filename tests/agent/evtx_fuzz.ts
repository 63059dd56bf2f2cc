/**
 * `deno task fuzz:evtx [CASES] [SEED]`: reads damaged chunks of real and of written logs. No case
 * may throw, take over 200 ms (again, when repeated alone), or make memory grow.
 */
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

/** Runs `cases` from a seed; gives the slowest in milliseconds. */
export function fuzz(cases: number, seed: number): { slowestMs: number; records: number } {
  const files = seeds();
  const copy = new Uint8Array(HEADER + CHUNK);
  let slowestMs = 0;
  let records = 0;
  for (let i = 0; i < cases; i++) {
    const random = chance(seed + i);
    copy.set(files[Math.floor(random() * files.length)]);
    damage(copy.subarray(HEADER), random);
    const start = performance.now();
    try {
      records += readAll(copy);
    } catch (error) {
      throw new Error(`seed ${seed + i}: the reader threw`, { cause: error });
    }
    let took = performance.now() - start;
    if (took > SLOW_MS) {
      // A busy machine or a broken record: only the latter is slow again.
      const again = performance.now();
      readAll(copy);
      took = Math.min(took, performance.now() - again);
    }
    if (took > SLOW_MS) throw new Error(`seed ${seed + i}: took ${Math.round(took)} ms`);
    slowestMs = Math.max(slowestMs, took);
  }
  return { slowestMs, records };
}

if (import.meta.main) {
  const cases = Number(Deno.args[0] ?? 1_000_000);
  const seed = Number(Deno.args[1] ?? 1);
  const block = Math.min(cases, 10_000);
  let baseline = 0;
  for (let done = 0; done < cases; done += block) {
    const { slowestMs, records } = fuzz(block, seed + done);
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
