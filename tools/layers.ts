/**
 * The arrows of docs/architecture.md as a lint rule: which folder may import which, and which
 * folder owns which package. What is not listed for a folder is refused there.
 * @module
 */

/** Folder -> what it may import: other folders, packages, and Node built-ins with a price. */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  features: [],
  agent: ["features", "fflate", "@logtape/logtape"],
  models: ["features", "@tensorflow/tfjs", "@tensorflow/tfjs-node", "@logtape/logtape"],
  db: ["features", "drizzle-orm", "postgres", "@logtape/logtape"],
  server: [
    "features",
    "models",
    "db",
    "drizzle-orm",
    "postgres",
    "pg-boss",
    "graphql",
    "graphql-yoga",
    "@pothos/core",
    "@pothos/plugin-relay",
    "@envelop/graphql-jit",
    "dataloader",
    "@escape.tech/graphql-armor-max-tokens",
    "@escape.tech/graphql-armor-max-aliases",
    "@escape.tech/graphql-armor-max-depth",
    "@escape.tech/graphql-armor-max-directives",
    "@escape.tech/graphql-armor-block-field-suggestions",
    "@graphql-yoga/plugin-csrf-prevention",
    "openid-client",
    "@logtape/logtape",
  ],
  estate: ["features"],
};

/** `node:` modules that only some folders may use; the others are free outside `features`. */
const NODE_OWNERS: Readonly<Record<string, readonly string[]>> = { "node:sqlite": ["agent"] };

const ROOT = new URL("../", import.meta.url);

/** The top-level folder that a module lies in, "" outside the project. */
function home(url: URL): string {
  return url.href.startsWith(ROOT.href) ? url.href.slice(ROOT.href.length).split("/")[0]! : "";
}

/** What an import specifier stands for: a folder of the project, or a package's bare name. */
function target(specifier: string, file: URL): string {
  if (specifier.startsWith("@/")) return home(new URL(specifier.slice(2), ROOT));
  if (/^(node:|npm:)/.test(specifier)) {
    return specifier.replace(/^npm:/, "").replace(/(.)@.*$/, "$1");
  }
  return /^(@[^/]+\/[^/]+|[^./@][^/:]*)/.exec(specifier)?.[0] ?? home(new URL(specifier, file));
}

/** Whether a folder may import a target: by its arrows, or a Node built-in that it may use. */
function mayImport(from: string, to: string): boolean {
  if (to === from || ARROWS[from]!.includes(to)) return true;
  if (!to.startsWith("node:")) return false;
  return from !== "features" && (NODE_OWNERS[to]?.includes(from) ?? true);
}

function direction(context: Deno.lint.RuleContext): Deno.lint.LintVisitor {
  const file = new URL(`file://${context.filename}`);
  const from = home(file);
  if (!ARROWS[from]) return {}; // main.ts, commands, tests, bench and tools see everything
  function check(node: Deno.lint.StringLiteral | null) {
    if (!node) return;
    const to = target(node.value, file);
    if (mayImport(from, to)) return;
    context.report({
      node,
      message: `${from}/ may not import ${to}`,
      hint: `Allowed here: ${ARROWS[from]!.join(", ") || "nothing but itself"}`,
    });
  }
  return {
    ImportDeclaration: (node) => check(node.source),
    ExportAllDeclaration: (node) => check(node.source),
    ExportNamedDeclaration: (node) => check(node.source),
    ImportExpression: (node) => {
      if (node.source.type === "Literal") check(node.source as Deno.lint.StringLiteral);
    },
  };
}

/** The plugin that `deno lint` loads by deno.json. */
const plugin: Deno.lint.Plugin = { name: "layers", rules: { direction: { create: direction } } };
export default plugin;
