import { DEFAULT_SETTINGS, LOCK_FILE, readSettings, takeSettings } from "@/agent/settings.ts";
import { UntrustedError } from "@/agent/signed.ts";
import {
  bundlePath,
  bundleToStart,
  confirm,
  isWanted,
  stage,
  trialFailed,
} from "@/agent/upgrade.ts";
import { type Signed, type SignedPurpose, signedText } from "@/features/signed.ts";
import { takeOffers } from "@/agent/offers.ts";
import { currentBundle, readOffers } from "@/server/agents.ts";
import { deriveKeys } from "@/server/privacy/keys.ts";
import { temporary } from "./logs.ts";
import { Buffer } from "node:buffer";
import { createHash, generateKeyPairSync, sign } from "node:crypto";
import assert from "node:assert/strict";

const pair = generateKeyPairSync("ed25519");
const serverKey = new Uint8Array(
  pair.publicKey.export({ format: "der", type: "spki" }).subarray(12),
);

function signed(purpose: SignedPurpose, content: unknown): Signed {
  const payload = JSON.stringify(content);
  const bytes = sign(null, Buffer.from(signedText(purpose, payload)), pair.privateKey);
  return { payload, signature: bytes.toString("base64url") };
}

function isUntrusted(message: RegExp) {
  return (error: unknown) => error instanceof UntrustedError && message.test(error.message);
}

Deno.test("signed settings come into force, but for what the local lock names", () => {
  using state = temporary();
  assert.deepEqual(readSettings(state.path), DEFAULT_SETTINGS);
  Deno.writeTextFileSync(`${state.path}/${LOCK_FILE}`, '["withoutChannels"]');
  const offer = { version: 2, latenessMinutes: 30, withoutChannels: ["Security"] };
  const taken = takeSettings(state.path, signed("settings", offer), serverKey);
  assert.deepEqual(taken, { ...DEFAULT_SETTINGS, version: 2, latenessMinutes: 30 });
  assert.deepEqual(readSettings(state.path), taken);
  assert.equal(takeSettings(state.path, signed("settings", offer), serverKey), undefined);
});

Deno.test("settings that are forged, older, out of bounds or unknown change nothing", () => {
  using state = temporary();
  takeSettings(state.path, signed("settings", { version: 5 }), serverKey);
  const before = readSettings(state.path);
  const refused = (offer: Signed, message: RegExp, key = serverKey) =>
    assert.throws(() => takeSettings(state.path, offer, key), isUntrusted(message));
  const good = signed("settings", { version: 6 });
  refused({ ...good, payload: '{"version":7}' }, /signature of the settings is wrong/);
  refused(signed("bundle", { version: 6 }), /signature of the settings is wrong/);
  refused(good, /no key at enrolment/, new Uint8Array(0));
  refused(signed("settings", { version: 4 }), /which is newer/);
  refused(signed("settings", { version: 6, cpuShare: 3 }), /cpuShare must be in \[0.01, 1\]/);
  refused(signed("settings", { version: 6, shell: "cmd" }), /"shell" is not known/);
  assert.deepEqual(readSettings(state.path), before);
});

function bundle(version: number): [Signed, Uint8Array] {
  const bytes = new TextEncoder().encode(`// version ${version}`);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  return [signed("bundle", { version, sha256 }), bytes];
}

Deno.test("a bundle that reports in stays; one that does not is rolled back and not tried again", () => {
  using state = temporary();
  const { path } = state;
  const start = () => bundleToStart(path, serverKey);
  assert.equal(start(), undefined, "the installed one");
  const [seven, bytes] = bundle(7);
  assert.ok(isWanted(path, seven, serverKey, 6) && !isWanted(path, seven, serverKey, 7));
  stage(path, seven, bytes, serverKey);
  assert.equal(start(), bundlePath(path, 7));
  confirm(path);
  for (let i = 0; i < 5; i++) assert.equal(start(), bundlePath(path, 7));
  const [eight, broken] = bundle(8);
  stage(path, eight, broken, serverKey);
  for (let i = 0; i < 3; i++) assert.equal(start(), bundlePath(path, 8));
  for (let i = 0; i < 3; i++) assert.equal(start(), bundlePath(path, 7), "rolled back");
  assert.ok(!isWanted(path, eight, serverKey, 7), "not tried again");
  assert.ok(isWanted(path, bundle(9)[0], serverKey, 7));
});

Deno.test("a bundle that hangs is given up when its trial is over; one that reported in is not", async () => {
  using state = temporary();
  const failed = async () => {
    const alive = setInterval(() => {}, 10); // the trial's timer lets a process end
    return await trialFailed(state.path, 0).finally(() => clearInterval(alive));
  };
  assert.equal(await failed(), false, "the installed one is on no trial");
  const [two, bytes] = bundle(2);
  stage(state.path, two, bytes, serverKey);
  assert.equal(await failed(), true);
  confirm(state.path);
  assert.equal(await failed(), false);
});

Deno.test("what a server's folder offers is what an agent takes, by the key of its enrolment", async () => {
  using folder = temporary();
  using state = temporary();
  const keys = deriveKeys(new Uint8Array(32).fill(5));
  const answers: Record<string, () => Response> = {
    "/v1/offers": () => Response.json(readOffers(folder.path, keys.signKey)),
    "/v1/bundle": () => new Response(currentBundle(folder.path)!.bytes),
  };
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    (request) => answers[new URL(request.url).pathname](),
  );
  const identity = {
    server: `http://127.0.0.1:${server.addr.port}`,
    host: "ws-1",
    agentId: crypto.randomUUID(),
    estateKeyId: "",
    privateKey: new Uint8Array(32),
    estateKey: new Uint8Array(32),
    sealPublicKey: new Uint8Array(32),
    serverKey: keys.signPublicKey,
  };
  const take = (trusted = identity) => takeOffers(state.path, trusted, () => ({}));
  assert.equal(await take(), "nothing");
  Deno.writeTextFileSync(`${folder.path}/settings.json`, '{ "version": 1, "cpuShare": 0.2 }');
  assert.equal(await take({ ...identity, serverKey }), "nothing", "another server's key");
  assert.equal(await take(), "settings");
  assert.equal(readSettings(state.path).cpuShare, 0.2);
  for (const version of [2, 11]) {
    Deno.writeTextFileSync(`${folder.path}/agent-${version}.js`, `// ${version}`);
  }
  assert.equal(await take(), "bundle");
  assert.equal(bundleToStart(state.path, identity.serverKey), bundlePath(state.path, 11));
  assert.equal(await take(), "nothing");
});

Deno.test("a bundle that is not signed, not the signed one, or changed later is not started", () => {
  using state = temporary();
  const [offer, bytes] = bundle(3);
  const forged = { ...offer, signature: signed("settings", {}).signature };
  assert.throws(() => stage(state.path, forged, bytes, serverKey), isUntrusted(/is wrong/));
  const other = bundle(4)[1];
  assert.throws(() => stage(state.path, offer, other, serverKey), isUntrusted(/not the one/));
  assert.equal(bundleToStart(state.path, serverKey), undefined);
  stage(state.path, offer, bytes, serverKey);
  Deno.writeTextFileSync(bundlePath(state.path, 3), "steal()");
  assert.equal(bundleToStart(state.path, serverKey), undefined);
});
