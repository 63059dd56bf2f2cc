/**
 * The server: one listener, every route.
 * @module
 */
import { getLogger } from "@logtape/logtape";
import { connect, type Database } from "@/db/open.ts";
import { hostIdOf } from "@/db/store_batches.ts";
import { enrol, forgetNonces, verifyAgent } from "@/server/auth/agents.ts";
import { Authenticator } from "@/server/auth/authenticate.ts";
import { accountOf, createOidc, type OidcOptions } from "@/server/auth/oidc.ts";
import type { Principal } from "@/server/auth/permissions.ts";
import {
  firstAdministratorCode,
  makeFirstAdministrator,
  openSession,
  setCookie,
  signIn,
  signOut,
} from "@/server/auth/sign_in.ts";
import { startSender } from "@/server/export/sender.ts";
import type { Enqueue, Services } from "@/server/graphql/context.ts";
import { listen } from "@/server/graphql/news.ts";
import type { Operations } from "@/server/graphql/persisted.ts";
import { graphqlHandler } from "@/server/graphql/yoga.ts";
import { type BodyLimits, readBody } from "@/server/http/body.ts";
import { type RateLimit, RateLimiter } from "@/server/http/rate_limit.ts";
import { HttpError, json, secure } from "@/server/http/responses.ts";
import { currentBundle, readOffers } from "@/server/agents.ts";
import type { Ingest } from "@/server/ingest.ts";
import type { ServerKeys } from "@/server/privacy/keys.ts";

const log = getLogger(["habit", "server"]);

/** What the server is made of. */
export interface ServerOptions {
  /** The database. */
  readonly database: Database;
  /** 0 takes any free port. */
  readonly port: number;
  /** Address to listen on. */
  readonly hostname: string;
  /** The server's keys. */
  readonly keys: ServerKeys;
  /** A token that may do everything, for the demo and development; agents may use it too. */
  readonly token?: string;
  /** Takes in a verified agent's batch. */
  readonly ingest: Ingest;
  /** Folder of what agents are offered: settings.json and agent-N.js (server/agents.ts). */
  readonly agentFolder?: string;
  /** Answers every other path: the console. */
  readonly console?: (request: Request) => Response | Promise<Response>;
  /** The console's operations: with them a session runs nothing else, unless `development`. */
  readonly operations?: Operations;
  /** Queues jobs, where a runner is connected. */
  readonly enqueue?: Enqueue;
  /** Sends dead jobs back, where a runner is connected. */
  readonly redrive?: Services["redrive"];
  /** Whether this server sends exports; several may, and do unless told not to. */
  readonly sends?: boolean;
  /** Sign-in by OpenID Connect beside passwords. */
  readonly oidc?: OidcOptions;
  /** PEM texts; without them only loopback is served unless `insecure`. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** Serves plain HTTP beyond loopback: behind a proxy that ends TLS. */
  readonly insecure?: boolean;
  /** GraphiQL at /graphql. */
  readonly development?: boolean;
  /** Requests a second and in a burst, and open subscriptions, of each token or session. */
  readonly limit?: RateLimit & { readonly subscriptions?: number };
  /** Clock, for tests. */
  readonly now?: () => number;
}

/** A running server. */
export interface Server extends AsyncDisposable {
  /** Where it listens. */
  readonly url: string;
  /** Stops taking requests, lets those that run end, closes subscriptions. */
  close(): Promise<void>;
}

const VECTORS: BodyLimits = { maxBytes: 8 << 20, timeoutMs: 30_000 };
const SMALL: BodyLimits = { maxBytes: 64 << 10, timeoutMs: 10_000 };
const LIMIT = { perSecond: 50, burst: 200 };
const SUBSCRIPTIONS = 100; // a browser with many tabs has a dozen
const UNKNOWN_LIMIT = { perSecond: 1, burst: 20 }; // sign-in and enrolment, by address
const NONCES_EVERY_MS = 5 * 60_000;
const LOOPBACK = /^(127\.\d+\.\d+\.\d+|::1|localhost)$/;

function checkTransport({ hostname, tls, insecure }: ServerOptions): void {
  if (tls || insecure || LOOPBACK.test(hostname)) return;
  throw new Error(
    `Cannot serve plain HTTP on ${hostname}: give --tls-cert and --tls-key, listen on 127.0.0.1, ` +
      "or pass --insecure behind a proxy that ends TLS.",
  );
}

