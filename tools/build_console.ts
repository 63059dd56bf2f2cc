/**
 * Builds the console: checks its GraphQL operations and writes their types, then bundles scripts and
 * styles into server/console/dist, which is committed beside a digest of its sources. Preact and
 * uPlot are downloaded by this task only. With `--check` it writes nothing, and fails where dist is
 * not what the sources give.
 * @module
 */
import { createHash } from "node:crypto";
import { globSync } from "node:fs";
import { buildSchema } from "graphql";
import { buildOperations, type BuiltOperations } from "./console_operations.ts";

const ROOT = new URL("../", import.meta.url);
const APP = "server/console/app";
const DIST = "server/console/dist";

/** Files that decide what dist is, in order. */
function sources(): string[] {
  return [...globSync(`${APP}/**/*.{ts,tsx,css,html,svg,graphql}`, { cwd: ROOT })].sort();
}

/** SHA-256 over names and contents of the console's sources. */
export function sourceDigest(): string {
  const hash = createHash("sha256");
  for (const file of sources()) {
    hash.update(`${file}\0`).update(Deno.readFileSync(new URL(file, ROOT))).update("\0");
  }
  return hash.digest("hex");
}

/** What is made of each file of operations, by the path of the module. */
export function operations(): Map<string, BuiltOperations> {
  const schema = buildSchema(Deno.readTextFileSync(new URL("schema.graphql", ROOT)));
  return new Map(
    sources().filter((file) => file.endsWith(".graphql")).map((file) => {
      const depth = file.slice(APP.length + 1).split("/").length - 1;
      const toOperation = `${depth === 0 ? "./" : "../".repeat(depth)}operation.ts`;
      const text = Deno.readTextFileSync(new URL(file, ROOT));
      return [`${file}.ts`, buildOperations(schema, file, text, toOperation)];
    }),
  );
}

/** All documents by their hash, in order of the hashes, as the server reads them. */
export function documents(built: Iterable<BuiltOperations>): string {
  const all = [...built].flatMap(({ documents }) => [...documents]);
  return JSON.stringify(Object.fromEntries(all.sort()), null, 1) + "\n";
}

/** Styles in order of their names, without comments and needless blanks. */
function styles(): string {
  return sources().filter((file) => file.endsWith(".css"))
    .map((file) => Deno.readTextFileSync(new URL(file, ROOT))).join("\n")
    .replace(/\/\*[\s\S]*?\*\//g, "").replace(/\s+/g, " ").replace(/ ?([{};,]) ?/g, "$1")
    .replace(/: /g, ":").replace(/;}/g, "}").trim() + "\n";
}

/** Names files by their content, what is imported before what imports it; main.js stays app.js. */
function namedByContent(files: Map<string, string>): Map<string, string> {
  const named = new Map<string, string>();
  while (files.size > 0) {
    const [name, text] = [...files].find(([name, text]) =>
      ![...files.keys()].some((other) => other !== name && text.includes(other))
    )!;
    const digest = createHash("sha256").update(text).digest("hex").slice(0, 12);
    const next = name === "main.js" ? "app.js" : name.replace(/-\w+\.js$/, `.${digest}.js`);
    named.set(next, text);
    files.delete(name);
    for (const [other, text] of files) files.set(other, text.replaceAll(name, next));
  }
  return named;
}

/** The page with what app.js imports at once beside it, so that both are fetched together. */
function withPreloads(html: string, app: string): string {
  const links = [...app.matchAll(/from"\.\/([\w.]+\.js)"/g)].map(([, name]) =>
    `<link rel="modulepreload" href="/assets/${name}">\n    `
  );
  return html.replace("<script", `${links.join("")}<script`);
}

/** app.js, and what it loads when that is first shown. */
async function scripts(): Promise<Map<string, string>> {
  const out = await Deno.makeTempDir();
  try {
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["bundle", "-q", "--no-lock", "--platform", "browser", "--minify", "--code-splitting"]
        .concat("--outdir", out, "main.tsx"),
      cwd: new URL(`${APP}/`, ROOT),
    }).output();
    if (!success) throw new Error(`Cannot bundle: ${new TextDecoder().decode(stderr)}`);
    const files = [...Deno.readDirSync(out)].map(({ name }): [string, string] => [
      name,
      Deno.readTextFileSync(`${out}/${name}`),
    ]);
    return namedByContent(new Map(files));
  } finally {
    await Deno.remove(out, { recursive: true });
  }
}

/** What is in dist but not built: scripts of before. */
function stale(built: ReadonlyMap<string, string>): string[] {
  return [...Deno.readDirSync(new URL(DIST, ROOT))].map(({ name }) => name)
    .filter((name) => name.endsWith(".js") && !built.has(name));
}

/** Writes a file, or with `--check` compares it. */
function put(file: string, text: string): void {
  const url = new URL(file, ROOT);
  if (!Deno.args.includes("--check")) return Deno.writeTextFileSync(url, text);
  if (text === Deno.readTextFileSync(url)) return;
  throw new Error(`${file} is not what its sources give: run \`deno task build:console\``);
}

if (import.meta.main) {
  const made = operations();
  for (const [file, { module }] of made) put(file, module);
  const built = await scripts();
  built.set("operations.json", documents(made.values()));
  built.set("app.css", styles());
  const read = (name: string) => Deno.readTextFileSync(new URL(`${APP}/${name}`, ROOT));
  built.set("index.html", withPreloads(read("index.html"), built.get("app.js")!));
  built.set("icon.svg", read("icon.svg"));
  if (!Deno.args.includes("--check")) {
    for (const name of stale(built)) Deno.removeSync(new URL(`${DIST}/${name}`, ROOT));
  }
  for (const [name, text] of built) {
    put(`${DIST}/${name}`, text);
    console.log(`${name}: ${text.length} characters`);
  }
  put(`${DIST}/sources.sha256`, `${sourceDigest()}\n`);
}
