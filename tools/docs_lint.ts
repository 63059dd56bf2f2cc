/**
 * Documentation lint: every module and every exported symbol of the library folders has a doc
 * comment, and every relative link in the Markdown leads somewhere.
 * @module
 */
import { existsSync, globSync } from "node:fs";

/** The browser's code has a configuration of its own. */
const CONSOLE = "server/console/app";
const FOLDERS = ["features", "agent", "models", "db", "server", "estate"];

/** Relative links of Markdown files whose target is not there, as `file: target`. */
export function brokenLinks(files: readonly string[]): string[] {
  const broken: string[] = [];
  for (const file of files) {
    for (const [, target] of Deno.readTextFileSync(file).matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)) {
      if (/^[a-z]+:/.test(target)) continue;
      if (!existsSync(new URL(target, new URL(file, `file://${Deno.cwd()}/`)))) {
        broken.push(`${file}: ${target}`);
      }
    }
  }
  return broken;
}

/** What `deno doc --json` says of a module. */
interface ModuleDoc {
  readonly module_doc?: { readonly doc?: string };
  readonly symbols?: readonly {
    readonly name: string;
    readonly declarations: readonly {
      readonly declarationKind: string;
      readonly kind: string;
      readonly jsDoc?: { readonly doc?: string };
      readonly location: { readonly filename: string; readonly line: number };
    }[];
  }[];
}

/** Modules of a folder, and their exported symbols, without a doc comment, as `file:line name`. */
export async function undocumented(modules: readonly string[], cwd = "."): Promise<string[]> {
  const { stdout, stderr, success } = await new Deno.Command(Deno.execPath(), {
    args: ["doc", "--json", "--quiet", ...modules],
    cwd,
  }).output();
  const decoder = new TextDecoder();
  if (!success) throw new Error(`Cannot read the documentation: ${decoder.decode(stderr)}`);
  const { nodes } = JSON.parse(decoder.decode(stdout)) as { nodes: Record<string, ModuleDoc> };
  return Object.entries(nodes).flatMap(([module, { module_doc, symbols = [] }]) => [
    ...(module_doc?.doc ? [] : [`${module} the module itself`]),
    ...symbols.flatMap(({ name, declarations }) => {
      const exported = declarations.filter(({ declarationKind, kind }) =>
        declarationKind === "export" && kind !== "reference" // a re-export is documented at home
      );
      if (exported.length === 0 || exported.some(({ jsDoc }) => jsDoc?.doc)) return [];
      const { filename, line } = exported[0]!.location;
      return [`${filename}:${line} ${name}`];
    }),
  ]);
}

if (import.meta.main) {
  const modules = FOLDERS.flatMap((folder) => globSync(`${folder}/**/*.{ts,tsx}`))
    .filter((path) =>
      !/\.d\.ts$|^models\/kernel\/|\/assembly\//.test(path) && !path.startsWith(CONSOLE)
    );
  const browser = globSync("**/*.{ts,tsx}", { cwd: CONSOLE });
  const complaints = [
    ...[...await undocumented(modules), ...await undocumented(browser, CONSOLE)].map((symbol) =>
      `No doc comment: ${symbol}`
    ),
    ...brokenLinks(globSync("{*.md,docs/**/*.md}")).map((link) => `Broken link in ${link}`),
  ];
  for (const complaint of complaints) console.error(complaint);
  Deno.exit(complaints.length === 0 ? 0 : 1);
}
