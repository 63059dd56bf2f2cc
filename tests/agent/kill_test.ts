import { LedgerServer } from "./ledger_server.ts";
import { estateKeys, temporary, writeHosts } from "./logs.ts";
import assert from "node:assert/strict";

const CYCLES = Number(Deno.env.get("HABIT_KILL_CYCLES") ?? 50);
const keys = estateKeys();
const PROCESS = new URL("./agent_process.ts", import.meta.url).pathname;

/** Cuts its power, where it has not ended by itself in this very moment. */
function kill(child: Deno.ChildProcess): void {
  try {
    child.kill("SIGKILL");
  } catch (error) {
    if (!(error instanceof TypeError)) throw error; // "has already terminated"
  }
}

function agent(folder: string, state: string, server: string): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", PROCESS, folder, state, server, keys.sealPublicKey.toHex()],
    stdout: "null",
    stderr: "null",
  }).spawn();
}

/** Numbers in [0, 1) that are the same in every run. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;
}

Deno.test(`killed ${CYCLES} times at any moment, the agent sends each window once and none less`, async () => {
  using logs = temporary();
  await using calm = new LedgerServer();
  const written = writeHosts(logs.path, { hosts: 4, hours: 48, users: 6, parts: 2 });
  {
    using state = temporary();
    assert.equal((await agent(logs.path, state.path, calm.url).status).code, 0);
  }
  assert.equal(calm.events, written);
  const random = seeded(11);
  let kills = 0;
  while (kills < CYCLES) {
    using state = temporary();
    await using server = new LedgerServer();
    server.trouble = () => random() < 0.2 ? "lose-answer" : undefined;
    for (let i = 0; i < 12 && kills < CYCLES; i++, kills++) {
      const child = agent(logs.path, state.path, server.url);
      const timer = setTimeout(() => kill(child), 80 + random() * 350);
      const { signal } = await child.status;
      clearTimeout(timer);
      if (signal === null) break;
    }
    server.trouble = () => undefined;
    assert.equal((await agent(logs.path, state.path, server.url).status).code, 0);
    assert.deepEqual(server.values, calm.values, "same rows, same values");
    assert.deepEqual([...server.stored.values()].filter((times) => times !== 1), []);
  }
});