/** The API's own pool: each statement is planned with its values, and none runs for ever. */
function apiPool(url: string): Database["sql"] {
  const address = new URL(url);
  address.searchParams.set("plan_cache_mode", "force_custom_plan");
  address.searchParams.set("statement_timeout", "15000");
  address.searchParams.set("TimeZone", "UTC");
  return connect(address.href, 8);
}

/** Who opens GraphiQL: the page itself needs no permission. */
const NOBODY: Principal = {
  kind: "session",
  accountId: undefined,
  name: "nobody",
  limitKey: "nobody",
  permissions: new Set(),
};

type Handler = (request: Request, info: Deno.ServeHandlerInfo<Deno.NetAddr>) => Promise<Response>;

async function jsonBody(request: Request): Promise<unknown> {
  const body = await readBody(request, SMALL);
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch {
    throw new HttpError(400, "bad-json", "The body must be JSON in UTF-8.");
  }
}

/** Every route's handler; what they share is in their closure. */
async function routes(options: ServerOptions, services: Services, authenticator: Authenticator) {
  const { keys, ingest } = options;
  const tls = options.tls !== undefined;
  const { sql, now } = services;
  const limiter = new RateLimiter(options.limit ?? LIMIT, now);
  const strangers = new RateLimiter(UNKNOWN_LIMIT, now);
  const answerGraphQL = await graphqlHandler(services, {
    development: options.development ?? false,
    operations: options.operations ?? new Map(),
    subscriptions: options.limit?.subscriptions ?? SUBSCRIPTIONS,
  });

  function spend(from: RateLimiter, key: string): void {
    const seconds = from.take(key);
    if (seconds === 0) return;
    throw new HttpError(429, "too-many-requests", `Wait ${seconds} s before the next request.`, {
      "retry-after": String(seconds),
    });
  }

  const graphql: Handler = async (request, info) => {
    if (options.development && request.method === "GET" && !request.headers.has("authorization")) {
      // The GraphiQL page; what it asks carries the token.
      return await answerGraphQL(request, { principal: NOBODY });
    }
    const principal = await authenticator.principal(request).catch((error) => {
      spend(strangers, info.remoteAddr.hostname);
      throw error;
    });
    spend(limiter, principal.limitKey);
    const body = request.method === "POST" ? await readBody(request, SMALL) : undefined;
    return await answerGraphQL(request, { principal, body });
  };

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
    spend(strangers, info.remoteAddr.hostname);
    return json(201, await enrol(sql, keys, await jsonBody(request), now()));
  };

  const session = (secret: string) =>
    json(200, { signedIn: true }, { "set-cookie": setCookie(secret, tls) });

  const passwordSignIn: Handler = async (request, info) => {
    spend(strangers, info.remoteAddr.hostname);
    requireJson(request);
    return session(await signIn(sql, await jsonBody(request), now()));
  };

  const first: Handler = async (request, info) => {
    spend(strangers, info.remoteAddr.hostname);
    requireJson(request);
    return session(await makeFirstAdministrator(sql, await jsonBody(request), now()));
  };

  const leave: Handler = (request) => {
    requireJson(request);
    return signOut(sql, request, tls);
  };

  const oidc = options.oidc && createOidc(options.oidc, keys.secretsKey);

  const toProvider: Handler = (_, info) => {
    spend(strangers, info.remoteAddr.hostname);
    if (oidc) return oidc.start();
    throw new HttpError(
      404,
      "no-provider",
      "No OpenID Connect provider is set up: sign in by password.",
    );
  };

  const fromProvider: Handler = async (request) => {
    if (!oidc) return notFound();
    const person = await oidc.finish(request);
    const secret = await openSession(sql, await accountOf(sql, person, now()), now());
    return new Response(null, {
      status: 302,
      headers: { location: "/", "set-cookie": setCookie(secret, tls) },
    });
  };

  /** What a sign-in page needs to know before anyone is signed in. */
  const entrance: Handler = async (request) => {
    const [account] = await sql`select 1 from accounts limit 1`;
    const signedIn = await authenticator.principal(request).then(() => true, () => false);
    return json(200, { signedIn, first: account === undefined, oidc: oidc !== undefined });
  };

  const health: Handler = async () => {
    await sql`select 1`;
    return json(200, { status: "ok" });
  };

  return new Map<string, Readonly<Record<string, Handler>>>([
    ["/graphql", { GET: graphql, POST: graphql }],
    ["/v1/vectors", { POST: vectors }],
    ["/v1/estate", { GET: estate }],
    ["/v1/model", { GET: model }],
    ["/v1/offers", { GET: offers }],
    ["/v1/bundle", { GET: bundle }],
    ["/v1/enrol", { POST: enrolment }],
    ["/auth/sign-in", { POST: passwordSignIn }],
    ["/auth/sign-out", { POST: leave }],
    ["/auth/entrance", { GET: entrance }],
    ["/auth/first", { POST: first }],
    ["/auth/oidc/start", { GET: toProvider }],
    ["/auth/oidc/callback", { GET: fromProvider }],
    ["/healthz", { GET: health }],
  ]);
}

