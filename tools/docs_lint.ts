/**
 * Documentation lint: every exported symbol of the library folders has a doc comment
 * (`deno doc --lint`), and every relative link in the Markdown leads somewhere.
 * @module
 */
import { existsSync } from "node:fs";
import { globSync } from "node:fs";

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

/**
 * Places without a doc comment in what `deno doc --lint` says. Its other rules ask for types to be
 * written down that only Drizzle and Pothos can infer, and for packages' types to be exported anew.
 */
export function undocumented(lint: string): string[] {
  // deno-lint-ignore no-control-regex
  const plain = lint.replace(/\x1b\[[0-9;]*m/g, "");
  return [...plain.matchAll(/error\[missing-jsdoc\][^\n]*\n\s*--> (\S+)/g)].map(([, place]) =>
    place!
  );
}

if (import.meta.main) {
  const modules = FOLDERS.flatMap((folder) => globSync(`${folder}/**/*.{ts,tsx}`))
    .filter((path) => !path.endsWith(".d.ts") && !path.includes("models/kernel/assembly"));
  const doc = await new Deno.Command(Deno.execPath(), {
    args: ["doc", "--lint", "--quiet", ...modules],
    stdout: "null",
  }).output();
  const broken = brokenLinks(globSync("{*.md,docs/**/*.md}"));
  for (const link of broken) console.error(`Broken link in ${link}`);
  const missing = undocumented(new TextDecoder().decode(doc.stderr));
  for (const place of missing) console.error(`No documentation: ${place}`);
  Deno.exit(missing.length + broken.length === 0 ? 0 : 1);
}
