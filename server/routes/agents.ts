/**
 * Routes of agents: enrolment, vectors, and what agents fetch. Every request but the first is signed.
 * @module
 */
import { hostIdOf } from "@/db/store_batches.ts";
import { currentBundle, readOffers } from "@/server/agents.ts";
import { enrol, verifyAgent } from "@/server/auth/agents.ts";
import { type BodyLimits, readBody } from "@/server/http/body.ts";
import { HttpError, json } from "@/server/http/responses.ts";
import { type Handler, jsonBody, type RouteContext, type Routes } from "./route.ts";

const VECTORS: BodyLimits = { maxBytes: 8 << 20, timeoutMs: 30_000 };

/** The routes. */
export function agentRoutes(context: RouteContext): Routes {
  const { options, services, authenticator, holdStranger } = context;
  const { sql, now, keys } = services;
  const { ingest } = options;

  const vectors: Handler = async (request) => {
    const body = await readBody(request, VECTORS);
    const signed = request.headers.has("signature-input");
    const agent = signed ? await verifyAgent(sql, request, body, now()) : undefined;
    if (!agent && (await authenticator.principal(request)).kind !== "development") {
      throw new HttpError(
        401,
        "unsigned",
        "Agents sign their requests: enrol this one with a token.",
      );
    }
    const { agentId, hostId = null } = agent ?? {};
    const mayWrite = (host: string) => hostId === null || hostIdOf(host) === hostId;
    const { headers, url } = request;
    return await ingest(new Request(url, { method: "POST", headers, body }), { agentId, mayWrite });
  };

  const estate: Handler = async (request) => {
    if (request.headers.has("signature-input")) {
      await verifyAgent(sql, request, new Uint8Array(0), now());
    } else await authenticator.principal(request);
    return json(200, {
      estateKeyId: keys.estateKeyId,
      sealPublicKey: Buffer.from(keys.sealPublicKey).toString("base64url"),
    });
  };

  /** The active model of the agent's own host, so that it can judge windows by itself. */
  const model: Handler = async (request) => {
    const agent = await verifyAgent(sql, request, new Uint8Array(0), now());
    const [active] = await sql<{ modelId: string; bytes: Uint8Array }[]>`
      select model_id as "modelId", bytes
      from models
      where host_id = ${agent.hostId} and active`;
    if (!active) throw new HttpError(404, "no-model", "This host has no model yet.");
    const etag = `"${active.modelId}"`;
    if (request.headers.get("if-none-match") === etag) return new Response(null, { status: 304 });
    return new Response(new Uint8Array(active.bytes), {
      headers: { etag, "content-type": "application/octet-stream", "cache-control": "no-store" },
    });
  };

  /** Settings and the current release for an agent, signed; nothing where no folder is named. */
  const offers: Handler = async (request) => {
    await verifyAgent(sql, request, new Uint8Array(0), now());
    return json(200, options.agentFolder ? readOffers(options.agentFolder, keys.signKey) : {});
  };

  const bundle: Handler = async (request) => {
    await verifyAgent(sql, request, new Uint8Array(0), now());
    const current = options.agentFolder ? currentBundle(options.agentFolder) : undefined;
    if (!current) throw new HttpError(404, "no-bundle", "No release is offered.");
    return new Response(current.bytes, { headers: { "content-type": "text/javascript" } });
  };

  const enrolment: Handler = async (request, info) => {
    holdStranger(info);
    return json(201, await enrol(sql, keys, await jsonBody(request), now()));
  };

  return {
    "/v1/vectors": { POST: vectors },
    "/v1/estate": { GET: estate },
    "/v1/model": { GET: model },
    "/v1/offers": { GET: offers },
    "/v1/bundle": { GET: bundle },
    "/v1/enrol": { POST: enrolment },
  };
}
