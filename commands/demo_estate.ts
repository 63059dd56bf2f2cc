/**
 * The demo's simulated estate: written once per size and seed, used again afterwards.
 * @module
 */
import { join } from "node:path";
import { generateEstate } from "@/estate/write.ts";
import type { Truth } from "@/estate/truth.ts";
import type { Progress } from "./progress.ts";

/** Attacks hidden in the demo's estate: one of each stage, and one that grows slowly. */
const ATTACKS = [
  "password-spray",
  "kerberoasting",
  "remote-execution",
  "lolbin-chain",
  "insider-collection",
  "boiling-frog",
];

/** Which estate. */
export interface EstateSize {
  readonly data: string;
  readonly hosts: number;
  readonly users: number;
  readonly days: number;
  readonly seed: number;
}

/** The folder of logs, and what was hidden in them. */
export interface DemoEstate {
  readonly folder: string;
  readonly truth: Truth;
  /** Where the last two fifths of the days begin: campaigns lie there, and the nets learn mostly before. */
  readonly unseenFrom: string;
}

function found(folder: string, truth: Truth): DemoEstate {
  const unseenMs = Date.parse(truth.start) + Math.floor(truth.days * 3 / 5) * 86_400_000;
  return { folder, truth, unseenFrom: new Date(unseenMs).toISOString() };
}

/** Writes the estate, or finds it written. */
export async function demoEstate(
  { data, hosts, users, days, seed }: EstateSize,
  progress: Progress,
  signal: AbortSignal,
): Promise<DemoEstate> {
  const folder = join(data, `estate-${hosts}-${users}-${days}-${seed}`);
  const truthFile = join(folder, "truth.json");
  const known = await Deno.readTextFile(truthFile).catch(() => undefined);
  if (known !== undefined) return found(folder, JSON.parse(known));
  await Deno.remove(folder, { recursive: true }).catch(() => {});
  const written = await generateEstate({
    out: folder,
    hosts,
    users,
    days,
    seed,
    attacks: ATTACKS,
    signal,
    onProgress: ({ day, days, events }) =>
      progress.show("estate", day, days, `day ${day} of ${days}, ${events} events`),
  });
  progress.done("estate", `${written.events} events of ${hosts} hosts in ${days} days`);
  return found(folder, written.truth);
}
