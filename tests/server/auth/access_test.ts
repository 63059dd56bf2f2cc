import assert from "node:assert/strict";
import { generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { connect } from "@/db/open.ts";
import { signatureBase, signatureParameters } from "@/features/signature.ts";
import type { Sender } from "@/server/ingest.ts";
import { hashSecret } from "@/server/auth/secrets.ts";
import { contentDigest } from "@/server/auth/signature.ts";
import { startServer } from "@/server/server.ts";
import { fixture, KEYS, TOKEN } from "@/tests/server/fixture.ts";

const JSON_TYPE = { "content-type": "application/json" };

/** An agent's side of enrolment and signing. */
function agent(url: string) {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const raw = publicKey.export({ format: "der", type: "spki" }).subarray(12).toString("base64url");
  return {
    enrol: (token: string, host: string) =>
      fetch(`${url}/v1/enrol`, {
        method: "POST",
        headers: JSON_TYPE,
        body: JSON.stringify({ token, publicKey: raw, host }),
      }),
    headers(agentId: string, body: Uint8Array, nonce = randomBytes(16).toString("base64url")) {
      const parts = {
        method: "POST",
        path: "/v1/vectors",
        digest: contentDigest(body),
        created: Math.floor(Date.now() / 1000),
        nonce,
        agentId,
      };
      const signature = sign(null, Buffer.from(signatureBase(parts)), privateKey).toString(
        "base64",
      );
      return {
        "content-digest": parts.digest,
        "signature-input": `habit=${signatureParameters(parts)}`,
        signature: `habit=:${signature}:`,
      };
    },
  };
}

Deno.test("who may come in", async (t) => {
  const seen: Sender[] = [];
  await using f = await fixture({
    ingest(_, by) {
      seen.push(by);
      return Promise.resolve(Response.json({ acknowledged: 1 }));
    },
  });
  const { url } = f.server;
  const sql = connect(f.database.url, 1);
  const post = (path: string, body: unknown, headers: Record<string, string> = JSON_TYPE) =>
    fetch(url + path, { method: "POST", headers, body: JSON.stringify(body) });
  try {
    await t.step("the entrance says whether anyone is in, and whether anyone can be", async () => {
      const entrance = async (headers: Record<string, string> = {}) =>
        await (await fetch(`${url}/auth/entrance`, { headers })).json();
      assert.deepEqual(await entrance(), { viewer: null, first: true, oidc: false });
      const { viewer } = await entrance({ authorization: `Bearer ${TOKEN}` });
      assert.equal(viewer.accountId, null);
      assert.ok(viewer.permissions.includes("read"));
    });

    await t.step("the first administrator comes in by the code, once", async () => {
      const code = "ABCD-EFGH-JKLM-NPQR";
      await sql`update one_time_codes set hash = ${hashSecret(code)}`;
      const body = { code: code.toLowerCase(), name: "root", password: "correct horse battery" };
      assert.equal((await post("/auth/first", { ...body, code: "WRONG" })).status, 403);
      assert.equal((await post("/auth/first", { ...body, password: "short" })).status, 400);
      const response = await post("/auth/first", body);
      const cookie = response.headers.get("set-cookie")!;
      assert.equal(response.status, 200);
      assert.match(cookie, /^habit=habit_session_[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict/);
      assert.equal((await post("/auth/first", { ...body, name: "again" })).status, 403);
      const { data } = await f.ask(`{ viewer { name permissions } }`, {}, {
        authorization: "",
        cookie: cookie.split(";")[0]!,
      }).catch(() => ({ data: undefined }));
      assert.equal(data, undefined, "an empty Authorization header is refused, not ignored");
    });

    let cookie = "";
    const viewer = async () => {
      const response = await fetch(`${url}/graphql`, {
        method: "POST",
        headers: { ...JSON_TYPE, cookie },
        body: JSON.stringify({ query: "{ viewer { name } }" }),
      });
      return { status: response.status, body: await response.json() };
    };

    await t.step("a session holds from sign-in to sign-out, and rests as a hash", async () => {
      const wrong = await post("/auth/sign-in", { name: "root", password: "wrong horse battery" });
      const nobody = await post("/auth/sign-in", {
        name: "nobody",
        password: "wrong horse battery",
      });
      assert.deepEqual(await wrong.json(), await nobody.json());
      const right = await post("/auth/sign-in", {
        name: "root",
        password: "correct horse battery",
      });
      cookie = right.headers.get("set-cookie")!.split(";")[0]!;
      await right.body?.cancel();
      assert.deepEqual((await viewer()).body.data, { viewer: { name: "root" } });
      const [{ text }] = await sql`select string_agg(sessions::text, '') as text from sessions` as [
        { text: string },
      ];
      assert.ok(!text.includes(cookie.slice(30)));
      await (await post("/auth/sign-out", {}, { ...JSON_TYPE, cookie })).body?.cancel();
      await new Promise((resolve) => setTimeout(resolve, 50));
      assert.equal((await viewer()).status, 401);
    });

    await t.step("another site's form cannot sign anyone in or out", async () => {
      for (const path of ["/auth/sign-in", "/auth/sign-out", "/auth/first"]) {
        const response = await post(path, {}, { "content-type": "text/plain" });
        assert.equal(response.status, 415, path);
        await response.body?.cancel();
      }
    });

    const { data } = await f.ask(
      `mutation { createEnrolmentToken(note: "test", uses: 2) { secret userErrors { message } } }`,
    );
    const token = data.createEnrolmentToken.secret;
    const one = agent(url);
    let id = "";
    const send = async (headers: Record<string, string>, body = new Uint8Array([1])) => {
      const response = await fetch(`${url}/v1/vectors`, { method: "POST", headers, body });
      return { status: response.status, ...await response.json() };
    };

    await t.step("an enrolment token lets in as many agents as it says", async () => {
      const first = await (await one.enrol(token, "WS-001")).json();
      id = first.agentId;
      assert.equal(first.estateKey, Buffer.from(KEYS.estateKey).toString("base64url"));
      assert.equal((await agent(url).enrol(token, "WS-002")).status, 201);
      const third = await agent(url).enrol(token, "WS-003");
      assert.equal(third.status, 403);
      assert.match((await third.json()).message, /used up/);
      const bad = await fetch(`${url}/v1/enrol`, {
        method: "POST",
        headers: JSON_TYPE,
        body: "{}",
      });
      assert.equal(bad.status, 400);
      await bad.body?.cancel();
    });

    await t.step(
      "a signed batch passes, as the one host that its agent was enrolled for",
      async () => {
        const body = new Uint8Array([1]);
        assert.equal((await send(one.headers(id, body), body)).status, 200);
        const { agentId, mayWrite } = seen.at(-1)!;
        assert.deepEqual([agentId, mayWrite!("ws-001"), mayWrite!("ws-002")], [id, true, false]);
      },
    );

    await t.step("replayed, changed, foreign or unsigned batches do not", async () => {
      const body = new Uint8Array([1]);
      const once = one.headers(id, body);
      assert.equal((await send(once, body)).status, 200);
      const before = seen.length;
      assert.match((await send(once, body)).message, /already made/);
      assert.match((await send(one.headers(id, body), new Uint8Array([2]))).message, /digest/);
      assert.match((await send(agent(url).headers(id, body), body)).message, /does not fit/);
      assert.match(
        (await send(one.headers(crypto.randomUUID(), body), body)).message,
        /not enrolled/,
      );
      assert.equal((await send({})).status, 401);
      assert.equal(seen.length, before);
    });

    await t.step("a revoked agent is out with its next request", async () => {
      const { data } = await f.ask(`{ agents { edges { node { id hostName } } } }`);
      const mine = data.agents.edges.find((e: { node: { hostName: string } }) =>
        e.node.hostName === "ws-001"
      );
      const revoked = await f.ask(
        `mutation($id: ID!) { revokeAgent(agentId: $id, reason: "stolen") { agent { revokedAt } } }`,
        { id: mine.node.id },
      );
      assert.ok(revoked.data.revokeAgent.agent.revokedAt);
      const body = new Uint8Array([1]);
      assert.match((await send(one.headers(id, body), body)).message, /revoked: enrol it again/);
    });

    await t.step("a stranger who guesses is slowed down, and nobody else", async () => {
      let status = 0;
      for (let i = 0; i < 40 && status !== 429; i++) {
        const response = await post("/auth/sign-in", { name: "x", password: 1 });
        status = response.status;
        await response.body?.cancel();
      }
      assert.equal(status, 429);
      assert.equal((await f.ask(`{ viewer { name } }`)).status, 200);
    });

    await t.step("a port in use and plain HTTP beyond loopback say what to do", async () => {
      const options = {
        database: f.database,
        keys: KEYS,
        token: TOKEN,
        ingest: () => Promise.resolve(new Response()),
      };
      const port = Number(new URL(url).port);
      await assert.rejects(startServer({ ...options, port, hostname: "127.0.0.1" }), /--port/);
      await assert.rejects(startServer({ ...options, port: 0, hostname: "0.0.0.0" }), /--tls-cert/);
    });

    await t.step("with a certificate it serves TLS only, and says so to browsers", async () => {
      const pem = (name: string) =>
        Deno.readTextFileSync(new URL(`../tls/${name}.pem`, import.meta.url));
      const tls = { cert: pem("cert"), key: pem("key") }; // for localhost, of these tests alone
      await using server = await startServer({
        database: f.database,
        keys: KEYS,
        ingest: () => Promise.resolve(new Response()),
        port: 0,
        hostname: "127.0.0.1",
        sends: false,
        tls,
      });
      using client = Deno.createHttpClient({ caCerts: [pem("ca")] });
      const response = await fetch(`${server.url}/auth/sign-in`, {
        method: "POST",
        headers: JSON_TYPE,
        body: JSON.stringify({ name: "root", password: "correct horse battery" }),
        client,
      });
      await response.body?.cancel();
      assert.equal(response.status, 200);
      assert.match(response.headers.get("strict-transport-security")!, /max-age=\d{8}/);
      assert.match(response.headers.get("set-cookie")!, /^__Host-habit=.*; Secure/);
      await assert.rejects(fetch(server.url.replace("https", "http") + "/healthz"));
    });
  } finally {
    await sql.end();
  }
});
