/**
 * What every group of routes is given, and what it gives: handlers by path and method.
 * @module
 */
import type { Authenticator } from "@/server/auth/authenticate.ts";
import type { Principal } from "@/server/auth/permissions.ts";
import type { Services } from "@/server/graphql/context.ts";
import { type BodyLimits, readBody } from "@/server/http/body.ts";
import type { ConnectionInfo } from "@/server/http/listen.ts";
import { type RateLimit, RateLimiter } from "@/server/http/rate_limit.ts";
import { HttpError, json } from "@/server/http/responses.ts";
import type { ServerOptions } from "@/server/server.ts";

/** Answers a request, or throws an HttpError. */
export type Handler = (request: Request, info: ConnectionInfo) => Promise<Response>;

/** Handlers by method, by path. */
export type Routes = Readonly<Record<string, Readonly<Record<string, Handler>>>>;

/** Bodies of people and programs; vectors have a limit of their own. */
export const SMALL: BodyLimits = { maxBytes: 64 << 10, timeoutMs: 10_000 };

const LIMIT: RateLimit = { perSecond: 50, burst: 200 };
const UNKNOWN_LIMIT: RateLimit = { perSecond: 1, burst: 20 }; // sign-in and enrolment, by address

/** What routes share. */
export interface RouteContext {
  /** What the server was started with. */
  readonly options: ServerOptions;
  /** Parts of the server. */
  readonly services: Services;
  /** Tells who asks. */
  readonly authenticator: Authenticator;
  /** Counts a request of somebody known. @throws HttpError 429. */
  readonly hold: (principal: Principal) => void;
  /** Counts a request of somebody unknown by address. @throws HttpError 429. */
  readonly holdStranger: (info: ConnectionInfo) => void;
}

/** The context of a server's routes. */
export function routeContext(
  options: ServerOptions,
  services: Services,
  authenticator: Authenticator,
): RouteContext {
  const limiter = new RateLimiter(options.limit ?? LIMIT, services.now);
  const strangers = new RateLimiter(UNKNOWN_LIMIT, services.now);
  const hold = (principal: Principal) => spend(limiter, principal.limitKey);
  const holdStranger = (info: ConnectionInfo) => spend(strangers, info.remoteAddr.hostname);
  return { options, services, authenticator, hold, holdStranger };
}

function spend(from: RateLimiter, key: string): void {
  const seconds = from.take(key);
  if (seconds === 0) return;
  throw new HttpError(429, "too-many-requests", `Wait ${seconds} s before the next request.`, {
    "retry-after": String(seconds),
  });
}

/** Who makes a request; strangers are counted. @throws HttpError 401 or 429. */
export async function known(
  { authenticator, hold, holdStranger }: RouteContext,
  request: Request,
  info: ConnectionInfo,
): Promise<Principal> {
  const principal = await authenticator.principal(request).catch((error) => {
    holdStranger(info);
    throw error;
  });
  hold(principal);
  return principal;
}

/** A body of JSON. @throws HttpError 400, 408 or 413. */
export async function jsonBody(request: Request): Promise<unknown> {
  const body = await readBody(request, SMALL);
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch {
    throw new HttpError(400, "bad-json", "The body must be JSON in UTF-8.");
  }
}

/** Other sites can send forms and text without asking, but no JSON: this keeps them out. */
export function requireJson(request: Request): void {
  if (/^application\/json\b/i.test(request.headers.get("content-type") ?? "")) return;
  throw new HttpError(415, "content-type", "Send application/json.");
}

/** There is nothing at a path. */
export function notFound(): Response {
  return json(404, { error: "not-found", message: "There is nothing at this path." });
}
