import { readIdentity } from "@/agent/config.ts";
import { enrol, EnrolError } from "@/agent/enrol.ts";
import { readHealth, statusLines } from "@/agent/status.ts";
import { bySignature } from "@/agent/request.ts";
import type { Health } from "@/agent/status.ts";
import { noCounts } from "@/agent/hosts.ts";
import { keptModel } from "@/agent/model.ts";
import { readSettings, runOptions } from "@/agent/settings.ts";
import { stage } from "@/agent/upgrade.ts";
import { currentBundle, readOffers } from "@/server/agents.ts";
import { readSignature } from "@/server/auth/signature.ts";
import { enrolling } from "@/tests/agent/enrolling_server.ts";
import { LedgerServer } from "@/tests/agent/ledger_server.ts";
import { temporary, writeHosts } from "@/tests/agent/logs.ts";
import { createPrivateKey, createPublicKey } from "node:crypto";
import { Buffer } from "node:buffer";
import assert from "node:assert/strict";

const ROOT = new URL("../../", import.meta.url);

Deno.test("enrolment makes a key that never leaves, and its signatures hold at the server", async () => {
  await using ledger = new LedgerServer();
  await using server = enrolling(ledger);
  using state = temporary();
  const options = { server: server.url, token: "good", host: "ws-1", stateFolder: state.path };
  const { privateKey, agentId } = await enrol(options);
  const identity = readIdentity(state.path)!;
  assert.deepEqual(identity.privateKey, privateKey);
  assert.equal(Deno.statSync(`${state.path}/identity.json`).mode! & 0o777, 0o600);
  const publicKey = Buffer.from(server.enrolled[0].publicKey, "base64url");
  const pkcs8 = Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), privateKey]);
  const own = createPublicKey(createPrivateKey({ key: pkcs8, format: "der", type: "pkcs8" }));
  assert.deepEqual(own.export({ format: "der", type: "spki" }).subarray(12), publicKey);
  const body = new TextEncoder().encode("rows");
  const now = Date.UTC(2026, 5, 1);
  const sign = bySignature(agentId, privateKey, () => now);
  const request = new Request("https://habit.example/v1/vectors", {
    method: "POST",
    headers: sign("POST", "/v1/vectors", body),
    body,
  });
  const claim = readSignature(request, body, now);
  assert.equal(claim.agentId, agentId);
  claim.verify(publicKey);
  await assert.rejects(enrol(options), isEnrolError(/is enrolled at .* Add --again/));
});

Deno.test("enrolment that fails says what to do", async (t) => {
  await using ledger = new LedgerServer();
  await using server = enrolling(ledger);
  for (
    const [address, token, wanted] of [
      [server.url, "spent", /refuses the token .* make a new one/],
      ["http://habit.example", "good", /only over https/],
      ["habit.example", "good", /name it as https/],
      ["http://127.0.0.1:9", "good", /Cannot reach .* firewall/],
    ] as const
  ) {
    await t.step(String(wanted), async () => {
      using state = temporary();
      await assert.rejects(
        enrol({ server: address, token, host: "a", stateFolder: state.path }),
        isEnrolError(wanted),
      );
    });
  }
});

function isEnrolError(message: RegExp) {
  return (error: unknown) => error instanceof EnrolError && message.test(error.message);
}

Deno.test("the bundle is one file that reads logs with the least permissions", async () => {
  using folder = temporary();
  using state = temporary();
  using logs = temporary();
  await using ledger = new LedgerServer();
  await using server = enrolling(ledger);
  const written = writeHosts(logs.path, { hosts: 1 });
  const script = `${folder.path}/agent.js`;
  const bundle = await new Deno.Command(Deno.execPath(), {
    cwd: ROOT,
    args: [
      "bundle",
      "-q",
      "--minify",
      "--platform",
      "deno",
      "-o",
      script,
      "commands/agent_main.ts",
    ],
  }).output();
  assert.equal(bundle.code, 0, new TextDecoder().decode(bundle.stderr));
  const run = (...args: string[]) =>
    new Deno.Command(Deno.execPath(), {
      cwd: folder.path,
      args: [
        "run",
        "--no-prompt",
        "--no-remote",
        "--no-npm",
        `--allow-net=${new URL(server.url).host}`,
        `--allow-read=${state.path},${logs.path}`,
        `--allow-write=${state.path}`,
        "--allow-sys=hostname",
        script,
        ...args,
        "--state",
        state.path,
      ],
    }).output();
  const enrolled = ["--server", server.url, "--token", "good"];
  const output = await run("run", "--logs", logs.path, "--json", ...enrolled);
  const error = new TextDecoder().decode(output.stderr);
  assert.equal(output.code, 0, error);
  assert.equal(JSON.parse(new TextDecoder().decode(output.stdout)).events, written);
  assert.equal(ledger.events, written);
  Deno.writeTextFileSync(`${folder.path}/agent-2.js`, 'console.log("release 2");');
  const { bundle: offer } = readOffers(folder.path, server.serverKeys.signKey);
  const release = currentBundle(folder.path)!.bytes;
  stage(state.path, offer!, release, server.serverKeys.signPublicKey);
  const upgraded = await run("run", "--logs", logs.path);
  assert.equal(new TextDecoder().decode(upgraded.stdout), "release 2\n", "started in its place");
  const typo = await run("backfill", "--logs", logs.path, "--jsn");
  assert.notEqual(typo.code, 0);
  assert.match(new TextDecoder().decode(typo.stderr), /Did you mean --json\?/);
});

