/**
 * Agents: enrolment by token, and requests signed with the key that was enrolled.
 * @module
 */
import type { Sql } from "@/db/open.ts";
import { hostIdOf } from "@/db/store_batches.ts";
import type { ServerKeys } from "@/server/privacy/keys.ts";
import { HttpError } from "@/server/http/responses.ts";
import { uuidv7 } from "@/server/ids.ts";
import { hashSecret } from "./secrets.ts";
import { ed25519Public, readSignature, SignatureError } from "./signature.ts";

/** An agent whose request was verified. */
export interface Agent {
  /** The agent's id. */
  readonly agentId: string;
  /** The one host that it may write; null for a collector, which may write any. */
  readonly hostId: string | null;
}

const HOST_NAME = /^[\p{L}\p{N}][\p{L}\p{N}._-]{0,254}$/u;

interface Enrolment {
  readonly token: string;
  readonly publicKey: Uint8Array;
  readonly host: string;
  readonly version: string;
}

function readEnrolment(body: unknown): Enrolment {
  const { token, publicKey, host, version = "" } = (body ?? {}) as Record<string, unknown>;
  const key = typeof publicKey === "string" ? Buffer.from(publicKey, "base64url") : undefined;
  const named = typeof host === "string" && HOST_NAME.test(host);
  if (typeof token === "string" && key?.length === 32 && named && typeof version === "string") {
    return { token, publicKey: key, host: host.toLowerCase(), version: version.slice(0, 64) };
  }
  throw new HttpError(
    400,
    "bad-enrolment",
    "Send { token, publicKey: 32 bytes as base64url, host: the computer's name }.",
  );
}

/** What an agent gets when it has enrolled. */
export interface Enrolled {
  /** Its id, for signatures. */
  readonly agentId: string;
  /** Names the estate key. */
  readonly estateKeyId: string;
  /** HMAC key of pseudonyms, base64url. */
  readonly estateKey: string;
  /** X25519 key that names are sealed to, base64url. */
  readonly sealPublicKey: string;
  /** Ed25519 key that the server signs with, base64url. */
  readonly serverKey: string;
  /** The server's clock. */
  readonly serverTime: string;
}

/**
 * Enrols an agent: spends one use of the token, and gives it its id and the estate's keys.
 * @throws HttpError 400 for a malformed body, 403 for a token that does not hold.
 */
export async function enrol(
  sql: Sql,
  keys: ServerKeys,
  body: unknown,
  nowMs: number,
): Promise<Enrolled> {
  const { token, publicKey, host, version } = readEnrolment(body);
  ed25519Public(publicKey);
  const agentId = uuidv7(nowMs);
  await sql.begin(async (tx) => {
    const [spent] = await tx<{ collector: boolean; id: string }[]>`
      update enrolment_tokens
      set uses = uses - 1
      where hash = ${hashSecret(token)} and uses > 0 and expires_at > now() and revoked_at is null
      returning collector, token_id as id`;
    if (!spent) {
      throw new HttpError(
        403,
        "enrolment-refused",
        "This enrolment token is unknown, used up, expired or revoked: ask for a new one.",
      );
    }
    const hostId = spent.collector ? null : hostIdOf(host);
    await tx`
      insert into agents (agent_id, host_id, host, public_key, version)
      values (${agentId}, ${hostId}, ${host}, ${publicKey}, ${version})`;
    await tx`
      insert into audit (id, actor, action, subject, details)
      values (${uuidv7(nowMs)}, ${`enrolment token ${spent.id}`}, 'enrolAgent', ${agentId},
        ${tx.json({ host })})`;
  });
  return {
    agentId,
    estateKeyId: keys.estateKeyId,
    estateKey: Buffer.from(keys.estateKey).toString("base64url"),
    sealPublicKey: Buffer.from(keys.sealPublicKey).toString("base64url"),
    serverKey: Buffer.from(keys.signPublicKey).toString("base64url"),
    serverTime: new Date(nowMs).toISOString(),
  };
}

/**
 * The agent that signed a request. The key, its revocation and the nonce are asked of the database
 * each time, so that a revoked agent is out at once and no request counts twice.
 * @throws HttpError 401 saying what to do.
 */
export async function verifyAgent(
  sql: Sql,
  request: Request,
  body: Uint8Array,
  nowMs: number,
): Promise<Agent> {
  try {
    const claim = readSignature(request, body, nowMs);
    const [agent] = await sql<{ hostId: string | null; publicKey: Uint8Array; revoked: boolean }[]>`
      select host_id as "hostId", public_key as "publicKey", revoked_at is not null as revoked
      from agents
      where agent_id = ${claim.agentId}`;
    if (!agent) throw new SignatureError("This agent is not enrolled: enrol it with a token");
    if (agent.revoked) throw new SignatureError("This agent was revoked: enrol it again");
    claim.verify(agent.publicKey);
    const fresh = await sql`
      insert into nonces (agent_id, nonce) values (${claim.agentId}, ${claim.nonce})
      on conflict do nothing
      returning 1`;
    if (fresh.length === 0) {
      throw new SignatureError("This request was already made: sign a new one");
    }
    await sql`
      update agents set last_seen = now()
      where agent_id = ${claim.agentId}
        and (last_seen is null or last_seen < now() - interval '1 minute')`;
    return { agentId: claim.agentId, hostId: agent.hostId };
  } catch (error) {
    if (!(error instanceof SignatureError)) throw error;
    throw new HttpError(401, "unsigned", `${error.message}.`);
  }
}

/** Drops nonces whose signatures would be refused for their time anyway. */
export async function forgetNonces(sql: Sql): Promise<void> {
  await sql`delete from nonces where used_at < now() - interval '15 minutes'`;
}
