/**
 * From a request to who makes it: API token or session, looked up by hash and kept in memory for a
 * moment; a change of access clears what is kept, in every process, at once.
 * @module
 */
import type { Sql } from "@/db/open.ts";
import { HttpError } from "@/server/http/responses.ts";
import {
  isPermission,
  isRole,
  type Permission,
  PERMISSIONS,
  permissionsOf,
  type Principal,
} from "./permissions.ts";
import { hashSecret, SECRET_PREFIX } from "./secrets.ts";
import { timingSafeEqual } from "node:crypto";

/** Cookie of a signed-in browser; with TLS it is bound to the host by its prefix. */
export function sessionCookie(tls: boolean): string {
  return tls ? "__Host-habit" : "habit";
}

const KEEP_MS = 30_000;
const MAX_KEPT = 10_000;

/** The value of a cookie. */
export function readCookie(request: Request, name: string): string | undefined {
  for (const pair of (request.headers.get("cookie") ?? "").split(/; */)) {
    if (pair.startsWith(`${name}=`)) return pair.slice(name.length + 1);
  }
}

async function tokenPrincipal(sql: Sql, secret: string): Promise<Principal | undefined> {
  const [row] = await sql<
    {
      id: string;
      accountId: string;
      name: string;
      token: string;
      roles: string[];
      scopes: string[];
    }[]
  >`
    select t.token_id as id, a.account_id as "accountId", a.name, t.name as token, a.roles,
      t.permissions as scopes
    from api_tokens t
    join accounts a on a.account_id = t.account_id
    where t.hash = ${hashSecret(secret)} and t.revoked_at is null and t.expires_at > now()
      and a.disabled_at is null`;
  if (!row) return undefined;
  const may = permissionsOf(row.roles.filter(isRole));
  return {
    kind: "token",
    accountId: row.accountId,
    name: `${row.name} (token ${row.token})`,
    limitKey: row.id,
    permissions: new Set(row.scopes.filter(isPermission).filter((scope) => may.has(scope))),
  };
}

async function sessionPrincipal(sql: Sql, secret: string): Promise<Principal | undefined> {
  const [row] = await sql<{ accountId: string; name: string; roles: string[] }[]>`
    select a.account_id as "accountId", a.name, a.roles
    from sessions s
    join accounts a on a.account_id = s.account_id
    where s.hash = ${hashSecret(secret)} and s.expires_at > now() and a.disabled_at is null`;
  if (!row) return undefined;
  return {
    kind: "session",
    accountId: row.accountId,
    name: row.name,
    limitKey: row.accountId,
    permissions: permissionsOf(row.roles.filter(isRole)),
  };
}

function developmentPrincipal(): Principal {
  return {
    kind: "development",
    accountId: undefined,
    name: "development token",
    limitKey: "development",
    permissions: new Set(Object.keys(PERMISSIONS) as Permission[]),
  };
}

/** What {@link Authenticator} needs. */
export interface AuthenticatorOptions {
  /** The database. */
  readonly sql: Sql;
  /** Clock, milliseconds since 1970 UTC. */
  readonly now: () => number;
  /** Whether the connection is TLS. */
  readonly tls: boolean;
  /** A token given at start that may do everything: for the demo and development. */
  readonly token?: string;
}

/** Tells who makes a request. */
export class Authenticator {
  readonly #kept = new Map<string, { principal: Principal; untilMs: number }>();
  readonly #development: Buffer | undefined;
  #generation = 0;

  /** Takes what it is made of. */
  constructor(
    /** What it was made with. */
    readonly options: AuthenticatorOptions,
  ) {
    this.#development = options.token === undefined ? undefined : hashSecret(options.token);
  }

  /** Forgets everyone: called when any access changed. */
  forget(): void {
    this.#generation++;
    this.#kept.clear();
  }

  /** Who makes the request. @throws HttpError 401 saying how to authenticate. */
  async principal(request: Request): Promise<Principal> {
    const header = request.headers.get("authorization");
    const secret = header === null
      ? readCookie(request, sessionCookie(this.options.tls))
      : /^Bearer +(\S{1,256})$/i.exec(header)?.[1];
    const principal = secret === undefined ? undefined : await this.#lookUp(secret);
    if (principal) return principal;
    throw new HttpError(
      401,
      "unauthenticated",
      header === null
        ? "Send `Authorization: Bearer TOKEN`, or sign in."
        : "This token is unknown, expired or revoked: make a new one.",
      { "www-authenticate": 'Bearer realm="habit"' },
    );
  }

  async #lookUp(secret: string): Promise<Principal | undefined> {
    if (this.#development && timingSafeEqual(hashSecret(secret), this.#development)) {
      return developmentPrincipal();
    }
    const kept = this.#kept.get(secret);
    if (kept && kept.untilMs > this.options.now()) return kept.principal;
    const generation = this.#generation;
    const principal = secret.startsWith(SECRET_PREFIX.session)
      ? await sessionPrincipal(this.options.sql, secret)
      : secret.startsWith(SECRET_PREFIX.token)
      ? await tokenPrincipal(this.options.sql, secret)
      : undefined;
    // A change that came in while we asked the database must not be outlived by what we asked.
    if (principal && generation === this.#generation) this.#keep(secret, principal);
    return principal;
  }

  #keep(secret: string, principal: Principal): void {
    if (this.#kept.size >= MAX_KEPT) this.#kept.clear();
    this.#kept.set(secret, { principal, untilMs: this.options.now() + KEEP_MS });
  }
}