Deno.test("status says in words whether the agent runs, and what each channel misses", () => {
  const now = Date.UTC(2026, 5, 1);
  const health: Health = {
    atMs: now - 30_000,
    counts: { ...noCounts(), events: 12, late: 1 },
    spool: { rows: 3, bytes: 900, dropped: 2, oldestMs: now },
    acknowledgedMs: now - 120_000,
    problem: undefined,
    failures: 4,
    skipped: { "damaged": 3 },
    memoryBytes: 50 * 2 ** 20,
    channels: [{
      channel: "Security",
      state: "reading",
      problem: "",
      lastRecordId: 77,
      lastTimeMs: now - 180_000,
      behind: 40,
      events: 12,
      gaps: 1,
      missed: 5,
      unreadable: 7,
      reopened: 0,
      stalls: 0,
      errors: { RPC_S_INVALID_BOUND: 2 },
    }],
  };
  const lines = statusLines(health, now);
  assert.equal(lines[0], "running");
  assert.match(lines.join("\n"), /2 dropped[^]*last acknowledged 2 min ago, 4 failures/);
  assert.match(
    lines.at(-1)!,
    /record 77, last event 3 min ago, 40 behind, 5 missed in 1 gaps, 7 not .*BOUND x2/,
  );
  assert.ok(lines.includes("files     not readable: 3 x damaged"));
  assert.match(statusLines(health, now + 3_600_000)[0], /NOT RUNNING.* 6[01] min ago/);
});

Deno.test("an agent that follows a folder takes the server's settings and its host's model", async () => {
  using state = temporary();
  using logs = temporary();
  using offered = temporary();
  await using ledger = new LedgerServer();
  await using server = enrolling(ledger);
  Deno.writeTextFileSync(
    `${offered.path}/settings.json`,
    '{ "version": 4, "latenessMinutes": 600 }',
  );
  const model = Uint8Array.of(1, 2, 3);
  let [asked, models] = [0, 0];
  server.answers["/v1/offers"] = () => {
    asked++;
    if (asked === 1) return new Response(null, { status: 500 });
    return Response.json(readOffers(offered.path, server.serverKeys.signKey));
  };
  server.answers["/v1/model"] = () => {
    models++;
    return new Response(model, { headers: { etag: '"a"' } });
  };
  writeHosts(logs.path, { hosts: 1, hours: 12 });
  const follow = (enrol: string[]) =>
    new Deno.Command(Deno.execPath(), {
      cwd: ROOT,
      args: [
        ...["run", "-A", "main.ts", "agent", "run", "--logs", logs.path, "--follow", "1"],
        ...["--state", state.path, ...enrol],
      ],
      stderr: "null",
      stdout: "null",
    }).spawn();
  const until = async (child: Deno.ChildProcess, reached: () => boolean) => {
    const deadline = AbortSignal.timeout(30_000);
    while (!reached() && !deadline.aborted) await new Promise((done) => setTimeout(done, 20));
    child.kill("SIGTERM");
    assert.equal((await child.status).code, 130);
    assert.ok(reached());
  };
  const enrolFlags = ["--server", server.url, "--token", "good"];
  await until(follow(enrolFlags), () => models === 1 && asked === 1 && ledger.stored.size > 0);
  const rows = 11 * 4;
  assert.equal(ledger.stored.size, rows, "of twelve hours the last is within its 15 minutes");
  assert.deepEqual(keptModel(state.path), model, "kept, though it cannot be read");
  const health = readHealth(state.path)!;
  assert.deepEqual([health.counts.windows, health.spool.rows], [rows, 0], "status tells of it");
  const settings = () => readSettings(state.path).version === 4;
  await until(follow([]), settings);
  assert.equal(runOptions(readSettings(state.path)).latenessMs, 36_000_000);
});
