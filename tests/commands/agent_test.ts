import { readIdentity } from "@/agent/config.ts";
import { enrol, EnrolError } from "@/agent/enrol.ts";
import { statusLines } from "@/agent/status.ts";
import { bySignature } from "@/agent/request.ts";
import type { Health } from "@/agent/live.ts";
import { noCounts } from "@/agent/hosts.ts";
import { stage } from "@/agent/upgrade.ts";
import { currentBundle, readOffers } from "@/server/agents.ts";
import { deriveKeys } from "@/server/privacy/keys.ts";
import { readSignature } from "@/server/auth/signature.ts";
import { LedgerServer } from "@/tests/agent/ledger_server.ts";
import { estateKeys, temporary, writeHosts } from "@/tests/agent/logs.ts";
import { createPrivateKey, createPublicKey } from "node:crypto";
import { Buffer } from "node:buffer";
import assert from "node:assert/strict";

const ROOT = new URL("../../", import.meta.url);

/** A server that enrols whoever brings the token `good`, in front of a ledger. */
function enrolling(ledger: LedgerServer) {
  const keys = estateKeys();
  const serverKeys = deriveKeys(new Uint8Array(32).fill(9));
  const enrolled: Record<string, string>[] = [];
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, async (request) => {
    if (new URL(request.url).pathname === "/v1/vectors") {
      return await fetch(`${ledger.url}/v1/vectors`, {
        method: "POST",
        headers: request.headers,
        body: await request.arrayBuffer(),
      });
    }
    const body = await request.json();
    if (body.token !== "good") {
      return Response.json({ error: "enrolment-refused" }, { status: 403 });
    }
    enrolled.push(body);
    return Response.json({
      agentId: "01890a5d-ac96-774b-bcce-b302099a8057",
      estateKeyId: "0123456789abcdef",
      estateKey: Buffer.from(keys.estateKey).toString("base64url"),
      sealPublicKey: Buffer.from(keys.sealPublicKey).toString("base64url"),
      serverKey: Buffer.from(serverKeys.signPublicKey).toString("base64url"),
    }, { status: 201 });
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    enrolled,
    serverKeys,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

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
    args: ["bundle", "-q", "--platform", "deno", "-o", script, "commands/agent_main.ts"],
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
    memoryBytes: 50 * 2 ** 20,
    channels: [{
      channel: "Security",
      state: "reading",
      problem: "",
      lastRecordId: 77,
      lastTimeMs: now - 180_000,
      events: 12,
      gaps: 1,
      missed: 5,
      unreadable: 0,
      reopened: 0,
      stalls: 0,
      errors: { RPC_S_INVALID_BOUND: 2 },
    }],
  };
  const lines = statusLines(health, now);
  assert.equal(lines[0], "running");
  assert.match(lines.join("\n"), /2 dropped[^]*last acknowledged 2 min ago, 4 failures/);
  assert.match(lines.at(-1)!, /record 77, last event 3 min ago, 5 missed in 1 gaps.*BOUND x2/);
  assert.match(statusLines(health, now + 3_600_000)[0], /NOT RUNNING.* 6[01] min ago/);
});
