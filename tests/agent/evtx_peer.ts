/**
 * Every field of every event of the real logs beside `evtx_dump`'s. `deno task test:evtx`; with
 * `--write` it also writes the digests that the default tests compare with.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { homedir } from "node:os";
import { byRecordId, digest, readLines, SAMPLES } from "./evtx_samples.ts";

const VERSION = "0.15.1";
const GOLDEN = new URL("evtx_golden.json", import.meta.url);
const env = {
  ...Deno.env.toObject(),
  PATH: `${homedir()}/.cargo/bin:${Deno.env.get("PATH")}`,
  RUST_BACKTRACE: "0",
};

function run(command: string, args: readonly string[]) {
  return spawnSync(command, args, { encoding: "utf8", maxBuffer: 1 << 30, env });
}

function available(): boolean {
  const has = () => run("evtx_dump", ["--version"]).stdout?.includes(VERSION) ?? false;
  if (has()) return true;
  run("cargo", ["install", "evtx", "--version", VERSION]);
  if (has()) return true;
  console.warn(`SKIPPED: needs evtx_dump: cargo install evtx --version ${VERSION}`);
  return false;
}

const golden: Record<string, string> = {};

Deno.test({
  name: "every event is evtx_dump's, byte for byte, and a damaged log gives at least as many",
  ignore: SAMPLES.length === 0 || !available(),
  fn() {
    let records = 0;
    let more = 0;
    for (const path of SAMPLES) {
      const theirs = run("evtx_dump", ["-t", "1", "-o", "jsonl", path]).stdout.split("\n")
        .filter((line) => line !== "");
      const { lines: ours } = readLines(Deno.readFileSync(path));
      const left = new Set(theirs);
      more += ours.filter((line) => !left.delete(line)).length;
      assert.deepEqual([...left], [], `${path}: events that evtx_dump gives and we do not`);
      records += theirs.length;
      const name = path.split("/").at(-1)!;
      if (ours.length === theirs.length) {
        assert.deepEqual(byRecordId(ours), byRecordId(theirs), path);
        golden[name] = digest(theirs);
      }
    }
    console.log(`${records} events are the same; of damaged logs we read ${more} more`);
    if (Deno.args.includes("--write")) {
      Deno.writeTextFileSync(GOLDEN, JSON.stringify(golden, null, 1) + "\n");
    }
  },
});
