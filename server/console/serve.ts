/**
 * Serves the built console out of memory: compressed once, under names that hold a digest of the
 * content, so that browsers keep them for good and never show a stale one.
 * @module
 */
import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import { json } from "@/server/http/responses.ts";

const DIST = new URL("./dist/", import.meta.url);
const TYPES: Readonly<Record<string, string>> = {
  html: "text/html; charset=utf-8",
  css: "text/css; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  svg: "image/svg+xml",
};

/** Nothing from elsewhere and nothing inline: what a name or a note holds can never run. */
const CSP = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; " +
  "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

type Encoding = "br" | "gzip" | "identity";

interface Asset {
  readonly bodies: Readonly<Record<Encoding, Uint8Array<ArrayBuffer>>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly etag: string;
}

async function compressed(name: string, text: string, cacheControl: string): Promise<Asset> {
  const identity = new TextEncoder().encode(text);
  const params = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY };
  const [br, gzipped] = await Promise.all([
    promisify(brotliCompress)(identity, { params }),
    promisify(gzip)(identity, { level: 9 }),
  ]);
  return {
    bodies: { br: new Uint8Array(br), gzip: new Uint8Array(gzipped), identity },
    etag: `"${digest(text)}"`,
    headers: {
      "content-type": TYPES[name.split(".").at(-1)!]!,
      "cache-control": cacheControl,
      "content-security-policy": CSP,
      vary: "accept-encoding",
    },
  };
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("base64url").slice(0, 16);
}

const FOR_GOOD = "public, max-age=31536000, immutable";

/**
 * Every asset by its path, and the page that loads them. The build names scripts that others load
 * by their content; app.js and app.css, which only the page names, get their digest here.
 */
async function load(): Promise<{ page: Asset; assets: ReadonlyMap<string, Asset> }> {
  const assets = new Map<string, Asset>();
  const read = (name: string) => Deno.readTextFileSync(new URL(name, DIST));
  let html = read("index.html");
  for (const { name } of Deno.readDirSync(DIST)) {
    if (!/\.(js|css|svg)$/.test(name)) continue;
    const text = read(name);
    if (name === "icon.svg") {
      assets.set(`/assets/${name}`, await compressed(name, text, "no-cache"));
      continue;
    }
    const path = `/assets/${name.replace(/^app\./, `app.${digest(text)}.`)}`;
    html = html.replace(`/assets/${name}`, path);
    assets.set(path, await compressed(name, text, FOR_GOOD));
  }
  return { page: await compressed("index.html", html, "no-cache"), assets };
}

/** The best encoding that the browser takes; `q=0` refuses one. */
function encodingFor(request: Request): Encoding {
  const accepted = request.headers.get("accept-encoding") ?? "";
  const takes = (name: string) =>
    accepted.split(",").some((part) => {
      const [coding, ...parameters] = part.trim().toLowerCase().split(/\s*;\s*/);
      return coding === name && !parameters.some((text) => /^q=0(\.0*)?$/.test(text));
    });
  return takes("br") ? "br" : takes("gzip") ? "gzip" : "identity";
}

function respond(request: Request, { bodies, headers, etag }: Asset): Response {
  if (request.headers.get("if-none-match")?.includes(etag)) {
    return new Response(null, { status: 304, headers: { ...headers, etag } });
  }
  const encoding = encodingFor(request);
  const body = bodies[encoding];
  return new Response(request.method === "HEAD" ? null : body, {
    headers: {
      ...headers,
      etag,
      "content-length": String(body.length),
      ...(encoding !== "identity" && { "content-encoding": encoding }),
    },
  });
}

/**
 * The handler of every path that no other route has: an asset, or the page for whatever address the
 * console itself may know. Compresses beside what the server does meanwhile.
 */
export function createConsole(): (request: Request) => Promise<Response> {
  const loading = load();
  loading.catch(() => {}); // whoever asks first hears of it
  return async (request) => {
    if (request.method !== "GET" && request.method !== "HEAD") {
      const allow = "GET, HEAD";
      return json(405, { error: "method", message: `This path takes ${allow}.` }, { allow });
    }
    const { pathname } = new URL(request.url);
    const { page, assets } = await loading;
    const asset = assets.get(pathname);
    if (asset) return respond(request, asset);
    if (/^\/(assets|auth|v1|reports)\//.test(pathname) || /\.\w{1,5}$/.test(pathname)) {
      return json(404, { error: "not-found", message: "There is nothing at this path." });
    }
    return respond(request, page);
  };
}
