/**
 * PyOD's detectors on the rows that ours judge, by bench/peers/pyod_scores.py in the Python at hand
 * (`HABIT_PYTHON`, else python3).
 * @module
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Matrix } from "@/models/matrix.ts";

const SCRIPT = fileURLToPath(new URL("../../bench/peers/pyod_scores.py", import.meta.url));

/** What PyOD can run here. */
export interface Peers extends AsyncDisposable {
  /** By library. */
  readonly versions: Readonly<Record<string, string>>;
  /** Why a detector cannot run here, by name. */
  readonly missing: Readonly<Record<string, string>>;
  /** One score a test row of each detector, higher is stranger. */
  score(training: Matrix, test: Matrix, seed: number): Promise<Map<string, Float64Array>>;
}

/** Starts Python. @throws {Error} that says what to install if it has no PyOD. */
export async function startPeers(): Promise<Peers> {
  const command = Deno.env.get("HABIT_PYTHON") ?? "python3";
  const python = spawn(command, [SCRIPT], { stdio: ["pipe", "pipe", "ignore"] });
  python.on("error", () => {}); // no Python: the lines below end at once
  python.stdin.on("error", () => {});
  const ended = once(python, "close").catch(() => {});
  const lines = createInterface({ input: python.stdout })[Symbol.asyncIterator]();
  const answer = async () => {
    const { done, value } = await lines.next();
    if (!done) return JSON.parse(value);
    throw new Error(
      `Cannot run PyOD: ${command} ended; it needs \`pip install pyod torch tqdm pandas\``,
    );
  };
  const { versions, missing } = await answer();
  const folder = Deno.makeTempDirSync({ prefix: "habit-peers-" });
  const write = (name: string, { values, width, rows }: Matrix) => {
    const { buffer, byteOffset } = values;
    Deno.writeFileSync(`${folder}/${name}`, new Uint8Array(buffer, byteOffset, 4 * width * rows));
    return `${folder}/${name}`;
  };
  return {
    versions,
    missing,
    async score(training, test, seed) {
      const job = {
        training: write("training", training),
        test: write("test", test),
        width: training.width,
        seed,
      };
      python.stdin.write(`${JSON.stringify(job)}\n`);
      const { scores } = await answer() as { scores: Record<string, number[]> };
      return new Map(
        Object.entries(scores).map(([name, values]) => [name, Float64Array.from(values)]),
      );
    },
    async [Symbol.asyncDispose]() {
      python.stdin.end();
      await ended;
      Deno.removeSync(folder, { recursive: true });
    },
  };
}
