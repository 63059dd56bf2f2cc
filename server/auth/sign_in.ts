/**
 * People come in: the first administrator by a one-time code, everyone by password or OIDC, and a
 * session in a cookie that scripts cannot read and other sites cannot send.
 * @module
 */
import type { Sql } from "@/db/open.ts";
import { HttpError, json } from "@/server/http/responses.ts";
import { uuidv7 } from "@/server/ids.ts";
import { readCookie, sessionCookie } from "./authenticate.ts";
import { hashPassword, verifyPassword } from "./passwords.ts";
import { hashSecret, newOneTimeCode, newSecret } from "./secrets.ts";

/** How long a session lasts. */
export const SESSION_HOURS = 12;
const FIRST = "first administrator";
const NAME = /^[\p{L}\p{N}][\p{L}\p{N}.@_+-]{0,127}$/u;

/** Set-Cookie of a session; an empty secret ends it. `Lax` only where an OIDC provider sends back. */
export function setCookie(secret: string, tls: boolean): string {
  const age = secret === "" ? 0 : SESSION_HOURS * 3600;
  return `${sessionCookie(tls)}=${secret}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${age}` +
    (tls ? "; Secure" : "");
}

/** Opens a session of an account; gives its secret. */
export async function openSession(sql: Sql, accountId: string, nowMs: number): Promise<string> {
  const secret = newSecret("session");
  await sql`delete from sessions where expires_at < now()`;
  await sql`
    insert into sessions (hash, account_id, expires_at)
    values (${hashSecret(secret)}, ${accountId}, ${new Date(nowMs + SESSION_HOURS * 3_600_000)})`;
  return secret;
}

async function note(sql: Sql, actor: string, action: string, nowMs: number): Promise<void> {
  await sql`
    insert into audit (id, actor, action, details)
    values (${uuidv7(nowMs)}, ${actor}, ${action}, '{}')`;
}

/** Name and password of a body. @throws HttpError 400 saying what to send. */
function credentials(body: unknown): { name: string; password: string; code: string } {
  const { name, password, code = "" } = (body ?? {}) as Record<string, unknown>;
  const texts = typeof name === "string" && typeof password === "string" &&
    typeof code === "string";
  if (texts && NAME.test(name)) return { name, password, code };
  throw new HttpError(400, "bad-credentials", "Send { name, password } as JSON.");
}

/** Signs in by password. @throws HttpError 401 without saying which of the two was wrong. */
export async function signIn(sql: Sql, body: unknown, nowMs: number): Promise<string> {
  const { name, password } = credentials(body);
  const [account] = await sql<{ id: string; hash: string | null }[]>`
    select account_id as id, password_hash as hash from accounts
    where name = ${name} and disabled_at is null`;
  if (await verifyPassword(password, account?.hash ?? undefined)) {
    await note(sql, name, "signIn", nowMs);
    return await openSession(sql, account!.id, nowMs);
  }
  if (account) await note(sql, name, "signInFailed", nowMs);
  throw new HttpError(401, "sign-in-failed", "Name or password is wrong.");
}

/** Ends the request's session. */
export async function signOut(sql: Sql, request: Request, tls: boolean): Promise<Response> {
  const secret = readCookie(request, sessionCookie(tls));
  if (secret) {
    await sql`delete from sessions where hash = ${hashSecret(secret)}`;
    await sql`select pg_notify('habit_access', '')`;
  }
  return json(200, { signedOut: true }, { "set-cookie": setCookie("", tls) });
}

/** A new code for the first administrator, if there is no account yet; older codes are void. */
export async function firstAdministratorCode(sql: Sql): Promise<string | undefined> {
  const [row] = await sql`select 1 from accounts limit 1`;
  if (row) return undefined;
  const code = newOneTimeCode();
  await sql`delete from one_time_codes where purpose = ${FIRST}`;
  await sql`
    insert into one_time_codes (hash, purpose, expires_at)
    values (${hashSecret(code)}, ${FIRST}, now() + interval '24 hours')`;
  return code;
}

/** Makes the first administrator with the code from the log, and signs them in. */
export async function makeFirstAdministrator(
  sql: Sql,
  body: unknown,
  nowMs: number,
): Promise<string> {
  const { name, password, code } = credentials(body);
  const hash = await hashPassword(password).catch((error) => {
    if (error instanceof RangeError) throw new HttpError(400, "weak-password", `${error.message}.`);
    throw error;
  });
  const id = uuidv7(nowMs);
  await sql.begin(async (tx) => {
    const spent = await tx`
      delete from one_time_codes
      where hash = ${hashSecret(code.trim().toUpperCase())} and purpose = ${FIRST}
        and expires_at > now()`;
    if (spent.count === 0) {
      throw new HttpError(
        403,
        "wrong-code",
        "This code is wrong, used or expired: the server's log has the one that holds.",
      );
    }
    await tx`
      insert into accounts (account_id, name, password_hash, roles)
      values (${id}, ${name}, ${hash}, ${["administrator"]})`;
    await note(tx as unknown as Sql, name, "makeFirstAdministrator", nowMs);
  });
  return await openSession(sql, id, nowMs);
}
