/** Accounts and tokens for tests. */
import type { Sql } from "@/db/open.ts";
import { type Permission, type Role, ROLES } from "@/server/auth/permissions.ts";
import { hashSecret, newSecret } from "@/server/auth/secrets.ts";
import { uuidv7 } from "@/server/ids.ts";

/** Makes an account of a role and a token that may do all that the role may; gives its header. */
export async function person(
  sql: Sql,
  role: Role,
  name: string = role,
): Promise<{ authorization: string }> {
  const id = uuidv7(Date.now());
  const secret = newSecret("token");
  await sql`insert into accounts (account_id, name, roles) values (${id}, ${name}, ${[role]})`;
  await sql`
    insert into api_tokens (token_id, hash, account_id, name, permissions, expires_at)
    values (${uuidv7(Date.now())}, ${hashSecret(secret)}, ${id}, 'test',
      ${[...ROLES[role]] as Permission[]}, now() + interval '1 hour')`;
  return { authorization: `Bearer ${secret}` };
}

/** Makes an account of a role with a session of a browser; gives its header. */
export async function session(sql: Sql, role: Role): Promise<{ cookie: string }> {
  const id = uuidv7(Date.now());
  const secret = newSecret("session");
  await sql`
    insert into accounts (account_id, name, roles) values (${id}, ${`session of ${role}`}, ${[
    role,
  ]})`;
  await sql`
    insert into sessions (hash, account_id, expires_at)
    values (${hashSecret(secret)}, ${id}, now() + interval '1 hour')`;
  return { cookie: `habit=${secret}` };
}
