/**
 * What every benchmark gives, and how two contenders are timed: in turns, so that both meet the
 * same noise, and by their medians.
 * @module
 */

/** One measured case; `ratio` is ours over the peer's, higher is better for us. */
export interface Figure {
  readonly case: string;
  readonly value: number;
  readonly unit: string;
  readonly peer: string | null;
  readonly peerValue: number | null;
  readonly ratio: number | null;
}

/** The middle of some numbers, the mean of the two middle ones if they are even in count. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

/** Milliseconds that `work` takes. */
export async function timeMs(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** Medians of `repeats` paired runs: ours, the peer's, ours, the peer's; `before` is not timed. */
export async function paired(
  ours: () => unknown,
  peer: (() => unknown) | undefined,
  repeats = 7,
  before: () => unknown = () => {},
): Promise<{ oursMs: number; peerMs: number | null }> {
  const mine: number[] = [];
  const theirs: number[] = [];
  await before();
  await ours();
  for (let i = 0; i < repeats; i++) {
    await before();
    mine.push(await timeMs(ours));
    await before();
    if (peer) theirs.push(await timeMs(peer));
  }
  return { oursMs: median(mine), peerMs: peer ? median(theirs) : null };
}

/** A figure of `units` done in medians of milliseconds, as units a second. */
export function rate(
  name: string,
  unit: string,
  units: number,
  { oursMs, peerMs }: { oursMs: number; peerMs: number | null },
  peer: string | null,
): Figure {
  const perSecond = (ms: number) => Math.round(units / ms * 1_000);
  return {
    case: name,
    value: perSecond(oursMs),
    unit,
    peer,
    peerValue: peerMs === null ? null : perSecond(peerMs),
    ratio: peerMs === null ? null : Number((peerMs / oursMs).toFixed(3)),
  };
}

/** What runs a psql command on a database, or undefined where psql is not installed. */
export function psql(url: string, command: string): (() => Promise<void>) | undefined {
  const run = (args: string[]) => new Deno.Command("psql", { args, stderr: "piped" }).output();
  try {
    new Deno.Command("psql", { args: ["--version"] }).outputSync();
  } catch {
    console.error("psql is not installed: apt-get install postgresql-client");
    return undefined;
  }
  return async () => {
    const { success, stderr } = await run([url, "-qc", command]);
    if (!success) throw new Error(new TextDecoder().decode(stderr));
  };
}
