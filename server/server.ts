/**
 * The server: one listener, every route.
 * @module
 */
import { getLogger } from "@logtape/logtape";
import { connect, type Database } from "@/db/open.ts";
import { forgetNonces } from "@/server/auth/agents.ts";
import { Authenticator } from "@/server/auth/authenticate.ts";
import type { OidcOptions } from "@/server/auth/oidc.ts";
import { firstAdministratorCode } from "@/server/auth/sign_in.ts";
import { startSender } from "@/server/export/sender.ts";
import type { Enqueue, Services } from "@/server/graphql/context.ts";
import { listen as listenForNews } from "@/server/graphql/news.ts";
import type { Operations } from "@/server/graphql/persisted.ts";
import { listen, type Listener } from "@/server/http/listen.ts";
import type { RateLimit } from "@/server/http/rate_limit.ts";
import { HttpError, json, secure } from "@/server/http/responses.ts";
import type { Ingest } from "@/server/ingest.ts";
import type { ServerKeys } from "@/server/privacy/keys.ts";
import { agentRoutes } from "@/server/routes/agents.ts";
import { analystRoutes, REPORT_PATH, REPORTS } from "@/server/routes/analysts.ts";
import { notFound, type RouteContext, routeContext, type Routes } from "@/server/routes/route.ts";
import { signInRoutes } from "@/server/routes/sign_in.ts";

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

/** Every route by its path. */
async function routes(context: RouteContext): Promise<Routes> {
  return { ...await analystRoutes(context), ...agentRoutes(context), ...signInRoutes(context) };
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

/**
 * Starts the server.
 * @throws Error with what to do: port in use, or plain HTTP beyond loopback.
 */
export async function startServer(options: ServerOptions): Promise<Server> {
  checkTransport(options);
  const now = options.now ?? Date.now;
  const sql = apiPool(options.database.url);
  const news = await listenForNews(sql);
  const tls = options.tls !== undefined;
  const authenticator = new Authenticator({ sql, now, tls, token: options.token });
  news.on("habit_access", () => authenticator.forget());
  const { keys, enqueue, redrive } = options;
  const services: Services = { sql, keys, news, now, enqueue, redrive };
  const table = await routes(routeContext(options, services, authenticator));
  const timer = setInterval(() => void forgetNonces(sql).catch(() => {}), NONCES_EVERY_MS);
  const sender = options.sends === false ? undefined : startSender(services);
  const release = async () => {
    clearInterval(timer);
    await sender?.[Symbol.asyncDispose]();
    await news[Symbol.asyncDispose]();
    await sql.end({ timeout: 5 });
  };
  let listener: Listener;
  try {
    listener = await listen(options, async (request, info) => {
      const { pathname } = new URL(request.url);
      const route = table[REPORT_PATH.test(pathname) ? REPORTS : pathname];
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
    await listener.close();
    await release();
  };
  await welcome(sql);
  const name = options.hostname.includes(":") ? `[${options.hostname}]` : options.hostname;
  const url = `${tls ? "https" : "http"}://${name}:${listener.port}`;
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

function methodNotAllowed(methods: readonly string[]): Response {
  const allow = methods.join(", ");
  return json(405, { error: "method", message: `This path takes ${allow}.` }, { allow });
}
