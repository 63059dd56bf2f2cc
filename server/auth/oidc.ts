/**
 * Sign-in by OpenID Connect: authorization code with PKCE, state and nonce, by openid-client. What
 * must survive the way to the provider and back rests in a short-lived encrypted cookie.
 * @module
 */
import type { Configuration } from "openid-client";
import type { Sql } from "@/db/open.ts";
import { HttpError } from "@/server/http/responses.ts";
import { uuidv7 } from "@/server/ids.ts";
import { lock, unlock } from "@/server/privacy/secret_box.ts";
import { readCookie } from "./authenticate.ts";
import { isRole, type Role } from "./permissions.ts";

/** Where people sign in. */
export interface OidcOptions {
  /** The provider's issuer, https:// (http:// on loopback for tests). */
  readonly issuer: string;
  /** This server as the provider knows it. */
  readonly clientId: string;
  /** Its secret there. */
  readonly clientSecret: string;
  /** This server's address as browsers see it; `/auth/oidc/callback` under it is registered. */
  readonly publicUrl: string;
  /** Claim that holds names of roles; `roles` if not given. */
  readonly rolesClaim?: string;
}

/** Who the provider says has signed in. */
export interface OidcPerson {
  /** Issuer and subject: what identifies them for good. */
  readonly subject: string;
  /** Name for people. */
  readonly name: string;
  /** What they are here. */
  readonly roles: readonly Role[];
}

/** The two steps of a sign-in. */
export interface Oidc {
  /** Sends the browser to the provider. */
  start(): Promise<Response>;
  /** Takes the browser back. @throws HttpError 401 or 403 saying why it is refused. */
  finish(request: Request): Promise<OidcPerson>;
}

const COOKIE = "habit_oidc";
const CALLBACK = "/auth/oidc/callback";
const LIFE_SECONDS = 600;
const LOOPBACK = /^http:\/\/(127\.0\.0\.1|localhost|\[::1\])(:|\/|$)/;

interface Journey {
  readonly verifier: string;
  readonly state: string;
  readonly nonce: string;
}

/** Learns the provider's addresses and keys. @throws Error if it cannot be reached. */
async function discover(options: OidcOptions): Promise<Configuration> {
  const { allowInsecureRequests, discovery } = await import("openid-client");
  const execute = LOOPBACK.test(options.issuer) ? [allowInsecureRequests] : [];
  const { issuer, clientId, clientSecret } = options;
  return await discovery(new URL(issuer), clientId, clientSecret, undefined, { execute }).catch(
    (cause) => {
      throw new HttpError(
        502,
        "provider-unreachable",
        `The sign-in provider ${issuer} does not answer; try again, or sign in by password.`,
        { cause: String(cause?.code ?? "unknown") },
      );
    },
  );
}

function personOf(options: OidcOptions, claims: Record<string, unknown>): OidcPerson {
  const listed = claims[options.rolesClaim ?? "roles"];
  const roles = (Array.isArray(listed) ? listed : []).filter((role): role is Role =>
    typeof role === "string" && isRole(role)
  );
  if (roles.length === 0) {
    throw new HttpError(
      403,
      "no-role",
      "The provider gives you no role of Habit: ask whoever manages it for viewer or analyst.",
    );
  }
  const name = [claims.preferred_username, claims.email, claims.sub].find((it) =>
    typeof it === "string"
  );
  return { subject: `${options.issuer} ${claims.sub}`, name: String(name), roles };
}

/** Sign-in at a provider; `key` encrypts the cookie. */
export function createOidc(options: OidcOptions, key: Uint8Array): Oidc {
  const redirect = new URL(CALLBACK, options.publicUrl).href;
  const secure = redirect.startsWith("https:") ? "; Secure" : "";
  let configuration: Promise<Configuration> | undefined;
  const known = () =>
    configuration ??= discover(options).catch((error) => {
      configuration = undefined; // the next sign-in tries again
      throw error;
    });
  return {
    async start() {
      const oidc = await import("openid-client");
      const config = await known();
      const journey: Journey = {
        verifier: oidc.randomPKCECodeVerifier(),
        state: oidc.randomState(),
        nonce: oidc.randomNonce(),
      };
      const location = oidc.buildAuthorizationUrl(config, {
        redirect_uri: redirect,
        scope: "openid profile email",
        code_challenge: await oidc.calculatePKCECodeChallenge(journey.verifier),
        code_challenge_method: "S256",
        state: journey.state,
        nonce: journey.nonce,
      });
      const sealed = Buffer.from(lock(JSON.stringify(journey), key, COOKIE)).toString("base64url");
      // Lax: the provider's redirect comes from another site and must bring the cookie along.
      const cookie = `${COOKIE}=${sealed}; Path=/auth/oidc; HttpOnly; SameSite=Lax; ` +
        `Max-Age=${LIFE_SECONDS}${secure}`;
      return new Response(null, {
        status: 302,
        headers: { location: location.href, "set-cookie": cookie },
      });
    },
    async finish(request) {
      const oidc = await import("openid-client");
      const config = await known();
      try {
        const sealed = Buffer.from(readCookie(request, COOKIE) ?? "", "base64url");
        const journey: Journey = JSON.parse(unlock(sealed, key, COOKIE));
        const back = new URL(new URL(request.url).search, redirect);
        const tokens = await oidc.authorizationCodeGrant(config, back, {
          pkceCodeVerifier: journey.verifier,
          expectedState: journey.state,
          expectedNonce: journey.nonce,
          idTokenExpected: true,
        });
        return personOf(options, tokens.claims()!);
      } catch (error) {
        if (error instanceof HttpError) throw error;
        throw new HttpError(
          401,
          "sign-in-failed",
          "The sign-in was not completed: start it again.",
        );
      }
    },
  };
}

/** The account of a person from a provider, made or brought up to date; gives its id. */
export async function accountOf(sql: Sql, person: OidcPerson, nowMs: number): Promise<string> {
  const { subject, name, roles } = person;
  const [known] = await sql<{ id: string; disabled: boolean }[]>`
    update accounts set roles = ${roles as string[]}
    where subject = ${subject}
    returning account_id as id, disabled_at is not null as disabled`;
  if (known?.disabled) throw new HttpError(403, "disabled", "This account is disabled here.");
  if (known) return known.id;
  const id = uuidv7(nowMs);
  const made = await sql`
    insert into accounts (account_id, name, subject, roles)
    values (${id}, ${name}, ${subject}, ${roles as string[]})
    on conflict (name) do nothing`;
  if (made.count === 1) return id;
  throw new HttpError(
    403,
    "name-taken",
    `A local account is named ${name} already: rename one of them.`,
  );
}
