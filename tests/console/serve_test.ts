import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { createConsole } from "@/server/console/serve.ts";

const console_ = createConsole();
const get = (path: string, headers: Record<string, string> = {}, method = "GET") =>
  console_(new Request(`http://habit${path}`, { method, headers }));
const bytes = async (response: Response) => new Uint8Array(await response.arrayBuffer());

/** What the page names, and what its scripts load. */
async function assetPaths(): Promise<string[]> {
  const html = await (await get("/")).text();
  const paths = [...html.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, path]) => path!);
  for (const path of paths) {
    if (!path.endsWith(".js")) continue;
    for (const [, name] of (await (await get(path)).text()).matchAll(/"\.\/([\w.-]+\.js)"/g)) {
      if (!paths.includes(`/assets/${name}`)) paths.push(`/assets/${name}`);
    }
  }
  return paths;
}

Deno.test("the page and every deep link answer the same HTML, revalidated by its tag", async () => {
  const page = await get("/");
  assert.equal(page.headers.get("content-type"), "text/html; charset=utf-8");
  assert.equal(page.headers.get("cache-control"), "no-cache");
  const html = await page.text();
  for (const path of ["/users", "/hosts/SG9zdDox", "/nowhere/at/all"]) {
    assert.equal(await (await get(path)).text(), html);
  }
  const etag = page.headers.get("etag")!;
  const again = await get("/users", { "if-none-match": etag });
  assert.equal(again.status, 304);
  assert.equal((await bytes(again)).length, 0);
  assert.equal((await get("/", { "if-none-match": '"other"' })).status, 200);
});

Deno.test("assets are named by their content and kept for good", async () => {
  const paths = await assetPaths();
  const named = paths.filter((path) => path !== "/assets/icon.svg");
  assert.ok(named.length >= 2);
  for (const path of named) {
    const response = await get(path);
    assert.equal(response.status, 200, path);
    assert.equal(response.headers.get("cache-control"), "public, max-age=31536000, immutable");
    const name = /\.([\w-]+)\.\w+$/.exec(path)![1]!;
    const hash = createHash("sha256").update(await bytes(response)).digest();
    const digests = [hash.toString("base64url").slice(0, 16), hash.toString("hex").slice(0, 12)];
    assert.ok(digests.includes(name), path);
  }
});

Deno.test("scripts are sent compressed, all of them below 80 KB", async () => {
  const paths = (await assetPaths()).filter((path) => path.endsWith(".js"));
  assert.ok(paths.length > 0);
  let total = 0;
  for (const path of paths) {
    const plain = await bytes(await get(path));
    const brotli = await get(path, { "accept-encoding": "gzip, deflate, br" });
    assert.equal(brotli.headers.get("content-encoding"), "br");
    assert.equal(brotli.headers.get("vary"), "accept-encoding");
    const small = await bytes(brotli);
    assert.equal(brotli.headers.get("content-length"), String(small.length));
    assert.deepEqual(new Uint8Array(brotliDecompressSync(small)), plain);
    const gzip = await bytes(await get(path, { "accept-encoding": "br;q=0, gzip" }));
    assert.deepEqual(new Uint8Array(gunzipSync(gzip)), plain);
    total += gzip.length;
  }
  assert.ok(total < 80_000, `${total} bytes by gzip`);
});

Deno.test("nothing may run or load but what the server itself serves", async () => {
  const policy = (await get("/")).headers.get("content-security-policy")!;
  assert.match(policy, /default-src 'none'/);
  assert.doesNotMatch(policy, /unsafe|data:|https?:|\*/);
});

Deno.test("what is no page is not found, and only GET and HEAD are taken", async () => {
  for (const path of ["/assets/app.js", "/robots.txt", "/v1/nothing", "/auth/nothing"]) {
    const response = await get(path);
    assert.equal(response.status, 404, path);
    assert.equal((await response.json()).error, "not-found");
  }
  const head = await get("/", {}, "HEAD");
  assert.equal(head.status, 200);
  assert.equal((await bytes(head)).length, 0);
  const post = await get("/", {}, "POST");
  assert.equal(post.status, 405);
  assert.equal(post.headers.get("allow"), "GET, HEAD");
});
