/**
 * Routes of people who come in and leave.
 * @module
 */
import { accountOf, createOidc } from "@/server/auth/oidc.ts";
import {
  makeFirstAdministrator,
  openSession,
  setCookie,
  signIn,
  signOut,
} from "@/server/auth/sign_in.ts";
import { globalId } from "@/server/graphql/builder.ts";
import { HttpError, json } from "@/server/http/responses.ts";
import {
  type Handler,
  jsonBody,
  notFound,
  requireJson,
  type RouteContext,
  type Routes,
} from "./route.ts";

/** The routes. */
export function signInRoutes(context: RouteContext): Routes {
  const { options, services: { sql, now, keys }, authenticator, holdStranger } = context;
  const tls = options.tls !== undefined;

  const session = (secret: string) =>
    json(200, { signedIn: true }, { "set-cookie": setCookie(secret, tls) });

  const passwordSignIn: Handler = async (request, info) => {
    holdStranger(info);
    requireJson(request);
    return session(await signIn(sql, await jsonBody(request), now()));
  };

  const first: Handler = async (request, info) => {
    holdStranger(info);
    requireJson(request);
    return session(await makeFirstAdministrator(sql, await jsonBody(request), now()));
  };

  const leave: Handler = (request) => {
    requireJson(request);
    return signOut(sql, request, tls);
  };

  const oidc = options.oidc && createOidc(options.oidc, keys.secretsKey);

  const toProvider: Handler = (_, info) => {
    holdStranger(info);
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

  /** Who is here, and before anyone is signed in, what a sign-in page needs to know. */
  const entrance: Handler = async (request) => {
    const principal = await authenticator.principal(request).catch(() => undefined);
    const [account] = principal ? [true] : await sql`select 1 from accounts limit 1`;
    const viewer = principal && {
      accountId: principal.accountId ? globalId("Account", principal.accountId) : null,
      name: principal.name,
      permissions: [...principal.permissions],
    };
    return json(200, { viewer: viewer ?? null, first: !account, oidc: oidc !== undefined });
  };

  return {
    "/auth/sign-in": { POST: passwordSignIn },
    "/auth/sign-out": { POST: leave },
    "/auth/entrance": { GET: entrance },
    "/auth/first": { POST: first },
    "/auth/oidc/start": { GET: toProvider },
    "/auth/oidc/callback": { GET: fromProvider },
  };
}
