/**
 * Talks to bench/peers/train.py in the Python at hand (`HABIT_PYTHON`, else python3).
 * @module
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** What Python can run here. */
export interface Peers extends AsyncDisposable {
  readonly cases: readonly string[];
  /** By library, as a figure should name it. */
  readonly versions: Readonly<Record<string, string>>;
  /** Milliseconds that so many models' worth of work took, set-up not counted. */
  run(name: string, models: number): Promise<number>;
}

/** Starts a Python for each library that it has. */
export async function startPeers(): Promise<Peers> {
  const started = await Promise.all(["numpy", "torch", "keras"].map(startPeer));
  return {
    cases: started.flatMap(({ cases }) => cases),
    versions: Object.assign({}, ...started.map(({ versions }) => versions)),
    run: (name, models) => started.find(({ cases }) => cases.includes(name))!.run(name, models),
    async [Symbol.asyncDispose]() {
      for (const peer of started) await peer[Symbol.asyncDispose]();
    },
  };
}

async function startPeer(library: string): Promise<Peers> {
  const script = fileURLToPath(new URL("train.py", import.meta.url));
  const python = spawn(Deno.env.get("HABIT_PYTHON") ?? "python3", [script, library], {
    stdio: ["pipe", "pipe", "ignore"],
  });
  python.on("error", () => {}); // no Python: the lines below end at once
  const ended = once(python, "close").catch(() => {});
  const lines = createInterface({ input: python.stdout })[Symbol.asyncIterator]();
  const hello = await lines.next();
  const { cases, versions } = hello.done ? { cases: [], versions: {} } : JSON.parse(hello.value);
  return {
    cases,
    versions,
    async run(name, models) {
      python.stdin.write(`${name} ${models}\n`);
      const answer = await lines.next();
      if (answer.done) throw new Error(`Python died in case ${name}`);
      return JSON.parse(answer.value).seconds * 1_000;
    },
    async [Symbol.asyncDispose]() {
      python.stdin.end();
      await ended;
    },
  };
}
