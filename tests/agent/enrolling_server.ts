/** A server to enrol at, for agents that run in a process of their own. */
import { deriveKeys } from "@/server/privacy/keys.ts";
import type { LedgerServer } from "./ledger_server.ts";
import { estateKeys } from "./logs.ts";
import { Buffer } from "node:buffer";

/** A server that enrols whoever brings the token `good`, in front of a ledger; `answers` by path. */
export function enrolling(ledger: LedgerServer) {
  const keys = estateKeys();
  const serverKeys = deriveKeys(new Uint8Array(32).fill(9));
  const enrolled: Record<string, string>[] = [];
  const answers: Record<string, () => Response> = {};
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, async (request) => {
    if (new URL(request.url).pathname === "/v1/vectors") {
      return await fetch(`${ledger.url}/v1/vectors`, {
        method: "POST",
        headers: request.headers,
        body: await request.arrayBuffer(),
      });
    }
    const answer = answers[new URL(request.url).pathname];
    if (answer) return answer();
    if (request.method !== "POST") return new Response(null, { status: 404 });
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
    answers,
    serverKeys,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}
