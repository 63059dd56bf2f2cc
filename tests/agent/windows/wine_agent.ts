/**
 * `task test:wine`: the bundled agent on deno.exe under Wine, with the flags of the installed task:
 * real FFI, kernel32, files and network of Windows' ABI; wevtapi is our fake.
 */
import type { ChannelStatus } from "@/agent/windows/channel_log.ts";
import { agentArguments } from "@/agent/windows/install.ts";
import { enrolling } from "../enrolling_server.ts";
import { LedgerServer } from "../ledger_server.ts";
import { Wine } from "./wine.ts";
import assert from "node:assert/strict";

const EVENTS = 20_000;
const PER_HOUR = 1_000;
/** 20 whole hours of eight users and the host, and one event of the next hour. */
const WINDOWS = 20 * 9 + 2;
const ROOT = new URL("../../../", import.meta.url);

const wine = await Wine.open();
if (typeof wine === "string") console.error(`skipped: ${wine}`);

async function bundle(path: string): Promise<void> {
  const args = [
    "bundle",
    "-q",
    "--minify",
    "--platform",
    "deno",
    "-o",
    path,
    "commands/agent_main.ts",
  ];
  const { code, stderr } = await new Deno.Command(Deno.execPath(), { cwd: ROOT, args }).output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
}

const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

async function said(command: Deno.Command) {
  const { code, stdout, stderr } = await command.output();
  return { code, out: decode(stdout), error: decode(stderr) };
}

/** Runs until `until` holds, then the power is cut. */
async function runUntil(command: Deno.Command, until: () => boolean): Promise<void> {
  const child = command.spawn();
  const deadline = AbortSignal.timeout(60_000);
  let [ended, reached] = [false, false];
  child.status.then(() => ended = true);
  while (!(reached = until()) && !ended && !deadline.aborted) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  if (!ended) child.kill("SIGKILL");
  await child.status;
  assert.ok(reached, "ended early, or did not come there in a minute: see its agent.log");
}

Deno.test({
  name:
    "on deno.exe the bundled agent enrols, reads the live log, survives kills, sends each window once",
  ignore: typeof wine === "string",
  async fn(t) {
    await using prefix = wine as Wine;
    await using ledger = new LedgerServer();
    await using server = enrolling(ledger);
    const script = `${prefix.folder.windows}\\agent.js`;
    const state = `${prefix.folder.windows}\\state`;
    await bundle(`${prefix.folder.here}/agent.js`);
    const agent = (...args: string[]) => prefix.deno(["run", "-A", script, ...args]);
    const installation = { deno: "deno.exe", script, state, server: server.url };
    const log = { events: EVENTS, perHour: PER_HOUR, std: "null" as const };
    const running = () => prefix.deno(agentArguments(installation), log);

    await t.step("enrol, under the name that GetComputerNameEx gives", async () => {
      const token = ["--server", server.url, "--token", "good"];
      const { code, error } = await said(agent("enrol", ...token, "--state", state));
      assert.equal(code, 0, error);
      assert.match(server.enrolled[0].host, /^[a-z0-9.-]+$/);
    });
    await t.step("killed before, while and after the first batch goes out", async () => {
      for (const requests of [0, 1, 1]) {
        await runUntil(running(), () => ledger.requests >= requests);
      }
      await runUntil(running(), () => ledger.events >= EVENTS);
      assert.equal(ledger.events, EVENTS);
      assert.equal(ledger.stored.size, WINDOWS);
      assert.deepEqual([...ledger.stored.values()].filter((times) => times !== 1), []);
    });
    await t.step("status tells how the channel fares, and which are not there", async () => {
      const { code, out, error } = await said(agent("status", "--json", "--state", state));
      assert.equal(code, 0, error);
      const { channels } = JSON.parse(out) as { channels: ChannelStatus[] };
      const [security, system] = channels;
      assert.deepEqual([security.state, security.missed], ["reading", 0]);
      assert.match(system.problem, /^ERROR_EVT_CHANNEL_NOT_FOUND/);
    });
    await t.step(
      "install registers the tasks that Wine's scheduler takes; uninstall ends it",
      async () => {
        const installed = await said(agent("install", "--state", state));
        assert.equal(installed.code, 0, installed.error);
        assert.equal(installed.out.match(/^done /gm)?.length, 6);
        const removed = await said(agent("uninstall", "--state", state));
        assert.equal(removed.out.match(/^done +Remove the task/gm)?.length, 2, removed.out);
      },
    );
    await t.step(
      "doctor says that there is no auditpol, rather than that all is well",
      async () => {
        const { code, error } = await said(agent("doctor", "--state", state));
        assert.equal(code, 1);
        assert.match(error, /Cannot read the audit policy: auditpol.exe is not there/);
      },
    );
  },
});
