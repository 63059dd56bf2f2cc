/**
 * `deno run -A models/engines/probe.ts NAME MS`: opens an engine, measures it if MS is above 0, and
 * prints what it found as JSON. A process of its own, as TensorFlow.js knows one backend a process.
 * @module
 */
import type { EngineName } from "@/models/engine.ts";
import { measureGflops } from "./measure.ts";
import { openEngine } from "./open.ts";

/** What {@link probe} prints. */
export interface Found {
  /** As in `EngineReport`. */
  readonly detail: string;
  /** As in `EngineReport`. */
  readonly gflops?: number;
}

/** Enough that a stack pays, few enough that a slow GPU's stand-in ends in seconds. */
const STACK_HOSTS = 8;
const PATIENCE_MS = 60_000;

if (import.meta.main) {
  const [name, ms] = Deno.args;
  await using engine = await openEngine({ name: name as EngineName });
  const { detail } = (engine as unknown as { loaded: Found }).loaded;
  const gflops = Number(ms) > 0 ? await measureGflops(engine, Number(ms), STACK_HOSTS) : undefined;
  console.log(JSON.stringify({ detail, gflops } satisfies Found));
  Deno.exit(0); // a GPU's device would keep the process alive
}

/** Runs this module for an engine; a sentence in place of a finding if it cannot be opened. */
export async function probe(name: EngineName, ms: number): Promise<Found | string> {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", "--no-check", new URL(import.meta.url).href, name, `${ms}`],
    stderr: "piped",
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  const { success, signal, stdout, stderr } = await command.output();
  if (signal) return `gave no answer within ${PATIENCE_MS / 1_000} s`;
  if (success) return JSON.parse(new TextDecoder().decode(stdout).trim().split("\n").at(-1)!);
  const text = new TextDecoder().decode(stderr);
  return /Error: (.*)/.exec(text)?.[1] ?? text.trim();
}