/** Other sites can send forms and text without asking, but no JSON: this keeps them out. */
function requireJson(request: Request): void {
  if (/^application\/json\b/i.test(request.headers.get("content-type") ?? "")) return;
  throw new HttpError(415, "content-type", "Send application/json.");
}

async function answer(handler: () => Promise<Response>, request: Request): Promise<Response> {
  try {
    return await handler();
  } catch (error) {
    if (error instanceof HttpError) return error.response();
    log.error("A request failed.", {
      method: request.method,
      path: new URL(request.url).pathname,
      error,
    });
    return json(500, {
      error: "internal",
      message: "Something failed on the server; see its log.",
    });
  }
}

function serve(options: ServerOptions, handler: Deno.ServeHandler<Deno.NetAddr>) {
  const { port, hostname, tls } = options;
  try {
    return Deno.serve({ port, hostname, ...tls, onListen() {} }, handler);
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) {
      throw new Error(
        `Port ${port} on ${hostname} is in use: end what uses it, or choose another with --port.`,
        { cause: error },
      );
    }
    throw error;
  }
}

/**
 * Starts the server.
 * @throws Error with what to do: port in use, or plain HTTP beyond loopback.
 */
export async function startServer(options: ServerOptions): Promise<Server> {
  checkTransport(options);
  const now = options.now ?? Date.now;
  const sql = apiPool(options.database.url);
  const news = await listen(sql);
  const tls = options.tls !== undefined;
  const authenticator = new Authenticator({ sql, now, tls, token: options.token });
  news.on("habit_access", () => authenticator.forget());
  const { keys, enqueue, redrive } = options;
  const services: Services = { sql, keys, news, now, enqueue, redrive };
  const table = await routes(options, services, authenticator);
  const timer = setInterval(() => void forgetNonces(sql).catch(() => {}), NONCES_EVERY_MS);
  const sender = options.sends === false ? undefined : startSender(services);
  const release = async () => {
    clearInterval(timer);
    await sender?.[Symbol.asyncDispose]();
    await news[Symbol.asyncDispose]();
    await sql.end({ timeout: 5 });
  };
  let server: Deno.HttpServer<Deno.NetAddr>;
  try {
    server = serve(options, async (request, info) => {
      const route = table.get(new URL(request.url).pathname);
      const handler = route?.[request.method];
      const response = await answer(() => {
        if (handler) return handler(request, info);
        if (route) return Promise.resolve(methodNotAllowed(Object.keys(route)));
        return Promise.resolve(options.console?.(request) ?? notFound());
      }, request);
      return secure(response, tls);
    });
  } catch (error) {
    await release();
    throw error;
  }
  const close = async () => {
    await news[Symbol.asyncDispose]();
    await server.shutdown();
    await release();
  };
  await welcome(sql);
  const name = options.hostname.includes(":") ? `[${options.hostname}]` : options.hostname;
  const url = `${tls ? "https" : "http"}://${name}:${server.addr.port}`;
  return { url, close, [Symbol.asyncDispose]: close };
}

/** Says how the first administrator comes in, while there is no account. */
async function welcome(sql: Database["sql"]): Promise<void> {
  const code = await firstAdministratorCode(sql);
  if (code === undefined) return;
  log.warn("No account yet: make the first administrator in the console with this one-time code.", {
    code,
  });
}

function notFound(): Response {
  return json(404, { error: "not-found", message: "There is nothing at this path." });
}

function methodNotAllowed(methods: readonly string[]): Response {
  const allow = methods.join(", ");
  return json(405, { error: "method", message: `This path takes ${allow}.` }, { allow });
}
