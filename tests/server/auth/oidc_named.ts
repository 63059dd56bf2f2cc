/**
 * Sign-in against a real OpenID Connect provider: npm's oidc-provider. Run by `task test:oidc`, as
 * the package is fetched only for this.
 */
import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { connect } from "@/db/open.ts";
import { fixture } from "@/tests/server/fixture.ts";

const PACKAGE = "npm:oidc-provider@9.13.3";

/** A provider with its development sign-in page; everyone is an analyst but `nobody`. */
async function provider(redirect: string) {
  const { Provider } = await import(PACKAGE);
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const oidc = new Provider(issuer, {
    clients: [{
      client_id: "habit",
      client_secret: "s".repeat(43),
      redirect_uris: [redirect],
      response_types: ["code"],
      grant_types: ["authorization_code"],
    }],
    conformIdTokenClaims: false,
    claims: { openid: ["sub"], profile: ["preferred_username", "roles"] },
    findAccount: (_: unknown, id: string) => ({
      accountId: id,
      claims: () => ({
        sub: id,
        preferred_username: id,
        roles: id === "nobody" ? [] : ["analyst", "root"],
      }),
    }),
    cookies: { keys: ["test"] },
    ttl: { Session: 600, Interaction: 600, Grant: 600 },
  });
  server.on("request", oidc.callback());
  return { issuer, close: () => new Promise((resolve) => server.close(resolve)) };
}

/** A browser: follows redirects, keeps cookies by origin, submits the provider's forms. */
class Browser {
  readonly #jars = new Map<string, Map<string, string>>();

  async go(url: string, form?: Record<string, string>): Promise<Response> {
    const { origin } = new URL(url);
    const jar = this.#jars.get(origin) ?? new Map();
    this.#jars.set(origin, jar);
    const response = await fetch(url, {
      method: form ? "POST" : "GET",
      body: form && new URLSearchParams(form),
      redirect: "manual",
      headers: { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join("; ") },
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie)!;
      jar.set(name!, value!);
    }
    return response;
  }

  cookie(origin: string, name: string): string | undefined {
    return this.#jars.get(origin)?.get(name);
  }
}

/** Signs in at the provider as `login`; gives the server's last answer. */
async function signIn(browser: Browser, url: string, login: string): Promise<Response> {
  let response = await browser.go(`${url}/auth/oidc/start`);
  for (let at = url; response.status >= 300 && response.status < 400;) {
    at = new URL(response.headers.get("location")!, at).href;
    await response.body?.cancel();
    if (at === `${url}/`) return response;
    response = await browser.go(at);
    if (response.status !== 200 || at.startsWith(url)) continue;
    const page = await response.text();
    const action = /action="([^"]+)"/.exec(page)![1]!;
    const prompt = /name="prompt" value="([^"]+)"/.exec(page)![1]!;
    response = await browser.go(action, { prompt, login, password: "any" });
    at = action;
  }
  return response;
}

Deno.test("people sign in at an OpenID Connect provider", async () => {
  // The server's port must be known to the provider first, the provider's to the server.
  const probe = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = probe.addr;
  probe.close();
  const url = `http://127.0.0.1:${port}`;
  const { issuer, close } = await provider(`${url}/auth/oidc/callback`);
  await using f = await fixture({
    port,
    oidc: { issuer, clientId: "habit", clientSecret: "s".repeat(43), publicUrl: url },
  });
  const sql = connect(f.database.url, 1);
  try {
    const browser = new Browser();
    const done = await signIn(browser, url, "grace");
    assert.equal(done.status, 302);
    const cookie = `habit=${browser.cookie(url, "habit")}`;
    const { data } = await (await fetch(`${url}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json", cookie },
      body: JSON.stringify({ query: "{ viewer { name permissions } }" }),
    })).json();
    assert.deepEqual(data.viewer, { name: "grace", permissions: ["read", "triage"] });

    const refused = await signIn(new Browser(), url, "nobody");
    assert.equal(refused.status, 403);
    assert.match((await refused.json()).message, /no role of Habit/);

    const forged = await fetch(`${url}/auth/oidc/callback?code=x&state=y`, { redirect: "manual" });
    assert.equal(forged.status, 401);
    await forged.body?.cancel();
    await sql`update accounts set disabled_at = now() where name = 'grace'`;
    const disabled = await signIn(new Browser(), url, "grace");
    assert.equal(disabled.status, 403);
    await disabled.body?.cancel();
  } finally {
    await sql.end();
    await close();
  }
});
